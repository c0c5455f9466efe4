import {
  AttributeIds,
  type ClientSession,
  DataType,
  type DataValue,
  MessageSecurityMode,
  SecurityPolicy,
} from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lineOnly, openLine, ownUri, since, startMs, truthOf } from '../../support/line-opcua.ts';
import { subscribe, watch } from '../../support/opcua-watch.ts';
import { RawModbus } from '../../support/raw-modbus.ts';
import { namespaceIndexOf, RawOpcua, readValues } from '../../support/raw-opcua.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

const machineryUri = 'http://opcfoundation.org/UA/Machinery/';
const password = 'weld-2023';
const torches = ['F', 'B'].flatMap((face) =>
  Array.from({ length: 10 }, (_, index) => `${face}${String(index + 1).padStart(2, '0')}`),
);
const signals = [
  'Current',
  'Voltage',
  'ArcPower',
  'WireFeed',
  'GasFlow',
  'OffsetY',
  'OffsetZ',
  'Gap',
  'SeamFound',
  'Confidence',
  'ArcOn',
  'Fault',
  'HeatInput',
];
const torchIds = torches.flatMap((torch) => signals.map((signal) => `MPM01.T.${torch}.${signal}`));

let opcua: RawOpcua;
beforeAll(async () => {
  opcua = await RawOpcua.create();
});
afterAll(() => opcua.close());

