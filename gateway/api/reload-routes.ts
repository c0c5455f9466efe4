import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { ReloadDesk, ReloadOutcome } from '../runtime/reloader.ts';
import { needs } from './authorise.ts';
import * as contract from './contract.ts';
import { failure, failures } from './failure-answer.ts';
import { noQuery } from './query-values.ts';

const present = ({ change, problems, ...outcome }: ReloadOutcome) => ({
  ...outcome,
  change: change === undefined ? null : presentChange(change),
  problems: [...problems],
});

const presentMembers = (
  members: NonNullable<ReloadOutcome['change']>['sources'],
): z.infer<typeof contract.memberChanges> => ({
  added: [...members.added],
  removed: [...members.removed],
  changed: [...members.changed],
  unchanged: [...members.unchanged],
});

const presentChange = ({
  seq,
  sources,
  sinks,
  computed,
}: NonNullable<ReloadOutcome['change']>): z.infer<typeof contract.siteChange> => ({
  seq,
  sources: presentMembers(sources),
  sinks: presentMembers(sinks),
  computed: {
    continued: computed.continued.length,
    begun: [...computed.begun],
    ended: [...computed.ended],
  },
});

/** Reads the configuration anew, and tells what became of it the last time. */
export const registerReloadRoutes = (instance: FastifyInstance, desk: ReloadDesk): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  server.get(
    '/api/v1/reload',
    {
      config: needs('read'),
      schema: { querystring: noQuery, response: { 200: contract.reloadState, ...failures(400) } },
    },
    () => ({
      configurationId: desk.configurationId,
      last: desk.last === undefined ? null : present(desk.last),
    }),
  );
  server.post(
    '/api/v1/reload',
    {
      config: needs('configuration.reload'),
      schema: {
        querystring: noQuery,
        body: contract.reloadRequest,
        response: {
          200: contract.reloadOutcome,
          ...failures(400, 413, 415),
          422: contract.reloadOutcome,
          500: contract.reloadOutcome.or(failure),
        },
      },
    },
    async (_request, reply) => {
      const outcome = await desk.reload('api');
      const status = outcome.result === 'refused' ? 422 : outcome.result === 'failed' ? 500 : 200;
      return reply.code(status).send(present(outcome));
    },
  );
};
