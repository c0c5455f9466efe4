import { afterEach, describe, expect, it } from 'vitest';
import type { Profile } from '../../../../adapters/modbus/profile-schema.ts';
import { profileSchema } from '../../../../adapters/modbus/profile-schema.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { type RegisterDevice, startRegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, tcpEntry } from '../../../support/modbus-source.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';
import { commonModel, modelRegisters, writeSunSpec } from '../../../support/sunspec-device.ts';

// A SunSpec device over a real socket, read by profiles that name models and points, never addresses.

let device: RegisterDevice;
let run: SourceRun | undefined;

afterEach(async () => {
  await run?.stop();
  run = undefined;
  await device.close();
});

const start = async (): Promise<RegisterDevice> => {
  device = await startRegisterDevice();
  return device;
};

const profileOf = (
  sunspec: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): Profile =>
  profileSchema.parse({
    profile: 'test',
    version: 1,
    title: { en: 'Test', zh: '测试' },
    testedOn: 'nothing',
    sunspec: sunspec.map((entry) => ({ name: 'signals', class: 'device', periodMs: 50, ...entry })),
    ...options,
  });

const read = (profile: Profile, options: Record<string, unknown> = {}): SourceRun => {
  const source = createSource(tcpEntry(device.port, [{ maxInFlight: 4, ...options }]), [profile]);
  run = runSource(source, systemClock);
  return run;
};

const inverter = { models: [103, 101], points: ['power', 'energyTotal', 'status'] };
const inverterModel = (at: Readonly<Record<number, number>> = {}, id = 103) =>
  modelRegisters(id, 50, { 14: 0x13b0, 15: 1, 24: 0x12, 25: 0xd687, 26: 0, 38: 4, ...at });
const inputsModel = (count: number, length = 8 + 20 * count) =>
  modelRegisters(160, length, {
    2: [0xffff, 0, 0, 0],
    8: count,
    ...Object.fromEntries(
      Array.from({ length: Math.floor((length - 8) / 20) }, (_, index) => [
        19 + 20 * index,
        100 + index,
      ]),
    ),
  });

const last = (group = 'signals') => run?.framesOf('device', group).at(-1)?.points;

