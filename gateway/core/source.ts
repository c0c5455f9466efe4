import type { Clock } from './clock.ts';
import type { GatewayEvent } from './event.ts';
import type { Log } from './log.ts';
import type { GroupSpec, LocalText } from './point.ts';
import type { ProductionReport } from './production-report.ts';

/**
 * One frame as a source hands it in. The arrays are the source's own, one item a channel of the group, and are copied
 * before `emit` returns, so a source fills the same ones again and again. Not present: status `absentStatus`.
 */
export type SourceFrame = {
  /** Index into `Source.groups`. */
  readonly groupIndex: number;
  /** UTC epoch ms: the device's time where it has a trusted clock, else equal to `receivedMs`. */
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly values: Float64Array;
  readonly status: Uint32Array;
};

/** How one member of a living connection (a unit id, a node) is doing. */
export type MemberState = {
  readonly member: string;
  readonly state: 'up' | 'degraded' | 'down';
  /** In words, with what was tried; empty when up. */
  readonly reason: LocalText;
};

/** How far the clock of a device was ahead of the gateway's when last seen, in ms; negative when it is behind. */
export type ClockSkew = { readonly device: string; readonly skewMs: number };

export interface SourceContext {
  readonly clock: Clock;
  readonly log: Log;
  /** Aborted when the source must end. */
  readonly signal: AbortSignal;
  /** Hands a frame to admission. False: refused because the journal's staging is full; counted there, nothing to do here. */
  emit(frame: SourceFrame): boolean;
  /** The dictionary id of a text, for string channels; below 1 when it was refused: the sample is then BadResourceUnavailable. */
  intern(text: string): number;
  event(event: GatewayEvent): void;
  /**
   * Tells what the machine shows of production; the same may be told again and again. Resolves once it is durable, was known
   * before or has been refused for good (which is said in an event); false: it cannot be kept at present, tell it again later.
   */
  report(reports: readonly ProductionReport[]): Promise<boolean>;
  /** Called on change only; shown as device health. */
  member(state: MemberState): void;
  /** Told once, when the first answer of the peer has shown the connection to work; resets the supervisor's back-off. */
  connected(): void;
  /** Told at each look at a clock of a device: by how much it is ahead of the gateway's, in ms. */
  clockSeen(device: string, skewMs: number): void;
  /** Adds to a counter of this source (`late_answers`, `exceptions`); shown in metrics as `seamwatt_source_<name>_total`. */
  count(name: string, delta: number): void;
}

/**
 * One connection to devices. `run` connects, reads and emits until `signal` aborts (then it resolves soon) or the
 * connection is gone (then it throws a GatewayError); the supervisor restarts it with back-off. It does not buffer, and
 * retries only members of a living connection.
 */
export interface Source {
  readonly id: string;
  readonly groups: readonly GroupSpec[];
  run(context: SourceContext): Promise<void>;
}
