import type { SourceInput } from '../../gateway/core/adapter.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import { statusCodes } from '../../gateway/core/quality.ts';
import type { Source, SourceContext } from '../../gateway/core/source.ts';
import { GroupFrame } from '../shared/group-frame.ts';
import { runPolledSource } from '../shared/polled-source.ts';
import { openMeterLine } from './connect.ts';
import type { Dlt645Config } from './dlt645-config.ts';
import { layoutSource, type MeterLayout } from './meter-layout.ts';
import { MeterPoller } from './meter-poller.ts';

/**
 * A line with the DL/T 645-2007 meters on it.
 *
 * @throws GatewayError CONFIG_INVALID when the entry and its profiles do not fit together; `check` says so in words.
 */
export const createDlt645Source = (input: SourceInput<Dlt645Config>): Source => {
  const { meters, groups, issues } = layoutSource(input);
  const [issue] = issues;
  if (issue !== undefined) {
    throw new GatewayError(
      'CONFIG_INVALID',
      `source ${input.id}, ${issue.path.join('.')}: found ${issue.found}, expected ${issue.expected}`,
      { retryable: false },
    );
  }
  const frames = meters.flatMap((meter) => meter.groups.map((group) => new GroupFrame(group)));
  return {
    id: input.id,
    groups,
    run: async (context) => {
      const reason = await runOnce({ input, context, frames, meters });
      if (context.signal.aborted) return;
      emitLost(context, frames);
      throw reason;
    },
  };
};

type RunOptions = {
  readonly input: SourceInput<Dlt645Config>;
  readonly context: SourceContext;
  readonly frames: readonly GroupFrame[];
  readonly meters: readonly MeterLayout[];
};

/** Resolves with why the connection ended. */
const runOnce = async (options: RunOptions): Promise<unknown> => {
  const { context, input, meters, frames } = options;
  const { config, site } = input;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const line = await openMeterLine(config.transport, {
      signal: context.signal,
      count: (name, delta) => context.count(name, delta),
    });
    let isConnected = false;
    const onAnswer = (): void => {
      if (isConnected) return;
      isConnected = true;
      context.connected();
    };
    const { timeZone } = site;
    const members = meters.map(
      (layout) => new MeterPoller({ layout, config, context, timeZone, line, frames, onAnswer }),
    );
    void line.closed.then(onAbort);
    stop.signal.addEventListener('abort', () => line.close(), { once: true });
    if (context.signal.aborted) onAbort();
    await runPolledSource({
      context,
      members,
      signal: stop.signal,
      onSilence: () => line.close(silenceError(input.id)),
    });
    line.close();
    return await line.closed;
  } catch (error) {
    return error;
  } finally {
    stop.abort();
    context.signal.removeEventListener('abort', onAbort);
  }
};

const silenceError = (id: string): GatewayError =>
  new GatewayError(
    'TIMEOUT',
    {
      en: `source ${id}: the connection stands, but no meter answers`,
      zh: `数据源 ${id}：连接仍在，但没有任何电表应答`,
    },
    { retryable: true },
  );

/** Every point is bad from here on, until it is read again. */
const emitLost = (context: SourceContext, frames: readonly GroupFrame[]): void => {
  const nowMs = context.clock.nowMs();
  for (const frame of frames) {
    frame.begin();
    frame.failAll(statusCodes.badNoCommunication);
    if (frame.stamp(nowMs, nowMs)) context.emit(frame);
  }
};
