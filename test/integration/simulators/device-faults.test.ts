import ModbusSerial from 'modbus-serial';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modbusRequest, RawModbus, readPdu } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/**
 * Faults that are a state of the device, read by a foreign client: restarts, registers that stand,
 * counters that jump, clocks that are wrong, meters that are replaced.
 */

const startMs = Date.parse('2023-06-21T00:00:00Z');
const address = {
  heartbeat: 1,
  clock: 4,
  lineEnergy: 39,
  step: 43,
  serial: 40_052,
  export: 40_108,
  import: 40_116,
  chargerTotal: 4,
};

let simulator: Simulator;
let nowMs = startMs;
type ForeignClient = InstanceType<typeof ModbusSerial.default>;
const clients = new Map<string, ForeignClient>();

beforeAll(async () => {
  simulator = await startSimulator(['--lock-step', '--park-meter-error', 'off']);
});

afterAll(() => simulator.stop());

afterEach(async () => {
  for (const client of clients.values()) client.close(() => undefined);
  clients.clear();
  await simulator.send('DELETE', '/faults');
});

const advance = (byMs: number): Promise<void> => {
  nowMs += byMs;
  return simulator.advance(nowMs);
};

const fault = async (device: string, kind: string, more: object = {}): Promise<void> => {
  const answer = await simulator.send('POST', '/faults', { device, kind, ...more });
  expect(answer).toMatchObject({ status: 201, body: { faults: [{ device, kind, ...more }] } });
};

const clientOf = async (device: string): Promise<ForeignClient> => {
  const present = clients.get(device);
  if (present !== undefined) return present;
  const client = new ModbusSerial.default();
  const { host, port } = simulator.address(device);
  await client.connectTCP(host, { port });
  client.setTimeout(2000);
  clients.set(device, client);
  return client;
};

type Place = { readonly device: string; readonly unit?: number; readonly at: number };
const bytesAt = async ({ device, unit = 1, at }: Place, quantity: number): Promise<Buffer> => {
  const client = await clientOf(device);
  client.setID(unit);
  const { buffer } =
    device === 'park.chargers'
      ? await client.readInputRegisters(at, quantity)
      : await client.readHoldingRegisters(at, quantity);
  return buffer;
};
const u32 = async (place: Place): Promise<number> => (await bytesAt(place, 2)).readUInt32BE();
const plc = (at: number): Place => ({ device: 'line.plc', at });
const grid = (at: number): Place => ({ device: 'park.meters', at });
const building = (at: number): Place => ({ device: 'park.meters', unit: 2, at });

type Truth = {
  readonly park: {
    readonly meters: { readonly building: { readonly importRegisterWh: number } };
  };
  readonly servers: Record<string, Record<string, number>>;
};
const truth = async (): Promise<Truth> => (await simulator.send('GET', '/state')).body as Truth;

describe('registers that stand', () => {
  it('stuck: measured values stand while heartbeat, clock and step number go on', async () => {
    await advance(1000);
    const energyWh = await bytesAt(plc(address.lineEnergy), 4);
    const seen = async (): Promise<number[]> => {
      const header = await bytesAt(plc(0), 44);
      return [header.readUInt16BE(2), header.readUInt32BE(8), header.readUInt16BE(86)];
    };
    const [heartbeat = 0, seconds = 0, step = 0] = await seen();
    await fault('line.plc', 'stuck');
    await advance(60_000);
    expect(await seen()).toStrictEqual([heartbeat + 60, seconds + 60, step + 600]);
    expect(await bytesAt(plc(address.lineEnergy), 4)).toStrictEqual(energyWh);
    await simulator.send('DELETE', '/faults');
    expect(await bytesAt(plc(address.lineEnergy), 4)).not.toStrictEqual(energyWh);
  });

  it('plc-stop: all stands, the server answers, and counters start from 0 when it ends', async () => {
    await advance(1000);
    const before = await bytesAt(plc(0), 100);
    await fault('line.plc', 'plc-stop', { id: 'stop' });
    await advance(30_000);
    expect(await bytesAt(plc(0), 100)).toStrictEqual(before);
    await simulator.send('DELETE', '/faults/stop');
    const running = await bytesAt(plc(0), 44);
    expect(running.readUInt16BE(86)).toBe(0);
    expect(running.readBigUInt64BE(78)).toBe(0n);
    expect(running.readUInt32BE(8)).toBe(nowMs / 1000);
    await advance(500);
    expect((await bytesAt(plc(address.step), 1)).readUInt16BE()).toBe(5);
  });
});

