import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describeWords, GatewayError } from '../core/error.ts';
import { instantReader } from '../production/instant.ts';
import type { GatewayView } from '../runtime/view.ts';
import { failures, refuse, wrongParameter } from './failure-answer.ts';
import * as figures from './figure-contract.ts';

/** The factory's headline figures of a time. */
export interface HeadlineFigures {
  /** @throws GatewayError UNAVAILABLE, CONFIG_INVALID, STORE_FAILED */
  figures(window: {
    readonly fromMs?: number;
    readonly toMs?: number;
  }): Promise<figures.FigureReport>;
}

const instantWords = {
  en: 'an instant (epoch ms, or ISO 8601 such as 2026-03-02T08:00)',
  zh: '时刻（毫秒时间戳，或 ISO 8601，如 2026-03-02T08:00）',
};

/** A date alone is its midnight at the site. */
const instantText = (given: string): number | string => {
  if (/^\d+$/.test(given)) return Number(given);
  return /^\d{4}-\d{2}-\d{2}$/.test(given) ? `${given}T00:00` : given;
};

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
          ...failures(400, 503),
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
          return refuse(reply, 400, wrongParameter(name, given, instantWords));
        }
        window[key] = instant;
      }
      try {
        return await headline.figures(window);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'CONFIG_INVALID') throw error;
        return refuse(reply, 400, { words: describeWords(error) });
      }
    },
  );
};
