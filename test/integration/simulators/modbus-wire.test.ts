import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modbusRequest, RawModbus, readPdu } from '../../support/raw-modbus.ts';
import { type Simulator, startSimulator } from '../../support/simulator.ts';

/** The bytes on the wire of a simulated device, seen from a bare socket. */

const unitId = 1;
const request = (transactionId: number, pdu: readonly number[], unit = unitId): Buffer =>
  modbusRequest({ transactionId, unitId: unit, pdu });

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator(['--plants', 'line', '--lock-step']);
});

afterAll(async () => {
  await simulator.stop();
});

const open = (): Promise<RawModbus> => RawModbus.open(simulator.address('line.plc'));

const plcStats = async (): Promise<Record<string, number>> => {
  const { body } = await simulator.send('GET', '/state');
  const { servers } = body as { servers: Record<string, Record<string, number>> };
  return servers['line.plc'] ?? {};
};

describe('a simulated Modbus TCP device', () => {
  it('answers the word-order probe', async () => {
    const client = await open();
    client.write(request(0x1234, readPdu(3, 2, 2)));
    expect((await client.take(13)).toString('hex')).toBe('123400000007010304' + '43668000');
    client.close();
  });

  it('puts together a request that comes byte by byte', async () => {
    const client = await open();
    for (const byte of request(7, readPdu(3, 0, 1))) {
      client.write(Buffer.of(byte));
      // Each byte is to travel in a segment of its own: an answer to the control port orders them.
      await simulator.send('GET', '/healthz');
    }
    expect((await client.take(11)).toString('hex')).toBe('0007000000050103020001');
    client.close();
  });

  it('answers 300 requests of one segment in their order, with a half one left over', async () => {
    const client = await open();
    const frames = Array.from({ length: 300 }, (_, index) => request(index, readPdu(3, 1000, 120)));
    const half = request(300, readPdu(3, 0, 1));
    client.write(Buffer.concat([...frames, half.subarray(0, 5)]));
    for (let index = 0; index < frames.length; index += 1) {
      const answer = await client.take(9 + 240);
      expect(answer.readUInt16BE(0)).toBe(index);
      expect(answer.readUInt16BE(4)).toBe(243);
    }
    expect(client.pending).toHaveLength(0);
    client.write(half.subarray(5));
    expect((await client.take(11)).readUInt16BE(0)).toBe(300);
    client.close();
  });

  it('answers with exceptions: wrong function, address, quantity and unit', async () => {
    const client = await open();
    client.write(
      Buffer.concat([
        request(1, [0x2b, 0x0e, 1, 0]),
        request(2, readPdu(3, 100, 1)),
        request(3, readPdu(3, 0, 126)),
        request(4, readPdu(3, 0, 1), 77),
        request(5, readPdu(4, 0, 1)),
      ]),
    );
    const answers = await client.take(5 * 9);
    const seen = [0, 1, 2, 3, 4].map((index) =>
      answers.subarray(9 * index + 6, 9 * index + 9).toString('hex'),
    );
    expect(seen).toStrictEqual(['01ab01', '018302', '018303', '4d830b', '018401']);
    client.close();
  });

  it('refuses writes, counts them and changes nothing', async () => {
    const before = await plcStats();
    const client = await open();
    client.write(request(1, [0x06, 0, 0, 0, 99]));
    client.write(request(2, [0x10, 0, 0, 0, 1, 2, 0, 99]));
    expect((await client.take(18)).toString('hex')).toBe(
      '000100000003018601' + '000200000003019001',
    );
    expect((await client.readHolding(unitId, 0, 1)).readUInt16BE(0)).toBe(1);
    const after = await plcStats();
    expect((after['writesRefused'] ?? 0) - (before['writesRefused'] ?? 0)).toBe(2);
    client.close();
  });

  it.each([
    ['a wrong protocol id', '000100010006010300000001'],
    ['a length of 1', '0001000000010103'],
    ['a length of 60000', '00010000ea60010300000001'],
  ])('closes the connection on %s, and only that one', async (_, bytes) => {
    const healthy = await open();
    const broken = await open();
    broken.write(Buffer.concat([request(1, readPdu(3, 0, 1)), Buffer.from(bytes, 'hex')]));
    expect(await broken.take(11)).toHaveLength(11);
    await broken.closed();
    expect(await healthy.readHolding(unitId, 0, 1)).toHaveLength(2);
    healthy.close();
  });

  it('survives clients that vanish in the middle of a request', async () => {
    for (let index = 0; index < 20; index += 1) {
      const client = await open();
      client.write(request(1, readPdu(3, 0, 125)).subarray(0, 3 + (index % 8)));
      client.close();
    }
    const client = await open();
    expect(await client.readHolding(unitId, 0, 100)).toHaveLength(200);
    client.close();
  });

  it('stops reading from a client that never reads its answers', async () => {
    const asked = 200_000;
    const before = (await plcStats())['requests'] ?? 0;
    const answered = async (): Promise<number> => ((await plcStats())['requests'] ?? 0) - before;
    const frame = request(1, readPdu(3, 1000, 125));
    const client = await open();
    client.pause();
    client.write(Buffer.concat(Array.from({ length: asked }, () => frame)));
    const healthy = await open();
    expect(await healthy.readHolding(unitId, 0, 1)).toHaveLength(2);
    healthy.close();
    expect(await answered()).toBeLessThan(asked);
    client.resume();
    expect(await client.take(asked * 259)).toHaveLength(asked * 259);
    expect(await answered()).toBe(asked + 1);
    client.close();
  });
});
