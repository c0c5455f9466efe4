import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { adapters } from '../adapters/index.ts';
import { mqttAdapter } from '../adapters/mqtt/mqtt-adapter.ts';
import type { LoadedSite } from '../config/site.ts';
import type { Composition, ReplayOptions, RunOptions } from './cli/composition.ts';
import { runCli } from './cli/run-cli.ts';
import type { Clock } from './core/clock.ts';
import { describeError, errorFields, GatewayError } from './core/error.ts';
import { isLoopback } from './core/listening.ts';
import type { Log } from './core/log.ts';
import { energyConfigOf } from './energy/energy-config.ts';
import { energySection } from './energy/section.ts';
import { onHangUp, SiteFiles } from './hot-reload.ts';
import { figuresConfigOf, figuresSection } from './reports/figures/figures-config.ts';
import { startGateway } from './runtime/gateway.ts';
import type { GatewayParts, RunningGateway } from './runtime/gateway-parts.ts';
import { LockStepClock } from './runtime/lock-step-clock.ts';
import { lockStepWith } from './runtime/lock-step-control.ts';
import { createLog } from './runtime/log.ts';
import { makeFolder } from './runtime/make-folder.ts';
import type { SinkPart } from './runtime/open-sink.ts';
import { Reloader } from './runtime/reloader.ts';
import { type ReplayReport, replayJournal } from './runtime/replay.ts';
import { keepHeapSmall } from './runtime/small-heap.ts';
import { shiftedClock, systemClock } from './runtime/system-clock.ts';
import { type MadeSite, makeSite, sinkBatchEntries, sinkTimeoutMs } from './site-parts.ts';
import { siteSections } from './site-sections.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** SIGTERM is answered by an end within 5 s; what is not done by then was not going to be. */
const stopWithinMs = 4500;

/** What a stop gave up may not hold the process much longer. */
const lingerMs = 400;

const packageSchema = z.object({ version: z.string() });

const version = packageSchema.parse(
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')),
).version;

const pageFolder = fileURLToPath(new URL('../dashboard/dist/', import.meta.url));

const journalFolder = (site: LoadedSite): string => join(site.config.data.folder, 'journal');

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Things to end in reverse order of their beginning, whatever failed in between. */
type Ending = { readonly what: string; end(): Promise<void> };

/** Gives in words what did not end in order. */
const endAll = async (endings: readonly Ending[], log: Log): Promise<readonly string[]> => {
  const undone: string[] = [];
  const deadline = AbortSignal.timeout(stopWithinMs);
  for (const { what, end } of endings.toReversed()) {
    try {
      const isDone = await Promise.race([end().then(() => true), aborted(deadline)]);
      if (isDone === true) continue;
      undone.push(`${what} did not end within ${stopWithinMs} ms`);
      log.error({}, `${what} did not end within ${stopWithinMs} ms`);
    } catch (error) {
      undone.push(`${what}: ${describeError(error)}`);
      log.error(errorFields(error), `${what} did not end in order: ${describeError(error)}`);
    }
  }
  return undone;
};

/** The broker inside, and the sink that fills it; nothing when the site names brokers of its own. */
const embeddedBrokerSink = async (
  site: LoadedSite,
  log: Log,
  endings: Ending[],
): Promise<readonly SinkPart[]> => {
  const { embedded, host, port } = site.config.broker;
  if (!embedded) return [];
  const { startEmbeddedBroker } = await import('../adapters/mqtt/embedded-broker.ts');
  const broker = await startEmbeddedBroker({ host, port, log });
  endings.push({ what: 'the embedded broker', end: () => broker.close() });
  const config = mqttAdapter.configSchema.parse({
    url: broker.url,
    version: '3.1.1',
    username: broker.username,
    password: broker.password,
  });
  const id = 'embedded-broker';
  return [
    {
      id,
      kind: mqttAdapter.kind,
      maxBatchEntries: sinkBatchEntries,
      timeoutMs: sinkTimeoutMs,
      create: (context) => mqttAdapter.createSink({ id, config, context, dataFolder: '' }),
    },
  ];
};

