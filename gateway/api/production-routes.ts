import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { instantReader } from '../production/instant.ts';
import { messageSchema } from '../production/messages.ts';
import { noteWords } from '../production/refusal.ts';
import type { MessageOutcome } from '../runtime/production/production-desk.ts';
import type { ProductionView } from '../runtime/production/site-production.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failure, failures, refuse, requestReader } from './failure-answer.ts';
import * as production from './production-contract.ts';
import { noQuery } from './query-values.ts';

const maxBodyBytes = 4 * 1024 * 1024;

const noLine = (reply: FastifyReply) =>
  refuse(reply, 404, {
    words: {
      en: 'this site has no welding line, and so takes no messages of production',
      zh: '本站点没有焊接产线，因此不接收生产消息',
    },
  });

/** The line of a query, as it is kept. */
const fullLine = (view: GatewayView, line: string | undefined): string | undefined =>
  line === undefined || line.split('/').length > 2
    ? line
    : `${view.site.enterprise}/${view.site.site}/${line}`;

const presentOutcome = (outcome: MessageOutcome): z.infer<typeof production.messageOutcome> => {
  if (outcome.outcome === 'refused') return { ...outcome, notes: [] };
  const notes = outcome.notes.map((code) => ({ code, words: noteWords[code] }));
  return { ...outcome, code: null, words: null, notes };
};

const presentOutcomes = (
  outcomes: readonly MessageOutcome[],
): z.infer<typeof production.messageOutcomes> => {
  const count = (of: MessageOutcome['outcome']): number =>
    outcomes.filter(({ outcome }) => outcome === of).length;
  return {
    ...{ accepted: count('accepted'), duplicate: count('duplicate'), refused: count('refused') },
    messages: outcomes.map(presentOutcome),
  };
};

const statusOfRefusal = {
  MALFORMED: 400,
  TOO_LARGE: 413,
  UNKNOWN_LINE: 422,
  TIME_OUT_OF_RANGE: 422,
  CONFLICT: 409,
  UNAVAILABLE: 503,
} as const;

/** One message is answered by its own status; of several, 207 says that some were refused. */
const statusOf = (outcomes: readonly MessageOutcome[], isBatch: boolean) => {
  const refused = outcomes.find(({ outcome }) => outcome === 'refused');
  if (refused?.outcome !== 'refused') return 200;
  return isBatch ? 207 : statusOfRefusal[refused.code];
};

/** What an MES or a clerk tells of production, and what was told. */
export const registerProductionRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/v1/production/orders',
    {
      config: needs('read'),
      schema: {
        querystring: production.orderQuery,
        response: { 200: production.orderList, ...failures(400, 404) },
      },
    },
    async ({ query }, reply) => {
      if (view.production === undefined) return noLine(reply);
      const orders = await view.production.orders({ ...query, line: fullLine(view, query.line) });
      return { orders: orders.map((order) => ({ ...order, scheduling: [...order.scheduling] })) };
    },
  );

  server.get(
    '/api/v1/production/messages',
    {
      config: needs('read'),
      schema: {
        querystring: production.messageQuery,
        response: { 200: production.messageList, ...failures(400, 404) },
      },
    },
    async ({ query }, reply) => {
      if (view.production === undefined) return noLine(reply);
      return messageList(view.production, { ...query, line: fullLine(view, query.line) });
    },
  );
  registerTaking(instance, view);
};

const registerTaking = (instance: FastifyInstance, view: GatewayView): void => {
  // Only described here: those at work know the zone of the site.
  const message = messageSchema(instantReader('UTC'));
  const { messageOutcomes } = production;
  instance.withTypeProvider<ZodTypeProvider>().post(
    '/api/v1/production/messages',
    {
      config: needs('production.tell'),
      bodyLimit: maxBodyBytes,
      // Told to whoever reads the OpenAPI document; each message is read by itself, so that a wrong one refuses no other.
      validatorCompiler: (part) =>
        part.httpPart === 'body'
          ? (value: unknown) => ({ value })
          : requestReader({ ...part, schema: noQuery }),
      schema: {
        querystring: noQuery,
        body: z.union([message, z.array(message).min(1).max(production.mostMessages)]),
        response: {
          ...{ 200: messageOutcomes, 207: messageOutcomes, 400: messageOutcomes.or(failure) },
          ...{ ...failures(404, 415), 409: messageOutcomes, 413: messageOutcomes.or(failure) },
          ...{ 422: messageOutcomes, 503: messageOutcomes.or(failure) },
        },
      },
    },
    async ({ body }, reply) => {
      if (view.production === undefined) return noLine(reply);
      const sent: unknown = body;
      const isBatch = Array.isArray(sent);
      const messages: readonly unknown[] = isBatch ? sent : [sent];
      if (messages.length < 1 || messages.length > production.mostMessages) {
        return wrongCount(reply, messages.length);
      }
      const outcomes = await view.production.take(messages);
      return reply.code(statusOf(outcomes, isBatch)).send(presentOutcomes(outcomes));
    },
  );
};

const wrongCount = (reply: FastifyReply, count: number) => {
  const words = {
    en: `${count} messages: 1 to ${production.mostMessages} in a request`,
    zh: `共 ${count} 条消息：每个请求 1 至 ${production.mostMessages} 条`,
  };
  return refuse(reply, count === 0 ? 400 : 413, { words });
};

const messageList = async (
  reader: ProductionView,
  { limit, kind, ...query }: z.infer<typeof production.messageQuery>,
): Promise<z.infer<typeof production.messageList>> => {
  // One more tells whether there is another page.
  const found = await reader.messages({
    ...{ ...query, limit: limit + 1 },
    ...(kind === undefined ? {} : { kinds: [kind] }),
  });
  const messages = found.slice(0, limit).map(({ message, ...about }) => ({
    ...about,
    message: { ...message },
  }));
  const last = messages.at(-1)?.seq ?? null;
  return { messages, nextBeforeSeq: found.length > limit ? last : null };
};
