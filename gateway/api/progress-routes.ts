import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failures, refuse } from './failure-answer.ts';
import { largeAnswer } from './large-answer.ts';
import { presentProgress } from './panel-in-progress.ts';
import * as contract from './progress-contract.ts';

/** The panel under the torches, to be followed. */
export const registerProgressRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/lines/:line/panel-in-progress',
    {
      ...largeAnswer,
      config: needs('read'),
      schema: {
        params: z.object({ line: z.string().min(1).max(200) }),
        querystring: contract.progressQuery,
        response: { 200: contract.panelInProgress, ...failures(400, 404) },
      },
    },
    async ({ params, query: { afterSeq, limit: maxRows, columns } }, reply) => {
      const { enterprise, site } = view.site;
      const isFull = params.line.split('/').length > 2;
      const line = isFull ? params.line : `${enterprise}/${site}/${params.line}`;
      const progress = view.records?.inProgress(line, { afterSeq, maxRows });
      if (progress === undefined) {
        return refuse(reply, 404, {
          words: {
            en: `nothing was seen of a line ${line}: area/line, with %2F, is expected`,
            zh: `未见产线 ${line} 的数据：应为 area/line（以 %2F 分隔）`,
          },
        });
      }
      return presentProgress(view, line, {
        ...{ progress, afterSeq },
        ...(columns === undefined ? {} : { columns }),
      });
    },
  );
};
