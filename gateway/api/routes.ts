import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { PointNumber } from '../core/point.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs, needsNothing } from './authorise.ts';
import * as contract from './contract.ts';
import { failures, refuse } from './failure-answer.ts';
import { findPoint, noPoint } from './point-lookup.ts';
import { presentDevice, presentEvent, presentKpi, presentPoint, presentSink } from './present.ts';
import { noQuery } from './query-values.ts';

/** What a list answers that takes no parameters. */
const listOf = <Answer extends z.ZodType>(answer: Answer) => ({
  querystring: noQuery,
  response: { 200: answer, ...failures(400) },
});

/** The routes of the public interface; each is a reading of the gateway's view. */
export const registerRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  registerOperations(instance, view);

  server.get('/api/v1/site', { config: needs('read'), schema: listOf(contract.site) }, () => {
    const { version, bootId, startedMs, nowMs } = view.status();
    const { siteName: name, siteNote: note } = view;
    return { ...view.site, name, ...(note && { note }), version, bootId, startedMs, nowMs };
  });

  server.get(
    '/api/v1/points',
    { config: needs('read'), schema: listOf(z.array(contract.point)) },
    () => view.latest.points.map((_point, index) => presentPoint(view, index)),
  );

  server.get(
    '/api/v1/points/:id/history',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id: z.string().min(1).max(500) }),
        querystring: contract.historyQuery,
        response: { 200: contract.history, ...failures(400, 404) },
      },
    },
    async (request, reply) => {
      const index = findPoint(view.latest, request.params.id);
      if (index === undefined) {
        return refuse(reply, 404, { words: noPoint(request.params.id) });
      }
      const { fromMs, toMs, maxIntervals } = request.query;
      const point = presentPoint(view, index);
      const intervals = await view.history({
        point: point.number as PointNumber,
        fromMs,
        toMs,
        maxIntervals,
      });
      return {
        number: point.number,
        path: point.path,
        unit: point.unit,
        intervals: [...intervals],
      };
    },
  );

  server.get('/api/v1/kpis', { config: needs('read'), schema: listOf(z.array(contract.kpi)) }, () =>
    view.kpis.map((kpi) => presentKpi(view, kpi)).filter((kpi) => kpi !== undefined),
  );

  server.get(
    '/api/v1/devices',
    { config: needs('read'), schema: listOf(z.array(contract.device)) },
    () => view.status().sources.map(presentDevice),
  );

  server.get(
    '/api/v1/events',
    {
      config: needs('read'),
      schema: {
        querystring: contract.eventQuery,
        response: { 200: z.array(contract.event), ...failures(400) },
      },
    },
    (request) => view.events(request.query).map(presentEvent),
  );

  server.get(
    '/api/v1/sinks',
    { config: needs('read'), schema: listOf(z.array(contract.sink)) },
    () => view.status().sinks.map(presentSink),
  );

  instance.get('/api/v1/openapi.json', { config: needsNothing, schema: { hide: true } }, () =>
    instance.swagger(),
  );
};

const registerOperations = (instance: FastifyInstance, view: GatewayView): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  server.get(
    '/healthz',
    { config: needsNothing, schema: { response: { 200: contract.health, ...failures() } } },
    () => ({
      status: 'ok' as const,
      version: view.status().version,
    }),
  );
  server.get(
    '/readyz',
    {
      config: needsNothing,
      schema: { response: { 200: contract.readiness, ...failures(), 503: contract.readiness } },
    },
    async ({ permissions }, reply) => {
      const { ready, reasons } = view.readiness();
      // Whether it is ready is for everybody; why not, for those who may look.
      const told = permissions.includes('read') ? reasons : [];
      return reply.code(ready ? 200 : 503).send({ ready, reasons: [...told] });
    },
  );
  instance.get(
    '/metrics',
    { config: needs('read'), schema: { hide: true } },
    async (_request, reply) => {
      const { contentType, text } = await view.metrics();
      return reply.type(contentType).send(text);
    },
  );
};