const gatewayParts = async (
  { site, parts }: MadeSite,
  log: Log,
): Promise<Omit<GatewayParts, 'createClock'>> => {
  const { identity, config } = site;
  const { maxAgeDays, snapshotMs, ...journal } = config.data.journal;
  return {
    ...parts,
    version,
    site: identity,
    journal: {
      ...journal,
      folder: await makeFolder(journalFolder(site)),
      maxAgeMs: {
        raw: maxAgeDays.raw * dayMs,
        kpi: maxAgeDays.kpi * dayMs,
        event: maxAgeDays.event * dayMs,
        record: maxAgeDays.record * dayMs,
      },
    },
    snapshotMs,
    ticks: config.ticks,
    log,
  };
};

const stopGateway = async (gateway: RunningGateway): Promise<void> => {
  const undone = await gateway.stop();
  if (undone.length === 0) return;
  throw new GatewayError('ABORTED', undone.join('; '), { retryable: false });
};

/** Rejects when the gateway can only be helped by a new process, which whoever watches over this one starts. */
const death = async (gateway: RunningGateway): Promise<never> => {
  const cause = await gateway.died;
  const text = 'the gateway stops, for nothing can be stored any more';
  throw new GatewayError('STORE_FAILED', text, { retryable: false, cause });
};

const gatewayItself = { kind: 'gateway', name: null, role: null, address: null } as const;

/** Passwords in clear are told of wherever somebody may look. */
const warnOfReach = (
  { config: { api } }: LoadedSite,
  { gateway, log }: { readonly gateway: Pick<RunningGateway, 'event'>; readonly log: Log },
): void => {
  if (!api.plainHttp || api.tls !== undefined || isLoopback(api.host)) return;
  const text = {
    en: `the HTTP server listens on ${api.host} without TLS: passwords and tokens pass in clear`,
    zh: `HTTP 服务在 ${api.host} 上未使用 TLS：密码与令牌以明文传输`,
  };
  log.warn({ host: api.host }, text.en);
  gateway.event({ code: 'http-in-clear', severity: 'warning', subject: 'http', text });
};

const historyReadWithinMs = 300_000;

