import ModbusSerial from 'modbus-serial';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modbusRequest, RawModbus, readPdu } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/** Faults of a proxy that knows Modbus frames, in front of a simulated device. */

const device = 'proxy.plc';
/** The word-order probe: 13 bytes of answer, always with the same data. */
const probe = (transactionId: number): Buffer =>
  modbusRequest({ transactionId, unitId: 1, pdu: readPdu(3, 2, 2) });
/** The map's version: 11 bytes of answer. */
const version = (transactionId: number): Buffer =>
  modbusRequest({ transactionId, unitId: 1, pdu: readPdu(3, 0, 1) });
const probeAnswer = (transactionId: number): string =>
  `${transactionId.toString(16).padStart(4, '0')}0000000701030443668000`;

let simulator: Simulator;
let client: RawModbus;

beforeAll(async () => {
  simulator = await startSimulator([
    ...['--plants', 'line', '--lock-step', '--proxy', 'plc@0=line.plc'],
  ]);
});

afterAll(() => simulator.stop());

afterEach(async () => {
  client.close();
  await simulator.send('DELETE', '/faults');
});

const breakDown = async (kind: string, more: object = {}): Promise<void> => {
  const { status } = await simulator.send('POST', '/faults', { device, kind, ...more });
  expect(status).toBe(201);
  client = await RawModbus.open(simulator.address(device));
};

const hex = async (bytes: number): Promise<string> => (await client.take(bytes)).toString('hex');

describe('a proxy that knows Modbus frames', () => {
  it('lets a foreign client read the device as if it were not there', async () => {
    client = await RawModbus.open(simulator.address(device));
    const foreign = new ModbusSerial.default();
    const { host, port } = simulator.address(device);
    await foreign.connectTCP(host, { port });
    foreign.setID(1);
    const { data } = await foreign.readHoldingRegisters(2, 2);
    expect(data).toStrictEqual([0x4366, 0x8000]);
    await new Promise<void>((resolve) => {
      foreign.close(() => resolve());
    });
  });

  it('crossed-ids: each of two answers has the transaction id of the other', async () => {
    await breakDown('crossed-ids', { holdMs: 5000 });
    client.write(Buffer.concat([probe(1), version(2)]));
    expect(await hex(13)).toBe(probeAnswer(2));
    expect(await hex(11)).toBe('000100000005' + '0103020001');
  });

  it('reorder: the second answer comes before the first, whole, though both came in one segment', async () => {
    await breakDown('reorder', { holdMs: 5000 });
    client.write(Buffer.concat([probe(1), version(2), probe(3), probe(4)]));
    expect(await hex(11)).toBe('000200000005' + '0103020001');
    expect(await hex(13)).toBe(probeAnswer(1));
    expect(await hex(13)).toBe(probeAnswer(4));
    expect(await hex(13)).toBe(probeAnswer(3));
  });

  it('duplicate: the same answer comes again', async () => {
    await breakDown('duplicate');
    client.write(probe(7));
    expect(await hex(26)).toBe(probeAnswer(7).repeat(2));
  });

  it('truncate: half an answer, and the next one behind it', async () => {
    await breakDown('truncate', { id: 'half' });
    client.write(probe(1));
    expect(await hex(6)).toBe('000100000007');
    await simulator.send('DELETE', '/faults/half');
    client.write(probe(2));
    expect(await hex(13)).toBe(probeAnswer(2));
  });

  it('wrong-transaction-id: an id that was never asked', async () => {
    await breakDown('wrong-transaction-id');
    client.write(probe(1));
    expect(await hex(13)).toBe(probeAnswer(0x8001));
  });

  it('delay with a probability: some answers are late, and hold up those behind them', async () => {
    await breakDown('delay', { delayMs: 100, probability: 0.5, towards: 'client' });
    const times: number[] = [];
    for (let id = 0; id < 12; id += 1) {
      const from = performance.now();
      client.write(probe(id));
      expect(await hex(13)).toBe(probeAnswer(id));
      times.push(performance.now() - from);
    }
    expect(times.filter((ms) => ms > 95).length).toBeGreaterThan(1);
    expect(times.filter((ms) => ms < 95).length).toBeGreaterThan(1);
  });

  it('hands on what is no Modbus as it came, and counts it', async () => {
    client = await RawModbus.open(simulator.address(device));
    client.write(Buffer.concat([probe(1), Buffer.from('GET / HTTP/1.1\r\n\r\n')]));
    expect(await hex(13)).toBe(probeAnswer(1));
    await client.closed();
    const { body } = await simulator.send('GET', '/state');
    const { servers } = body as { servers: Record<string, Record<string, number>> };
    expect(servers[device]?.['malformed']).toBe(1);
    expect(servers['line.plc']?.['malformed']).toBe(1);
  });

  it('says what it cannot do', async () => {
    client = await RawModbus.open(simulator.address(device));
    const refused = async (fault: object): Promise<unknown> =>
      (await simulator.send('POST', '/faults', fault)).body;
    expect(await refused({ device, kind: 'frozen' })).toStrictEqual({
      error: expect.stringContaining('frozen is not possible at proxy.plc: there are delay, '),
    });
    expect(await refused({ device: `${device}/1`, kind: 'stall' })).toStrictEqual({
      error: 'proxy.plc has no units',
    });
    await expect(startSimulator(['--plants', 'line', '--proxy', 'pv@0=park.pv'])).rejects.toThrow(
      /ended \(2\): .*no server park\.pv: there are line\.plc/,
    );
  });
});
