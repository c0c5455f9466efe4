import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  frozenSchema,
  heartbeatSchema,
  screeningOf,
  screeningShape,
} from '../../../../gateway/core/point-screening.ts';

const dayMs = 86_400_000;
const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

describe('when a value is taken for frozen', () => {
  test.each([
    'off',
    { afterMs: 100 },
    { afterMs: 30 * dayMs },
    { afterMs: 5000, beyond: -1.5 },
    { afterMs: 5000, while: { point: 'arcOn', above: 0 } },
    { afterMs: 5000, while: { point: 'a'.repeat(64), above: -1, below: 2 } },
    { afterMs: 5000, while: { point: 'arcOn' } },
  ])('%j can be said', (rule) => {
    expect(frozenSchema.parse(rule)).toEqual(rule);
  });

  test.each([
    ...['on', '', undefined, 0, {}],
    ...[{ afterMs: 99 }, { afterMs: 30 * dayMs + 1 }, { afterMs: 1000.5 }, { afterMs: '5000' }],
    ...[
      { afterMs: 5000, beyond: 'far' },
      { afterMs: 5000, more: 1 },
    ],
    ...[
      { afterMs: 5000, while: { above: 0 } },
      { afterMs: 5000, while: { point: '' } },
      { afterMs: 5000, while: { point: 'a'.repeat(65) } },
      { afterMs: 5000, while: { point: 'arcOn', above: 'x' } },
      { afterMs: 5000, while: { point: 'arcOn', below: 'x' } },
      { afterMs: 5000, while: { point: 'arcOn', between: 1 } },
    ],
  ])('%j cannot', (rule) => {
    expect(accepts(frozenSchema, rule)).toBe(false);
  });
});

test.each([
  [100, true],
  [dayMs, true],
  [99, false],
  [dayMs + 1, false],
  [100.5, false],
])('a heartbeat of %d ms: %s', (ms, isRight) => {
  expect(accepts(heartbeatSchema, ms)).toBe(isRight);
});

describe('what a profile says of a point', () => {
  const shape = z.strictObject(screeningShape);

  test.each([
    {},
    { maximumRatePerSecond: 0.001 },
    { nature: 'measured' },
    { nature: 'set' },
    { frozen: 'off' },
    { heartbeatMs: 1000 },
    { restarts: true },
    { restarts: false },
  ])('%j is taken as it is said', (said) => {
    expect(screeningOf(shape.parse(said))).toEqual(said);
  });

  test.each([
    { maximumRatePerSecond: 0 },
    { maximumRatePerSecond: -1 },
    { nature: '' },
    { nature: 'computed' },
    { restarts: 1 },
    { heartbeatMs: 1 },
    { frozen: 'on' },
  ])('%j cannot be said', (said) => {
    expect(accepts(shape, said)).toBe(false);
  });

  test('all of it together is taken, and nothing else', () => {
    const said = {
      maximumRatePerSecond: 5,
      nature: 'measured',
      frozen: { afterMs: 1000 },
      heartbeatMs: 2000,
      restarts: true,
    } as const;
    expect(screeningOf({ ...said, ...{ unit: 'A' } })).toEqual(said);
  });

  test('every field is explained to those who edit a file', () => {
    const schema = z.toJSONSchema(shape) as {
      readonly properties: Readonly<Record<string, { readonly description?: string }>>;
    };
    for (const name of Object.keys(screeningShape)) {
      expect(schema.properties[name]?.description ?? '', name).toMatch(/\w{3}/);
    }
    const frozen = JSON.stringify(z.toJSONSchema(frozenSchema));
    for (const text of ['Time after which', 'further from 0', 'read together', 'above, below']) {
      expect(frozen).toContain(text);
    }
  });
});
