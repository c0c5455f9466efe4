import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTcp } from '../../../../adapters/modbus/tcp-transport.ts';
import { ModbusException } from '../../../../adapters/modbus/transport.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import {
  type Counters,
  openTcp,
  readBytes,
  readRegisters,
} from '../../../support/modbus-client.ts';
import {
  addressesAnswer,
  type DeviceRequest,
  exceptionAnswer,
  frame,
  registersAnswer,
  type ScriptedDevice,
  startDevice,
} from '../../../support/modbus-device.ts';

let closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const device = async (script: (request: DeviceRequest) => void): Promise<ScriptedDevice> => {
  const started = await startDevice(script);
  closers.push(() => started.close());
  return started;
};

const open = async (port: number, options: Parameters<typeof openTcp>[1] = {}) => {
  const opened = await openTcp(port, options);
  closers.push(() => opened.transport.close());
  return opened;
};

const failure = async (promise: Promise<unknown>): Promise<GatewayError> => {
  const error = await promise.then(
    (value) => new Error(`expected a failure, got ${String(value)}`),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(GatewayError);
  return error as GatewayError;
};

describe('a connection', () => {
  it('reads each of the four tables', async () => {
    const { port, requests } = await device((request) => {
      const { functionCode, socket } = request;
      const answer =
        functionCode <= 2
          ? frame({ ...request, pdu: [functionCode, 2, 0b1010_0101, 0b11] })
          : addressesAnswer(request);
      socket.write(answer);
    });
    const { transport } = await open(port);
    expect(await readBytes(transport, { functionCode: 1, quantity: 10 })).toEqual(
      Buffer.from([0b1010_0101, 0b11]),
    );
    expect(await readBytes(transport, { functionCode: 2, quantity: 10 })).toHaveLength(2);
    expect(await readRegisters(transport, { address: 500, quantity: 2 })).toEqual([500, 501]);
    expect(await readRegisters(transport, { functionCode: 4, address: 65_535 })).toEqual([65_535]);
    expect(requests.map(({ functionCode }) => functionCode)).toEqual([1, 2, 3, 4]);
  });

  it('puts answers together that come in pieces, and parts those that come as one', async () => {
    const held: Buffer[] = [];
    const { port } = await device(({ socket, ...request }) => {
      held.push(addressesAnswer({ socket, ...request }));
      if (held.length < 3) return;
      const bytes = Buffer.concat(held);
      for (const byte of bytes.subarray(0, 30)) socket.write(Buffer.from([byte]));
      setTimeout(() => socket.write(bytes.subarray(30)), 20);
    });
    const { transport } = await open(port, { maxInFlight: 3 });
    const reads = [0, 10, 20].map((address) => readRegisters(transport, { address, quantity: 2 }));
    expect(await Promise.all(reads)).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
  });

  it('carries a large answer over many chunks', async () => {
    const { port } = await device((request) => {
      const bytes = addressesAnswer(request);
      request.socket.write(bytes.subarray(0, 100));
      setImmediate(() => request.socket.write(bytes.subarray(100)));
    });
    const { transport } = await open(port);
    for (let round = 0; round < 200; round += 1) {
      const registers = await readRegisters(transport, { address: round, quantity: 125 });
      expect(registers[124]).toBe(round + 124);
    }
  });

  it('sends no more at once than it may, and the rest in order', async () => {
    let inFlight = 0;
    let most = 0;
    const { port, requests } = await device((request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        request.socket.write(addressesAnswer(request));
      }, 5);
    });
    const { transport } = await open(port, { maxInFlight: 4 });
    const reads = Array.from({ length: 20 }, (_, address) => readRegisters(transport, { address }));
    expect((await Promise.all(reads)).flat()).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(4);
    expect(requests.map(({ address }) => address)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('gives answers that come crossed to those who asked', async () => {
    const held: DeviceRequest[] = [];
    const { port } = await device((request) => {
      held.push(request);
      if (held.length < 4) return;
      for (const one of held.reverse()) one.socket.write(addressesAnswer(one));
    });
    const { transport } = await open(port, { maxInFlight: 4 });
    const reads = [7, 8, 9, 10].map((address) => readRegisters(transport, { address }));
    expect((await Promise.all(reads)).flat()).toEqual([7, 8, 9, 10]);
  });

  it('goes through all transaction ids without mixing answers up', {
    timeout: 60_000,
  }, async () => {
    const { port } = await device((request) =>
      request.socket.write(registersAnswer(request, [request.transactionId])),
    );
    const { transport, counters } = await open(port, { maxInFlight: 64 });
    let next = 0;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (next < 66_000) {
          next += 1;
          await readRegisters(transport);
        }
      }),
    );
    expect(counters).toEqual({ requests: counters['requests'] });
    expect(counters['requests']).toBeGreaterThanOrEqual(66_000);
  });
});

