import type { ClockRecord } from '../core/entry.ts';
import type { ClockSkew } from '../core/source.ts';

/** A clock that is looked at ten times a second is told of when it has moved, and now and then while it stands. */
const retold = [
  { afterMs: 10_000, movedMs: 1_000 },
  { afterMs: 60_000, movedMs: 100 },
  { afterMs: 600_000, movedMs: 0 },
] as const;

export type DeviceClocksOptions = {
  readonly source: string;
  /** False: not taken, to be told again. */
  record(record: ClockRecord): boolean;
};

/** What is known of the clocks of one source's devices; tells the journal of them, for records of what was made meanwhile. */
export class DeviceClocks {
  readonly #options: DeviceClocksOptions;
  readonly #seen = new Map<string, number>();
  readonly #told = new Map<string, ClockRecord>();

  constructor(options: DeviceClocksOptions) {
    this.#options = options;
  }

  /** As last seen. */
  get skews(): readonly ClockSkew[] {
    return [...this.#seen].map(([device, skewMs]) => ({ device, skewMs }));
  }

  seen(device: string, skewMs: number, timeMs: number): void {
    this.#seen.set(device, skewMs);
    const told = this.#told.get(device);
    const isDue =
      told === undefined ||
      retold.some(
        ({ afterMs, movedMs }) =>
          timeMs - told.timeMs >= afterMs && Math.abs(skewMs - told.skewMs) >= movedMs,
      );
    if (!isDue) return;
    const { source } = this.#options;
    const record: ClockRecord = { type: 'clock', timeMs, source, device, skewMs };
    if (this.#options.record(record)) this.#told.set(device, record);
  }
}
