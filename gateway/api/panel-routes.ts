import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { binsJson } from '../records/bins-json.ts';
import type { RecordsView } from '../runtime/records/panel-records.ts';
import type { GatewayView } from '../runtime/view.ts';
import * as contract from './contract.ts';

const id = z.string().min(1).max(200);

const notFound = (reply: FastifyReply, words: { readonly en: string; readonly zh: string }) =>
  reply.code(404).send({ error: { code: 'NOT_FOUND', message: words.en, words } });

const noLine = (reply: FastifyReply) =>
  notFound(reply, {
    en: 'this site has no welding line, and so no records of panels',
    zh: '本站点没有焊接产线，因此没有管屏记录',
  });

const noPanel = (reply: FastifyReply, panel: string, revision: number | undefined) =>
  notFound(
    reply,
    revision === undefined
      ? {
          en: `no record of a panel ${panel}: /api/v1/panels lists them`,
          zh: `没有管屏 ${panel} 的记录：/api/v1/panels 可列出全部`,
        }
      : {
          en: `the record of panel ${panel} has no revision ${revision}, or there is no such panel`,
          zh: `管屏 ${panel} 的记录没有第 ${revision} 版，或没有该管屏`,
        },
  );

/** Records of welded panels, to be looked for and looked at. */
export const registerPanelRoutes = (instance: FastifyInstance, view: GatewayView): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();

  server.get(
    '/api/v1/panels',
    {
      schema: {
        querystring: contract.panelQuery,
        response: { 200: contract.panelList, 404: contract.failure },
      },
    },
    async ({ query }, reply) =>
      view.records === undefined ? noLine(reply) : panelList(view.records, query),
  );

  server.get(
    '/api/v1/panels/:id',
    {
      schema: {
        params: z.object({ id }),
        querystring: contract.revisionQuery,
        response: { 200: contract.panelRecord, 404: contract.failure },
      },
    },
    async ({ params, query: { revision } }, reply) => {
      if (view.records === undefined) return noLine(reply);
      const found = await view.records.find(params.id, revision);
      if (found === undefined) return noPanel(reply, params.id, revision);
      return { ...found, record: { ...found.record } };
    },
  );

  server.get(
    '/api/v1/panels/:id/bins/:seam',
    {
      schema: {
        params: z.object({ id, seam: id }),
        querystring: contract.revisionQuery,
        response: { 200: contract.panelBins, 404: contract.failure },
      },
    },
    async ({ params, query: { revision } }, reply) => {
      if (view.records === undefined) return noLine(reply);
      const { seam } = params;
      const found = await view.records.bins({ id: params.id, revision, seam });
      if (found === undefined) {
        return notFound(reply, {
          en: `no bins of seam ${seam} in a record of panel ${params.id}: /api/v1/panels/{id} lists the seams`,
          zh: `管屏 ${params.id} 的记录中没有焊缝 ${seam} 的区间数据：/api/v1/panels/{id} 可列出焊缝`,
        });
      }
      const { timeMs, columns } = binsJson(found);
      return {
        timeMs: [...timeMs],
        columns: columns.map((column) => ({
          ...column,
          values: [...column.values],
          status: [...column.status],
        })),
      };
    },
  );
};

const panelList = async (
  records: RecordsView,
  { limit, ...query }: z.infer<typeof contract.panelQuery>,
): Promise<z.infer<typeof contract.panelList>> => {
  // One more tells whether there is another page.
  const found = await records.list({ ...query, limit: limit + 1 });
  const panels = found.slice(0, limit);
  const last = panels.at(-1)?.panel ?? null;
  return { panels, nextBeforePanel: found.length > limit ? last : null };
};
