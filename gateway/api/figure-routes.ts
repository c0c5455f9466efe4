import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { GatewayError } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import type { LocalText } from '../core/point.ts';
import { instantReader } from '../production/instant.ts';
import type { GatewayView } from '../runtime/view.ts';
import * as contract from './contract.ts';
import * as figures from './figure-contract.ts';

/** The factory's headline figures of a time. */
export interface HeadlineFigures {
  /** @throws GatewayError UNAVAILABLE, CONFIG_INVALID, STORE_FAILED */
  figures(window: {
    readonly fromMs?: number;
    readonly toMs?: number;
  }): Promise<figures.FigureReport>;
}

const statuses: Readonly<Partial<Record<GatewayError['code'], 400 | 503>>> = {
  CONFIG_INVALID: 400,
  UNAVAILABLE: 503,
};

/** A date alone is its midnight at the site. */
const instantText = (given: string): number | string => {
  if (/^\d+$/.test(given)) return Number(given);
  return /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00` : given;
};

const refuse = (reply: FastifyReply, code: string, words: LocalText) =>
  reply.code(400).send({ error: { code, message: words.en, words } });

export const registerFigureRoutes = (
  instance: FastifyInstance,
  view: GatewayView,
  headline: HeadlineFigures,
): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/figures',
    {
      schema: {
        querystring: figures.figuresQuery,
        response: {
          200: figures.figureReport,
          400: contract.failure,
          500: contract.failure,
          503: contract.failure,
        },
      },
    },
    async ({ query }, reply) => {
      const read = instantReader(view.site.timeZone);
      const window: { fromMs?: number; toMs?: number } = {};
      for (const [name, key] of [
        ['from', 'fromMs'],
        ['to', 'toMs'],
      ] as const) {
        const given = query[name];
        if (given === undefined) continue;
        const instant = read(instantText(given));
        if (instant === undefined) {
          return refuse(reply, 'BAD_REQUEST', {
            en: `${name}: ${given} is no instant (epoch ms, or ISO 8601 as 2026-03-02T08:00)`,
            zh: `${name}：${given} 不是时刻（毫秒时间戳，或 ISO 8601，如 2026-03-02T08:00）`,
          });
        }
        window[key] = instant;
      }
      try {
        return await headline.figures(window);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const status = statuses[error.code] ?? 500;
        const words = status === 400 ? (error.words ?? explainError(error)) : explainError(error);
        const code = status === 400 ? 'BAD_REQUEST' : error.code;
        return reply.code(status).send({ error: { code, message: words.en, words } });
      }
    },
  );
};
