import { describe, expect, test } from 'vitest';
import type { ValueKind } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ArenaPlan } from '../../../../../gateway/hot-path/arena.ts';
import { buildExpression } from '../../../../../gateway/hot-path/expression/build.ts';
import { checkExpression } from '../../../../../gateway/hot-path/expression/check.ts';
import { parseExpression } from '../../../../../gateway/hot-path/expression/parse.ts';
import {
  slotInitial,
  slotSize,
  statusCell,
  timeCell,
  valueCell,
} from '../../../../../gateway/hot-path/slot.ts';

const points: Readonly<Record<string, { readonly kind: ValueKind; readonly unit: string }>> = {
  p: { kind: 'number', unit: 'kW' },
  q: { kind: 'number', unit: 'W' },
  e: { kind: 'counter', unit: 'kWh' },
  u: { kind: 'number', unit: 'V' },
  i: { kind: 'number', unit: 'A' },
  v: { kind: 'number', unit: 'm/min' },
  t: { kind: 'number', unit: 'Cel' },
  soc: { kind: 'number', unit: '%' },
  n: { kind: 'number', unit: '1' },
  on: { kind: 'boolean', unit: '1' },
  off: { kind: 'boolean', unit: '1' },
  state: { kind: 'enum', unit: '1' },
  id: { kind: 'string', unit: '1' },
  odd: { kind: 'number', unit: 'furlong' },
  'a/b/c/d': { kind: 'number', unit: '1' },
};

const check = (text: string, wanted?: string) => {
  const parsed = parseExpression(text);
  if (parsed.expression === undefined) throw new Error(JSON.stringify(parsed.issues));
  return checkExpression(parsed.expression, {
    resolve: (path) => (Object.hasOwn(points, path) ? points[path] : undefined),
    wanted,
  });
};

type Sample =
  | number
  | { readonly value?: number; readonly status?: number; readonly timeMs?: number };

const compile = (text: string, wanted?: string) => {
  const { checked, issues } = check(text, wanted);
  if (checked === undefined) throw new Error(JSON.stringify(issues));
  const plan = new ArenaPlan();
  const tickMsIndex = plan.reserve(1);
  const slots = new Map<string, number>();
  const slot = (path: string): number => {
    const known = slots.get(path) ?? plan.reserve(slotSize, slotInitial);
    slots.set(path, known);
    return known;
  };
  const built = buildExpression(checked, {
    reserve: (size, initial) => plan.reserve(size, initial),
    slot,
    tickMsIndex,
    staleMs: () => 3000,
  });
  const memory = plan.allocate();
  return (samples: Readonly<Record<string, Sample>>, nowMs = 1000) => {
    memory[tickMsIndex] = nowMs;
    for (const [path, sample] of Object.entries(samples)) {
      const at = slots.get(path);
      if (at === undefined) continue;
      const {
        value = 0,
        status = statusCodes.good,
        timeMs = nowMs,
      } = typeof sample === 'number' ? { value: sample } : sample;
      memory[at + valueCell] = value;
      memory[at + statusCell] = status;
      memory[at + timeCell] = timeMs;
    }
    built.run(memory);
    return { value: memory[built.resultIndex], status: memory[built.statusIndex] };
  };
};

const samples = {
  p: 2,
  q: 500,
  e: 10,
  u: 26,
  i: 230,
  v: 0.8,
  t: 44,
  soc: 80,
  n: 3,
  on: 1,
  off: 0,
  state: 4,
  'a/b/c/d': 7,
};
const value = (text: string, wanted?: string): number | undefined =>
  compile(text, wanted)(samples).value;

