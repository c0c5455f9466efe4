import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { binsJson } from '../records/bins-json.ts';
import { productFootprint } from '../records/product-footprint.ts';
import type { RecordsView } from '../runtime/records/panel-records.ts';
import type { GatewayView } from '../runtime/view.ts';
import { needs } from './authorise.ts';
import * as contract from './contract.ts';
import { failures, refuse } from './failure-answer.ts';
import { panelFootprint } from './footprint-contract.ts';

const id = z.string().min(1).max(200);

const notFound = (reply: FastifyReply, words: { readonly en: string; readonly zh: string }) =>
  refuse(reply, 404, { words });

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

/** Makes dossiers of records; undefined where there is no such record. */
export interface PanelDossiers {
  /** @throws GatewayError UNAVAILABLE, REPORT_FAILED, STORE_FAILED, STORE_CORRUPT */
  dossier(query: {
    readonly id: string;
    readonly revision?: number | undefined;
    readonly language: 'zh' | 'en';
  }): Promise<{ readonly revision: number; readonly pdf: Uint8Array } | undefined>;
}

/** Records of welded panels, to be looked for and looked at. */
export const registerPanelRoutes = (
  instance: FastifyInstance,
  view: GatewayView,
  dossiers: PanelDossiers | undefined,
): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  if (dossiers !== undefined) registerDossierRoute(instance, view, dossiers);
  registerFootprintRoute(instance, view);

  server.get(
    '/api/v1/panels',
    {
      config: needs('read'),
      schema: {
        querystring: contract.panelQuery,
        response: { 200: contract.panelList, ...failures(400, 404) },
      },
    },
    async ({ query }, reply) =>
      view.records === undefined ? noLine(reply) : panelList(view.records, query),
  );

  server.get(
    '/api/v1/panels/:id',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id }),
        querystring: contract.revisionQuery,
        response: { 200: contract.panelRecord, ...failures(400, 404) },
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
      config: needs('read'),
      schema: {
        params: z.object({ id, seam: id }),
        querystring: contract.revisionQuery,
        response: { 200: contract.panelBins, ...failures(400, 404) },
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

/** By `language`, else by what the client prefers. */
const languageOf = (asked: 'zh' | 'en' | undefined, accepted: string | undefined): 'zh' | 'en' =>
  asked ?? (/^\s*zh\b/i.test(accepted ?? '') ? 'zh' : 'en');

const fileName = (id: string, revision: number, language: string): string =>
  `inline; filename="dossier.pdf"; filename*=UTF-8''${encodeURIComponent(`${id}-r${revision}-${language}.pdf`)}`;

const registerDossierRoute = (
  instance: FastifyInstance,
  view: GatewayView,
  dossiers: PanelDossiers,
): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/panels/:id/dossier',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id }),
        querystring: contract.dossierQuery,
        response: {
          200: contract.dossier,
          ...failures(400, 404, 503),
        },
      },
    },
    async ({ params, query, headers }, reply) => {
      if (view.records === undefined) return noLine(reply);
      const language = languageOf(query.language, headers['accept-language']);
      const { revision } = query;
      const printed = await dossiers.dossier({ id: params.id, revision, language });
      if (printed === undefined) return noPanel(reply, params.id, revision);
      return reply
        .type('application/pdf')
        .header('content-disposition', fileName(params.id, printed.revision, language))
        .header('content-language', language)
        .send(Buffer.from(printed.pdf));
    },
  );
};

const registerFootprintRoute = (instance: FastifyInstance, view: GatewayView): void => {
  instance.withTypeProvider<ZodTypeProvider>().get(
    '/api/v1/panels/:id/footprint',
    {
      config: needs('read'),
      schema: {
        params: z.object({ id }),
        querystring: contract.revisionQuery,
        response: { 200: panelFootprint, ...failures(400, 404) },
      },
    },
    async ({ params, query: { revision } }, reply) => {
      if (view.records === undefined) return noLine(reply);
      const found = await view.records.find(params.id, revision);
      if (found === undefined) return noPanel(reply, params.id, revision);
      return { id: found.id, revision: found.revision, ...productFootprint(found.record) };
    },
  );
};
