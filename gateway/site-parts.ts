import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { LoadedSite } from '../config/site.ts';
import type { Source } from './core/source.ts';
import type { SiteParts } from './runtime/gateway-parts.ts';
import { makeFolder } from './runtime/make-folder.ts';
import type { SinkPart } from './runtime/open-sink.ts';

export const sinkBatchEntries = 2000;
export const sinkTimeoutMs = 30_000;

/** A part with all that decided how it was made. */
type Made<Part> = { readonly settings: unknown; readonly part: Part };

/** A site file turned into what the gateway runs. */
export type MadeSite = {
  readonly site: LoadedSite;
  readonly parts: SiteParts;
  readonly sources: readonly Made<Source>[];
  readonly sinks: readonly Made<SinkPart>[];
};

/** The same part as before where nothing about it has changed: the gateway then leaves it alone. */
const keepOrMake = async <Part>(
  settings: unknown,
  before: readonly Made<Part>[] | undefined,
  make: () => Promise<Part>,
): Promise<Made<Part>> =>
  before?.find((made) => isDeepStrictEqual(made.settings, settings)) ?? {
    settings,
    part: await make(),
  };

const makeSources = (
  site: LoadedSite,
  before: MadeSite | undefined,
): Promise<readonly Made<Source>[]> =>
  Promise.all(
    site.sources.map(({ adapter, input }) =>
      keepOrMake({ kind: adapter.kind, input }, before?.sources, async () => {
        await makeFolder(input.dataFolder);
        return adapter.createSource(input);
      }),
    ),
  );

const makeSinks = (
  site: LoadedSite,
  before: MadeSite | undefined,
): Promise<readonly Made<SinkPart>[]> =>
  Promise.all(
    site.sinks.map(({ adapter, id, config }) =>
      keepOrMake({ kind: adapter.kind, id, config }, before?.sinks, async () => {
        const dataFolder = await makeFolder(join(site.config.data.folder, 'adapters', id));
        return {
          id,
          kind: adapter.kind,
          maxBatchEntries: sinkBatchEntries,
          timeoutMs: sinkTimeoutMs,
          create: (context) => adapter.createSink({ id, config, context, dataFolder }),
        };
      }),
    ),
  );

/** Makes a site's parts, and keeps those of `before` that are the same. `ownSinks` are the gateway's own. */
export const makeSite = async (
  site: LoadedSite,
  options: { readonly before?: MadeSite; readonly ownSinks: readonly SinkPart[] },
): Promise<MadeSite> => {
  const sources = await makeSources(site, options.before);
  const sinks = await makeSinks(site, options.before);
  const { identity, config } = site;
  const sourceGroups = sources.reduce((sum, { part }) => sum + part.groups.length, 0);
  const parts: SiteParts = {
    siteName: config.site.name ?? { en: identity.site, zh: identity.site },
    siteNote: config.site.note,
    configurationId: site.configurationId,
    sources: sources.map(({ part }) => part),
    computedGroups: site.groups.slice(sourceGroups),
    sections: site.sections,
    sinks: [...sinks.map(({ part }) => part), ...options.ownSinks],
  };
  return { site, parts, sources, sinks };
};
