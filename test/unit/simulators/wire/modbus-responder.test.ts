import { describe, expect, it } from 'vitest';
import { type ModbusUnit, Responder } from '../../../../simulators/wire/modbus-responder.ts';
import { SparseImage } from '../../../../simulators/wire/register-image.ts';
import { modbusRequest, readPdu } from '../../../support/raw-modbus.ts';

const create = () => {
  const holding = new SparseImage([[0, 200]]);
  holding.setU32(10, 0x12345678);
  const input = new SparseImage([[0, 1]]);
  input.setU16(0, 0xabcd);
  const coils = {
    read: (address: number, quantity: number) =>
      address + quantity <= 16 ? Buffer.alloc(Math.ceil(quantity / 8), 0xa5) : undefined,
  };
  const unit: ModbusUnit = { holding, input, coils };
  const counters = { exceptions: 0, writesRefused: 0 };
  const responder = new Responder(new Map([[1, unit]]), counters);
  const ask = (pdu: readonly number[], unitId = 1): string => {
    responder.answer(modbusRequest({ transactionId: 0xbeef, unitId, pdu }), 0);
    return responder.take().toString('hex');
  };
  return { ask, counters, holding, responder };
};

describe('Modbus answers', () => {
  it('give the registers of each read function', () => {
    const { ask } = create();
    expect(ask(readPdu(3, 10, 2))).toBe('beef000000070103' + '0412345678');
    expect(ask(readPdu(4, 0, 1))).toBe('beef000000050104' + '02abcd');
    expect(ask(readPdu(1, 0, 10))).toBe('beef000000050101' + '02a5a5');
  });

  it('carry 125 registers and refuse 0, 126 and a request of odd length with exception 03', () => {
    const { ask } = create();
    expect(ask(readPdu(3, 0, 125))).toHaveLength(2 * (9 + 250));
    for (const pdu of [
      readPdu(3, 0, 0),
      readPdu(3, 0, 126),
      [3, 0, 0, 0],
      [...readPdu(3, 0, 1), 0],
    ]) {
      expect(ask(pdu)).toBe('beef00000003018303');
    }
    expect(ask(readPdu(1, 0, 2001))).toBe('beef00000003018103');
  });

  it('refuse addresses outside the map with exception 02', () => {
    const { ask, counters } = create();
    expect(ask(readPdu(3, 199, 2))).toBe('beef00000003018302');
    expect(ask(readPdu(1, 10, 7))).toBe('beef00000003018102');
    expect(counters.exceptions).toBe(2);
  });

  it('refuse unknown functions and tables that the unit lacks with exception 01', () => {
    const { ask, counters } = create();
    expect(ask([0x2b, 0x0e, 1, 0])).toBe('beef0000000301ab01');
    expect(ask(readPdu(2, 0, 1))).toBe('beef00000003018201');
    expect(counters.writesRefused).toBe(0);
  });

  it('refuse every write with exception 01, count it and change nothing', () => {
    const { ask, counters, holding } = create();
    const writes = [
      [0x05, 0, 0, 0xff, 0],
      [0x06, 0, 10, 0, 1],
      [0x0f, 0, 0, 0, 1, 1, 1],
      [0x10, 0, 10, 0, 1, 2, 0, 1],
      [0x16, 0, 10, 0, 0, 0, 1],
      [0x17, 0, 0, 0, 1, 0, 10, 0, 1, 2, 0, 1],
    ];
    for (const pdu of writes) {
      const code = ((pdu[0] ?? 0) | 0x80).toString(16);
      expect(ask(pdu)).toBe(`beef0000000301${code}01`);
    }
    expect(counters.writesRefused).toBe(writes.length);
    expect(holding.read(10, 2)?.toString('hex')).toBe('12345678');
  });

  it('say of a unit that is not there that the target does not respond', () => {
    const { ask } = create();
    expect(ask(readPdu(3, 0, 1), 9)).toBe('beef0000000309830b');
  });

  it('come from other tables while a unit is to show them', () => {
    const { ask, responder } = create();
    const other = new SparseImage([[0, 1]]);
    other.setU16(0, 7);
    responder.setSeen(1, { holding: other });
    expect(ask(readPdu(3, 0, 1))).toBe('beef000000050103020007');
    responder.setSeen(1, undefined);
    expect(ask(readPdu(3, 0, 1))).toBe('beef000000050103020000');
  });
});
