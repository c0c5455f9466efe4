import type { Clock } from '../../gateway/core/clock.ts';
import type { GroupDirectory } from '../../gateway/core/point.ts';
import type { SinkContext } from '../../gateway/core/sink.ts';

/** Real time; a sink schedules nothing by its clock. */
const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  join: () => {
    throw new Error('a sink schedules nothing');
  },
};

/** A sink's context that keeps what was counted and logged. */
export type TestSinkContext = SinkContext & {
  readonly counters: Record<string, number>;
  readonly logged: string[];
};

export const testSinkContext = (
  directory: GroupDirectory,
  { simulated = false }: { readonly simulated?: boolean } = {},
): TestSinkContext => {
  const counters: Record<string, number> = {};
  const logged: string[] = [];
  const keep = (_fields: object, message: string): void => {
    logged.push(message);
  };
  return {
    clock: realClock,
    log: { debug: keep, info: keep, warn: keep, error: keep },
    directory,
    simulated,
    enterprise: 'seamwatt',
    site: 'demo',
    counters,
    logged,
    count: (name, delta) => {
      counters[name] = (counters[name] ?? 0) + delta;
    },
    newest: () => [],
  };
};
