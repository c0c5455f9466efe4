import type { Clock } from '../../gateway/core/clock.ts';
import type { Log } from '../../gateway/core/log.ts';
import type { GroupDirectory } from '../../gateway/core/point.ts';
import type { SinkContext } from '../../gateway/core/sink.ts';

const nothing = (): void => undefined;

export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Real time; nothing in a sink's tests waits on it. */
const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  join: () => {
    throw new Error('a sink schedules nothing');
  },
};

/** A sink's context that keeps what was counted. */
export type TestSinkContext = SinkContext & { readonly counters: Record<string, number> };

export const testSinkContext = (
  directory: GroupDirectory,
  { simulated = false }: { readonly simulated?: boolean } = {},
): TestSinkContext => {
  const counters: Record<string, number> = {};
  return {
    clock: realClock,
    log: silentLog,
    directory,
    simulated,
    enterprise: 'seamwatt',
    site: 'demo',
    counters,
    count: (name, delta) => {
      counters[name] = (counters[name] ?? 0) + delta;
    },
  };
};