describe('counters', () => {
  it('jump to 0, back and far ahead, and go on from there', async () => {
    const trueWh = await u32(building(address.import));
    await fault('park.meters/2', 'counter-jump', { id: 'reset', to: 0 });
    expect(await u32(building(address.import))).toBe(0);
    expect(await u32(grid(address.export))).toBeGreaterThan(0);
    await advance(600_000);
    const { importRegisterWh } = (await truth()).park.meters.building;
    const consumedWh = importRegisterWh - trueWh;
    expect(consumedWh).toBeGreaterThan(1000);
    expect(await u32(building(address.import))).toBe(consumedWh);
    await fault('park.meters/2', 'counter-jump', { id: 'back', by: -500 });
    expect(await u32(building(address.import))).toBe(consumedWh - 500);
    await fault('park.meters/2', 'counter-jump', { id: 'ahead', by: 1_000_000_000 });
    expect(await u32(building(address.import))).toBe(consumedWh - 500 + 1_000_000_000);
    await simulator.send('DELETE', '/faults');
    expect(await u32(building(address.import))).toBe(importRegisterWh);
  });

  it('start over at the end of their width, whatever their word order', async () => {
    const chargers: Place = { device: 'park.chargers', unit: 3, at: address.chargerTotal };
    await fault('park.chargers/3', 'counter-jump', { to: 2 ** 32 + 0x1_0002 });
    expect((await bytesAt(chargers, 2)).toString('hex')).toBe('00020001');
    expect((await bytesAt({ ...chargers, at: address.chargerTotal + 1 }, 1)).toString('hex')).toBe(
      '0001',
    );
  });

  it('meter-replaced: another serial number, and counters from a reading of its own', async () => {
    await fault('park.meters/1', 'meter-replaced', { serialNumber: 'NEW-7', to: 12 });
    const serial = await bytesAt(grid(address.serial), 16);
    expect(serial.toString('latin1').replaceAll('\0', '')).toBe('NEW-7');
    expect([await u32(grid(address.import)), await u32(grid(address.export))]).toStrictEqual([
      12, 12,
    ]);
    const other = await bytesAt(building(address.serial), 16);
    expect(other.toString('latin1')).toContain('SIM-METER-2');
  });
});

describe('the clock of a device', () => {
  const clockMs = async (): Promise<number> => {
    const bytes = await bytesAt(plc(address.clock), 3);
    return bytes.readUInt32BE() * 1000 + bytes.readUInt16BE(4);
  };

  it('stands at 1970 and runs on', async () => {
    await fault('line.plc', 'clock', { readsMs: 0 });
    expect(await clockMs()).toBe(0);
    await advance(2500);
    expect(await clockMs()).toBe(2500);
  });

  it('steps, and drifts by ppm', async () => {
    await fault('line.plc', 'clock', { offsetMs: -3_600_000, driftPpm: 200 });
    expect(await clockMs()).toBe(nowMs - 3_600_000);
    await advance(1_000_000);
    expect(await clockMs()).toBe(nowMs - 3_600_000 + 200);
    await simulator.send('DELETE', '/faults');
    expect(await clockMs()).toBe(nowMs);
  });
});

describe('a restart', () => {
  it('drops the connection, refuses for downMs, and comes back with its counters at 0', async () => {
    await advance(1000);
    const raw = await RawModbus.open(simulator.address('line.plc'));
    expect((await raw.readHolding(1, address.step, 1)).readUInt16BE()).toBeGreaterThan(0);
    await fault('line.plc', 'restart', { downMs: 300 });
    await raw.closed();
    await expect(RawModbus.open(simulator.address('line.plc'))).rejects.toThrow('ECONNREFUSED');
    await expect.poll(async () => (await truth()).servers['line.plc']?.['restarts']).toBe(1);
    const open = async (): Promise<Buffer> => bytesAt(plc(address.step), 1);
    await expect.poll(() => open().catch(() => undefined)).toStrictEqual(Buffer.alloc(2));
    await simulator.send('DELETE', '/faults');
    await advance(300);
    expect((await open()).readUInt16BE()).toBe(3);
  });

  it('keeps counters where asked to, and other servers know nothing of it', async () => {
    const readingWh = await u32(grid(address.import));
    const raw = await RawModbus.open(simulator.address('park.pv'));
    clients.get('park.meters')?.close(() => undefined);
    clients.delete('park.meters');
    await fault('park.meters', 'restart', { keepsCounters: true });
    await expect.poll(() => u32(grid(address.import)).catch(() => undefined)).toBe(readingWh);
    expect(await raw.readHolding(1, 40_000, 2)).toStrictEqual(Buffer.from('SunS'));
    raw.close();
  });
});

describe('a fault with a probability', () => {
  it('is a storm of exceptions with good answers in between, the same for the same seed', async () => {
    const storm = async (): Promise<string> => {
      const own = await startSimulator(['--plants', 'line', '--lock-step', '--seed', '5']);
      await own.send('POST', '/faults', {
        ...{ device: 'line.plc', kind: 'exception', code: 6, probability: 0.5 },
      });
      const raw = await RawModbus.open(own.address('line.plc'));
      let seen = '';
      for (let transactionId = 0; transactionId < 24; transactionId += 1) {
        raw.write(modbusRequest({ transactionId, unitId: 1, pdu: readPdu(3, 0, 1) }));
        const head = await raw.take(9);
        expect(head.readUInt16BE(0)).toBe(transactionId);
        const isException = head[7] === 0x83;
        if (!isException) await raw.take(2);
        seen += isException ? 'x' : '.';
      }
      raw.close();
      await own.stop();
      return seen;
    };
    const first = await storm();
    expect(first).toMatch(/x.*\..*x/);
    expect(await storm()).toBe(first);
  });
});
