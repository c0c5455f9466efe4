import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { modbusAdapter } from '../../../../adapters/modbus/index.ts';
import { profileSchema } from '../../../../adapters/modbus/profile-schema.ts';
import { loadSite } from '../../../../config/loader.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { type RegisterDevice, startRegisterDevice } from '../../../support/modbus-registers.ts';
import { createSource, tcpEntry } from '../../../support/modbus-source.ts';
import { probeLines, runProbe } from '../../../support/probe-lines.ts';
import { runSource } from '../../../support/source-run.ts';
import { commonModel, modelRegisters, writeSunSpec } from '../../../support/sunspec-device.ts';

let device: RegisterDevice;
let folder: string;

beforeEach(async () => {
  device = await startRegisterDevice();
  folder = mkdtempSync(join(tmpdir(), 'seamwatt-sunspec-'));
});
afterEach(async () => {
  await device.close();
  rmSync(folder, { recursive: true });
});

const probe = (...args: readonly string[]) =>
  runProbe(modbusAdapter, 'sunspec', {
    target: `127.0.0.1:${device.port}`,
    arguments: ['--rate', '1000', '--timeout-ms', '200', ...args],
  });

/** An inverter with two inputs, a counter with its own scale, and an energy that model 122 has again. */
const writeInverter = (unitId = 1): void => {
  const inverter = modelRegisters(103, 50, {
    2: 0xffff, // no current
    6: 0,
    14: 5000,
    15: 1,
    16: 5001,
    17: 0xfffe,
    24: [0, 1234],
    26: 3,
    33: 0x8000,
    38: 4,
  });
  const status = modelRegisters(122, 44, { 5: [0, 0, 0, 99], 44: 7, 45: 3 });
  const inputs = modelRegisters(160, 48, { 8: 2, 19: [100, 700, 70], 39: [101, 700, 70] });
  const unknown = modelRegisters(64_000, 5);
  writeSunSpec(device, [commonModel(), inverter, status, inputs, unknown], { unitId });
};

describe('probe sunspec', () => {
  it('writes a profile that check takes as it stands', async () => {
    writeInverter();
    const { document } = await probe('--name', 'inv');
    mkdirSync(join(folder, 'profiles'));
    writeFileSync(join(folder, 'profiles', 'inv.yaml'), document ?? '');
    const file = join(folder, 'seamwatt.yaml');
    writeFileSync(
      file,
      `version: 1
site: { enterprise: acme, site: plant1 }
sources:
  - id: pv
    kind: modbus
    transport: { type: tcp, host: 127.0.0.1 }
    devices: [{ profile: inv, area: park, line: pv, equipment: inv01 }]
`,
    );
    const loaded = await loadSite({
      file,
      adapters: [modbusAdapter],
      sections: [],
      env: {},
    });
    expect(loaded.ok ? [] : loaded.problems).toEqual([]);
  });

  it('writes a profile by which the device is read, all of it good', async () => {
    writeInverter();
    const { document } = await probe();
    const profile = profileSchema.parse(parse(document ?? ''));
    expect(profile.profile).toBe('sunspec-maker-model-x');
    const source = createSource(tcpEntry(device.port, [{ profile: profile.profile }]), [profile]);
    const run = runSource(source, systemClock);
    await run.until(() => run.frames.length >= source.groups.length);
    await run.stop();
    expect(run.events).toEqual([]);
    const inverter = run.framesOf('device', 'model103').at(-1)?.points ?? {};
    expect(inverter['power']).toEqual([50_000, 'Good']);
    expect(inverter['energyTotal']).toEqual([1_234_000, 'Good']);
    expect(run.framesOf('device', 'model160-input').at(-1)?.points).toMatchObject({
      'dcCurrent.01': [100, 'Good'],
      'dcCurrent.02': [101, 'Good'],
    });
  });

  it('names a second point of the same name after its model, and rolls counters over at their own scale', async () => {
    writeInverter();
    const { document } = await probe();
    const { sunspec } = profileSchema.parse(parse(document ?? ''));
    const points = (name: string) => sunspec.find((group) => group.name === name)?.points ?? [];
    expect(points('model103')).toContainEqual({
      point: 'energyTotal',
      rolloverAt: 4_294_967_296_000,
    });
    expect(points('model122')).toContainEqual({ point: 'model122.energyTotal', from: 'ActWh' });
    expect(points('model160-input')).toContain('dcVoltage');
  });

  it('leaves out what is not implemented, and says so', async () => {
    writeInverter();
    const report = await probe();
    const { sunspec } = profileSchema.parse(parse(report.document ?? ''));
    const names = sunspec.flatMap(({ points }) =>
      points.map((point) => (typeof point === 'string' ? point : point.point)),
    );
    expect(names).not.toContain('timeSource');
    // Every inverter must have one: it may only be missing now.
    expect(names).toContain('cabinetTemperature');
    const lines = probeLines(report);
    expect(lines).toContain('model 64000 is not known, and left out');
    expect(lines.find((line) => line.startsWith('model 122'))).toContain('TmSrc');
    expect(probeLines(report, 'zh').join('\n')).toContain('目前未实现');
  });

  it('asks another unit where it is told to', async () => {
    writeInverter(126);
    const { data } = await probe('--unit', '126');
    expect(data).toMatchObject({ base: 40_000, serialNumber: 'SN-7' });
    expect(new Set(device.requests.map(({ unitId }) => unitId))).toEqual(new Set([126]));
  });

  it('says in words that there is no SunSpec device', async () => {
    device.set(40_000, [1, 2]);
    await expect(probe()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      words: { zh: expect.stringContaining('均无 SunSpec 标记') },
    });
  });

  it('says that a silent device is silent', async () => {
    device.misbehave(1, () => undefined);
    await expect(probe()).rejects.toMatchObject({ code: 'TIMEOUT' });
  });

  it.each([[['--unit', '300']], [['--name', 'No Name']], [['--nonsense', '1']]])(
    'refuses %j with its usage',
    async (args) => {
      await expect(probe(...args)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining('sunspec HOST[:PORT]'),
      });
    },
  );
});
