import { afterAll, beforeAll, expect, it } from 'vitest';
import { byteOrders } from '../../../../adapters/modbus/profile-point.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { openTcp, readBytes, readRegisters } from '../../../support/modbus-client.ts';
import { createSource, profileOf, tcpEntry } from '../../../support/modbus-source.ts';
import { type Peer, peerFile, startPeer } from '../../../support/peer-process.ts';
import { requirePython } from '../../../support/programs.ts';
import { runSource } from '../../../support/source-run.ts';

const { path: python, describe } = requirePython('pymodbus', 'serial', 'serial_asyncio');

describe('against pymodbus', () => {
  let peer: Peer;
  let port = 0;

  beforeAll(async () => {
    peer = await startPeer(python, [peerFile('modbus-server.py'), 'tcp']);
    port = Number(peer.line);
  });
  afterAll(() => peer.stop());

  it('reads every type in every byte order as the device means it', async () => {
    const points = byteOrders.flatMap((order, index) => [
      { point: `f32${order}`, address: 20 * index, type: 'f32', order },
      { point: `i32${order}`, address: 20 * index + 2, type: 'i32', order },
      { point: `i64${order}`, address: 20 * index + 4, type: 'i64', order },
      { point: `f64${order}`, address: 20 * index + 8, type: 'f64', order },
    ]);
    const profile = profileOf([
      ...points,
      { point: 'name', address: 100, type: 'string', length: 4 },
    ]);
    const run = runSource(createSource(tcpEntry(port, [{}]), [profile]), systemClock);
    await run.until(() => run.frames.length >= 2);
    expect(await run.stop()).toBeUndefined();
    for (const order of byteOrders) {
      expect(run.frames[1]?.points).toMatchObject({
        [`f32${order}`]: [230.5, 'Good'],
        [`i32${order}`]: [-123_456_789, 'Good'],
        [`i64${order}`]: [2 ** 40 + 7, 'Good'],
        [`f64${order}`]: [230.5, 'Good'],
      });
    }
    expect(run.frames[1]?.points['name']).toEqual([1, 'Good']);
    expect(run.texts).toEqual(['P-42']);
  });

  it('reads all four tables, and is told what is not there', async () => {
    const { transport } = await openTcp(port);
    const addresses = Array.from({ length: 100 }, (_, index) => index + 50);
    for (const functionCode of [3, 4] as const) {
      const read = readRegisters(transport, {
        unitId: 2,
        functionCode,
        address: 50,
        quantity: 100,
      });
      expect(await read).toEqual(addresses);
    }
    for (const functionCode of [1, 2] as const) {
      const bits = await readBytes(transport, { unitId: 2, functionCode, quantity: 10 });
      expect([...bits]).toEqual([0b0100_1001, 0b10]);
    }
    await expect(readRegisters(transport, { address: 199, quantity: 2 })).rejects.toMatchObject({
      code: 'DEVICE_EXCEPTION',
      exceptionCode: 2,
    });
    transport.close();
  });

  it('asks several at once without mixing answers up', async () => {
    const { transport, counters } = await openTcp(port, { maxInFlight: 16 });
    const reads = Array.from({ length: 400 }, (_, index) =>
      readRegisters(transport, { unitId: 2, address: index % 190, quantity: 3 }),
    );
    for (const [index, registers] of (await Promise.all(reads)).entries()) {
      expect(registers[0]).toBe(index % 190);
    }
    expect(counters).toEqual({ requests: 400 });
    transport.close();
  });
});
