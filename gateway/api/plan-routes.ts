import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PlanReport } from '../core/adapter.ts';
import { needs } from './authorise.ts';
import { failures, refuse } from './failure-answer.ts';
import { readPlan } from './plan-contract.ts';
import { noQuery } from './query-values.ts';

/** Of a source of the configuration in force; undefined where there is none of that id, or it plans nothing. */
export type ReadPlans = (sourceId: string) => PlanReport | undefined;

/** What is asked of devices, as `seamwatt check --plan` shows it. */
export const registerPlanRoutes = (instance: FastifyInstance, plans: ReadPlans): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/devices/:id/plan',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id: z.string().min(1).max(200) }),
        querystring: noQuery,
        response: { 200: readPlan, ...failures(400, 404) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const plan = plans(id);
      if (plan === undefined) {
        const words = {
          en: `no plan of ${id}: there is no such source, or its devices tell by themselves`,
          zh: `没有 ${id} 的读取计划：没有该数据源，或其设备主动上报`,
        };
        return refuse(reply, 404, { words });
      }
      const { title, columns, rows, summary, worstBurst = null } = plan;
      return {
        ...{ title, worstBurst },
        columns: [...columns],
        rows: rows.map((row) => [...row]),
        summary: [...summary],
      };
    },
  );
};