describe('domain §3.1, scales and numbers', () => {
  it.each([
    ['W=0x13B0, SF=0x0001', 1, 50_400],
    ['W=0x13B0, SF=0xFFFE', 0xfffe, 50.4],
  ])('%s', async (_, factor, expected) => {
    writeSunSpec(await start(), [commonModel(), inverterModel({ 15: factor })]);
    await read(profileOf([inverter])).until(() => last() !== undefined);
    expect(last()?.['power']).toEqual([expected, 'Good']);
    expect(last()?.['energyTotal']).toEqual([1_234_567, 'Good']);
  });

  it('a float is 50400.5 from 4744 E080', async () => {
    const float = modelRegisters(113, 60, { 22: [0x4744, 0xe080], 48: 4, 24: [0x7fc0, 0] });
    writeSunSpec(await start(), [commonModel(), float]);
    const profile = profileOf([{ models: [113], points: ['power', 'frequency', 'status'] }]);
    await read(profile).until(() => last() !== undefined);
    expect(last()).toEqual({
      power: [50_400.5, 'Good'],
      frequency: [0, 'BadNoData'],
      status: [4, 'Good'],
    });
  });

  it('what is not implemented is no data, by every type; a scale factor that is not is no value', async () => {
    const ac = modelRegisters(701, 153, {
      4: 0xffff, // enum16
      6: [0xffff, 0xffff], // bitfield32
      10: 0x8000, // int16
      14: 5,
      113: 0x8000, // sunssf of the current
      17: [0xffff, 0xffff], // uint32
      19: [0xffff, 0xffff, 0xffff, 0xffff], // uint64
    });
    const status = modelRegisters(122, 44); // acc64 of 0, which no device must have
    writeSunSpec(await start(), [commonModel('', 66), ac, status]);
    const profile = profileOf([
      {
        models: [701],
        points: [
          'inverterStatus',
          'events',
          'groundFault',
          'power',
          'current',
          'frequency',
          'energyInjected',
          'alarmText',
        ],
      },
      { name: 'more', models: [122], points: ['energyTotal', 'timeSource'] },
      { name: 'common', models: [1], points: ['serialNumber', 'manufacturer'] },
    ]);
    await read(profile).until(() => (run?.frames.length ?? 0) >= 3);
    const none = [0, 'BadNoData'];
    expect(last()).toEqual({
      inverterStatus: none,
      events: none,
      groundFault: none,
      power: none,
      current: [0, 'BadConfigurationError'],
      frequency: none,
      energyInjected: none,
      alarmText: none,
    });
    expect(last('more')).toEqual({ energyTotal: none, timeSource: none });
    expect(last('common')).toEqual({ serialNumber: none, manufacturer: [1, 'Good'] });
    expect(run?.texts).toEqual(['Maker']);
  });

  it('a counter of 0 that every device must have is a reading', async () => {
    writeSunSpec(await start(), [commonModel(), inverterModel({ 24: 0, 25: 0 })]);
    await read(profileOf([inverter])).until(() => last() !== undefined);
    expect(last()?.['energyTotal']).toEqual([0, 'Good']);
  });

  it('events are read bit by bit', async () => {
    writeSunSpec(await start(), [commonModel(), inverterModel({ 40: 0x0000, 41: 0x8081 })]);
    const points = [
      'events',
      'groundFault',
      'dcOverVoltage',
      'overTemperature',
      'hardwareTestFailure',
    ];
    await read(profileOf([{ models: [103], points }])).until(() => last() !== undefined);
    const values = points.map((point) => last()?.[point]?.[0]);
    expect(values).toEqual([0x8081, 1, 0, 1, 1]);
  });
});

