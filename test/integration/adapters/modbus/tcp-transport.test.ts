import { describe, expect, it } from 'vitest';
import { ModbusException } from '../../../../adapters/modbus/transport.ts';
import { type Counters, readBytes, readRegisters } from '../../../support/modbus-client.ts';
import {
  addressesAnswer,
  type DeviceRequest,
  exceptionAnswer,
  frame,
  registersAnswer,
} from '../../../support/modbus-device.ts';
import { failureOf, openConnection, scriptedDevice } from '../../../support/tcp-device.ts';

describe('a connection', () => {
  it('reads each of the four tables', async () => {
    const { port, requests } = await scriptedDevice((request) => {
      const { functionCode, socket } = request;
      const answer =
        functionCode <= 2
          ? frame({ ...request, pdu: [functionCode, 2, 0b1010_0101, 0b11] })
          : addressesAnswer(request);
      socket.write(answer);
    });
    const { transport } = await openConnection(port);
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
    const { port } = await scriptedDevice(({ socket, ...request }) => {
      held.push(addressesAnswer({ socket, ...request }));
      if (held.length < 3) return;
      const bytes = Buffer.concat(held);
      for (const byte of bytes.subarray(0, 30)) socket.write(Buffer.from([byte]));
      setTimeout(() => socket.write(bytes.subarray(30)), 20);
    });
    const { transport } = await openConnection(port, { maxInFlight: 3 });
    const reads = [0, 10, 20].map((address) => readRegisters(transport, { address, quantity: 2 }));
    expect(await Promise.all(reads)).toEqual([
      [0, 1],
      [10, 11],
      [20, 21],
    ]);
  });

  it('carries a large answer over many chunks', async () => {
    const { port } = await scriptedDevice((request) => {
      const bytes = addressesAnswer(request);
      request.socket.write(bytes.subarray(0, 100));
      setImmediate(() => request.socket.write(bytes.subarray(100)));
    });
    const { transport } = await openConnection(port);
    for (let round = 0; round < 200; round += 1) {
      const registers = await readRegisters(transport, { address: round, quantity: 125 });
      expect(registers[124]).toBe(round + 124);
    }
  });

  it('sends no more at once than it may, and the rest in order', async () => {
    let inFlight = 0;
    let most = 0;
    const { port, requests } = await scriptedDevice((request) => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      setTimeout(() => {
        inFlight -= 1;
        request.socket.write(addressesAnswer(request));
      }, 5);
    });
    const { transport } = await openConnection(port, { maxInFlight: 4 });
    const reads = Array.from({ length: 20 }, (_, address) => readRegisters(transport, { address }));
    expect((await Promise.all(reads)).flat()).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(most).toBe(4);
    expect(requests.map(({ address }) => address)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  it('gives answers that come crossed to those who asked', async () => {
    const held: DeviceRequest[] = [];
    const { port } = await scriptedDevice((request) => {
      held.push(request);
      if (held.length < 4) return;
      for (const one of held.reverse()) one.socket.write(addressesAnswer(one));
    });
    const { transport } = await openConnection(port, { maxInFlight: 4 });
    const reads = [7, 8, 9, 10].map((address) => readRegisters(transport, { address }));
    expect((await Promise.all(reads)).flat()).toEqual([7, 8, 9, 10]);
  });

  it('goes through all transaction ids without mixing answers up', {
    timeout: 60_000,
  }, async () => {
    const { port } = await scriptedDevice((request) =>
      request.socket.write(registersAnswer(request, [request.transactionId])),
    );
    const { transport, counters } = await openConnection(port, { maxInFlight: 64 });
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
    const { port } = await scriptedDevice((request) =>
      request.socket.write(exceptionAnswer(request, code)),
    );
    const { transport, counters } = await openConnection(port);
    const error = await failureOf(readRegisters(transport, { address: 4000, quantity: 2 }));
    expect(error).toBeInstanceOf(ModbusException);
    expect(error).toMatchObject({ code: 'DEVICE_EXCEPTION', retryable, exceptionCode: code });
    expect(error.message).toContain('addresses 4000-4001');
    expect(counters['exceptions']).toBe(1);
    await failureOf(readRegisters(transport));
  });
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
      const { port } = await scriptedDevice((request) => request.socket.write(lie(request)));
      const { transport } = await openConnection(port, { maxInFlight: 2 });
      const reads = [0, 1, 2].map((address) => failureOf(readRegisters(transport, { address })));
      const errors = await Promise.all(reads);
      for (const error of errors)
        expect(error).toMatchObject({ code: 'PROTOCOL', retryable: true });
      expect(errors[0]?.message).toMatch(words);
      expect(await transport.closed).toBe(errors[0]);
      expect(await failureOf(readRegisters(transport))).toBe(errors[0]);
    },
  );
});

describe('counting', () => {
  it('counts every request sent', async () => {
    const { port } = await scriptedDevice((request) =>
      request.socket.write(addressesAnswer(request)),
    );
    const { transport, counters } = await openConnection(port, { maxInFlight: 8 });
    await Promise.all(Array.from({ length: 50 }, () => readRegisters(transport)));
    expect(counters).toEqual<Counters>({ requests: 50 });
  });
});
