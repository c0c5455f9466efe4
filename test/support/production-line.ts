import { onTestFinished } from 'vitest';
import { type ApiServer, startApi } from '../../gateway/api/server.ts';
import type { SiteIdentity } from '../../gateway/core/adapter.ts';
import type { Clock } from '../../gateway/core/clock.ts';
import type { Source } from '../../gateway/core/source.ts';
import { planSite } from '../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../gateway/kpi/site-schema.ts';
import { productionSection } from '../../gateway/production/section.ts';
import { startGateway } from '../../gateway/runtime/gateway.ts';
import type { RunningGateway } from '../../gateway/runtime/gateway-parts.ts';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import { testGroup } from './entry-batch.ts';
import { journalOptions, silentLog } from './journal-options.ts';
import { noReloads } from './no-reloads.ts';

const site: SiteIdentity = {
  ...{ enterprise: 'acme', site: 'boilers', timeZone: 'Asia/Shanghai', simulated: true },
};
export const linePath = 'acme/boilers/welding/mpm01';

/** States of the machine, as the profile of the welding line numbers them. */
export const machineStates = { standing: 1, welding: 2 } as const;

/** A welding line whose panel and state a test sets; it welds unless told otherwise. Of its seams it tells nothing but that they are there. */
export const createLine = (seams: readonly string[] = []) => {
  const group = testGroup({
    ...{ equipment: 'line', equipmentClass: 'weld_line', producer: 'plc', periodMs: 10 },
    channels: [
      { point: 'panelId', kind: 'string' },
      { point: 'panelPosition', unit: 'mm' },
      { point: 'state', kind: 'enum' },
      { point: 'mode', kind: 'enum' },
    ],
  });
  const under = { panelId: '', positionMm: 0, state: machineStates.welding as number };
  const source: Source = {
    id: 'plc',
    groups: [
      { ...group, equipment: { ...group.equipment, ...site } },
      ...seams.map((equipment) => ({
        ...testGroup({
          equipment,
          equipmentClass: 'weld_seam',
          producer: 'plc',
          channels: ['arc'],
        }),
        equipment: { ...group.equipment, ...site, equipment },
      })),
    ],
    run: async ({ emit, intern, clock, signal, connected }) => {
      connected();
      while (!signal.aborted) {
        const timeMs = clock.nowMs();
        const values = Float64Array.of(intern(under.panelId), under.positionMm, under.state, 1);
        emit({ groupIndex: 0, timeMs, receivedMs: timeMs, values, status: new Uint32Array(4) });
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
  return {
    source,
    stands: (): void => {
      under.state = machineStates.standing;
    },
    /** Puts a panel under the torches and moves it on. */
    weld: async (panelId: string, lengthMm = 300): Promise<void> => {
      for (let positionMm = 0; positionMm <= lengthMm; positionMm += 100) {
        Object.assign(under, { panelId, positionMm });
        await new Promise((resolve) => setTimeout(resolve, 40));
      }
    },
  };
};

export type ProductionSite = {
  readonly gateway: RunningGateway;
  readonly api: ApiServer;
  /** Sends one message, or several, and gives status and answer. */
  post(body: unknown): Promise<{ readonly status: number; readonly answer: PostAnswer }>;
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
};

export type PostAnswer = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly refused: number;
  readonly messages: readonly {
    readonly outcome: string;
    readonly code: string | null;
    readonly words: { readonly en: string; readonly zh: string } | null;
    readonly notes: readonly { readonly code: string }[];
  }[];
};

/** A gateway with one welding line, its production points and OEE, and its HTTP server. */
export const startProductionSite = async (
  source: Source,
  folder: string,
  {
    clock = systemClock,
    kpis = [],
  }: {
    readonly clock?: Clock;
    readonly kpis?: readonly { readonly kpi: string; readonly equipment: string }[];
  } = {},
): Promise<ProductionSite> => {
  const production = productionSection.check({
    ...{ value: {}, groups: source.groups, isPartial: false, site },
  });
  const groups = [...source.groups, ...production.groups];
  const equipment = 'welding/mpm01/line';
  const sections = {
    kpis: kpisSchema.parse([
      ...['timeElements', 'oee'].map((kpi) => ({ kpi, equipment })),
      ...kpis,
    ]),
    calculated: calculatedSchema.parse([]),
  };
  const gateway = await startGateway({
    ...{ siteName: { en: 'Boilers', zh: '锅炉' }, configurationId: 'c1', sources: [source] },
    computedGroups: [...production.groups, ...planSite({ groups, site, ...sections }).groups],
    ...{ sections, sinks: [], version: '0.0.0-test', site, log: silentLog },
    ...{ createClock: () => clock, journal: journalOptions(folder), snapshotMs: 60_000 },
    ticks: { periodMs: 100, allowedLatenessMs: 100 },
  });
  const api = await startApi({
    ...{ view: gateway.view, deliveries: gateway.deliveries, reloads: noReloads },
    ...{ log: silentLog, host: '127.0.0.1', port: 0, pageFolder: '/nowhere', version: '0' },
  });
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await api.close();
    await gateway.stop();
  };
  onTestFinished(stop);
  return {
    ...{ gateway, api, stop },
    post: async (body) => {
      const response = await fetch(new URL('/api/v1/production/messages', api.url), {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      return { status: response.status, answer: (await response.json()) as PostAnswer };
    },
    get: async <T>(path: string) => {
      const response = await fetch(new URL(path, api.url));
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
  };
};
