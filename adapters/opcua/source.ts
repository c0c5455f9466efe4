import type { SourceInput } from '../../gateway/core/adapter.ts';
import { GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import type { Source, SourceContext } from '../../gateway/core/source.ts';
import { type Connection, openConnection } from './connection.ts';
import { DeafCheck } from './deaf-check.ts';
import { layoutSource, type OpcuaLayout } from './layout.ts';
import { loadLibrary } from './library.ts';
import { MachineWatch } from './machine/machine-watch.ts';
import { ReportQueue } from './machine/report-queue.ts';
import { NodeHealth } from './node-health.ts';
import type { OpcuaConfig } from './opcua-config.ts';
import { PollingReader } from './polling-reader.ts';
import type { ReaderOptions } from './reader.ts';
import { SampleIntake } from './sample-intake.ts';
import { SampleTime } from './sample-time.ts';
import { SubscriptionReader } from './subscription-reader.ts';
import { ToldTimes, tellAllLost } from './told-times.ts';

/**
 * A session with an OPC UA server.
 *
 * @throws GatewayError CONFIG_INVALID when the entry and its profiles do not fit together; `check` says so in words
 */
export const createOpcuaSource = (input: SourceInput<OpcuaConfig>): Source => {
  const layout = layoutSource(input);
  const [issue] = layout.issues;
  if (issue !== undefined) {
    throw new GatewayError(
      'CONFIG_INVALID',
      `source ${input.id}, ${issue.path.join('.')}: found ${issue.found}, expected ${issue.expected}`,
      { retryable: false },
    );
  }
  return new OpcuaSource(input, layout);
};

class OpcuaSource implements Source {
  readonly id: string;
  readonly groups: OpcuaLayout['groups'];
  readonly #input: SourceInput<OpcuaConfig>;
  readonly #layout: OpcuaLayout;
  readonly #deafCheck: DeafCheck;
  readonly #told: ToldTimes;
  readonly #reports = new ReportQueue();
  #isWarned = false;
  /** Whether every point has been marked bad since the last sample. */
  #isMarkedLost = false;

  constructor(input: SourceInput<OpcuaConfig>, layout: OpcuaLayout) {
    this.id = input.id;
    this.groups = layout.groups;
    this.#input = input;
    this.#layout = layout;
    const { read, maxClockSkewMs } = input.config;
    this.#told = new ToldTimes(layout.targets.length, maxClockSkewMs);
    this.#deafCheck = new DeafCheck(read.mode === 'subscription' ? read.valueCheckMs : 0);
  }

  async run(context: SourceContext): Promise<void> {
    this.#warnOfNone(context);
    try {
      await this.#connectAndRead(context);
    } catch (error) {
      if (context.signal.aborted) return;
      this.#emitLost(context);
      throw toGatewayError(error, {
        code: 'CONNECTION_LOST',
        retryable: true,
        message: { en: `source ${this.id}`, zh: `数据源 ${this.id}` },
      });
    }
  }

  async #connectAndRead(context: SourceContext): Promise<void> {
    const { signal, log } = context;
    const library = await loadLibrary(log);
    const connection = await openConnection({ input: this.#input, library, log, signal });
    const stop = new AbortController();
    const onAbort = (): void => stop.abort();
    let failure: GatewayError | undefined;
    const fail = (error: GatewayError): void => {
      failure ??= error;
      stop.abort();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    void connection.lost.then(fail);
    try {
      await this.#read(context, { connection, signal: stop.signal, fail });
    } catch (error) {
      // What made the reader stop says more than how it stopped.
      throw failure ?? error;
    } finally {
      stop.abort();
      signal.removeEventListener('abort', onAbort);
      await connection.close();
    }
    if (failure !== undefined) throw failure;
  }

  async #read(
    context: SourceContext,
    parts: {
      readonly connection: Connection;
      readonly signal: AbortSignal;
      fail(error: GatewayError): void;
    },
  ): Promise<void> {
    const { id, config } = this.#input;
    const layout = this.#layout;
    const deafCheck = this.#deafCheck;
    deafCheck.begin({ nodeCount: layout.targets.length, nowMs: performance.now() });
    const times = new SampleTime({
      subject: id,
      timestamps: config.timestamps,
      maxClockSkewMs: config.maxClockSkewMs,
      isQueued: config.read.mode === 'subscription',
      event: (event) => context.event(event),
      seen: (skewMs) => context.clockSeen('server', skewMs),
    });
    const health = new NodeHealth(context, layout);
    let reader: SubscriptionReader | PollingReader;
    const intake = new SampleIntake({
      context,
      layout,
      times,
      told: this.#told,
      onGone: (target, status) => reader.nodeGone(target, status),
      onFirst: (target) => health.works(target),
      onSample: (target, data) => deafCheck.isTold(target.index, data),
    });
    const options: ReaderOptions = {
      ...{ id, config, context, layout, intake, times, health, deafCheck },
      ...parts,
    };
    this.#isMarkedLost = false;
    const { read } = config;
    reader =
      read.mode === 'subscription'
        ? new SubscriptionReader(options, read)
        : new PollingReader(options, read.periodMs);
    this.#reports.begin(context);
    const machines = new MachineWatch(options, this.#reports);
    await machines.begin();
    await Promise.all([reader.run(), machines.run()]);
  }

  #warnOfNone(context: SourceContext): void {
    const { config } = this.#input;
    if (config.securityMode !== 'None' || this.#isWarned) return;
    this.#isWarned = true;
    const { endpointUrl } = config;
    const en = `Source ${this.id} talks to ${endpointUrl} without protection (securityMode None): anybody on the network can read along, or be the server`;
    const zh = `数据源 ${this.id} 与 ${endpointUrl} 的通信未受保护（securityMode None）：网络上任何人都可窃听或冒充服务器`;
    context.event({
      code: 'connection-unprotected',
      severity: 'warning',
      subject: this.id,
      text: { en, zh },
    });
  }

  /** Every point is bad from here on, until it is read again. */
  #emitLost(context: SourceContext): void {
    if (this.#isMarkedLost) return;
    this.#isMarkedLost = true;
    tellAllLost(context, this.#layout, this.#told);
  }
}
