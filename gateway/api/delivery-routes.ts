import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { DeliveryDesk } from '../runtime/delivery-desk.ts';
import { needs } from './authorise.ts';
import * as contract from './contract.ts';
import { failures, refuse } from './failure-answer.ts';
import { noQuery } from './query-values.ts';

const params = z.object({ id: z.string().min(1).max(200) });

const unknownSink = (reply: FastifyReply, id: string) =>
  refuse(reply, 404, {
    words: {
      en: `no sink ${id}: /api/v1/sinks lists them`,
      zh: `没有输出 ${id}：/api/v1/sinks 可列出全部`,
    },
  });

/** Receipts of outages, and what sinks refused: to be looked at, sent again or dropped. */
export const registerDeliveryRoutes = (instance: FastifyInstance, desk: DeliveryDesk): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/v1/sinks/:id/receipts',
    {
      config: needs('read'),
      schema: {
        params,
        querystring: contract.receiptQuery,
        response: { 200: z.array(contract.deliveryReceipt), ...failures(400, 404) },
      },
    },
    async ({ params: { id }, query }, reply) =>
      desk.has(id) ? [...(await desk.receipts(id, query.limit))] : unknownSink(reply, id),
  );

  server.get(
    '/api/v1/sinks/:id/quarantine',
    {
      config: needs('read'),
      schema: {
        params,
        querystring: contract.quarantineQuery,
        response: { 200: z.array(contract.quarantinedEntry), ...failures(400, 404) },
      },
    },
    async ({ params: { id }, query }, reply) => {
      if (!desk.has(id)) return unknownSink(reply, id);
      const entries = await desk.quarantine(id, query);
      return entries.map((entry) => ({ ...entry, samples: [...entry.samples] }));
    },
  );

  server.post(
    '/api/v1/sinks/:id/quarantine/retry',
    {
      config: needs('deliveries.handle'),
      schema: {
        params,
        querystring: noQuery,
        body: contract.quarantineIds,
        response: { 200: contract.retryOutcome, ...failures(400, 404, 413, 415, 503) },
      },
    },
    async ({ params: { id }, body }, reply) => {
      if (!desk.has(id)) return unknownSink(reply, id);
      const { delivered, refused } = await desk.retry(id, body.ids);
      return { delivered, refused: [...refused] };
    },
  );

  server.post(
    '/api/v1/sinks/:id/quarantine/drop',
    {
      config: needs('deliveries.handle'),
      schema: {
        params,
        querystring: noQuery,
        body: contract.quarantineIds,
        response: { 200: contract.dropOutcome, ...failures(400, 404, 413, 415) },
      },
    },
    async ({ params: { id }, body }, reply) =>
      desk.has(id) ? { dropped: await desk.drop(id, body.ids) } : unknownSink(reply, id),
  );
};
