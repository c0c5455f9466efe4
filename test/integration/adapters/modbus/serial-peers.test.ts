import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { createSource, profileOf } from '../../../support/modbus-source.ts';
import { type Peer, peerFile, startPeer } from '../../../support/peer-process.ts';
import { requirePython } from '../../../support/programs.ts';
import { openPtyPair, ptyProgram } from '../../../support/pty-pair.ts';
import { runSource } from '../../../support/source-run.ts';

const { path: python, describe: describePython } = requirePython(
  'pymodbus',
  'serial',
  'serial_asyncio',
);
const describe = describePython === ptyProgram.describe ? describePython : describePython.skip;

let closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const startServer = async (...args: readonly string[]): Promise<Peer> => {
  const peer = await startPeer(python, [peerFile('modbus-server.py'), ...args]);
  closers.push(() => peer.stop());
  return peer;
};

const device = {
  profile: 'test',
  area: 'area',
  line: 'line',
  equipment: 'device',
};

const profile = profileOf([
  { point: 'a', address: 0, type: 'f32' },
  { point: 'b', address: 22, type: 'i32', order: 'CDAB' },
  { point: 'name', address: 100, type: 'string', length: 4 },
]);
const expected = {
  a: [230.5, 'Good'],
  b: [-123_456_789, 'Good'],
  name: [1, 'Good'],
};

describe('a serial line with pymodbus at its other end', () => {
  it('is read by RTU, and the port is free again afterwards', async () => {
    const pair = await openPtyPair();
    closers.push(() => pair.close());
    await startServer('rtu', pair.far);
    const entry = {
      transport: { type: 'rtu', path: pair.near, baudRate: 19_200, parity: 'none' },
      devices: [device],
    };
    for (let round = 0; round < 2; round += 1) {
      const run = runSource(createSource(entry, [profile]), systemClock);
      await run.until(() => run.frames.length >= 5);
      expect(await run.stop()).toBeUndefined();
      expect(run.frames[4]?.points).toEqual(expected);
      expect(run.connections()).toBe(1);
      expect(run.counters['timeouts']).toBeUndefined();
    }
  });

  it('is read by RTU over TCP', async () => {
    const peer = await startServer('rtu-over-tcp');
    const entry = {
      transport: {
        type: 'rtu-over-tcp',
        host: '127.0.0.1',
        port: Number(peer.line),
        baudRate: 19_200,
      },
      devices: [device],
    };
    const run = runSource(createSource(entry, [profile]), systemClock);
    await run.until(() => run.frames.length >= 5);
    expect(await run.stop()).toBeUndefined();
    expect(run.frames[4]?.points).toEqual(expected);
  });

  it('says in words when the port is not there', async () => {
    const entry = {
      transport: { type: 'rtu', path: '/nonexistent/tty' },
      devices: [device],
    };
    const run = runSource(createSource(entry, [profile]), systemClock);
    expect(await run.ended).toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('/nonexistent/tty'),
    });
    expect(run.frames[0]?.points['a']).toEqual([0, 'BadNoCommunication']);
  });
});