describe('domain §3.1, where the models lie', () => {
  it.each([40_000, 0, 50_000])('a base of %i is found', async (base) => {
    writeSunSpec(await start(), [commonModel(), inverterModel()], { base });
    await read(profileOf([inverter])).until(() => last() !== undefined);
    expect(last()?.['power']).toEqual([50_400, 'Good']);
    const asked = device.requests
      .filter(({ quantity }) => quantity === 2)
      .map(({ address }) => address);
    const tried = [40_000, 0, 50_000];
    expect(asked.slice(0, tried.indexOf(base) + 1)).toEqual(
      tried.slice(0, tried.indexOf(base) + 1),
    );
  });

  it('a model 1 of 65 registers moves those behind it, and nothing is read beyond it', async () => {
    const [, at = 0] = writeSunSpec(await start(), [commonModel('SN', 65), inverterModel()]);
    await read(profileOf([inverter])).until(() => last() !== undefined);
    expect(at).toBe(40_069);
    expect(last()?.['power']).toEqual([50_400, 'Good']);
  });

  it('each model is one request, with its scale factors', async () => {
    const [, at] = writeSunSpec(await start(), [commonModel(), inverterModel()]);
    await read(profileOf([inverter])).until(() => (run?.frames.length ?? 0) >= 3);
    const reads = device.requests.filter(({ quantity }) => quantity > 2);
    expect(new Set(reads.map(({ address, quantity }) => `${address}+${quantity}`))).toEqual(
      new Set([`${at}+39`]),
    );
  });

  it('a scale factor that changes while the device runs is followed', async () => {
    const [, at = 0] = writeSunSpec(await start(), [commonModel(), inverterModel()]);
    await read(profileOf([inverter])).until(() => last()?.['power']?.[0] === 50_400);
    for (const [raw, factor, expected] of [
      [5040, 0xfffe, 50.4],
      [5040, 0xffff, 504],
      [5040, 0, 5040],
    ] as const) {
      device.set(at + 14, [raw, factor]);
      await run?.until(() => last()?.['power']?.[0] === expected);
    }
    const powers = new Set(run?.framesOf('device').map(({ points }) => points['power']?.[0]));
    expect([...powers]).toEqual([50_400, 50.4, 504, 5040]);
  });

  it('a model that the device lacks costs only its group, and is found when it comes', async () => {
    const storage = { name: 'storage', models: [124], points: ['stateOfCharge'] };
    writeSunSpec(await start(), [commonModel(), inverterModel()]);
    await read(profileOf([inverter, storage])).until(
      () => last('storage') !== undefined && last() !== undefined,
    );
    expect(last('storage')).toEqual({ stateOfCharge: [0, 'BadNotSupported'] });
    expect(last()?.['power']).toEqual([50_400, 'Good']);
    await run?.until(() => run?.members.at(-1)?.state === 'degraded');
    expect(run?.events).toMatchObject([{ code: 'sunspec-model-missing', severity: 'warning' }]);
    expect(run?.events[0]?.text.zh).toContain('设备没有模型 124');
    writeSunSpec(device, [commonModel(), inverterModel(), modelRegisters(124, 24, { 8: 55 })]);
    await run?.until(() => last('storage')?.['stateOfCharge']?.[0] === 55);
    await run?.until(() => run?.members.at(-1)?.state === 'up');
    expect(run?.events.at(-1)?.code).toBe('sunspec-models-found');
  });

  it('the first of several models that is there is read', async () => {
    writeSunSpec(await start(), [commonModel(), inverterModel({}, 101)]);
    await read(profileOf([inverter])).until(() => last() !== undefined);
    expect(last()?.['power']).toEqual([50_400, 'Good']);
  });

  it('the second of two models of an id is another one', async () => {
    const meters = [10, 20].map((power) => modelRegisters(203, 105, { 18: power }));
    writeSunSpec(await start(), [commonModel(), ...meters]);
    const second = { models: [203], occurrence: 2, points: ['power'] };
    await read(profileOf([second])).until(() => last() !== undefined);
    expect(last()).toEqual({ power: [20, 'Good'] });
  });

  it('without a marker the device is refused in words', async () => {
    (await start()).set(40_000, [1, 2, 3]);
    await read(profileOf([inverter])).until(() => (run?.frames.length ?? 0) > 0);
    expect(last()?.['power']).toEqual([0, 'BadConfigurationError']);
    expect(run?.events).toMatchObject([{ code: 'sunspec-not-found' }]);
    await run?.until(() => run?.members.at(-1)?.state === 'down');
  });

  it('a chain without an end is left after 64 models', async () => {
    await start();
    for (let index = 0; index < 90; index += 1) device.set(40_002 + 4 * index, [900, 2, 0, 0]);
    device.set(40_000, [0x5375, 0x6e53]);
    await read(profileOf([inverter])).until(() => (run?.events.length ?? 0) > 0);
    expect(run?.events[0]?.text.en).toContain('no end model after 64');
    expect(device.requests.length).toBeLessThan(70);
  });

  it('a model of length 0 ends the walk', async () => {
    (await start()).set(40_000, [0x5375, 0x6e53, 103, 0]);
    await read(profileOf([inverter])).until(() => (run?.events.length ?? 0) > 0);
    expect(run?.events[0]?.text.en).toContain('length 0');
  });

  it('a device that was exchanged is walked anew', async () => {
    writeSunSpec(await start(), [commonModel(), inverterModel()]);
    await read(profileOf([inverter])).until(() => last()?.['power']?.[0] === 50_400);
    const nameplate = modelRegisters(120, 26);
    writeSunSpec(device, [commonModel(), nameplate, inverterModel({ 14: 7, 15: 0 })]);
    await run?.until(() => last()?.['power']?.[0] === 7);
    const powers = run?.framesOf('device').map(({ points }) => points['power']) ?? [];
    expect(powers.every(([value] = [Number.NaN, '']) => [50_400, 0, 7].includes(value))).toBe(true);
  });
});

