import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { GatewayStatus } from '../runtime/status.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failures } from './failure-answer.ts';
import { journalState } from './journal-contract.ts';
import { noQuery } from './query-values.ts';

const present = ({
  nextSeq,
  durableSeq,
  statistics,
}: GatewayStatus['journal']): z.infer<typeof journalState> => {
  const { classes, stagedBytes, diskBytes, syncMsLast, syncMsMax } = statistics;
  const classOf = (name: keyof typeof classes) => {
    const { diskBytes, prunedEntries, prunedSamples } = classes[name];
    return { diskBytes, prunedEntries, prunedSamples };
  };
  return {
    ...{ nextSeq, durableSeq, stagedBytes, diskBytes },
    waitingEntries: Math.max(0, nextSeq - 1 - durableSeq),
    syncLastMs: syncMsLast,
    syncMaxMs: syncMsMax,
    bytesPerSample: statistics.bytesPerSample ?? null,
    classes: {
      raw: classOf('raw'),
      kpi: classOf('kpi'),
      event: classOf('event'),
      record: classOf('record'),
    },
    failing: statistics.failing ?? null,
  };
};

/** How far the journal is behind, and what it holds. */
export const registerJournalRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/journal',
    {
      config: needs('read'),
      schema: { querystring: noQuery, response: { 200: journalState, ...failures(400) } },
    },
    () => present(view.status().journal),
  );
};
