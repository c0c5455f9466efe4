import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../../../adapters/modbus/connect.ts';
import { ModbusException } from '../../../../adapters/modbus/transport.ts';
import type { GatewayError } from '../../../../gateway/core/error.ts';
import {
  type Counters,
  countInto,
  readBytes,
  readRegisters,
} from '../../../support/modbus-client.ts';
import { modbusInput } from '../../../support/modbus-source.ts';
import {
  type RtuRequest,
  rtuAnswer,
  startRtuDevice,
  withCrc,
} from '../../../support/rtu-device.ts';

let closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

const drainMs = 80;

const openLine = async (script: (request: RtuRequest) => void) => {
  const device = await startRtuDevice(script);
  closers.push(() => device.close());
  const { config } = modbusInput(
    {
      transport: {
        type: 'rtu-over-tcp',
        host: '127.0.0.1',
        port: device.port,
        baudRate: 19_200,
        drainMs,
      },
      devices: [{ profile: 'test', area: 'a', line: 'l', equipment: 'e' }],
    },
    [],
  );
  const counters: Counters = {};
  const signal = new AbortController().signal;
  const transport = await openTransport(config, { signal, count: countInto(counters) });
  closers.push(() => transport.close());
  return { device, transport, counters };
};

const failure = (promise: Promise<unknown>): Promise<GatewayError> =>
  promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${String(value)}`);
    },
    (error: GatewayError) => error,
  );

describe('a serial line', () => {
  it('is shared by its units, one request at a time', async () => {
    let asked = 0;
    const { device, transport } = await openLine((request) => {
      asked += 1;
      expect(asked).toBe(1);
      setTimeout(() => {
        asked -= 1;
        request.socket.write(rtuAnswer(request));
      }, 3);
    });
    const reads = [1, 2, 3, 1, 2, 3].map((unitId, index) =>
      readRegisters(transport, { unitId, address: index, quantity: 2 }),
    );
    expect(await Promise.all(reads)).toEqual([
      [1000, 1001],
      [2001, 2002],
      [3002, 3003],
      [1003, 1004],
      [2004, 2005],
      [3005, 3006],
    ]);
    expect(device.requests.map(({ unitId }) => unitId)).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('reads the four tables, also when answers come in pieces', async () => {
    const { transport } = await openLine((request) => {
      const answer =
        request.functionCode <= 2
          ? withCrc([request.unitId, request.functionCode, 2, 0b0100_1001, 1])
          : rtuAnswer(request);
      for (const byte of answer) request.socket.write(Buffer.from([byte]));
    });
    for (const functionCode of [1, 2] as const) {
      const bits = await readBytes(transport, { functionCode, quantity: 9 });
      expect([...bits]).toEqual([0b0100_1001, 1]);
    }
    for (const functionCode of [3, 4] as const) {
      const registers = await readRegisters(transport, { functionCode, quantity: 125 });
      expect(registers[124]).toBe(1124);
    }
  });

  it('is silent for 3.5 characters between two frames', async () => {
    const { device, transport } = await openLine((request) => {
      request.socket.write(rtuAnswer(request));
    });
    for (let n = 0; n < 5; n += 1) await readRegisters(transport);
    const gaps = device.requests
      .slice(1)
      .map(({ atMs }, n) => atMs - (device.requests[n]?.atMs ?? 0));
    // 3.5 characters of 11 bits at 19 200 baud.
    for (const gap of gaps) expect(gap).toBeGreaterThan(1.9);
  });

  it('tells exceptions as they are', async () => {
    const { transport, counters } = await openLine((request) => {
      request.socket.write(withCrc([request.unitId, request.functionCode | 0x80, 2]));
    });
    const error = await failure(readRegisters(transport));
    expect(error).toBeInstanceOf(ModbusException);
    expect(error).toMatchObject({ exceptionCode: 2, retryable: false });
    expect(counters).toMatchObject({ exceptions: 1, requests: 1 });
  });

  it('gives a late answer to nobody: the line must be silent before the next request', async () => {
    const { device, transport, counters } = await openLine((request) => {
      if (request.index === 0) {
        setTimeout(() => request.socket.write(rtuAnswer(request, [111])), 90);
      } else {
        request.socket.write(rtuAnswer(request, [222]));
      }
    });
    const first = failure(readRegisters(transport, { timeoutMs: 50 }));
    const second = readRegisters(transport);
    expect(await first).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(await second).toEqual([222]);
    expect(counters).toMatchObject({ timeouts: 1, late_answers: 1, noise_bytes: 7 });
    const [asked, askedAgain] = device.requests;
    expect((askedAgain?.atMs ?? 0) - (asked?.atMs ?? 0)).toBeGreaterThan(90 + drainMs - 15);
  });

  it('keeps the reads of the other units when one of them times out', async () => {
    const { transport } = await openLine((request) => {
      if (request.unitId !== 2) request.socket.write(rtuAnswer(request));
    });
    const reads = [1, 2, 3].map((unitId) => readRegisters(transport, { unitId, timeoutMs: 60 }));
    const [one, two, three] = await Promise.allSettled(reads);
    expect(one).toMatchObject({ value: [1000] });
    expect(two).toMatchObject({ reason: { code: 'TIMEOUT' } });
    expect(three).toMatchObject({ value: [3000] });
  });

  it.each([
    ['a wrong CRC', (request: RtuRequest) => rtuAnswer(request).fill(0xff, 5)],
    ['another unit', (request: RtuRequest) => rtuAnswer({ ...request, unitId: 9 })],
    ['another function', (request: RtuRequest) => rtuAnswer({ ...request, functionCode: 4 })],
    [
      'bytes behind its end',
      (request: RtuRequest) => Buffer.concat([rtuAnswer(request), Buffer.from([0])]),
    ],
    ['another byte count', (request: RtuRequest) => withCrc([request.unitId, 3, 4, 0, 1])],
  ])('an answer with %s is no answer, and the line stands', async (_name, lie) => {
    const { transport, counters } = await openLine((request) => {
      request.socket.write(request.index === 0 ? lie(request) : rtuAnswer(request));
    });
    expect(await failure(readRegisters(transport, { timeoutMs: 300 }))).toMatchObject({
      retryable: true,
    });
    expect(await readRegisters(transport)).toEqual([1000]);
    expect((counters['garbled_answers'] ?? 0) + (counters['timeouts'] ?? 0)).toBe(1);
  });

  it('counts noise that comes while nobody asks', async () => {
    const { transport, counters } = await openLine((request) => {
      request.socket.write(rtuAnswer(request));
      setTimeout(() => request.socket.write(Buffer.from([1, 2, 3])), 20);
    });
    expect(await readRegisters(transport)).toEqual([1000]);
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await readRegisters(transport)).toEqual([1000]);
    expect(counters['noise_bytes']).toBeGreaterThanOrEqual(3);
  });

  it('fails every read at once when the converter hangs up', async () => {
    const { transport } = await openLine((request) => request.socket.destroy());
    const started = performance.now();
    const reads = [1, 2].map((unitId) =>
      failure(readRegisters(transport, { unitId, timeoutMs: 10_000 })),
    );
    for (const error of await Promise.all(reads)) {
      expect(error).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
    }
    expect(await transport.closed).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(await failure(readRegisters(transport))).toMatchObject({ code: 'CONNECTION_LOST' });
  });

  it('fails every read at once when it is closed here', async () => {
    const { transport } = await openLine(() => undefined);
    const reads = [1, 2].map(() => failure(readRegisters(transport, { timeoutMs: 10_000 })));
    transport.close();
    for (const error of await Promise.all(reads)) expect(error.code).toBe('ABORTED');
    expect((await transport.closed).code).toBe('ABORTED');
  });
});
