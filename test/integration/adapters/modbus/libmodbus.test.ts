import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTcp, readBytes, readRegisters } from '../../../support/modbus-client.ts';
import { type Peer, peerFile, startPeer } from '../../../support/peer-process.ts';
import { requireLibrary } from '../../../support/programs.ts';

const { flags, describe } = requireLibrary('libmodbus');

describe('against libmodbus', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-libmodbus-'));
  let peer: Peer;
  let port = 0;

  beforeAll(async () => {
    const program = join(folder, 'server');
    execFileSync('gcc', ['-O1', peerFile('libmodbus-server.c'), '-o', program, ...flags]);
    peer = await startPeer(program);
    port = Number(peer.line);
  });
  afterAll(async () => {
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('reads all four tables at their largest', async () => {
    const { transport } = await openTcp(port);
    for (const functionCode of [3, 4] as const) {
      const registers = await readRegisters(transport, {
        functionCode,
        address: 800,
        quantity: 125,
      });
      expect(registers).toEqual(Array.from({ length: 125 }, (_, index) => 800 + index));
    }
    for (const functionCode of [1, 2] as const) {
      const bits = await readBytes(transport, { functionCode, address: 1, quantity: 999 });
      const isSet = (index: number): boolean =>
        (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1;
      for (let index = 0; index < 999; index += 1) {
        expect(isSet(index)).toBe((index + 1) % 3 === 0);
      }
    }
    transport.close();
  });

  it('understands its exceptions', async () => {
    const { transport } = await openTcp(port);
    await expect(readRegisters(transport, { address: 999, quantity: 2 })).rejects.toMatchObject({
      exceptionCode: 2,
    });
    await expect(readRegisters(transport, { quantity: 126 })).rejects.toMatchObject({
      exceptionCode: 3,
    });
    expect(await readRegisters(transport, { address: 998, quantity: 2 })).toEqual([998, 999]);
    transport.close();
  });

  it('reads over several connections at once', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => openTcp(port)));
    const reads = opened.flatMap(({ transport }, connection) =>
      Array.from({ length: 100 }, async (_, index) => {
        const address = connection * 100 + index;
        expect(await readRegisters(transport, { address })).toEqual([address]);
      }),
    );
    await Promise.all(reads);
    for (const { transport, counters } of opened) {
      expect(counters).toEqual({ requests: 100 });
      transport.close();
    }
  });
});
