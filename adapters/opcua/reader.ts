import { performance } from 'node:perf_hooks';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import type { StatusCode } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import { BlockCalls } from './block-calls.ts';
import type { Connection } from './connection.ts';
import { within } from './deadline.ts';
import type { DeafCheck } from './deaf-check.ts';
import type { NodeTarget, OpcuaLayout } from './layout.ts';
import type { NodeHealth } from './node-health.ts';
import type { OpcuaConfig } from './opcua-config.ts';
import type { SampleIntake } from './sample-intake.ts';
import type { SampleTime } from './sample-time.ts';

/** What both ways of reading have in common, for one connection. */
export type ReaderOptions = {
  readonly id: string;
  readonly config: OpcuaConfig;
  readonly context: SourceContext;
  readonly layout: OpcuaLayout;
  readonly connection: Connection;
  readonly intake: SampleIntake;
  readonly times: SampleTime;
  readonly health: NodeHealth;
  readonly deafCheck: DeafCheck;
  /** Aborts when reading has to end, for whatever reason. */
  readonly signal: AbortSignal;
  /** Ends the connection with this error. */
  fail(error: GatewayError): void;
};

/** Server_ServerStatus_CurrentTime (OPC UA Part 5 §6.3.5). */
export const currentTimeId = 'ns=0;i=2258';

/** The answer of the server, or a GatewayError after `timeoutMs`. */
export const ask = async <Result>(
  options: ReaderOptions,
  work: Promise<Result>,
  what: LocalText,
): Promise<Result> => {
  const { config, signal, id } = options;
  const words = {
    en: `source ${id}, ${config.endpointUrl}, ${what.en}`,
    zh: `数据源 ${id}，${config.endpointUrl}，${what.zh}`,
  };
  try {
    return await within(work, { timeoutMs: config.timeoutMs, signal, what: words });
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    const detail = describeError(error);
    const text = { en: `${words.en}: ${detail}`, zh: `${words.zh}：${detail}` };
    throw new GatewayError('PROTOCOL', text, { retryable: true, cause: error });
  }
};

/** Requests about nodes, in blocks as large as the site allows and the server takes. */
export const blockCalls = ({ config, context }: ReaderOptions): BlockCalls =>
  new BlockCalls(config.maxItemsPerCall, () => context.count('split_requests', 1));

/** Compares the clocks, half of the way there and back allowed for. */
export const compareClocks = async (options: ReaderOptions): Promise<void> => {
  const { connection, context, times } = options;
  const { session, library } = connection;
  const startMs = performance.now();
  const reading = session.read({
    nodeId: currentTimeId,
    attributeId: library.AttributeIds.Value,
  });
  const data = await ask(options, reading, { en: 'its clock', zh: '读取时钟' });
  const value: unknown = data.value.value;
  if (!(value instanceof Date)) return;
  const halfWayMs = (performance.now() - startMs) / 2;
  times.serverClockSeen(value.getTime(), context.clock.nowMs() - halfWayMs);
};

/** Marks a node bad, once, and plans to look for it again. */
export const failNode = (
  { health, intake, context }: ReaderOptions,
  target: NodeTarget,
  status: StatusCode,
): void => {
  context.count('node_failures', 1);
  if (health.fails(target, status)) intake.fail(target, status);
};
