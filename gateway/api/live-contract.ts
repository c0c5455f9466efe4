import { z } from 'zod';
import { localText } from './words-contract.ts';

/** Every message of the live feed, `/api/v1/live`. */

/** What a subscription is told from the client's others by; a client that has one only needs none. */
const subscriptionId = z.string().min(1).max(50);

const subscribe = z.strictObject({
  type: z.literal('subscribe'),
  id: subscriptionId.optional().describe('Takes the place of the one with the same id'),
  points: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(2000)
    .describe('Paths with `*` for one whole part; enterprise and site may be left out'),
  intervalMs: z.number().min(100).max(60_000).default(1000).describe('How often at most'),
});

const unsubscribe = z.strictObject({
  type: z.literal('unsubscribe'),
  id: subscriptionId.optional(),
});

const follow = z.strictObject({
  type: z.literal('follow').describe('Asks for `state` messages, in the place of polling'),
});

/** Client to server. */
export const liveRequest = z.discriminatedUnion('type', [subscribe, unsubscribe, follow]);

/** Server to client: what changed since the last message, or an empty list as a sign of life. */
export const liveValues = z.object({
  type: z.literal('values'),
  id: subscriptionId.optional().describe('Of the subscription, where it has one'),
  nowMs: z
    .number()
    .describe("The gateway's time, also when nothing changed: older than 2 s means stale"),
  values: z.array(
    z.tuple([
      z.int().describe('point number'),
      z.number().nullable().describe('time'),
      z.union([z.number(), z.string(), z.null()]).describe('value'),
      z.int().describe('status'),
    ]),
  ),
});

/** Server to client: at once, whenever one of these is another, and every five seconds. */
export const liveState = z.object({
  type: z.literal('state'),
  nowMs: z.number(),
  ready: z.boolean(),
  reasons: z.array(localText),
  configurationId: z
    .string()
    .describe('Another one: points, KPIs and devices are to be asked for anew'),
  newestEventSeq: z
    .number()
    .describe('A higher one: /api/v1/events?afterSeq= has more; 0 before the first'),
});

export const liveFailure = z.object({
  type: z.literal('error'),
  message: z.string(),
  words: localText,
});

export type LiveRequest = z.infer<typeof liveRequest>;
export type LiveValues = z.infer<typeof liveValues>;
export type LiveState = z.infer<typeof liveState>;
export type LiveFailure = z.infer<typeof liveFailure>;