describe('evaluating expressions', () => {
  test.each([
    ['1 + 2 * 3', undefined, 7],
    ['(1 + 2) * 3', undefined, 9],
    ['7 / 2 - 1', undefined, 2.5],
    ['-n', undefined, -3],
    ['n - -n', undefined, 6],
    ['a/b/c/d + 1', undefined, 8],
    ['state + n', undefined, 7],
    ['u * i', 'W', 5980],
    ['u * i', 'kW', 5.98],
    ['p + q', 'kW', 2.5],
    ['q + p', 'W', 2500],
    ['p + q', 'W', 2500],
    ['p - q', 'kW', 1.5],
    ['p * 2', 'kW', 4],
    ['p + 1', 'kW', 3],
    ['1 + p', 'kW', 3],
    ['1 - q', 'W', -499],
    ['p + 250 [W]', 'kW', 2.25],
    ['e / 2 [h]', 'kW', 5],
    ['q / p', '1', 0.25],
    ['q / p', '%', 25],
    ['v', 'mm/s', 800 / 60],
    ['t + 6', 'Cel', 50],
    ['soc', '1', 0.8],
    ['5', 'kW', 5],
    ['min(p, q)', 'kW', 0.5],
    ['max(q, p)', 'W', 2000],
    ['max(p, 5)', 'kW', 5],
    ['min(5, p, 3)', 'kW', 2],
    ['max(1, 2, 3)', undefined, 3],
    ['min(3, 1, 2)', undefined, 1],
    ['abs(q - p)', 'W', 1500],
    ['abs(-3)', undefined, 3],
  ] as const)('%s in %s is %d', (text, wanted, result) => {
    expect(value(text, wanted)).toBeCloseTo(result, 12);
  });

  test.each([
    ['p > 1', 1],
    ['p > q', 1],
    ['q > p', 0],
    ['p >= 2', 1],
    ['p > 2', 0],
    ['p <= 2', 1],
    ['p < 2', 0],
    ['p < 2.1', 1],
    ['p >= 2.1', 0],
    ['p <= 1.9', 0],
    ['2000 [W] == p', 1],
    ['p == 2', 1],
    ['p != 2', 0],
    ['p != 3', 1],
    ['soc > 50', 1],
    ['soc > 0.9 [1]', 0],
    ['on', 1],
    ['not on', 0],
    ['not off', 1],
    ['on and on', 1],
    ['on and off', 0],
    ['off and on', 0],
    ['on or off', 1],
    ['off or on', 1],
    ['off or off', 0],
    ['on == off', 0],
    ['on != off', 1],
    ['on == true', 1],
    ['off == false', 1],
    ['p > 1 and not (q > 600)', 1],
    ['state == 4', 1],
  ])('%s is %d', (text, result) => {
    expect(value(text, 'boolean')).toBe(result);
    expect(check(text)).toMatchObject({ result: 'boolean', issues: [] });
  });

  test('takes the worst status of its points', () => {
    const run = compile('p + q');
    expect(run({ p: 1, q: 1 })).toEqual({ value: 1.001, status: statusCodes.good });
    expect(run({ q: { value: 1, status: statusCodes.uncertain } })).toEqual({
      value: 1.001,
      status: statusCodes.uncertain,
    });
    expect(run({ p: { value: 1, status: statusCodes.badTimeout } })).toEqual({
      value: 0,
      status: statusCodes.badTimeout,
    });
    expect(run({ p: 1, q: { value: 1, status: statusCodes.badDeviceFailure } })).toEqual({
      value: 0,
      status: statusCodes.badDeviceFailure,
    });
  });

  test('waits for points that have no sample yet', () => {
    const run = compile('p + q');
    expect(run({ p: 1 })).toEqual({ value: 0, status: statusCodes.badWaitingForInitialData });
  });

  test('is uncertain with a point out of date', () => {
    const run = compile('p + 1');
    expect(run({ p: { value: 1, timeMs: 0 } }, 3000).status).toBe(statusCodes.good);
    expect(run({}, 3001)).toEqual({ value: 2, status: statusCodes.uncertainLastUsableValue });
  });

  test('a status that is not good stays as it is when the point is out of date', () => {
    const run = compile('p');
    const status = statusCodes.uncertainSensorNotAccurate;
    expect(run({ p: { value: 1, status, timeMs: 0 } }, 9000).status).toBe(status);
  });

  test('a division by zero is out of range, not infinite', () => {
    const run = compile('1 / n');
    expect(run({ n: 0 })).toEqual({ value: 0, status: statusCodes.badOutOfRange });
    expect(run({ n: 4 })).toEqual({ value: 0.25, status: statusCodes.good });
    expect(run({ n: { value: 0, status: statusCodes.badTimeout } })).toEqual({
      value: 0,
      status: statusCodes.badTimeout,
    });
  });
});