describe('domain §3.1, repeating blocks', () => {
  const strings = (repeat: number) => ({ models: [160], repeat, points: ['dcCurrent'] });

  it('inputs of an inverter are points with numbers', async () => {
    writeSunSpec(await start(), [commonModel(), inputsModel(3)]);
    await read(profileOf([strings(3)])).until(() => last() !== undefined);
    expect(last()).toEqual({
      'dcCurrent.01': [10, 'Good'],
      'dcCurrent.02': [10.1, 'Good'],
      'dcCurrent.03': [10.2, 'Good'],
    });
  });

  it('the length is believed where it disagrees with N, and what is not there is not supported', async () => {
    const lying = inputsModel(2, 48 + 5);
    writeSunSpec(await start(), [commonModel(), { ...lying, data: lying.data.with(6, 9) }]);
    await read(profileOf([strings(3)])).until(() => last() !== undefined);
    expect(last()).toEqual({
      'dcCurrent.01': [10, 'Good'],
      'dcCurrent.02': [10.1, 'Good'],
      'dcCurrent.03': [0, 'BadNotSupported'],
    });
  });

  it('20 inputs are read by several requests between blocks, with the scale factors again', async () => {
    const [, at = 0] = writeSunSpec(await start(), [commonModel(), inputsModel(20)]);
    await read(profileOf([strings(20)])).until(() => last() !== undefined);
    const values = Object.values(last() ?? {});
    expect(values).toHaveLength(20);
    expect(
      values.every(([value, status], index) => status === 'Good' && value === (100 + index) / 10),
    ).toBe(true);
    expect(device.requests.every(({ quantity }) => quantity <= 125)).toBe(true);
    expect(
      device.requests.filter(({ address, quantity }) => address === at + 2 && quantity === 1)
        .length,
    ).toBeGreaterThanOrEqual(2);
  });

  it('a scale factor that changes between two of the requests is never put to the wrong values', async () => {
    const [, at = 0] = writeSunSpec(await start(), [commonModel(), inputsModel(20)]);
    let changes = 0;
    device.onRequest = ({ address }) => {
      // As Fronius does while it runs: value and factor change together, here before the third block.
      if (address <= at + 200 || changes > 6) return;
      changes += 1;
      const isFine = changes % 2 === 1;
      device.set(at + 2, [isFine ? 0xfffe : 0xffff]);
      for (let index = 0; index < 20; index += 1) {
        device.set(at + 19 + 20 * index, [(100 + index) * (isFine ? 10 : 1)]);
      }
    };
    await read(profileOf([strings(20)])).until(() => changes > 6 && (run?.frames.length ?? 0) > 8);
    expect(run?.counters['torn_reads']).toBeGreaterThan(0);
    for (const { points } of run?.frames ?? []) {
      for (const [index, [value, status]] of Object.values(points).entries()) {
        if (status === 'Good') expect(value).toBeCloseTo((100 + index) / 10, 9);
        else expect(status).toBe('BadDataUnavailable');
      }
    }
  });
});

describe('a SunSpec device', () => {
  it('that is silent is walked again when it is back', async () => {
    writeSunSpec(await start(), [commonModel(), inverterModel()]);
    await read(profileOf([inverter])).until(() => last()?.['power']?.[0] === 50_400);
    device.misbehave(1, () => undefined);
    await run?.until(() => last()?.['power']?.[1] !== 'Good');
    device.misbehave(1, undefined);
    await run?.until(() => last()?.['power']?.[1] === 'Good');
    const walks = device.requests.filter(
      ({ address, quantity }) => address === 40_000 && quantity === 2,
    );
    expect(walks.length).toBeGreaterThan(1);
  });
});
