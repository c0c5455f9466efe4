import { z } from 'zod';
import { describeValue, valueAt } from '../../../config/describe.ts';
import type { ConfigIssue } from '../../core/adapter.ts';

const durationWords = 'a duration such as 500ms, 30s, 5min or 1h';
const durationPattern = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

const duration = z
  .string({ error: durationWords })
  .regex(durationPattern, durationWords)
  .transform((text) => {
    const [, amount = '', unit = ''] = durationPattern.exec(text) ?? [];
    return Math.round(Number(amount) * (unitMs[unit] ?? 0));
  });

const mostDurationMs = 24 * 3_600_000;
const instantWords = 'an instant in UTC such as 2023-06-21T04:00:00Z';
const instant = z
  .string({ error: instantWords })
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?Z$/, instantWords)
  .refine((text) => Date.parse(text) >= 0, instantWords);

const plants = ['line', 'park'] as const;
const serverWords = 'the name of a simulated server, such as line.plc';
const serverName = z.string({ error: serverWords }).regex(/^[a-z]+\.[a-z]+$/, serverWords);

/** Faults that are not at a simulated device, and what may stand beside `at` and `kind`. */
const ownKinds: Readonly<Record<string, readonly string[]>> = {
  set: ['inputs'],
  'broker-down': ['for'],
  'database-down': ['for'],
  'gateway-killed': ['for'],
};

const inputs = z.record(z.string(), z.json());

const faultSchema = z
  .looseObject({
    at: duration,
    for: duration.optional(),
    kind: z.string().min(1),
    device: z.string().min(1).optional(),
    inputs: inputs.optional(),
  })
  .superRefine((fault, context) => {
    const issue = (path: string, message: string, found?: string): void =>
      context.addIssue({ code: 'custom', path: [path], message, params: { found } });
    const keys = ownKinds[fault.kind];
    if (keys === undefined) {
      if (fault.device === undefined) issue('device', serverWords);
      return;
    }
    const allowed = ['at', 'kind', ...keys];
    for (const key of Object.keys(fault)) {
      if (!allowed.includes(key)) issue(key, allowed.join(', '), 'an unknown key');
    }
    if (fault.kind === 'set' && fault.inputs === undefined) {
      issue('inputs', 'paths of the simulators with values');
    }
    if (fault.kind.endsWith('-down') && fault.for === undefined) issue('for', durationWords);
  });

const simulateSchema = z.strictObject({
  plants: z.array(z.enum(plants)).min(1).default(['line', 'park']),
  duration: duration.refine((ms) => ms > 0 && ms <= mostDurationMs, 'more than 0, at most 24h'),
  clock: z.enum(['lock-step', 'real-time']).default('lock-step'),
  start: instant.optional(),
  seed: z.int().min(0).max(0xffff_ffff).default(2023),
  speed: z.number().min(0.01).max(1000).default(1),
  panelLengthMm: z.int().min(200).max(30_000).default(18_000),
  meterError: z.boolean().default(true),
  inputs: inputs.default({}),
  sources: z
    .record(z.string(), z.union([serverName, z.looseObject({ server: serverName })]))
    .default({}),
  faults: z.array(faultSchema).max(200).default([]),
});

const sinksSchema = z.strictObject({
  broker: z.enum(['embedded', 'mosquitto']).default('embedded'),
  database: z.enum(['influxd', 'none']).default('none'),
});

const range = z
  .strictObject({ from: z.number().optional(), to: z.number().optional() })
  .refine(({ from, to }) => from !== undefined || to !== undefined, 'from or to');

const toleranceWords = 'a number in the unit of the point, or a share such as 1%';
const tolerance = z.union([
  z.number({ error: toleranceWords }).nonnegative(toleranceWords),
  z.string({ error: toleranceWords }).regex(/^\d+(\.\d+)?%$/, toleranceWords),
]);

const pathWords = 'area/line/equipment/point, * for any part';
const pointPattern = z
  .string({ error: pathWords })
  .regex(/^[^/\s]+\/[^/\s]+\/[^/\s]+\/[^/\s]+$/, pathWords);

const valueKeys = {
  at: duration.optional(),
  quality: z.enum(['good', 'uncertain', 'bad']).optional(),
  value: range.optional(),
  truth: z.string().min(1).optional(),
  scale: z.number().default(1),
  growth: z.boolean().default(false),
  tolerance: tolerance.optional(),
};

type ValueKeys = {
  readonly quality?: unknown;
  readonly value?: unknown;
  readonly coverage?: unknown;
  readonly truth?: unknown;
  readonly tolerance?: unknown;
};

const checkValueKeys = (expectation: ValueKeys, context: z.RefinementCtx): void => {
  const { truth, tolerance: allowed, quality, value, coverage } = expectation;
  if ((truth === undefined) !== (allowed === undefined)) {
    const path = [truth === undefined ? 'truth' : 'tolerance'];
    context.addIssue({ code: 'custom', path, message: 'truth and tolerance together' });
  }
  if ([truth, quality, value, coverage].every((one) => one === undefined)) {
    context.addIssue({ code: 'custom', message: 'truth, value, coverage or quality' });
  }
};

const kpiSchema = z
  .strictObject({ kpi: pointPattern, ...valueKeys, coverage: range.optional() })
  .superRefine(checkValueKeys);
const pointSchema = z
  .strictObject({ point: pointPattern, ...valueKeys })
  .superRefine(checkValueKeys);