describe('a device that refuses', () => {
  it.each([
    [1, false],
    [2, false],
    [3, false],
    [4, true],
    [5, true],
    [6, true],
    [10, true],
    [11, true],
  ])('exception %i is an error of the read, retryable: %s', async (code, retryable) => {
    const { port } = await device((request) =>
      request.socket.write(exceptionAnswer(request, code)),
    );
    const { transport, counters } = await open(port);
    const error = await failure(readRegisters(transport, { address: 4000, quantity: 2 }));
    expect(error).toBeInstanceOf(ModbusException);
    expect(error).toMatchObject({ code: 'DEVICE_EXCEPTION', retryable, exceptionCode: code });
    expect(error.message).toContain('addresses 4000-4001');
    expect(counters['exceptions']).toBe(1);
    await failure(readRegisters(transport));
  });
});

describe('a device that is slow', () => {
  it('a read fails at its own deadline, to some 10 ms, and the next goes on', async () => {
    const { port } = await device((request) => {
      if (request.index > 0) request.socket.write(addressesAnswer(request));
    });
    const { transport, counters } = await open(port);
    const started = performance.now();
    const error = await failure(readRegisters(transport, { timeoutMs: 150 }));
    const elapsed = performance.now() - started;
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(elapsed).toBeGreaterThanOrEqual(149);
    expect(elapsed).toBeLessThan(400);
    expect(await readRegisters(transport, { address: 3 })).toEqual([3]);
    expect(counters).toMatchObject({ timeouts: 1, requests: 2 });
  });

  it('a short deadline is kept beside a long one that was set before it', async () => {
    const { port } = await device(() => undefined);
    const { transport } = await open(port, { maxInFlight: 2 });
    const order: string[] = [];
    const long = failure(readRegisters(transport, { timeoutMs: 300 })).then(() =>
      order.push('long'),
    );
    const short = failure(readRegisters(transport, { timeoutMs: 60 })).then(() =>
      order.push('short'),
    );
    await Promise.all([long, short]);
    expect(order).toEqual(['short', 'long']);
  });

  it('a late answer is discarded and counted, not given to another read', async () => {
    const late: DeviceRequest[] = [];
    const { port } = await device((request) => {
      if (request.index === 0) {
        late.push(request);
        return;
      }
      for (const one of late) one.socket.write(registersAnswer(one, [111]));
      request.socket.write(registersAnswer(request, [222]));
    });
    const { transport, counters } = await open(port);
    await failure(readRegisters(transport, { timeoutMs: 40 }));
    expect(await readRegisters(transport)).toEqual([222]);
    expect(counters).toMatchObject({ late_answers: 1 });
  });

  it('an answer that comes twice is counted and changes nothing', async () => {
    const { port } = await device((request) => {
      request.socket.write(addressesAnswer(request));
      request.socket.write(addressesAnswer(request));
    });
    const { transport, counters } = await open(port);
    expect(await readRegisters(transport, { address: 1 })).toEqual([1]);
    expect(await readRegisters(transport, { address: 2 })).toEqual([2]);
    expect(await readRegisters(transport, { address: 3 })).toEqual([3]);
    expect(counters['duplicate_answers']).toBeGreaterThanOrEqual(2);
  });

  it('an id without an answer is not used again while its quarantine lasts', async () => {
    let lost = -1;
    const { port, requests } = await device((request) => {
      if (request.index === 0) lost = request.transactionId;
      else request.socket.write(addressesAnswer(request));
    });
    const { transport } = await open(port, { maxInFlight: 64 });
    await failure(readRegisters(transport, { timeoutMs: 30 }));
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
    const { port } = await device((request) => {
      request.socket.write(addressesAnswer(request));
      answered();
    });
    const { transport } = await open(port);
    const startedMs = performance.now();
    const read = readRegisters(transport, { timeoutMs, address: 9 });
    await inSocket;
    while (performance.now() < startedMs + timeoutMs + 50);
    expect(await read).toEqual([9]);
  });
});

