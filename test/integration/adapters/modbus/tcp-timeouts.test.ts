import { describe, expect, it } from 'vitest';
import { readRegisters } from '../../../support/modbus-client.ts';
import {
  addressesAnswer,
  type DeviceRequest,
  registersAnswer,
} from '../../../support/modbus-device.ts';
import { failureOf, openConnection, scriptedDevice } from '../../../support/tcp-device.ts';

describe('a device that is slow', () => {
  it('a read fails at its own deadline, to some 10 ms, and the next goes on', async () => {
    const { port } = await scriptedDevice((request) => {
      if (request.index > 0) request.socket.write(addressesAnswer(request));
    });
    const { transport, counters } = await openConnection(port);
    const started = performance.now();
    const error = await failureOf(readRegisters(transport, { timeoutMs: 150 }));
    const elapsed = performance.now() - started;
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(elapsed).toBeGreaterThanOrEqual(149);
    expect(elapsed).toBeLessThan(400);
    expect(await readRegisters(transport, { address: 3 })).toEqual([3]);
    expect(counters).toMatchObject({ timeouts: 1, requests: 2 });
  });

  it('a short deadline is kept beside a long one that was set before it', async () => {
    const { port } = await scriptedDevice(() => undefined);
    const { transport } = await openConnection(port, { maxInFlight: 2 });
    const order: string[] = [];
    const long = failureOf(readRegisters(transport, { timeoutMs: 300 })).then(() =>
      order.push('long'),
    );
    const short = failureOf(readRegisters(transport, { timeoutMs: 60 })).then(() =>
      order.push('short'),
    );
    await Promise.all([long, short]);
    expect(order).toEqual(['short', 'long']);
  });

  it('a late answer is discarded and counted, not given to another read', async () => {
    const late: DeviceRequest[] = [];
    const { port } = await scriptedDevice((request) => {
      if (request.index === 0) {
        late.push(request);
        return;
      }
      for (const one of late) one.socket.write(registersAnswer(one, [111]));
      request.socket.write(registersAnswer(request, [222]));
    });
    const { transport, counters } = await openConnection(port);
    await failureOf(readRegisters(transport, { timeoutMs: 40 }));
    expect(await readRegisters(transport)).toEqual([222]);
    expect(counters).toMatchObject({ late_answers: 1 });
  });

  it('an answer that comes twice is counted and changes nothing', async () => {
    const { port } = await scriptedDevice((request) => {
      request.socket.write(addressesAnswer(request));
      request.socket.write(addressesAnswer(request));
    });
    const { transport, counters } = await openConnection(port);
    expect(await readRegisters(transport, { address: 1 })).toEqual([1]);
    expect(await readRegisters(transport, { address: 2 })).toEqual([2]);
    expect(await readRegisters(transport, { address: 3 })).toEqual([3]);
    expect(counters['duplicate_answers']).toBeGreaterThanOrEqual(2);
  });

  it('an id without an answer is not used again while its quarantine lasts', async () => {
    let lost = -1;
    const { port, requests } = await scriptedDevice((request) => {
      if (request.index === 0) lost = request.transactionId;
      else request.socket.write(addressesAnswer(request));
    });
    const { transport } = await openConnection(port, { maxInFlight: 64 });
    await failureOf(readRegisters(transport, { timeoutMs: 30 }));
    let next = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (next < 66_000) {
          next += 1;
          await readRegisters(transport);
        }
      }),
    );
    expect(requests.length).toBeGreaterThan(65_536);
    expect(requests.filter(({ transactionId }) => transactionId === lost)).toHaveLength(1);
  });

  it('a read whose answer lies in the socket after a stall of the process is answered', async () => {
    const timeoutMs = 400;
    let answered: () => void = () => undefined;
    const inSocket = new Promise<void>((resolve) => {
      answered = resolve;
    });
    const { port } = await scriptedDevice((request) => {
      request.socket.write(addressesAnswer(request));
      answered();
    });
    const { transport } = await openConnection(port);
    const startedMs = performance.now();
    const read = readRegisters(transport, { timeoutMs, address: 9 });
    await inSocket;
    while (performance.now() < startedMs + timeoutMs + 50);
    expect(await read).toEqual([9]);
  });
});

it('the reads of other units that wait are kept when one times out', async () => {
  const { port, requests } = await scriptedDevice((request) => {
    if (request.unitId !== 2) request.socket.write(addressesAnswer(request));
  });
  const { transport, counters } = await openConnection(port, { maxInFlight: 1 });
  const units = [2, 1, 3, 1, 3];
  const reads = units.map((unitId, address) =>
    readRegisters(transport, { unitId, address, timeoutMs: 60 }),
  );
  const [silent, ...others] = await Promise.allSettled(reads);
  expect(silent).toMatchObject({ reason: { code: 'TIMEOUT' } });
  expect(others.map((result) => (result as { readonly value?: unknown }).value)).toEqual([
    [1],
    [2],
    [3],
    [4],
  ]);
  expect(requests.map(({ unitId }) => unitId)).toEqual(units);
  expect(counters).toEqual({ requests: 5, timeouts: 1 });
});