const eventSchema = z.strictObject({
  code: z.string().min(1),
  subject: z.string().min(1).optional(),
  from: duration.default(0),
  within: duration.optional(),
  never: z.boolean().default(false),
});

const deliverySchema = z.strictObject({
  lost: z.int().min(0).default(0),
  quarantined: z.int().min(0).default(0),
  duplicates: z.int().min(0).optional(),
  receipts: z.int().min(0).optional(),
});

const expectSchema = z
  .strictObject({
    kpis: z.array(kpiSchema).default([]),
    points: z.array(pointSchema).default([]),
    events: z.array(eventSchema).default([]),
    delivery: deliverySchema.optional(),
    replay: z.literal('identical').optional(),
  })
  .refine(
    ({ kpis, points, events, delivery, replay }) =>
      kpis.length + points.length + events.length > 0 ||
      delivery !== undefined ||
      replay !== undefined,
    'at least one of kpis, points, events, delivery and replay',
  );

const localText = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });

type Raw = {
  readonly simulate: z.output<typeof simulateSchema>;
  readonly sinks: z.output<typeof sinksSchema>;
  readonly expect: z.output<typeof expectSchema>;
};

type Complain = (path: (string | number)[], expected: string) => void;

const checkFaults = (
  { simulate, sinks }: Pick<Raw, 'simulate' | 'sinks'>,
  complain: Complain,
): void => {
  for (const [index, fault] of simulate.faults.entries()) {
    const path = ['simulate', 'faults', index];
    if (fault.at > simulate.duration) complain([...path, 'at'], 'an instant within duration');
    const isOurs = ownKinds[fault.kind]?.includes('for') === true;
    if (isOurs && fault.at + (fault.for ?? 0) > simulate.duration) {
      complain([...path, 'for'], 'an end within duration');
    }
    if (fault.kind === 'broker-down' && sinks.broker !== 'mosquitto') {
      complain([...path, 'kind'], 'sinks.broker: mosquitto beside broker-down');
    }
    if (fault.kind === 'database-down' && sinks.database === 'none') {
      complain([...path, 'kind'], 'sinks.database: influxd beside database-down');
    }
    if (fault.kind === 'gateway-killed' && sinks.broker === 'embedded') {
      const message =
        'sinks.broker: mosquitto beside gateway-killed, for the embedded one dies too';
      complain([...path, 'kind'], message);
    }
  }
};

const checkInstants = (
  { simulate, expect }: Pick<Raw, 'simulate' | 'expect'>,
  complain: Complain,
): void => {
  for (const list of ['kpis', 'points'] as const) {
    for (const [index, { at }] of expect[list].entries()) {
      if (at !== undefined && at > simulate.duration) {
        complain(['expect', list, index, 'at'], 'an instant within duration');
      }
    }
  }
  for (const [index, { from }] of expect.events.entries()) {
    if (from > simulate.duration) {
      complain(['expect', 'events', index, 'from'], 'an instant within duration');
    }
  }
};

const scenarioShape = {
  version: z.literal(1),
  title: localText,
  simulate: simulateSchema,
  sinks: sinksSchema.prefault({}),
  expect: expectSchema,
};

/** A scenario file: what is simulated, what goes wrong, and what must hold. Times in it are offsets in ms. */
export const scenarioSchema = z.strictObject(scenarioShape);

/** What is wrong between the sections of a file, as far as each of them is right by itself. */
export const contradictions = (value: unknown): readonly ConfigIssue[] => {
  const found: ConfigIssue[] = [];
  const section = <T>(key: string, schema: z.ZodType<T>): T | undefined =>
    schema.safeParse(valueAt(value, [key])).data;
  const simulate = section('simulate', simulateSchema);
  const sinks = section('sinks', scenarioShape.sinks);
  const expect = section('expect', expectSchema);
  const complain: Complain = (path, expected) =>
    found.push({ path, found: describeValue(valueAt(value, path)), expected });
  if (simulate === undefined) return [];
  if (simulate.clock === 'lock-step' && simulate.speed !== 1) {
    complain(['simulate', 'speed'], 'no speed beside clock: lock-step');
  }
  if (sinks !== undefined) checkFaults({ simulate, sinks }, complain);
  if (expect !== undefined) checkInstants({ simulate, expect }, complain);
  return found;
};

export type ScenarioContent = z.output<typeof scenarioSchema>;
export type Fault = ScenarioContent['simulate']['faults'][number];
type KpiExpectation = z.output<typeof kpiSchema>;
type PointExpectation = z.output<typeof pointSchema>;
export type Range = z.output<typeof range>;
export type EventExpectation = z.output<typeof eventSchema>;
export type DeliveryExpectation = z.output<typeof deliverySchema>;

/** What a KPI or point must be like; the two differ only in that a KPI has a coverage. */
export type ValueExpectation = Omit<KpiExpectation, 'kpi'> & { readonly path: string };

export const valueExpectations = ({
  expect,
}: ScenarioContent): readonly {
  readonly kind: 'kpi' | 'point';
  readonly wanted: ValueExpectation;
}[] => [
  ...expect.kpis.map(({ kpi, ...rest }: KpiExpectation) => ({
    kind: 'kpi' as const,
    wanted: { ...rest, path: kpi },
  })),
  ...expect.points.map(({ point, ...rest }: PointExpectation) => ({
    kind: 'point' as const,
    wanted: { ...rest, path: point },
  })),
];

/** Whether the fault is at a simulated device, which the simulators themselves bring about. */
export const isDeviceFault = ({ kind }: Fault): boolean => !Object.hasOwn(ownKinds, kind);
