import fc from 'fast-check';
import type { ProductionMessage } from '../../gateway/production/messages.ts';

export const line = 'acme/boilers/welding/mpm01';
const dayMs = 86_400_000;
export const baseMs = Date.UTC(2026, 2, 2);

const time = fc.integer({ min: 0, max: 40 }).map((quarters) => baseMs + quarters * 900_000);
const orderId = fc.constantFrom('WO-1', 'WO-2');
const panelId = fc.constantFrom('P-1', 'P-2', 'P-3');
const name = fc.constantFrom('A', 'B', 'C');
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const by = fc.constantFrom('scheduler' as const, 'hand' as const);

const bodies: readonly fc.Arbitrary<object>[] = [
  fc.record({ kind: fc.constant('jobOrder'), orderId, project: maybe(name), wpsNo: maybe(name) }),
  fc.record({
    ...{ kind: fc.constant('jobOrderStatus'), orderId, by },
    status: fc.constantFrom('released', 'started', 'completed', 'cancelled'),
  }),
  fc.record({
    ...{ kind: fc.constant('schedulingMark'), orderId, by },
    mark: fc.constantFrom('scheduled', 'override'),
  }),
  fc
    .tuple(time, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 4 }))
    .map(([from, hours, busy]) => ({
      ...{ kind: 'calendar', from, to: from + hours * 3_600_000 },
      busy: busy === 0 ? [] : [{ start: from, end: from + (hours * 3_600_000 * busy) / 4 }],
    })),
  fc.record({
    ...{ kind: fc.constant('productionCount'), produced: maybe(fc.integer({ min: 0, max: 9 })) },
    good: maybe(fc.integer({ min: 0, max: 9 })),
  }),
  fc.record({
    ...{ kind: fc.constant('panelAssignment'), panelId, orderId: maybe(orderId) },
    lengthMm: maybe(fc.constantFrom(17_000, 18_000)),
    tubes: maybe(
      fc.array(fc.record({ position: fc.integer({ min: 1, max: 3 }), heatNo: maybe(name) }), {
        maxLength: 3,
      }),
    ),
    wires: maybe(fc.array(fc.record({ spoolId: name, lot: maybe(name) }), { maxLength: 2 })),
    procedure: maybe(fc.record({ wpsNo: name, revision: maybe(name) })),
  }),
  fc.record({
    ...{ kind: fc.constant('inspection'), panelId, method: fc.constantFrom('VT', 'PT'), who: name },
    ...{ result: fc.constantFrom('accepted', 'rejected'), ncr: maybe(name) },
  }),
  fc.record({
    ...{ kind: fc.constant('machineResult'), panelId, resultId: name, seam: maybe(name) },
    evaluation: fc.constantFrom('ok', 'notOk', 'notDecidable'),
  }),
  fc.record({
    ...{ kind: fc.constant('disposition'), panelId, who: name },
    status: fc.constantFrom('released', 'hold', 'scrap'),
  }),
];

/** Messages with ids of their own, of few orders and panels, many of which tell the same thing at the same time. */
export const someMessages: fc.Arbitrary<readonly ProductionMessage[]> = fc
  .array(fc.tuple(fc.oneof(...bodies), time, fc.constantFrom('mes', 'desk')), { maxLength: 40 })
  .map((drawn) =>
    drawn.map(([body, at, source], index) => {
      const message = { ...body, id: `m${index}`, source, time: at, line };
      // As JSON has it.
      return JSON.parse(JSON.stringify(message)) as ProductionMessage;
    }),
  );

let nextId = 0;
/** A message with an id of its own. */
export const messageOf = <Kind extends ProductionMessage['kind']>(
  kind: Kind,
  more: Omit<
    Extract<ProductionMessage, { kind: Kind }>,
    'kind' | 'id' | 'source' | 'time' | 'line'
  > &
    Partial<Pick<ProductionMessage, 'id' | 'source' | 'time' | 'line'>>,
): ProductionMessage => {
  nextId += 1;
  const head = { kind, id: `own${nextId}`, source: 'mes', time: baseMs, line };
  return { ...head, ...more } as unknown as ProductionMessage;
};

export const span = { fromMs: baseMs - dayMs, toMs: baseMs + 2 * dayMs };
