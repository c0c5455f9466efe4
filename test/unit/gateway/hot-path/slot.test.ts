import { describe, expect, test } from 'vitest';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { ArenaPlan } from '../../../../gateway/hot-path/arena.ts';
import {
  isFreshSlot,
  isMeasuredSlot,
  isTrueSlot,
  isUncertainSlot,
  isUsableSlot,
  slotInitial,
  slotSize,
} from '../../../../gateway/hot-path/slot.ts';

const lastGood = 0x3fff_ffff;
const lastUncertain = 0x7fff_ffff;

/** A slot behind two other cells, the second of which is the time that freshness is asked for. */
const slotOf = (cells: {
  readonly value?: number;
  readonly status?: number;
  readonly timeMs?: number;
  readonly measured?: number;
}): Float64Array =>
  Float64Array.of(
    99,
    1000,
    cells.value ?? 1,
    cells.status ?? statusCodes.good,
    cells.timeMs ?? 0,
    cells.measured ?? 1,
  );

describe('a slot', () => {
  test.each([
    [statusCodes.good, true, false],
    [lastGood, true, false],
    [statusCodes.uncertain, true, true],
    [lastUncertain, true, true],
    [statusCodes.uncertainLastUsableValue, false, true],
    [statusCodes.uncertainNoCommunicationLastUsableValue, false, true],
    [statusCodes.bad, false, false],
    [statusCodes.badTimeout, false, false],
    [absentStatus, false, false],
  ])('of status %d is usable: %s, uncertain: %s', (status, isUsable, isUncertain) => {
    const memory = slotOf({ status });
    expect(isUsableSlot(memory, 2)).toBe(isUsable);
    expect(isUncertainSlot(memory, 2)).toBe(isUncertain);
    expect(isMeasuredSlot(memory, 2)).toBe(isUsable);
    expect(isMeasuredSlot(slotOf({ status, measured: 0 }), 2)).toBe(false);
  });

  test.each([
    [0, 1000, true],
    [0, 999, false],
    [400, 600, true],
    [400, 599, false],
    [2000, 0, true],
  ])('of time %d is fresh at 1000 within %d ms: %s', (timeMs, limitMs, wanted) => {
    expect(isFreshSlot(slotOf({ timeMs }), 2, { timeIndex: 1, limitMs })).toBe(wanted);
  });

  test('is true when it is usable and not 0', () => {
    expect(isTrueSlot(slotOf({ value: 1 }), 2)).toBe(true);
    expect(isTrueSlot(slotOf({ value: 0 }), 2)).toBe(false);
    expect(isTrueSlot(slotOf({ value: 1, status: statusCodes.bad }), 2)).toBe(false);
  });

  test('has no usable sample and no time at first', () => {
    const plan = new ArenaPlan();
    plan.reserve(2);
    expect(plan.reserve(slotSize, slotInitial)).toBe(2);
    expect(plan.size).toBe(2 + slotSize);
    const memory = plan.allocate();
    expect(isUsableSlot(memory, 2)).toBe(false);
    expect(isFreshSlot(memory, 2, { timeIndex: 1, limitMs: 1e300 })).toBe(false);
  });
});
