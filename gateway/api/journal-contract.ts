import { z } from 'zod';

const retentionClass = z.object({
  diskBytes: z.number().describe('Sizes of the files, preallocated space counted in'),
  prunedEntries: z.number().describe('Taken by retention, since this start'),
  prunedSamples: z.number(),
});

/** How the journal is doing, in which all data stands before anybody sees it. */
export const journalState = z.object({
  nextSeq: z.number().describe('Number of the next entry'),
  durableSeq: z.number().describe('Everything up to this number is on disk'),
  waitingEntries: z.number().describe('Admitted and not yet on disk'),
  stagedBytes: z.number().describe('Of those'),
  syncLastMs: z.number().describe('How long the disk took to make the last commits durable'),
  syncMaxMs: z.number().describe('The longest since this start'),
  diskBytes: z.number(),
  bytesPerSample: z.number().nullable().describe('On disk, of what this run wrote'),
  classes: z.object({
    raw: retentionClass,
    kpi: retentionClass,
    event: retentionClass,
    record: retentionClass,
  }),
  failing: z.string().nullable().describe('Why nothing becomes durable at present'),
});
