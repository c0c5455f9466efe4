/**
 * Where everything above core takes its time from. Data carries wall-clock time (UTC epoch ms); scheduling is by
 * monotonic time. Deadlines of sockets stay on real timers in both modes.
 */
export interface Clock {
  /** UTC epoch ms, with fractions. */
  nowMs(): number;
  /** Never steps; zero is arbitrary. */
  monotonicMs(): number;
  /**
   * Joins a scheduled activity (a poll loop, the tick, a back-off). In lock-step the clock moves only while every
   * participant sleeps, so whatever one does between two sleeps happens at one instant.
   */
  join(name: string, order?: ParticipantOrder): Participant;
}

/** At one instant of lock-step, all `reads` are done before any of the `ticks` begins. Real time knows no such order. */
export type ParticipantOrder = 'reads' | 'ticks';

export interface Participant {
  /** Resolves at monotonic `dueMs` (at once when past) or when `signal` aborts, whichever is first; never rejects. */
  sleepUntil(dueMs: number, signal: AbortSignal): Promise<void>;
  /** Must be called when the activity ends; the participant is not used afterwards. */
  leave(): void;
}
