import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { modbusAdapter } from '../../../../adapters/modbus/index.ts';
import type { ProbeOptions } from '../../../../gateway/core/adapter.ts';
import { type Limits, startLimitedDevice } from '../../../support/limited-device.ts';
import type { ScriptedDevice } from '../../../support/modbus-device.ts';
import { probeLines, runProbe } from '../../../support/probe-lines.ts';
import { rtuAnswer, startRtuDevice } from '../../../support/rtu-device.ts';

// The bus doctor against devices with limits: what it finds must be what the device has.

let device: ScriptedDevice | undefined;

afterEach(async () => {
  await device?.close();
  device = undefined;
});

type Unit = { readonly [key: string]: unknown };

const examine = async (
  limits: Limits,
  args: readonly string[] = [],
  options: Partial<ProbeOptions> = {},
) => {
  device = await startLimitedDevice(limits);
  const report = await runProbe(modbusAdapter, 'modbus', {
    target: `127.0.0.1:${device.port}`,
    arguments: ['--rate', '500', '--timeout-ms', '60', '--units', '1-3', ...args],
    ...options,
  });
  const { unitIds, units, asked } = report.data as {
    readonly unitIds: readonly number[];
    readonly units: readonly Unit[];
    readonly asked: number;
  };
  const section = report.document === undefined ? undefined : parse(report.document);
  return { report, unitIds, unit: units[0], asked, source: section?.sources[0] };
};

/** Two registers of a float, the most significant first. */
const floatRegisters = (value: number): readonly number[] => {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return [bytes.readUInt16BE(0), bytes.readUInt16BE(2)];
};

describe('the bus doctor', () => {
  it('finds the units that answer among silent ones', async () => {
    const { unitIds, asked } = await examine({ units: [2] });
    expect([unitIds, asked]).toEqual([[2], 3]);
  });

  it.each([1, 10, 37, 60, 100, 124])('finds a limit of %i registers', async (maxRegisters) => {
    const { unit, source } = await examine({ units: [1], maxRegisters });
    expect(unit?.['largestRead']).toEqual({ registers: maxRegisters, isLimit: true });
    expect(source.devices[0].limits).toEqual({ maxRegisters });
  });

  it('does not take the end of the registers for a limit of the device', async () => {
    const { unit, source } = await examine({ units: [1], registers: new Array(40).fill(1) });
    expect(unit?.['largestRead']).toEqual({ registers: 40, isLimit: false });
    expect(source.devices[0].limits).toBeUndefined();
  });

  it('finds no limit where there is none', async () => {
    const { unit } = await examine({ units: [1] });
    expect(unit).toMatchObject({
      largestRead: { registers: 125, isLimit: false },
      gapMs: 0,
      inFlight: 16,
    });
  });

  it.each([
    [1, 1],
    [3, 2],
    [4, 4],
  ])('finds that at most %i reads are taken at once', async (inFlight, expected) => {
    const { unit, source } = await examine({ units: [1], inFlight });
    expect(unit?.['inFlight']).toBe(expected);
    expect(source.transport.maxInFlight).toBe(expected);
  });

  it('finds the rest that a device needs, and then asks one at a time', async () => {
    const { unit, source } = await examine({ units: [1], gapMs: 15 });
    expect(unit).toMatchObject({ gapMs: 20, inFlight: 1 });
    expect(source.transport).toMatchObject({ gapMs: 20, maxInFlight: 1 });
  });

  it.each([
    ['ABCD', [0x4366, 0x8000]],
    ['CDAB', [0x8000, 0x4366]],
    ['BADC', [0x6643, 0x0080]],
    ['DCBA', [0x0080, 0x6643]],
  ])('knows %s by a value that is told', async (order, registers) => {
    const { unit } = await examine({ units: [1], registers: [0, 0, ...registers, 0, 0] }, [
      '--known',
      'f32@holding:2=230.5',
    ]);
    expect(unit?.['wordOrder']).toEqual({ order, certainty: 'known' });
  });

  it.each(['ABCD', 'CDAB'])('takes %s for plausible by what floats may be', async (order) => {
    const values = [230.5, 231.2, 229.9, 50.01, 12.5].flatMap((value) => {
      const registers = floatRegisters(value);
      return order === 'ABCD' ? registers : registers.toReversed();
    });
    const { unit, report } = await examine({ units: [1], registers: values });
    expect(unit?.['wordOrder']).toEqual({ order, certainty: 'plausible' });
    expect(probeLines(report, 'zh').join('\n')).toContain(`推测为 ${order}`);
  });

  it('claims no order where the registers do not show one', async () => {
    const { unit } = await examine({ units: [1], registers: [1, 2, 3, 4, 500, 600, 7, 8, 9, 10] });
    expect(unit?.['wordOrder']).toBeUndefined();
  });

  it('writes an entry that the adapter takes, but for the profile', async () => {
    const { source } = await examine({ units: [1, 2], maxRegisters: 50 });
    expect(
      modbusAdapter.configSchema.safeParse({ ...source, id: undefined, kind: undefined }).success,
    ).toBe(false);
    const { id: _id, kind: _kind, ...entry } = source;
    expect(modbusAdapter.configSchema.parse(entry).devices).toHaveLength(2);
  });

  it('says what it will send before it sends anything, and sends nothing without a yes', async () => {
    const said: string[] = [];
    const { unitIds } = await examine({ units: [1] }, [], {
      confirm: (lines) => {
        said.push(...lines.map(({ en }) => en));
        expect(device?.connections).toHaveLength(0);
        return Promise.resolve(false);
      },
    });
    expect(said[0]).toContain('reads only (functions 03 and 04), at most 500 a second');
    expect(unitIds).toEqual([]);
    expect(device?.requests).toHaveLength(0);
  });

  it('reads only', async () => {
    await examine({ units: [1, 2, 3] });
    const functions = new Set(device?.requests.map(({ functionCode }) => functionCode));
    expect([...functions].every((code) => code === 3 || code === 4)).toBe(true);
  });

  it('keeps to its rate but for its bursts', async () => {
    const startMs = performance.now();
    await examine({ units: [] }, ['--rate', '20']);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(100);
  });

  it('spends no more than half of its time on looking for units, and says which it did not ask', async () => {
    const { asked, report } = await examine({ units: [] }, ['--units', '1-200'], { budgetMs: 700 });
    expect(asked).toBeLessThan(10);
    expect(probeLines(report)[1]).toContain('The time was over before');
    expect(report.document).toBeUndefined();
  });
});

describe('the bus doctor on a serial line', () => {
  it('asks one read at a time, and writes the line into the entry', async () => {
    const line = await startRtuDevice((request) => {
      if (request.unitId === 2) request.socket.write(rtuAnswer(request));
    });
    const target = `rtu+tcp://127.0.0.1:${line.port}`;
    const given = ['--baud', '19200', '--units', '1-3', '--rate', '200', '--timeout-ms', '50'];
    const report = await runProbe(modbusAdapter, 'modbus', { target, arguments: given });
    await line.close();
    expect(report.data).toMatchObject({ unitIds: [2], units: [{ unitId: 2, inFlight: 1 }] });
    expect(parse(report.document ?? '').sources[0].transport).toEqual({
      type: 'rtu-over-tcp',
      host: '127.0.0.1',
      port: line.port,
      baudRate: 19_200,
    });
  });
});