describe('the OPC UA server of the welding line', () => {
  let simulator: Simulator;
  let session: ClientSession;
  let own: number;
  beforeAll(async () => {
    simulator = await startSimulator(lineOnly);
    ({ session, own } = await openLine(opcua, simulator));
  });
  afterAll(() => simulator.stop());

  it('shows the machine under Machines with its identification and all torches', async () => {
    const machinery = await namespaceIndexOf(session, machineryUri);
    const names = async (nodeId: string): Promise<string[]> => {
      const { references } = await session.browse(nodeId);
      return (references ?? []).map(({ browseName }) => String(browseName.name));
    };
    expect(await names(`ns=${machinery};i=1001`)).toContain('MPM01');
    expect(await names(`ns=${own};s=MPM01`)).toStrictEqual(
      expect.arrayContaining([
        'Identification',
        'Monitoring',
        'Components',
        'MachineryBuildingBlocks',
      ]),
    );
    expect((await names(`ns=${own};s=MPM01.T`)).sort()).toStrictEqual([...torches].sort());
    expect(await names(`ns=${own};s=MPM01.T.B10`)).toStrictEqual(expect.arrayContaining(signals));
    const [manufacturer] = await readValues(session, own, ['MPM01.Identification-Manufacturer']);
    expect(manufacturer?.value.value.text).toBe('Seamwatt simulated');
  });

  it('gives analog signals units and ranges, and codes their texts', async () => {
    const [current, heat, position, state, fault] = await readValues(session, own, [
      'MPM01.T.F01.Current.EngineeringUnits',
      'MPM01.T.F01.HeatInput.EngineeringUnits',
      'MPM01.Panel.Position.EURange',
      'MPM01.State.EnumStrings',
      'MPM01.T.F01.Fault.ValueAsText',
    ]);
    expect(current?.value.value).toMatchObject({
      namespaceUri: 'http://www.opcfoundation.org/UA/units/un/cefact',
      unitId: 0x414d50,
      displayName: { text: 'A' },
    });
    expect(heat?.value.value).toMatchObject({ unitId: -1, displayName: { text: 'kJ/mm' } });
    expect(position?.value.value).toMatchObject({ low: 0, high: 30_000 });
    expect(state?.value.value.map(({ text }: { text: string }) => text)).toStrictEqual([
      'off',
      'load',
      'find',
      'ignite',
      'weld',
      'crater',
      'scan',
      'unload',
      'standby',
      'setup',
      'out-of-service',
    ]);
    expect(fault?.value.value.text).toBe('none');
  });

  it('says BadNoData where the machine has no value yet', async () => {
    const values = await readValues(session, own, [
      'MPM01.T.F01.HeatInput',
      'MPM01.DeformationProfile',
      'MPM01.T.F01.Current',
    ]);
    expect(values.map(({ statusCode }) => statusCode.name)).toStrictEqual([
      'BadNoData',
      'BadNoData',
      'Good',
    ]);
    expect(values.map(({ sourceTimestamp }) => sourceTimestamp?.getTime())).toStrictEqual([
      startMs,
      startMs,
      startMs,
    ]);
  });

  it('keeps the bound of a queue also where the statuses are bad', async () => {
    const subscription = await subscribe(session);
    const { arrivals } = await watch(subscription, {
      nodeId: `ns=${own};s=MPM01.T.F01.HeatInput`,
      intervalMs: 100,
      queueSize: 2,
      reportsTimestamps: true,
    });
    await simulator.advance(startMs + 1000);
    await arrivals.until(({ length }) => length >= 3);
    expect(since(arrivals)).toStrictEqual([0, 900, 1000]);
    expect(arrivals.values[1]?.statusCode.hasOverflowBit).toBe(true);
    for (const { statusCode } of arrivals.values) expect(statusCode.name).toContain('BadNoData');
    await subscription.terminate();
  });

  it('has all 260 torch values equal to registers and truth of the same instant', async () => {
    const nowMs = startMs + 20_000;
    await simulator.advance(nowMs);
    const values = await readValues(session, own, torchIds);
    expect(values).toHaveLength(260);
    const of = (torch: string, signal: string): DataValue | undefined =>
      values[torchIds.indexOf(`MPM01.T.${torch}.${signal}`)];
    for (const value of values) {
      expect(value.sourceTimestamp?.getTime()).toBe(nowMs);
      expect(['Good', 'UncertainSensorNotAccurate']).toContain(value.statusCode.name);
    }
    const truth = await truthOf(simulator);
    const plc = await RawModbus.open(simulator.address('line.plc'));
    for (const [index, torch] of torches.entries()) {
      const registers = await plc.readHolding(1, 1000 + 24 * index, 24);
      const float = (offset: number): number => registers.readFloatBE(2 * offset);
      const seen = Object.fromEntries(
        signals.map((signal) => [signal, of(torch, signal)?.value.value]),
      );
      const bits = registers.readUInt16BE(0);
      expect(seen).toMatchObject({
        Current: float(2),
        Voltage: float(4),
        WireFeed: float(6),
        GasFlow: float(8),
        OffsetY: float(10),
        OffsetZ: float(12),
        Gap: float(14),
        ArcPower: float(22),
        ArcOn: (bits & 1) === 1,
        SeamFound: (bits & 2) === 2,
        Fault: registers.readUInt16BE(2),
      });
      expect(seen['Confidence']).toBeCloseTo(registers.readUInt16BE(32) / 10_000, 4);
      const heatInput = truth.line.panel.seams[torch]?.heatInputKjPerMm ?? Number.NaN;
      expect(seen['HeatInput']).toBe(Math.fround(heatInput));
    }
    plc.close();
  });

  it('has the values of the machine equal to registers and truth of the same instant', async () => {
    const ids = [
      'MPM01.State',
      'MPM01.Panel.Id',
      'MPM01.Panel.Position',
      'MPM01.Travel.Speed',
      'MPM01.Travel.SpeedSet',
      'MPM01.Ambient.Temperature',
      'MPM01.Energy.AcActivePowerTotal',
      'MPM01.Energy.AcActiveEnergyTotalImportHp',
      'MPM01.DeformationProfile',
      'MPM01.DeformationProfile.X',
    ];
    await simulator.advance(startMs + 25_000);
    const values = await readValues(session, own, ids);
    const plc = await RawModbus.open(simulator.address('line.plc'));
    const header = await plc.readHolding(1, 0, 44);
    const frame = await plc.readHolding(1, 2000, 16);
    plc.close();
    const { line } = await truthOf(simulator);
    expect(values.slice(0, 8).map(({ value }) => value.value)).toStrictEqual([
      header.readUInt16BE(14),
      'MPM01-20230621-001',
      header.readFloatBE(58),
      header.readFloatBE(62),
      header.readFloatBE(66),
      header.readFloatBE(70),
      Math.fround(line.linePowerKw * 1000),
      line.energyWh,
    ]);
    const [profile, x] = values.slice(8);
    expect(profile?.value.value).toBeInstanceOf(Float32Array);
    expect(Array.from<number>(profile?.value.value)).toStrictEqual(
      Array.from({ length: 12 }, (_, index) => Math.fround(frame.readInt16BE(6 + 2 * index) / 100)),
    );
    expect(x?.value.value).toBe(frame.readFloatBE(2));
    const frameMs = profile?.sourceTimestamp?.getTime() ?? 0;
    expect(frameMs).toBeLessThan(startMs + 25_000);
    expect(x?.sourceTimestamp?.getTime()).toBe(frameMs);
  });

  it('counts the machine as executing and processing while it welds', async () => {
    const values = await readValues(session, own, [
      'MPM01.MachineryItemState-CurrentState',
      'MPM01.MachineryOperationMode-CurrentState',
    ]);
    expect(values.map(({ value }) => value.value.text)).toStrictEqual(['Executing', 'Processing']);
  });

  it('reports each of the ten steps of a second once, with its time', async () => {
    const subscription = await subscribe(session);
    const from = 30_000;
    await simulator.advance(startMs + from);
    const torch = `ns=${own};s=MPM01.T.F01`;
    const fast = await watch(subscription, { nodeId: `${torch}.Current`, intervalMs: 50 });
    const slow = await watch(subscription, { nodeId: `${torch}.Voltage`, intervalMs: 250 });
    const still = await watch(subscription, {
      nodeId: `ns=${own};s=MPM01.Travel.SpeedSet`,
      intervalMs: 100,
    });
    const last = await watch(subscription, {
      nodeId: `${torch}.ArcPower`,
      intervalMs: 100,
      queueSize: 3,
    });
    expect([fast.revisedMs, slow.revisedMs]).toStrictEqual([100, 250]);
    await simulator.advance(startMs + from + 1000);
    await fast.arrivals.until(({ length }) => length >= 11);
    await last.arrivals.until(({ length }) => length >= 4);
    const steps = Array.from({ length: 11 }, (_, index) => from + 100 * index);
    expect(since(fast.arrivals)).toStrictEqual(steps);
    expect(since(slow.arrivals)).toStrictEqual([
      from,
      from + 300,
      from + 500,
      from + 800,
      from + 1000,
    ]);
    expect(since(still.arrivals)).toStrictEqual([from]);
    // A queue of three keeps the newest and says at its head that it lost some.
    expect(since(last.arrivals)).toStrictEqual([from, from + 800, from + 900, from + 1000]);
    expect(last.arrivals.values.map(({ statusCode }) => statusCode.hasOverflowBit)).toStrictEqual([
      false,
      true,
      false,
      false,
    ]);
    await subscription.terminate();
    expect((await truthOf(simulator)).servers['line.opcua']['monitoredItems']).toBe(0);
  });

  it('refuses every write and counts it', async () => {
    const before = (await truthOf(simulator)).servers['line.opcua']['writesRefused'] ?? 0;
    const statuses = await session.write(
      ['MPM01.Travel.SpeedSet', 'MPM01.T.F01.Current', 'MPM01.Identification-Manufacturer'].map(
        (id) => ({
          nodeId: `ns=${own};s=${id}`,
          attributeId: AttributeIds.Value,
          value: { value: { dataType: DataType.Float, value: 1 } },
        }),
      ),
    );
    for (const status of statuses) expect(status.isGood()).toBe(false);
    expect((await truthOf(simulator)).servers['line.opcua']['writesRefused']).toBe(before + 3);
  });
});

