import type { SourceInput } from '../../gateway/core/adapter.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import { statusCodes } from '../../gateway/core/quality.ts';
import type { Source, SourceContext } from '../../gateway/core/source.ts';
import { GroupFrame } from '../shared/group-frame.ts';
import { runPolledSource } from '../shared/polled-source.ts';
import { openTransport } from './connect.ts';
import { type DeviceLayout, groupsOf, layoutSource } from './device-layout.ts';
import { DevicePoller } from './device-poller.ts';
import type { ModbusConfig } from './modbus-config.ts';

/**
 * A connection with the Modbus devices behind it.
 *
 * @throws GatewayError CONFIG_INVALID when the entry and its profiles do not fit together; `check` says so in words.
 */
export const createModbusSource = (input: SourceInput<ModbusConfig>): Source => {
  const layout = layoutSource(input);
  const [issue] = layout.issues;
  if (issue !== undefined) {
    throw new GatewayError(
      'CONFIG_INVALID',
      `source ${input.id}, ${issue.path.join('.')}: found ${issue.found}, expected ${issue.expected}`,
      { retryable: false },
    );
  }
  const frames = layout.devices.flatMap((device) =>
    groupsOf(device).map((group) => new GroupFrame(group)),
  );
  return {
    id: input.id,
    groups: layout.groups,
    run: async (context) => {
      const reason = await runOnce({ input, context, frames, devices: layout.devices });
      if (context.signal.aborted) return;
      emitLost(context, frames);
      throw reason;
    },
  };
};

type RunOptions = {
  readonly input: SourceInput<ModbusConfig>;
  readonly context: SourceContext;
  readonly frames: readonly GroupFrame[];
  readonly devices: readonly DeviceLayout[];
};

/** Resolves with why the connection ended. */
const runOnce = async (options: RunOptions): Promise<unknown> => {
  const { context, input, devices, frames } = options;
  const { config } = input;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const transport = await openTransport(config, {
      signal: context.signal,
      count: (name, delta) => context.count(name, delta),
    });
    let isConnected = false;
    const onAnswer = (): void => {
      if (isConnected) return;
      isConnected = true;
      context.connected();
    };
    const members = devices.map(
      (layout) => new DevicePoller({ layout, config, context, transport, frames, onAnswer }),
    );
    void transport.closed.then(onAbort);
    stop.signal.addEventListener('abort', () => transport.close(), { once: true });
    if (context.signal.aborted) onAbort();
    await runPolledSource({
      context,
      members,
      signal: stop.signal,
      onSilence: () => transport.close(silenceError(input.id)),
    });
    transport.close();
    return await transport.closed;
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
      en: `source ${id}: the connection stands, but nobody answers`,
      zh: `数据源 ${id}：连接仍在，但没有任何应答`,
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
