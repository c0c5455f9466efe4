import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { GatewayError } from '../core/error.ts';
import type { DeliveryDesk } from '../runtime/delivery-desk.ts';
import * as contract from './contract.ts';

const params = z.object({ id: z.string().min(1).max(200) });

const unknownSink = (reply: FastifyReply, id: string) => {
  const words = {
    en: `no sink ${id}: /api/v1/sinks lists them`,
    zh: `没有输出 ${id}：/api/v1/sinks 可列出全部`,
  };
  return reply.code(404).send({ error: { code: 'NOT_FOUND', message: words.en, words } });
};

/** Receipts of outages, and what sinks refused: to be looked at, sent again or dropped. */
export const registerDeliveryRoutes = (instance: FastifyInstance, desk: DeliveryDesk): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/v1/sinks/:id/receipts',
    {
      schema: {
        params,
        querystring: contract.receiptQuery,
        response: { 200: z.array(contract.deliveryReceipt), 404: contract.failure },
      },
    },
    async ({ params: { id }, query }, reply) =>
      desk.has(id) ? [...(await desk.receipts(id, query.limit))] : unknownSink(reply, id),
  );

  server.get(
    '/api/v1/sinks/:id/quarantine',
    {
      schema: {
        params,
        querystring: contract.quarantineQuery,
        response: { 200: z.array(contract.quarantinedEntry), 404: contract.failure },
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
      schema: {
        params,
        body: contract.quarantineIds,
        response: { 200: contract.retryOutcome, 404: contract.failure, 503: contract.failure },
      },
    },
    async ({ params: { id }, body }, reply) => {
      if (!desk.has(id)) return unknownSink(reply, id);
      try {
        const { delivered, refused } = await desk.retry(id, body.ids);
        return { delivered, refused: [...refused] };
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'UNAVAILABLE') throw error;
        const { code, message, words } = error;
        return reply
          .code(503)
          .send({ error: { code, message, ...(words === undefined ? {} : { words }) } });
      }
    },
  );

  server.post(
    '/api/v1/sinks/:id/quarantine/drop',
    {
      schema: {
        params,
        body: contract.quarantineIds,
        response: { 200: contract.dropOutcome, 404: contract.failure },
      },
    },
    async ({ params: { id }, body }, reply) =>
      desk.has(id) ? { dropped: await desk.drop(id, body.ids) } : unknownSink(reply, id),
  );
};
