/** Phases of the grid connection, as its controller counts them. */
export const connectionPhase = {
  gridTied: 1,
  /** The breaker opens or closes: synchronising, or the voltage is gone and nobody has taken over yet. */
  transition: 2,
  islanded: 3,
  /** The battery builds the park's own voltage from nothing; nobody is served. */
  blackStart: 4,
} as const;

type ConnectionPhase = (typeof connectionPhase)[keyof typeof connectionPhase];

/** What carries the bus: the grid, the battery, or nothing. */
export type BusSource = 'grid' | 'battery' | 'none';

/** What the grid does to the park since an instant. */
export type GridInput = {
  /** `lost`: its voltage is gone. `opened`: it is there, and the park has left it on purpose. */
  readonly supply: 'present' | 'lost' | 'opened';
  /** UTC epoch ms; negative infinity: always. */
  readonly sinceMs: number;
  /** What carried the bus before. */
  readonly before: BusSource;
};

/** The connection at an instant, and how long it stays like that if nothing happens. */
export type Connection = {
  readonly phase: ConnectionPhase;
  readonly source: BusSource;
  readonly isClosed: boolean;
  readonly hasGridVoltage: boolean;
  readonly untilMs: number;
};

const openingMs = 5000;
const blackStartMs = 60_000;
const synchronisingMs = 30_000;

/**
 * A lost grid leaves the park dark for 5 s, then the battery starts it black within a minute. A planned islanding takes 5 s
 * and nobody notices. Back on the grid, the park synchronises for 30 s with the breaker open.
 */
export const connectionAt = (grid: GridInput, timeMs: number): Connection => {
  const { supply, sinceMs, before } = grid;
  const hasGridVoltage = supply !== 'lost';
  const state = (
    phase: ConnectionPhase,
    source: BusSource,
    untilMs = Number.POSITIVE_INFINITY,
  ): Connection => ({ phase, source, isClosed: source === 'grid', hasGridVoltage, untilMs });
  if (supply === 'present') {
    const synchronisedMs = before === 'grid' ? sinceMs : sinceMs + synchronisingMs;
    return timeMs < synchronisedMs
      ? state(connectionPhase.transition, before, synchronisedMs)
      : state(connectionPhase.gridTied, 'grid');
  }
  const openedMs = sinceMs + openingMs;
  const isSeamless = supply === 'opened' || before === 'battery';
  if (isSeamless) {
    return timeMs < openedMs
      ? state(connectionPhase.transition, 'battery', openedMs)
      : state(connectionPhase.islanded, 'battery');
  }
  const startedMs = openedMs + blackStartMs;
  if (timeMs < openedMs) return state(connectionPhase.transition, 'none', openedMs);
  if (timeMs < startedMs) return state(connectionPhase.blackStart, 'none', startedMs);
  return state(connectionPhase.islanded, 'battery');
};
