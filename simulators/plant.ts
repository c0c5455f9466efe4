import type { FaultDevice, FaultLookup } from './faults/fault-lookup.ts';

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export type JsonObject = { readonly [key: string]: JsonValue };

/** Where a server can be reached, as announced on stdout. */
type Endpoint = { readonly host: string; readonly port: number } | { readonly url: string };

/** What a plant's server is given when it starts. */
type ListenContext = {
  readonly host: string;
  /** Decides which requests a fault hits that does not hit all. */
  readonly seed: number;
  readonly faults: FaultLookup;
  /** Brings all models to the present instant. Cheap; to be called before answering from a register image. */
  readonly beforeAnswer: () => void;
};

export type RunningServer = {
  readonly endpoint: Endpoint;
  /** Counters since the start, shown by `GET /state` under `servers`. */
  stats(): JsonObject;
  /** Of one that speaks by itself: resolves once it has said all that there is to say at the present instant. */
  settle?(): Promise<void>;
  close(): Promise<void>;
};

/** A listener that a plant wants opened; the program opens and closes it. */
export type PlantServer = {
  /** Key in the announced `servers` and device name in faults, e.g. `line.plc`. */
  readonly name: string;
  /** What faults can do to it. */
  readonly device: FaultDevice;
  /** Rejects when the port is taken. */
  listen(context: ListenContext): Promise<RunningServer>;
};

/** What every plant is created with, beside its own options. */
export type PlantOptions = {
  /** Unsigned 32-bit; the same seed and instants give the same bytes. */
  readonly seed: number;
  /** UTC epoch ms of the first instant. */
  readonly startMs: number;
};

/** A simulated plant: a deterministic model and the servers that show it. */
export type Plant = {
  /** First part of its server names, override paths and its key in `GET /state`. */
  readonly name: string;
  readonly servers: readonly PlantServer[];
  /** What faults can be asked for beside those of the servers: failures of the plant itself. */
  readonly device?: FaultDevice;
  /** Called once before time moves; the plant asks it what is wrong with it. */
  readonly useFaults?: (faults: FaultLookup) => void;
  /**
   * Moves the model and its register images to `nowMs` (UTC epoch ms, never less than before).
   * Called up to ten times a simulated second, and with jumps of up to an hour in lock-step.
   */
  advanceTo(nowMs: number): void;
  /** The exact truth at the instant reached, not quantised by registers. */
  state(): JsonObject;
  /** Parts of the truth that are too large for `state`, by path below the plant's name; undefined where there is none. */
  readonly detail?: (path: readonly string[]) => JsonObject | undefined;
  /**
   * Checks an override of an input and returns the action that applies it, so that a request
   * with one bad entry changes nothing. `path` lacks the plant's name.
   * @throws OverrideError when the path is unknown or the value out of range.
   */
  override(path: string, value: JsonValue): () => void;
};

/** An override that a plant refuses; the message names path, value and what is expected. */
export class OverrideError extends Error {
  override readonly name = 'OverrideError';
}
