import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectTcp } from '../../../../adapters/modbus/tcp-transport.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { readRegisters } from '../../../support/modbus-client.ts';
import { addressesAnswer, startDevice } from '../../../support/modbus-device.ts';
import { failureOf, openConnection, scriptedDevice } from '../../../support/tcp-device.ts';

describe('a connection that ends', () => {
  it('fails every read at once when the device closes it', async () => {
    const { port } = await scriptedDevice((request) => {
      if (request.index === 1) request.socket.end();
    });
    const { transport } = await openConnection(port, { maxInFlight: 2 });
    const started = performance.now();
    const reads = [0, 1, 2].map((address) =>
      failureOf(readRegisters(transport, { address, timeoutMs: 10_000 })),
    );
    for (const error of await Promise.all(reads)) {
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('fails every read at once when the device resets it, also in the middle of an answer', async () => {
    const { port } = await scriptedDevice((request) => {
      request.socket.write(addressesAnswer(request).subarray(0, 9), () => {
        request.socket.resetAndDestroy();
      });
    });
    const { transport } = await openConnection(port);
    const error = await failureOf(readRegisters(transport, { timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('fails every read at once when it is closed here, with the reason given', async () => {
    const { port } = await scriptedDevice(() => undefined);
    const { transport } = await openConnection(port);
    const read = failureOf(readRegisters(transport));
    const waiting = failureOf(readRegisters(transport));
    const reason = new GatewayError('TIMEOUT', 'silence', { retryable: true });
    transport.close(reason);
    transport.close();
    expect(await Promise.all([read, waiting, transport.closed])).toEqual([reason, reason, reason]);
  });

  it('is torn down when thousands of reads stay without an answer', async () => {
    const { port } = await scriptedDevice(() => undefined);
    const { transport } = await openConnection(port, { maxInFlight: 128 });
    let failures = 0;
    await new Promise<void>((resolve) => {
      const ask = (): void =>
        transport.read(
          { unitId: 1, functionCode: 3, address: 0, quantity: 1, timeoutMs: 1 },
          {
            answered: () => undefined,
            failed: (error) => {
              failures += 1;
              if (error.message.includes('too many reads')) resolve();
              else ask();
            },
          },
        );
      for (let i = 0; i < 128; i += 1) ask();
    });
    expect(failures).toBeGreaterThanOrEqual(16_384);
    expect(await transport.closed).toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('connecting', () => {
  const options = (port: number, signal = new AbortController().signal) => ({
    host: '127.0.0.1',
    port,
    connectTimeoutMs: 200,
    maxInFlight: 1,
    signal,
    count: (): void => undefined,
  });

  it('fails in words when nobody listens', async () => {
    const { port, close } = await startDevice(() => undefined);
    await close();
    const error = await failureOf(connectTcp(options(port)));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  it('fails after its own time when the host does not answer', async () => {
    // 192.0.2.0/24 is reserved for documentation: nobody answers, or the network says at once that it is not there.
    const started = performance.now();
    const error = await failureOf(connectTcp({ ...options(502), host: '192.0.2.1' }));
    expect(error.code).toBe('CONNECTION_FAILED');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('ends at once when it is told to stop', async () => {
    const abort = new AbortController();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    abort.abort();
    const error = await failureOf(connectTcp(options(port, abort.signal)));
    expect(error).toMatchObject({ code: 'ABORTED', retryable: false });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});
