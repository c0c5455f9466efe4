import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { isFailed } from '../../../../../gateway/kpi/operations/time-elements.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';

const line = 'welding/mpm01/line';
const minuteMs = 60_000;
const welding = { state: 4, mode: 1 };
const outOfService = { state: 9, mode: 1 };
const maintained = { state: 9, mode: 2 };
const bad = { value: 0, status: statusCodes.badTimeout };

const lineOf = () => {
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: minuteMs },
        channels: ['state', 'mode'],
      }),
    ],
    kpis: [{ kpi: 'timeElements', equipment: line, parameters: { states: { outOfService: [9] } } }],
  });
  const [group] = groups as [RegisteredGroup];
  let minute = 0;
  return {
    run: (minutes: number, values: Readonly<Record<string, TestSample>>): void => {
      for (let count = 0; count < minutes; count++) {
        feed(program, [{ group, timeMs: minute * minuteMs, values }]);
        minute += 1;
      }
    },
    tick: (dayStartMs = 0): ((part: string) => Result | undefined) => {
      const results = tickProgram(program, minute * minuteMs, dayStartMs);
      return (part) => results[`${line}/timeElements.${part}`];
    },
  };
};

describe('failures of the machine (section 3.10)', () => {
  test.each([
    ['outOfService', 'processing', true],
    ['notAvailable', 'processing', true],
    ['outOfService', 'maintenance', false],
    ['notAvailable', 'none', false],
    ['notExecuting', 'processing', false],
    ['executing', 'processing', false],
  ] as const)('%s while %s: %s', (state, mode, expected) => {
    expect(isFailed(state, mode)).toBe(expected);
  });

  test('count when they begin; time between and to repair are means over them', () => {
    const machine = lineOf();
    machine.run(20, welding);
    machine.run(4, outOfService);
    machine.run(30, welding);
    machine.run(2, outOfService);
    machine.run(10, welding);
    // The last minute ends with no sample that says so.
    machine.run(1, welding);
    const part = machine.tick();
    expect(part('failures')).toMatchObject({ value: 2, status: statusCodes.good });
    expect(part('mtbf')).toMatchObject({ value: 30, status: statusCodes.good });
    expect(part('mttr')).toMatchObject({ value: 3, status: statusCodes.good });
  });

  test('none: neither mean is known, and none is 0', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.run(5, maintained);
    const part = machine.tick();
    expect(part('failures')).toMatchObject({ value: 0, status: statusCodes.good });
    expect(part('mtbf')?.status).toBe(statusCodes.badNoData);
    expect(part('mttr')?.status).toBe(statusCodes.badNoData);
  });

  test('one is one, also when nothing is heard of the machine meanwhile', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.run(2, outOfService);
    machine.run(3, { state: bad, mode: 1 });
    machine.run(2, outOfService);
    machine.run(1, welding);
    const part = machine.tick();
    expect(part('failures')?.value).toBe(1);
    // What was not heard is no time of the failure.
    expect(part('mttr')?.value).toBe(4);
  });

  test('one that goes on over midnight is of the day in which it began', () => {
    const machine = lineOf();
    machine.run(5, welding);
    machine.run(2, outOfService);
    machine.tick();
    machine.tick(minuteMs);
    machine.run(3, outOfService);
    machine.run(2, welding);
    expect(machine.tick(minuteMs)('failures')?.value).toBe(0);
    machine.run(2, outOfService);
    machine.run(1, welding);
    expect(machine.tick(minuteMs)('failures')?.value).toBe(1);
  });
});
