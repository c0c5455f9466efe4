import type { Clock } from '../../gateway/core/clock.ts';
import type { GatewayEvent } from '../../gateway/core/event.ts';
import type { ProductionReport } from '../../gateway/core/production-report.ts';
import { statusSymbol } from '../../gateway/core/quality.ts';
import type { MemberState, Source, SourceContext } from '../../gateway/core/source.ts';

/** A frame as it was emitted, by name: `[value, symbol of the status]`. */
export type SeenFrame = {
  readonly equipment: string;
  readonly group: string;
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly points: Readonly<Record<string, readonly [number, string]>>;
};

export type SourceRun = {
  readonly frames: readonly SeenFrame[];
  readonly events: readonly GatewayEvent[];
  readonly reports: readonly ProductionReport[];
  readonly members: readonly MemberState[];
  /** Newest skew of each device, in ms. */
  readonly skewMs: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly texts: readonly string[];
  readonly connections: () => number;
  /** Resolves with what `run` threw, or undefined when it ended because it was told to. */
  readonly ended: Promise<unknown>;
  framesOf(equipment: string, group?: string): readonly SeenFrame[];
  /** Resolves when `isReached` holds after some frame, event or member state; rejects after 10 s or when the run ends. */
  until(isReached: () => boolean): Promise<void>;
  stop(): Promise<unknown>;
};

const patienceMs = 10_000;

/** Runs a source once, without a supervisor, and keeps all that it hands out. */
export const runSource = (source: Source, clock: Clock): SourceRun => {
  const abort = new AbortController();
  const frames: SeenFrame[] = [];
  const events: GatewayEvent[] = [];
  const reports: ProductionReport[] = [];
  const members: MemberState[] = [];
  const skews: Record<string, number> = {};
  const counters: Record<string, number> = {};
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  let connections = 0;
  const seen = (): void => {
    for (const look of waiting) look();
  };
  const silent = (): void => undefined;
  const context: SourceContext = {
    clock,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    signal: abort.signal,
    emit: ({ groupIndex, timeMs, receivedMs, values, status }) => {
      const group = source.groups[groupIndex];
      if (group === undefined) throw new Error(`no group ${groupIndex}`);
      const points = Object.fromEntries(
        group.channels.map(({ point }, index) => [
          point,
          [values[index] as number, statusSymbol(status[index] as number)] as const,
        ]),
      );
      const { equipment } = group.equipment;
      frames.push({ equipment, group: group.name, timeMs, receivedMs, points });
      seen();
      return true;
    },
    intern: (text) => {
      if (!texts.includes(text)) texts.push(text);
      return texts.indexOf(text) + 1;
    },
    event: (event) => {
      events.push(event);
      seen();
    },
    report: async (some) => {
      reports.push(...some);
      seen();
      return true;
    },
    member: (state) => {
      members.push(state);
      seen();
    },
    clockSeen: (device, skewMs) => {
      skews[device] = skewMs;
    },
    connected: () => {
      connections += 1;
    },
    count: (name, delta) => {
      counters[name] = (counters[name] ?? 0) + delta;
    },
  };
  const ended = source.run(context).then(
    () => undefined,
    (error: unknown) => error,
  );
  return {
    frames,
    events,
    reports,
    members,
    skewMs: skews,
    counters,
    texts,
    ended,
    connections: () => connections,
    framesOf: (equipment, group) =>
      frames.filter(
        (frame) => frame.equipment === equipment && (group === undefined || frame.group === group),
      ),
    until: (isReached) =>
      new Promise((resolve, reject) => {
        const settle = (): void => {
          waiting.delete(look);
          clearTimeout(timer);
        };
        const fail = (what: string): void => {
          settle();
          const state = JSON.stringify({ counters, members, events, last: frames.slice(-3) });
          reject(new Error(`${what}: ${state}`));
        };
        const look = (): void => {
          if (!isReached()) return;
          settle();
          resolve();
        };
        const timer = setTimeout(() => fail('not reached'), patienceMs);
        void ended.then((error) => fail(`the source ended (${String(error)})`));
        waiting.add(look);
        look();
      }),
    stop: () => {
      abort.abort();
      return ended;
    },
  };
};