describe('rate', () => {
  test('is the change per second between the newest two samples', () => {
    const run = compile('rate(n)');
    expect(run({ n: 10 }, 1000)).toEqual({
      value: 0,
      status: statusCodes.badWaitingForInitialData,
    });
    expect(run({ n: 14 }, 3000)).toEqual({ value: 2, status: statusCodes.good });
    expect(run({ n: { value: 14, timeMs: 3000 } }, 4000)).toEqual({ value: 2, status: 0 });
    expect(run({ n: 13 }, 5000).value).toBe(-0.5);
  });

  test('of energy is power', () => {
    const run = compile('rate(e)', 'kW');
    run({ e: 10 }, 0);
    expect(run({ e: 10.5 }, 3_600_000).value).toBeCloseTo(0.5, 14);
  });

  test('of a register that was reset stays as it was', () => {
    const run = compile('rate(e)', 'kW');
    run({ e: 10 }, 0);
    run({ e: 11 }, 3_600_000);
    expect(run({ e: 0 }, 7_200_000).value).toBe(1);
    expect(run({ e: 3 }, 10_800_000).value).toBe(3);
  });

  test('takes bad samples for a gap', () => {
    const run = compile('rate(n)');
    run({ n: 10 }, 0);
    expect(run({ n: { value: 99, status: statusCodes.badTimeout } }, 1000).status).toBe(
      statusCodes.badTimeout,
    );
    expect(run({ n: 14 }, 2000)).toEqual({ value: 2, status: statusCodes.good });
  });

  test('of several points moves with the newest of them', () => {
    const run = compile('rate(n + a/b/c/d)');
    run({ n: 1, 'a/b/c/d': 1 }, 1000);
    expect(run({ n: 3 }, 2000)).toEqual({ value: 2, status: statusCodes.good });
  });

  test('starts anew when the clock was set back', () => {
    const run = compile('rate(n)');
    run({ n: 10 }, 5000);
    run({ n: 11 }, 6000);
    expect(run({ n: 50 }, 1000).value).toBe(1);
    expect(run({ n: 53 }, 2000).value).toBe(3);
  });

  test('waits until every rate inside has two samples', () => {
    const run = compile('rate(n) + rate(a/b/c/d)');
    run({ n: 1, 'a/b/c/d': 1 }, 1000);
    expect(run({ n: 2 }, 2000).status).toBe(statusCodes.badWaitingForInitialData);
    expect(run({ n: 2, 'a/b/c/d': 5 }, 3000)).toEqual({ value: 2, status: statusCodes.good });
  });
});

describe('checking types and units', () => {
  test.each([
    ['p + e', undefined, 3, 'cannot add kW and kWh'],
    ['e - p', undefined, 3, 'cannot subtract kWh and kW'],
    ['1 + p > e', undefined, 7, 'cannot compare kW and kWh'],
    ['u * i + e', undefined, 7, 'cannot add V.A and kWh'],
    ['e / p + t', undefined, 7, 'cannot add kWh/kW and Cel'],
    ['min(p, e)', undefined, 8, 'min of kW and kWh'],
    ['max(1, p, t)', undefined, 11, 'max of kW and Cel'],
    ['p', 'kWh', 1, 'the result is in kW, not in kWh'],
    ['rate(p)', 'kW', 1, 'the result is in kW/s, not in kW'],
    ['p > 1', 'kW', 3, 'the result needs a number, not true/false'],
    ['p', 'boolean', 1, 'a condition needs true/false, not a number in kW'],
    ['on + 1', undefined, 4, '+ needs a number, not true/false'],
    ['1 * on', undefined, 3, '* needs a number, not true/false'],
    ['on > off', undefined, 4, '> needs a number, not true/false'],
    ['on == 1', undefined, 4, '== needs a number, not true/false'],
    ['1 != on', undefined, 3, '!= needs a number, not true/false'],
    ['p and on', undefined, 3, 'and needs true/false, not a number in kW'],
    ['on or 1', undefined, 4, 'or needs true/false, not a number in 1'],
    ['not p', undefined, 1, 'not needs true/false, not a number in kW'],
    ['-on', undefined, 1, '- needs a number, not true/false'],
    ['abs(on)', undefined, 5, 'abs needs a number, not true/false'],
    ['x', undefined, 1, 'no point x'],
    ['toString', undefined, 1, 'no point toString'],
    ['id', undefined, 1, 'id is a text'],
    ['odd', undefined, 1, 'unit furlong of odd is not known here'],
    ['5 [furlong]', undefined, 1, 'unit furlong is not known here'],
    ['p', 'furlong', 1, 'unit furlong of the result is not known here'],
    ['1 [GWh] * 1 [GWh]', undefined, 9, 'no exact scale for GWh.GWh'],
    ['1 [GWh] / 1 [mm2]', undefined, 9, 'no exact scale for GWh/mm2'],
  ])('%s in %s is refused', (text, wanted, column, message) => {
    expect(check(text, wanted).issues).toEqual([{ column, message }]);
  });

  test('numbers of one scale are never converted', () => {
    expect(check('p + p', 'kW')).toMatchObject({
      result: 'number',
      checked: {
        kind: 'binary',
        left: { kind: 'reference', path: 'p', isCounter: false },
        right: { kind: 'reference' },
      },
    });
    expect(check('e', 'kWh')).toMatchObject({ checked: { kind: 'reference', isCounter: true } });
  });
});
