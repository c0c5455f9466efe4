import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failures, refuse } from './failure-answer.ts';
import { findPoint } from './point-lookup.ts';
import { KpiExplainer } from './why/explain-kpi.ts';
import * as contract from './why-contract.ts';

/** Why a number is so: what it is made of, as it stands now. */
export const registerWhyRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/kpis/:id/why',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id: z.string().min(1).max(500) }),
        querystring: contract.whyQuery,
        response: { 200: contract.why, ...failures(400, 404) },
      },
    },
    async ({ params: { id }, query: { depth } }, reply) => {
      const index = findPoint(view.latest, id);
      const why = index === undefined ? undefined : new KpiExplainer(view).explain(index, depth);
      if (why === undefined) {
        return refuse(reply, 404, {
          words: {
            en: `no KPI ${id}: /api/v1/kpis lists them`,
            zh: `没有 KPI ${id}：/api/v1/kpis 可列出全部`,
          },
        });
      }
      return why;
    },
  );
};
