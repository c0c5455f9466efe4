import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { describeWords, GatewayError } from '../core/error.ts';
import { instantReader } from '../production/instant.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failures, refuse } from './failure-answer.ts';
import * as figures from './figure-contract.ts';
import { readInstants } from './instant-range.ts';

/** The factory's headline figures of a time. */
export interface HeadlineFigures {
  /** @throws GatewayError UNAVAILABLE, CONFIG_INVALID, STORE_FAILED */
  figures(window: {
    readonly fromMs?: number;
    readonly toMs?: number;
  }): Promise<figures.FigureReport>;
}

export const registerFigureRoutes = (
  instance: FastifyInstance,
  view: GatewayView,
  headline: HeadlineFigures,
): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/figures',
    {
      config: needs('read'),
      schema: {
        querystring: figures.figuresQuery,
        response: {
          200: figures.figureReport,
          ...failures(400, 503),
        },
      },
    },
    async ({ query }, reply) => {
      const asked = readInstants(query, instantReader(view.site.timeZone));
      if (!asked.ok) return refuse(reply, 400, asked.refusal);
      try {
        return await headline.figures(asked.window);
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'CONFIG_INVALID') throw error;
        return refuse(reply, 400, { words: describeWords(error) });
      }
    },
  );
};