it('the reads of other units that wait are kept when one times out', async () => {
  const { port, requests } = await device((request) => {
    if (request.unitId !== 2) request.socket.write(addressesAnswer(request));
  });
  const { transport, counters } = await open(port, { maxInFlight: 1 });
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

describe('a device that lies', () => {
  const lies: readonly (readonly [string, (request: DeviceRequest) => Buffer, RegExp])[] = [
    [
      'another protocol id',
      (request) => frame({ ...request, protocolId: 0x1234, pdu: [3, 2, 0, 1] }),
      /protocol id 4660/,
    ],
    [
      'a length beyond every frame',
      (request) => frame({ ...request, length: 60_000, pdu: [3, 2, 0, 1] }),
      /length 60000/,
    ],
    [
      'a length below every frame',
      (request) => frame({ ...request, length: 2, pdu: [3, 2, 0, 1] }),
      /length 2 /,
    ],
    ['another unit', (request) => frame({ ...request, unitId: 9, pdu: [3, 2, 0, 1] }), /unit 9/],
    ['another function', (request) => frame({ ...request, pdu: [4, 2, 0, 1] }), /function 4/],
    ['a wrong byte count', (request) => frame({ ...request, pdu: [3, 4, 0, 1] }), /byte count 4/],
    ['fewer registers than asked', (request) => frame({ ...request, pdu: [3, 0] }), /byte count 0/],
    [
      'more bytes than counted',
      (request) => frame({ ...request, pdu: [3, 2, 0, 1, 0, 2] }),
      /frame of 13 bytes/,
    ],
    [
      'an exception with a tail',
      (request) => frame({ ...request, pdu: [0x83, 2, 0] }),
      /exception in a frame of 10/,
    ],
    [
      'an answer to a request that was never made',
      (request) =>
        frame({ ...request, transactionId: request.transactionId + 1000, pdu: [3, 2, 0, 1] }),
      /never asked/,
    ],
  ];

  it.each(lies)(
    '%s ends the connection and fails every read at once',
    async (_name, lie, words) => {
      const { port } = await device((request) => request.socket.write(lie(request)));
      const { transport } = await open(port, { maxInFlight: 2 });
      const reads = [0, 1, 2].map((address) => failure(readRegisters(transport, { address })));
      const errors = await Promise.all(reads);
      for (const error of errors)
        expect(error).toMatchObject({ code: 'PROTOCOL', retryable: true });
      expect(errors[0]?.message).toMatch(words);
      expect(await transport.closed).toBe(errors[0]);
      expect(await failure(readRegisters(transport))).toBe(errors[0]);
    },
  );
});

describe('a connection that ends', () => {
  it('fails every read at once when the device closes it', async () => {
    const { port } = await device((request) => {
      if (request.index === 1) request.socket.end();
    });
    const { transport } = await open(port, { maxInFlight: 2 });
    const started = performance.now();
    const reads = [0, 1, 2].map((address) =>
      failure(readRegisters(transport, { address, timeoutMs: 10_000 })),
    );
    for (const error of await Promise.all(reads)) {
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it('fails every read at once when the device resets it, also in the middle of an answer', async () => {
    const { port } = await device((request) => {
      request.socket.write(addressesAnswer(request).subarray(0, 9), () => {
        request.socket.resetAndDestroy();
      });
    });
    const { transport } = await open(port);
    const error = await failure(readRegisters(transport, { timeoutMs: 10_000 }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('fails every read at once when it is closed here, with the reason given', async () => {
    const { port } = await device(() => undefined);
    const { transport } = await open(port);
    const read = failure(readRegisters(transport));
    const waiting = failure(readRegisters(transport));
    const reason = new GatewayError('TIMEOUT', 'silence', { retryable: true });
    transport.close(reason);
    transport.close();
    expect(await Promise.all([read, waiting, transport.closed])).toEqual([reason, reason, reason]);
  });

  it('is torn down when thousands of reads stay without an answer', async () => {
    const { port } = await device(() => undefined);
    const { transport } = await open(port, { maxInFlight: 128 });
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
    const error = await failure(connectTcp(options(port)));
    expect(error).toMatchObject({ code: 'CONNECTION_FAILED', retryable: true });
    expect(error.message).toContain(`127.0.0.1:${port}`);
  });

  it('fails after its own time when the host does not answer', async () => {
    // 192.0.2.0/24 is reserved for documentation: nobody answers, or the network says at once that it is not there.
    const started = performance.now();
    const error = await failure(connectTcp({ ...options(502), host: '192.0.2.1' }));
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
    const error = await failure(connectTcp(options(port, abort.signal)));
    expect(error).toMatchObject({ code: 'ABORTED', retryable: false });
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
});

describe('counting', () => {
  it('counts every request sent', async () => {
    const { port } = await device((request) => request.socket.write(addressesAnswer(request)));
    const { transport, counters } = await open(port, { maxInFlight: 8 });
    await Promise.all(Array.from({ length: 50 }, () => readRegisters(transport)));
    expect(counters).toEqual<Counters>({ requests: 50 });
  });
});