const runGateway = async (options: RunOptions): Promise<void> => {
  const { site, signal, onReady } = options;
  const log = createLog(process.env);
  const endings: Ending[] = [];
  const ending = new AbortController();
  let reloads: Reloader | undefined;
  let undone: readonly string[] = [];
  // Before everything else, so that no SIGHUP ends the process in the middle of a stop.
  const release = onHangUp({
    reload: () => void reloads?.reload('signal'),
    end: () => ending.abort(),
  });
  endings.push({ what: 'listening for SIGHUP', end: async () => release() });
  try {
    const lockStep =
      options.clockUrl === undefined ? undefined : await lockStepWith(options.clockUrl, signal);
    let stepping: LockStepClock | undefined;
    const createClock = (drain: () => Promise<void>): Clock => {
      if (lockStep === undefined) {
        return options.shiftMs === undefined ? systemClock : shiftedClock(options.shiftMs);
      }
      stepping = new LockStepClock({
        ...lockStep,
        drain,
        ...(options.durationMs === undefined
          ? {}
          : { untilMs: lockStep.startMs + options.durationMs }),
      });
      return stepping;
    };
    const ownSinks = await embeddedBrokerSink(site, log, endings);
    const made = await makeSite(site, { ownSinks });
    const gateway = await startGateway({ ...(await gatewayParts(made, log)), createClock });
    endings.push({ what: 'the gateway', end: () => stopGateway(gateway) });
    if (stepping !== undefined)
      endings.push({ what: 'the clock', end: async () => stepping?.stop() });
    const files = new SiteFiles({
      load: options.reload,
      make: (changed, before) => makeSite(changed, { before, ownSinks }),
      current: made,
    });
    reloads = new Reloader({
      propose: () => files.propose(),
      ...{ gateway, parts: made.parts, log },
      nowMs: () => gateway.view.nowMs(),
    });
    // Loaded when devices are read: it takes longer than they do.
    const { openAccess } = await import('./access/access.ts');
    const { startApi } = await import('./api/server.ts');
    const { DossierDesk } = await import('./reports/panel-dossier/dossier-desk.ts');
    const { EnergyDesk } = await import('./energy/energy-desk.ts');
    const { FiguresDesk } = await import('./reports/figures/figures-desk.ts');
    const { session, ...reached } = site.config.api;
    const access = await openAccess({
      ...{ folder: journalFolder(site), mode: reached.auth, log },
      limits: { idleMs: session.idleMinutes * minuteMs, maxMs: session.maxHours * hourMs },
      // Of this machine, also where the plant's time is simulated.
      nowMs: () => Math.trunc(systemClock.nowMs()),
      monotonicMs: () => performance.now(),
    });
    endings.push({ what: 'access', end: () => access.close() });
    if (reached.auth !== 'none') {
      const secret = await access.tokens.first(gatewayItself);
      if (secret !== undefined) options.onFirstToken(secret);
    }
    warnOfReach(site, { gateway, log });
    const api = await startApi({
      ...{ ...reached, access, sessionMaxMs: session.maxHours * hourMs },
      view: gateway.view,
      deliveries: gateway.deliveries,
      reloads,
      dossiers: new DossierDesk({
        records: () => gateway.view.records,
        timeZone: () => gateway.view.site.timeZone,
      }),
      energy: new EnergyDesk({
        register: (query) => gateway.view.register(query),
        believe: (subjects) => gateway.view.believe(subjects),
        groups: () => gateway.view.groups,
        config: () => energyConfigOf(files.current.site.sections[energySection.key]),
        site: () => gateway.view.site,
      }),
      figures: new FiguresDesk({
        records: () => gateway.view.records,
        production: () => gateway.view.production,
        groups: () => gateway.view.groups,
        history: (query) => gateway.view.history(query),
        config: () => figuresConfigOf(files.current.site.sections[figuresSection.key]),
        site: () => gateway.view.site,
        nowMs: () => gateway.view.nowMs(),
      }),
      plans: (id) => {
        const source = files.current.site.sources.find(({ input }) => input.id === id);
        return source?.adapter.plan?.(source.input);
      },
      log,
      pageFolder,
      version,
    });
    endings.push({ what: 'the HTTP server', end: () => api.close() });
    endings.push({ what: 'the watch over the site file', end: async () => ending.abort() });
    // In lock-step nothing may depend on when a file was written.
    if (stepping === undefined)
      void files.watch(async () => reloads?.reload('file'), ending.signal);
    keepHeapSmall();
    onReady({ url: api.url });
    await Promise.race([
      aborted(AbortSignal.any([signal, ending.signal])),
      death(gateway),
      ...(stepping === undefined ? [] : [stepping.finished]),
    ]);
    // Simulated time may fly faster than the history reads; nobody waits for the end of it in real time.
    if (stepping !== undefined && !signal.aborted) await gateway.historyRead(historyReadWithinMs);
  } finally {
    undone = await endAll(endings, log);
  }
  if (undone.length > 0) {
    const text = `it did not stop in order: ${undone.join('; ')}`;
    throw new GatewayError('ABORTED', text, { retryable: false });
  }
};

const replay = ({ site, fromSeq, toSeq }: ReplayOptions): Promise<ReplayReport> =>
  replayJournal({
    folder: journalFolder(site),
    ...(fromSeq === undefined ? {} : { from: fromSeq }),
    ...(toSeq === undefined ? {} : { to: toSeq }),
  });

const composition: Composition = {
  version,
  adapters,
  sections: siteSections,
  demoFile: fileURLToPath(new URL('../config/demo.yaml', import.meta.url)),
  gatewayProgram: fileURLToPath(import.meta.url),
  scenarioFolder: fileURLToPath(new URL('../simulators/scenarios/', import.meta.url)),
  simulatorsProgram: fileURLToPath(new URL('../simulators/main.ts', import.meta.url)),
  demoSimulatorFlags: [
    // The demo reads the line over Modbus; its OPC UA server would cost seconds and 100 MB.
    ...['--line-opcua-port', 'off'],
  ],
  runGateway,
  replay,
};

await runCli(composition);
// What was printed is not there before whoever reads the pipe has taken it: a record with its bins has 50 MB.
await new Promise((resolve) => process.stdout.write('', resolve));
// Reached only while something still holds the event loop: a stop ends all the same.
setTimeout(() => process.exit(), lingerMs).unref();
