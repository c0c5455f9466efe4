import { describe, expect, it } from 'vitest';
import {
  type ModbusFault,
  modbusFaultSchema,
} from '../../../../simulators/faults/modbus-faults.ts';
import { FaultyUnit } from '../../../../simulators/wire/faulty-unit.ts';
import { SparseImage } from '../../../../simulators/wire/register-image.ts';
import type { UnitLayout } from '../../../../simulators/wire/unit-layout.ts';

const layout: UnitLayout = {
  table: 'input',
  counters: [
    { address: 0, registers: 2 },
    { address: 2, registers: 2, order: 'CDAB' },
    { address: 4, registers: 1 },
  ],
  clockAddress: 6,
  alive: [[4, 5]],
  serialNumber: [10, 2],
};

const create = () => {
  const input = new SparseImage([[0, 12]]);
  input.setU32(0, 1000);
  input.setU32(2, 70_000, 'CDAB');
  input.setU16(4, 65_530);
  input.setU32(6, 1_700_000_000);
  input.setString(10, 2, 'ABC');
  const unit = { input, layout };
  const faulty = new FaultyUnit(unit);
  let nextId = 0;
  const fault = (kind: string, options: object = {}): ModbusFault => {
    nextId += 1;
    const parsed = modbusFaultSchema.parse({ device: 'a.b', kind, ...options });
    return { ...parsed, id: String(nextId) };
  };
  const read = (faults: readonly ModbusFault[], address: number, quantity: number): string =>
    (faulty.apply(faults)?.input ?? input).read(address, quantity)?.toString('hex') ?? '';
  return { input, faulty, fault, read };
};

describe('a faulty unit', () => {
  it('shows the tables of the model while it is well', () => {
    const { faulty } = create();
    expect(faulty.apply([])).toBeUndefined();
  });

  it('shows a counter that jumped also where a read takes half of it', () => {
    const { fault, read } = create();
    const jump = [fault('counter-jump', { to: 0x0001_0002 })];
    expect(read(jump, 0, 5)).toBe('00010002' + '00020001' + '0002');
    expect(read(jump, 1, 2)).toBe('0002' + '0002');
    expect(read([], 0, 2)).toBe('000003e8');
  });

  it('starts a counter over at its width', () => {
    const { input, fault, read } = create();
    const jump = [fault('counter-jump', { by: 10 })];
    expect(read(jump, 4, 1)).toBe('0004');
    input.setU16(4, 65_535);
    expect(read(jump, 4, 1)).toBe('0009');
  });

  it('adds jumps up in the order in which they began', () => {
    const { fault, read } = create();
    const first = fault('counter-jump', { to: 50 });
    const second = fault('counter-jump', { by: -8 });
    expect(read([first], 0, 2)).toBe('00000032');
    expect(read([first, second], 0, 2)).toBe('0000002a');
  });

  it('is stuck but for what shows that it lives', () => {
    const { input, fault, read } = create();
    const stuck = [fault('stuck')];
    read(stuck, 0, 1);
    input.setU32(0, 2000);
    input.setU16(4, 1);
    input.setU32(6, 1_700_000_009);
    expect(read(stuck, 0, 2)).toBe('000003e8');
    expect(read(stuck, 4, 1)).toBe('0001');
    expect(read(stuck, 6, 2)).toBe((1_700_000_009).toString(16));
    const jumped = [...stuck, fault('counter-jump', { by: 7 })];
    expect(read(jumped, 0, 2)).toBe('000003ef');
    expect(read(jumped, 4, 1)).toBe('0008');
    input.setU16(4, 2);
    expect(read(jumped, 4, 1)).toBe('0009');
  });

  it('goes on from 0 after a restart, for ever', () => {
    const { input, faulty, read } = create();
    expect(faulty.restartCounters()?.input?.read(0, 2)?.toString('hex')).toBe('00000000');
    input.setU32(0, 1007);
    expect(read([], 0, 2)).toBe('00000007');
  });

  it('goes on from 0 after a stop, unless its counters are kept', () => {
    const { input, fault, read } = create();
    read([fault('plc-stop', { keepsCounters: true })], 0, 2);
    expect(read([], 0, 2)).toBe('000003e8');
    read([fault('plc-stop')], 0, 2);
    input.setU32(0, 1100);
    expect(read([], 0, 2)).toBe('00000000');
  });

  it('has another serial number, filled with zero bytes', () => {
    const { fault, read } = create();
    const replaced = [fault('meter-replaced', { serialNumber: 'Z', to: 5 })];
    expect(read(replaced, 10, 2)).toBe('5a000000');
    expect(read(replaced, 0, 2)).toBe('00000005');
  });

  it('has a clock that is wrong from where it began', () => {
    const { input, fault, read } = create();
    const clock = [fault('clock', { readsMs: 0, driftPpm: 100_000 })];
    expect(read(clock, 6, 3)).toBe('000000000000');
    input.setU32(6, 1_700_000_010);
    expect(read(clock, 6, 3)).toBe('0000000b0000');
  });
});