describe('the OPC UA server with a running clock', () => {
  it('misses no step, and ends within a second while it is watched', async () => {
    const simulator = await startSimulator(['--plants', 'line', '--line-opcua-port', '0']);
    const { session, own } = await openLine(opcua, simulator);
    const { arrivals } = await watch(await subscribe(session), {
      nodeId: `ns=${own};s=MPM01.Energy.AcActiveEnergyTotalImportHp`,
      intervalMs: 100,
    });
    await arrivals.until(({ length }) => length >= 8);
    const [firstMs = Number.NaN] = arrivals.times;
    expect(Math.abs(firstMs - Date.now())).toBeLessThan(10_000);
    expect(arrivals.times).toStrictEqual(arrivals.times.map((_, index) => firstMs + 100 * index));
    const from = performance.now();
    expect(await simulator.stop()).toBe(0);
    expect(performance.now() - from).toBeLessThan(1000);
  });
});

describe('access to the OPC UA server', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await startSimulator([
      ...lineOnly,
      '--line-opcua-anonymous',
      'off',
      '--line-opcua-password',
      password,
    ]);
  });
  afterAll(() => simulator.stop());

  it.each([
    SecurityPolicy.Basic256Sha256,
    SecurityPolicy.Aes128_Sha256_RsaOaep,
    SecurityPolicy.Aes256_Sha256_RsaPss,
  ])('lets the operator in over %s, signed and encrypted', async (securityPolicy) => {
    const session = await opcua.open(simulator.url('line.opcua'), {
      securityMode: MessageSecurityMode.SignAndEncrypt,
      securityPolicy,
      user: { name: 'operator', password },
    });
    const own = await namespaceIndexOf(session, ownUri);
    const [state] = await readValues(session, own, ['MPM01.State']);
    expect(state?.value.value).toBe(2);
  });

  it.each([
    ['nobody', {}],
    ['a wrong password', { user: { name: 'operator', password: 'guess' } }],
    ['another user', { user: { name: 'admin', password } }],
  ])('refuses %s', async (_, who) => {
    const refused = opcua.open(simulator.url('line.opcua'), {
      securityMode: MessageSecurityMode.Sign,
      securityPolicy: SecurityPolicy.Basic256Sha256,
      ...who,
    });
    await expect(refused).rejects.toThrow(/anonymous|BadIdentityTokenInvalid|BadUserAccessDenied/i);
  });
});
