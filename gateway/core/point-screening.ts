import { z } from 'zod';
import type { ChannelSpec } from './point.ts';

const dayMs = 86_400_000;

/** When a value that does not move is taken for frozen, as profiles and the site file say it. */
export const frozenSchema = z
  .union([
    z.literal('off'),
    z.strictObject({
      afterMs: z
        .int()
        .min(100)
        .max(30 * dayMs)
        .describe('Time after which a value that has not changed in any bit is old, in ms'),
      beyond: z
        .number()
        .optional()
        .describe('Only values further from 0 than this; 0 unless given'),
      while: z
        .strictObject({
          point: z.string().min(1).max(64).describe('Another point that is read together with it'),
          above: z.number().optional(),
          below: z.number().optional(),
        })
        .optional()
        .describe('Only while another point of the group is above, below, or between'),
    }),
  ])
  .describe('When a value that stands still is not believed; off: never');

export const heartbeatSchema = z
  .int()
  .min(100)
  .max(dayMs)
  .describe('The point changes at least so often while its device works, in ms');

/** What a profile says of a point so that its samples can be judged. */
export const screeningShape = {
  maximumRatePerSecond: z
    .number()
    .positive()
    .optional()
    .describe('A faster change is marked BadOutOfRange; of a counter: how fast it can count'),
  nature: z
    .enum(['measured', 'set'])
    .optional()
    .describe('measured: by a sensor, so that it never stands still for long; set: by somebody'),
  frozen: frozenSchema.optional(),
  heartbeatMs: heartbeatSchema.optional(),
  restarts: z
    .boolean()
    .optional()
    .describe('With kind counter: starts again at 0 by design, as with each panel'),
};

type Shape = {
  readonly [Key in keyof typeof screeningShape]?: z.output<(typeof screeningShape)[Key]>;
};

export const screeningOf = (
  point: Shape,
): Pick<
  ChannelSpec,
  'maximumRatePerSecond' | 'nature' | 'frozen' | 'heartbeatMs' | 'restarts'
> => ({
  ...(point.maximumRatePerSecond === undefined
    ? {}
    : { maximumRatePerSecond: point.maximumRatePerSecond }),
  ...(point.nature === undefined ? {} : { nature: point.nature }),
  ...(point.frozen === undefined ? {} : { frozen: point.frozen }),
  ...(point.heartbeatMs === undefined ? {} : { heartbeatMs: point.heartbeatMs }),
  ...(point.restarts === undefined ? {} : { restarts: point.restarts }),
});
