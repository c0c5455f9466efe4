import { z } from 'zod';
import { common } from './fault-options.ts';

const torchId = z.string().regex(/^[FB](0[1-9]|10)$/, 'expected F01..F10 or B01..B10');

/** Where a failure is, beside the time: at these torches, from this place on. */
const place = {
  torches: z
    .union([z.enum(['all', 'front', 'back']), z.array(torchId).min(1).max(20)])
    .default('all'),
  /** Travel of the panel, mm. Without it a failure begins anywhere. */
  fromMm: z.number().min(0).max(30_000).optional(),
  forMm: z.number().gt(0).max(30_000).optional(),
  /** Only on this panel, the first being 1. Without it on each. */
  panel: z.int().min(1).optional(),
  /** The torches of a group are hit one after the other within so many ms. */
  spreadMs: z.int().min(0).max(10_000).default(0),
};

const kind = <Kind extends string>(name: Kind) => ({
  ...common,
  ...place,
  kind: z.literal(name),
});

const face = z.enum(['all', 'front', 'back']).default('all');
const line = <Kind extends string>(name: Kind) => {
  const { torches: _, spreadMs: __, ...where } = place;
  return { ...common, ...where, kind: z.literal(name) };
};

/** Signals that a sensor can show wrongly. */
export const sensedSignals = [
  'currentA',
  'voltageV',
  'arcPowerW',
  'wireFeedMPerMin',
  'gasFlowLPerMin',
  'offsetYMm',
  'offsetZMm',
  'gapMm',
  'confidence',
  'nozzleCelsius',
] as const;

/** The failures of the weld itself, asked for at the device `line.weld`. */
export const weldFaultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    ...kind('burn-through'),
    /** Gap under the arc. */
    gapMm: z.number().min(0.5).max(4).default(1.4),
    seconds: z.number().min(0.3).max(5).default(0.8),
    pitMm: z.number().min(0).max(6).default(2),
  }),
  z.strictObject({
    ...kind('gas-loss'),
    /** What is left of a flow of 18 L/min. */
    toLPerMin: z.number().min(0).max(17).default(6),
    /** 0 is a step. */
    rampSeconds: z.number().min(0).max(600).default(10),
  }),
  z.strictObject({
    ...kind('nozzle-clog'),
    /** How long it takes until the noise of the voltage is doubled. */
    minutes: z.number().min(0.1).max(600).default(20),
  }),
  z.strictObject(kind('lost-tracking')),
  z.strictObject({
    ...kind('misalignment'),
    stepMm: z.number().min(-3).max(3).default(1.5),
    decaySeconds: z.number().min(0.5).max(10).default(3),
    gapMm: z.number().min(0).max(2).default(0.5),
  }),
  z.strictObject({
    ...kind('vision-drift'),
    mmPerHour: z.number().min(-10).max(10).default(0.05),
    confidencePerHour: z.number().min(0).max(10).default(0.1),
  }),
  z.strictObject({
    ...kind('wire-slip'),
    /** Share of the wire that does not come; beyond 0.71 the arc goes out. */
    share: z.number().min(0.05).max(1).default(1),
    motorShare: z.number().min(1).max(4).default(2),
  }),
  z.strictObject(kind('arc-out')),
  z.strictObject({
    ...kind('tip-wear'),
    /** How worn the tip is when the failure begins; it goes on from there. */
    hours: z.number().min(0).max(200).default(50),
  }),
  z.strictObject({
    ...kind('parameter-drift'),
    amperePerMinute: z.number().min(-10).max(10).default(0.5),
  }),
  z.strictObject({
    ...line('speed-slip'),
    share: z.number().min(0.01).max(0.3).default(0.05),
  }),
  z.strictObject({
    ...line('common-cause'),
    cause: z.enum(['gas-main', 'coolant', 'vision-pc', 'plc-link']),
    face,
    /** From the first torch to the last. */
    spreadMs: z.int().min(0).max(10_000).default(2000),
  }),
  z.strictObject({
    ...kind('sensor'),
    signal: z.enum(sensedSignals),
    /** `bad`: the last value, and bad quality where the protocol has one. */
    shows: z.enum(['frozen', 'spikes', 'nan', 'offset', 'bad']),
    /** Of spikes and offset, in the unit of the signal. */
    by: z.number().default(0),
    /** Share of the steps with a spike. */
    probability: z.number().gt(0).max(1).default(0.02),
  }),
]);

export type WeldFault = z.infer<typeof weldFaultSchema> & { readonly id: string };
