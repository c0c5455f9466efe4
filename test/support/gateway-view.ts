import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApiOptions, type ApiServer, startApi } from '../../gateway/api/server.ts';
import { noText, type RegisteredGroup } from '../../gateway/core/point.ts';
import type { RawSamples } from '../../gateway/journal/history/history.ts';
import type { DeliveryDesk } from '../../gateway/runtime/delivery-desk.ts';
import { LatestEvents } from '../../gateway/runtime/latest-events.ts';
import { LatestValues } from '../../gateway/runtime/latest-values.ts';
import type { GatewayView } from '../../gateway/runtime/view.ts';
import { testDirectory, testGroup } from './entry-batch.ts';
import { noReloads } from './no-reloads.ts';
import { createTestLog } from './test-log.ts';

export const diskIsFull = { en: 'the disk is full', zh: '磁盘已满' };

/** Of a site of one equipment: what it measures, and a KPI of it. */
export const directory = testDirectory([
  testGroup({
    channels: [
      'current',
      { point: 'panelId', kind: 'string' },
      { point: 'state', kind: 'enum', labels: { 1: { en: 'welding', zh: '焊接' } } },
    ],
  }),
  testGroup({ name: 'kpi', producer: 'kpi', channels: ['heatInput', 'heatInput.coverage'] }),
]);
export const [signals, kpi] = directory.groups as [RegisteredGroup, RegisteredGroup];

async function* noSamples(): AsyncIterable<RawSamples> {
  // Nothing was ever measured here.
}

export type TestView = GatewayView & { ready: boolean; readonly newest: LatestEvents };
/** A gateway's view of that site that needs no gateway. */
export const createView = (): TestView => {
  const events = new LatestEvents();
  const view: TestView = {
    ready: true,
    newest: events,
    site: { enterprise: 'seamwatt', site: 'demo', timeZone: 'Asia/Shanghai', simulated: true },
    siteName: { en: 'Demo', zh: '演示' },
    siteNote: { en: 'Look twice', zh: '请细看' },
    groups: directory.groups,
    latest: new LatestValues(directory.groups),
    kpis: [
      {
        kpi: 'heatInput',
        group: kpi,
        point: 'heatInput',
        formula: { en: 'Q = k·IP/v, arc on', zh: 'Q = k·IP/v，燃弧期间' },
        standard: { en: 'ISO/TR 18491', zh: 'ISO/TR 18491' },
        window: { tier: 'a', over: 'panel', rule: { en: 'arc on', zh: '燃弧期间' } },
        description: { en: 'Heat input', zh: '热输入' },
        inputs: ['welding/mpm01/f01/current'],
        inputRoles: { current: ['welding/mpm01/f01/current'] },
        parameters: { process: '135' },
      },
    ],
    tariffAt: () => undefined,
    nowMs: () => 5000,
    qualityOf: (point) =>
      point === 2 ? { point, path: '', marks: { frozen: 7 }, preventedKwh: 0.25 } : undefined,
    status: () => ({
      version: '1.2.3',
      site: view.site,
      bootId: 'boot',
      startedMs: 1000,
      nowMs: 5000,
      lastTickMs: 5000,
      admission: { admittedFrames: 1, admittedSamples: 3, refusedFrames: 0, lateFrames: 0 },
      quality: [],
      ignoredSamples: 0,
      journal: { nextSeq: 2, durableSeq: 1, statistics: {} as never, recovery: {} as never },
      sources: [
        {
          id: 'plc',
          state: 'down',
          reason: { en: 'refused', zh: '被拒绝' },
          sinceMs: 2000,
          restarts: 3,
          lastFrameMs: undefined,
          members: [{ member: 'unit 1', state: 'down', reason: { en: 'no answer', zh: '无应答' } }],
          clocks: [{ device: 'unit 1', skewMs: -1200 }],
          counters: { timeouts: 2 },
        },
      ],
      sinks: [
        {
          id: 'influx',
          kind: 'influxdb',
          state: 'up',
          reason: noText,
          sinceMs: 1000,
          position: 7,
          lagEntries: 0,
          lagMs: 0,
          liveLagMs: 0,
          history: [],
          balance: {
            ...{ journalled: 10, delivered: 7, waiting: 0, quarantined: 1 },
            ...{ dropped: 0, lost: 2, lostToRetention: 1 },
          },
          retries: 0,
          counters: {},
        },
      ],
    }),
    readiness: () => ({ ready: view.ready, reasons: view.ready ? [] : [diskIsFull] }),
    events: (query) => events.list(query),
    raw: () => noSamples(),
    register: async () => [],
    believe: async () => [],
    history: async ({ fromMs, maxIntervals }) => [
      {
        startMs: fromMs,
        durationMs: 60_000,
        count: maxIntervals,
        coveredMs: 60_000,
        minimum: 1,
        maximum: 3,
        mean: 2,
        first: 1,
        last: 3,
        lastStatus: 0,
        revision: 2,
      },
    ],
    text: (id) => directory.text(id),
    metrics: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'seamwatt_up 1\n' }),
  };
  return view;
};

export type TestApi = {
  readonly server: ApiServer;
  readonly view: TestView;
  readonly log: ReturnType<typeof createTestLog>;
  readonly pageFolder: string;
  get(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
  close(): Promise<void>;
};

/** The HTTP interface of that view on a free port, with a page of one line. */
export const startTestApi = async (others: Partial<ApiOptions> = {}): Promise<TestApi> => {
  const pageFolder = await mkdtemp(join(tmpdir(), 'seamwatt-page-'));
  await writeFile(join(pageFolder, 'index.html'), '<title>page</title>');
  const view = createView();
  const log = createTestLog();
  const server = await startApi({
    ...{ view, deliveries: {} as DeliveryDesk, reloads: noReloads, log, pageFolder },
    ...{ host: '127.0.0.1', port: 0, version: '1.2.3' },
    ...others,
  });
  return {
    ...{ server, view, log, pageFolder },
    get: async (path) => {
      const response = await fetch(new URL(path, server.url));
      return { status: response.status, body: await response.json() };
    },
    close: async () => {
      await server.close();
      await rm(pageFolder, { recursive: true });
    },
  };
};
