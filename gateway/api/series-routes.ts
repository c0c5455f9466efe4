import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import { failures, refuse, wrongParameter } from './failure-answer.ts';
import { largeAnswer } from './large-answer.ts';
import { findPoint, noPoint } from './point-lookup.ts';
import { rollupRows, sampleRows } from './series/csv-rows.ts';
import { SeriesDesk } from './series/series-desk.ts';
import * as contract from './series-contract.ts';

const longestSamplesMs = 3_600_000;
/** Streamed bit by bit, so that a longer time costs no memory. */
const longestTableMs = 6 * 3_600_000;
/** Up to so long a table is of samples unless asked otherwise. */
const shortTableMs = 900_000;
const tableWithinMs = 300_000;

/** Aborts when whoever asked is gone. */
const goneSignal = ({ raw }: FastifyReply): AbortSignal => {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
};

const tooLong = (mostMs: number) => {
  const hours = mostMs / 3_600_000;
  return {
    en: `an instant within ${hours} h after fromMs, for single samples are asked for`,
    zh: `不晚于 fromMs 之后 ${hours} 小时的时刻（查询的是单个样本）`,
  };
};

/** What points were over a time: samples, roll-ups, and tables of both. */
export const registerSeriesRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const desk = new SeriesDesk(view);
  const find = (ids: readonly string[]): readonly number[] | { readonly unknown: string } => {
    const indices: number[] = [];
    for (const id of ids) {
      const index = findPoint(view.latest, id);
      if (index === undefined) return { unknown: id };
      indices.push(index);
    }
    return indices;
  };

  server.get(
    '/api/v1/points/:id/samples',
    {
      ...largeAnswer,
      config: needs('read'),
      schema: {
        params: z.object({ id: z.string().min(1).max(500) }),
        querystring: contract.samplesQuery,
        response: { 200: contract.samples, ...failures(400, 404, 503) },
      },
    },
    async ({ params: { id }, query }, reply) => {
      const found = find([id]);
      if ('unknown' in found) return refuse(reply, 404, { words: noPoint(id) });
      const { fromMs, toMs, limit: maxRows } = query;
      if (toMs - fromMs > longestSamplesMs) {
        return refuse(reply, 400, wrongParameter('toMs', String(toMs), tooLong(longestSamplesMs)));
      }
      const [index = 0] = found;
      return {
        ...{ fromMs, toMs },
        ...(await desk.first({ index, fromMs, toMs, maxRows }, goneSignal(reply))),
      };
    },
  );

  server.get(
    '/api/v1/series',
    {
      ...largeAnswer,
      config: needs('read'),
      schema: {
        querystring: contract.seriesQuery,
        response: { 200: contract.series, ...failures(400, 404, 503) },
      },
    },
    async ({ query: { points, maxPoints: maxRows, ...query } }, reply) => {
      const found = find(points);
      if ('unknown' in found) return refuse(reply, 404, { words: noPoint(found.unknown) });
      const { fromMs, toMs, source } = query;
      if (source === 'samples' && toMs - fromMs > longestSamplesMs) {
        return refuse(reply, 400, wrongParameter('toMs', String(toMs), tooLong(longestSamplesMs)));
      }
      const asked = { ...query, indices: found, maxRows };
      return { fromMs, toMs, ...(await desk.read(asked, goneSignal(reply))) };
    },
  );

  server.get(
    '/api/v1/series.csv',
    {
      config: needs('read'),
      schema: {
        querystring: contract.csvQuery,
        response: { 200: contract.csv, ...failures(400, 404, 503) },
      },
    },
    async ({ query: { points, fromMs, toMs, source } }, reply) => {
      const found = find(points);
      if ('unknown' in found) return refuse(reply, 404, { words: noPoint(found.unknown) });
      if (source === 'samples' && toMs - fromMs > longestTableMs) {
        return refuse(reply, 400, wrongParameter('toMs', String(toMs), tooLong(longestTableMs)));
      }
      const isOfSamples =
        source === 'samples' || (source === 'auto' && toMs - fromMs <= shortTableMs);
      const end = desk.begin();
      reply.raw.once('close', end);
      const signal = AbortSignal.any([goneSignal(reply), AbortSignal.timeout(tableWithinMs)]);
      const rows = isOfSamples ? sampleRows : rollupRows;
      const table = Readable.from(rows(view, { indices: found, fromMs, toMs, signal }));
      return reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="${fileName(fromMs)}"`)
        .send(table);
    },
  );
};

const fileName = (fromMs: number): string =>
  `seamwatt-${new Date(fromMs).toISOString().slice(0, 19).replaceAll(':', '')}Z.csv`;
