import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { modbusRequest, RawModbus, readPdu } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/** Faults of a device as a client meets them on its socket. */

const startMs = Date.parse('2023-06-21T00:00:00Z');
const sequenceRegister = 43;
const probe = (transactionId: number): Buffer =>
  modbusRequest({ transactionId, unitId: 1, pdu: readPdu(3, 2, 2) });
const probeAnswerBytes = 13;

let simulator: Simulator;
let client: RawModbus;

beforeAll(async () => {
  simulator = await startSimulator(['--plants', 'line', '--lock-step']);
});

afterAll(async () => {
  await simulator.stop();
});

afterEach(async () => {
  client.close();
  await simulator.send('DELETE', '/faults');
});

const breakDown = async (fault: Record<string, unknown>): Promise<void> => {
  const { status, body } = await simulator.send('POST', '/faults', {
    device: 'line.plc',
    ...fault,
  });
  expect([status, body]).toStrictEqual([201, { faults: [expect.objectContaining(fault)] }]);
  client = await RawModbus.open(simulator.address('line.plc'));
};

const requestsOfPlc = async (): Promise<number> => {
  const { body } = await simulator.send('GET', '/state');
  return (body as { servers: Record<string, { requests: number }> }).servers['line.plc']
    ?.requests as number;
};

describe('a faulty device', () => {
  it('is silent, and answers new requests once it is well', async () => {
    await breakDown({ kind: 'silent' });
    const before = await requestsOfPlc();
    client.write(probe(1));
    await expect.poll(requestsOfPlc).toBe(before + 1);
    await simulator.send('DELETE', '/faults');
    client.write(probe(2));
    expect((await client.take(probeAnswerBytes)).readUInt16BE(0)).toBe(2);
    expect(client.pending).toHaveLength(0);
  });

  it('answers with the exception asked for', async () => {
    await breakDown({ kind: 'exception', code: 6 });
    client.write(probe(1));
    expect((await client.take(9)).toString('hex')).toBe('000100000003018306');
  });

  it('answers late, without holding up another unit', async () => {
    await breakDown({ device: 'line.plc/1', kind: 'delay', delayMs: 150 });
    const from = performance.now();
    client.write(probe(1));
    client.write(modbusRequest({ transactionId: 2, unitId: 9, pdu: readPdu(3, 2, 2) }));
    expect((await client.take(9)).toString('hex')).toBe('00020000000309830b');
    expect((await client.take(probeAnswerBytes)).readUInt16BE(0)).toBe(1);
    expect(performance.now() - from).toBeGreaterThan(140);
  });

  it('closes the connection', async () => {
    await breakDown({ kind: 'close' });
    client.write(probe(1));
    await client.closed();
    expect(client.pending).toHaveLength(0);
  });

  it('answers with a transaction id that was never asked', async () => {
    await breakDown({ kind: 'wrong-transaction-id' });
    client.write(probe(1));
    expect((await client.take(probeAnswerBytes)).readUInt16BE(0)).toBe(0x8001);
  });

  it('sends only the first half of an answer', async () => {
    await breakDown({ kind: 'truncate' });
    client.write(probe(1));
    expect((await client.take(6)).readUInt16BE(4)).toBe(7);
    await simulator.send('DELETE', '/faults');
    client.write(probe(2));
    expect((await client.take(probeAnswerBytes)).readUInt16BE(0)).toBe(2);
  });

  it('freezes at the instant asked, in the middle of an advance, and thaws', async () => {
    await breakDown({ kind: 'frozen', fromMs: startMs + 4000, toMs: startMs + 9000 });
    const sequenceAt = async (ms: number): Promise<number> => {
      await simulator.advance(startMs + ms);
      return (await client.readHolding(1, sequenceRegister, 1)).readUInt16BE(0);
    };
    expect(await sequenceAt(3900)).toBe(39);
    expect(await sequenceAt(6000)).toBe(40);
    expect(await sequenceAt(8900)).toBe(40);
    expect(await sequenceAt(9000)).toBe(90);
  });

  it('is not known by a name that is not there', async () => {
    client = await RawModbus.open(simulator.address('line.plc'));
    const answer = await simulator.send('POST', '/faults', { device: 'line.plx', kind: 'close' });
    expect(answer).toStrictEqual({
      status: 400,
      body: { error: 'unknown device line.plx: there are line.plc, line.weld' },
    });
    expect((await simulator.send('DELETE', '/faults/none')).status).toBe(404);
  });
});
