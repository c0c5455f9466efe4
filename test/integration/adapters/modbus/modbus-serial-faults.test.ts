import ModbusSerial from 'modbus-serial';
import { afterEach, describe, expect, it } from 'vitest';
import { openTcp, readRegisters } from '../../../support/modbus-client.ts';
import {
  addressesAnswer,
  type DeviceRequest,
  frame,
  registersAnswer,
  startDevice,
} from '../../../support/modbus-device.ts';

// Modbus TCP has a transport of our own because of six faults of modbus-serial 8.0.25. Each is shown here twice, against the
// same device: ours does right, the library does wrong. A release that mends one makes its second test fail, which tells
// that the reason for our own transport has become smaller.

const mended = 'modbus-serial has mended this fault: see whether it can replace our own transport';

let closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.reverse()) await close();
  closers = [];
});

type Script = (request: DeviceRequest) => void;

const ours = async (script: Script, maxInFlight = 1) => {
  const device = await startDevice(script);
  closers.push(() => device.close());
  const opened = await openTcp(device.port, { maxInFlight });
  closers.push(() => opened.transport.close());
  return { ...opened, device };
};

const theirs = async (script: Script, timeoutMs: number | undefined) => {
  const device = await startDevice(script);
  closers.push(() => device.close());
  const client = new ModbusSerial.default();
  // The library emits the errors of the socket once more.
  client.on('error', () => undefined);
  await client.connectTCP('127.0.0.1', { port: device.port });
  client.setID(1);
  if (timeoutMs !== undefined) client.setTimeout(timeoutMs);
  closers.push(() => client.destroy(() => undefined));
  const read = async (address = 0): Promise<number | undefined> =>
    (await client.readHoldingRegisters(address, 1)).data[0];
  return { client, read, device };
};

const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${String(value)}`);
    },
    (error: unknown) => error,
  );

/** What a promise has come to after `waitMs`. */
const stateAfter = (promise: Promise<unknown>, waitMs: number): Promise<string> =>
  Promise.race([
    promise.then(
      () => 'resolved',
      () => 'rejected',
    ),
    new Promise<string>((resolve) => setTimeout(() => resolve('pending'), waitMs)),
  ]);

describe('fault 1: a late answer whose id has come round again', () => {
  /** The first request is answered only when 256 more have come. */
  const lateAfter256 = (): Script => {
    let first: DeviceRequest | undefined;
    return (request) => {
      if (request.index === 0) {
        first = request;
        return;
      }
      if (request.index === 256 && first !== undefined) {
        request.socket.write(registersAnswer(first, [111]));
      }
      request.socket.write(registersAnswer(request, [222]));
    };
  };

  it('ours discards it', async () => {
    const { transport, counters } = await ours(lateAfter256());
    await failed(readRegisters(transport, { timeoutMs: 50 }));
    for (let n = 1; n < 256; n += 1) expect(await readRegisters(transport)).toEqual([222]);
    expect(await readRegisters(transport)).toEqual([222]);
    expect(counters['late_answers']).toBe(1);
  });

  it('modbus-serial gives it out as the value of another request', async () => {
    const { read } = await theirs(lateAfter256(), 50);
    await failed(read());
    for (let n = 1; n < 256; n += 1) expect(await read()).toBe(222);
    expect(await read(), mended).toBe(111);
  });
});

describe('fault 2: more than 256 reads at once', () => {
  const answerLater: Script = (request) => {
    setTimeout(() => request.socket.write(addressesAnswer(request)), 150);
  };
  const addresses = Array.from({ length: 300 }, (_, address) => address);

  it('ours answers all', async () => {
    const { transport } = await ours(answerLater, 128);
    const reads = addresses.map((address) =>
      readRegisters(transport, { address, timeoutMs: 2000 }),
    );
    expect((await Promise.all(reads)).flat()).toEqual(addresses);
  });

  it('modbus-serial loses those beyond 256', async () => {
    const { read } = await theirs(answerLater, 1000);
    const results = await Promise.allSettled(addresses.map(read));
    const answered = results.filter(({ status }) => status === 'fulfilled');
    expect(answered.length, mended).toBe(256);
  });
});

describe('fault 3: one frame with an impossible length', () => {
  const oneBadLength: Script = (request) => {
    const bad = frame({ ...request, length: 60_000, pdu: [3, 2, 0, 1] });
    request.socket.write(request.index === 0 ? bad : addressesAnswer(request));
  };

  it('ours closes the connection at once, and the next connection works', async () => {
    const { transport, device } = await ours(oneBadLength);
    expect(await failed(readRegisters(transport))).toMatchObject({ code: 'PROTOCOL' });
    const again = await openTcp(device.port);
    closers.push(() => again.transport.close());
    expect(await readRegisters(again.transport, { address: 7 })).toEqual([7]);
  });

  it('modbus-serial stays connected and answers nothing any more', async () => {
    const { client, read, device } = await theirs(oneBadLength, 100);
    const states: string[] = [];
    for (let n = 0; n < 4; n += 1) states.push(await stateAfter(read(7), 1000));
    expect(device.requests).toHaveLength(4);
    expect([client.isOpen, states], mended).toEqual([
      true,
      ['rejected', 'rejected', 'rejected', 'rejected'],
    ]);
  });
});

describe('fault 4: a promise that never settles', () => {
  const silent: Script = () => undefined;

  it('ours fails every read when it is closed, and cannot be without a deadline', async () => {
    const { transport } = await ours(silent);
    const read = failed(readRegisters(transport, { timeoutMs: 60_000 }));
    transport.close();
    expect(await read).toMatchObject({ code: 'ABORTED' });
  });

  it('modbus-serial has no deadline unless told', async () => {
    const { read } = await theirs(silent, undefined);
    expect(await stateAfter(read(), 1000), mended).toBe('pending');
  });

  it('modbus-serial forgets its deadline when it is destroyed', async () => {
    const { client, read } = await theirs(silent, 200);
    const pending = read();
    client.destroy(() => undefined);
    expect(await stateAfter(pending, 800), mended).toBe('pending');
  });
});

describe('fault 5: the device closes in the middle of a request', () => {
  const closing: Script = (request) => {
    request.socket.end();
  };
  const timeoutMs = 900;
  const patientMs = 10_000;

  it('ours fails at once', async () => {
    const { transport } = await ours(closing);
    const started = performance.now();
    const error = await failed(readRegisters(transport, { timeoutMs: patientMs }));
    expect(error).toMatchObject({ code: 'CONNECTION_LOST' });
    expect(performance.now() - started).toBeLessThan(patientMs / 2);
  });

  it('modbus-serial waits until the time is over', async () => {
    const { read } = await theirs(closing, timeoutMs);
    const started = performance.now();
    await failed(read());
    expect(performance.now() - started, mended).toBeGreaterThan(timeoutMs * 0.9);
  });
});

describe('fault 6: another protocol id', () => {
  const otherProtocol: Script = (request) => {
    request.socket.write(frame({ ...request, protocolId: 0x1234, pdu: [3, 2, 0, 42] }));
  };

  it('ours closes the connection', async () => {
    const { transport } = await ours(otherProtocol);
    expect(await failed(readRegisters(transport))).toMatchObject({ code: 'PROTOCOL' });
  });

  it('modbus-serial takes the value', async () => {
    const { read } = await theirs(otherProtocol, 1000);
    expect(await read(), mended).toBe(42);
  });
});
