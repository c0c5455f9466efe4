import { z } from 'zod';
import { localText } from './words-contract.ts';

/** What a source asks of its devices, as a table for people. */
export const readPlan = z.object({
  title: localText,
  columns: z.array(localText),
  rows: z.array(z.array(z.union([z.string(), z.number()]))).describe('As wide as columns'),
  summary: z.array(localText),
  worstBurst: z
    .object({
      requests: z.int(),
      durationMs: z.number().describe('By estimate, until all of it is answered'),
      shortestPeriodMs: z.number(),
    })
    .nullable()
    .describe('What falls due at one moment and takes longest; null without reads'),
});
