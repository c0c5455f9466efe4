import type { PlanBurst } from '../../gateway/core/adapter.ts';
import { PollSchedule } from './poll-schedule.ts';

/** What one device asks, by estimate. */
export type DeviceLoad = {
  readonly phaseMs: number;
  /** Reads that it takes at once. */
  readonly maxInFlight: number;
  readonly reads: readonly ReadLoad[];
};

type ReadLoad = { readonly periodMs: number; readonly wireMs: number };

export type BusLoad = {
  /** Reads of all devices that it carries at once: 1 on a serial line. */
  readonly maxInFlight: number;
  readonly devices: readonly DeviceLoad[];
};

export type BurstReport = {
  /** Of those of the whole bus the one that takes longest; undefined without reads. */
  readonly worst: PlanBurst | undefined;
  /** The same of the reads of each device; its next poll cannot begin before. */
  readonly worstOf: readonly (PlanBurst | undefined)[];
};

/** How far the plan looks ahead: bursts that come less often are not seen. */
const mostReads = 10_000;
const longestLookMs = 86_400_000;

/**
 * Runs through the plan of a bus as the source will: every device asks what is due in one poll, and one poll at a time; the
 * bus serves in the order of asking.
 */
export const findBursts = (bus: BusLoad): BurstReport => new BusRun(bus).report();

type RunningBurst = { requests: number; endMs: number; shortestPeriodMs: number };

class Device {
  readonly load: DeviceLoad;
  readonly schedule: PollSchedule;
  readonly periodsMs: readonly number[];
  /** Of the poll under way: what falls due together, when it did, the next to ask, and what is asked. */
  cycle: readonly ReadLoad[] = [];
  dueMs = 0;
  cursor = 0;
  inFlight = 0;
  worst: PlanBurst | undefined;

  constructor(load: DeviceLoad) {
    this.load = load;
    this.periodsMs = [...new Set(load.reads.map(({ periodMs }) => periodMs))];
    this.schedule = new PollSchedule(load.phaseMs, this.periodsMs);
  }

  get isPolling(): boolean {
    return this.inFlight > 0 || this.cursor < this.cycle.length;
  }
}

class BusRun {
  readonly #maxInFlight: number;
  readonly #devices: readonly Device[];
  readonly #horizonMs: number;
  readonly #waiting: { readonly device: Device; readonly read: ReadLoad }[] = [];
  readonly #carried: { readonly device: Device; readonly endMs: number }[] = [];
  /** By the moment at which they fell due. */
  readonly #bursts = new Map<number, RunningBurst>();
  readonly #due: number[] = [];
  #nowMs = 0;
  #reads = 0;

  constructor({ maxInFlight, devices }: BusLoad) {
    this.#maxInFlight = maxInFlight;
    this.#devices = devices.map((load) => new Device(load));
    this.#horizonMs = horizonOf(devices);
  }

  report(): BurstReport {
    while (this.#step());
    let worst: PlanBurst | undefined;
    for (const [dueMs, { requests, endMs, shortestPeriodMs }] of this.#bursts) {
      worst = longer(worst, { requests, durationMs: endMs - dueMs, shortestPeriodMs });
    }
    return { worst, worstOf: this.#devices.map((device) => device.worst) };
  }

  /** Goes on to what happens next; false when nothing does any more. */
  #step(): boolean {
    const device = this.#nextToPoll();
    const pollMs = device === undefined ? Number.POSITIVE_INFINITY : this.#pollMs(device);
    const done = this.#nextAnswered();
    const doneMs = this.#carried[done]?.endMs ?? Number.POSITIVE_INFINITY;
    if (doneMs <= pollMs && done >= 0) {
      this.#nowMs = doneMs;
      this.#answered(done);
      return true;
    }
    if (device === undefined) return false;
    this.#nowMs = pollMs;
    this.#poll(device);
    return true;
  }

  #pollMs(device: Device): number {
    return Math.max(this.#nowMs, device.schedule.nextDueMs);
  }

  #nextToPoll(): Device | undefined {
    if (this.#reads >= mostReads) return undefined;
    let next: Device | undefined;
    let nextMs = this.#horizonMs;
    for (const device of this.#devices) {
      if (device.isPolling || this.#pollMs(device) >= nextMs) continue;
      next = device;
      nextMs = this.#pollMs(device);
    }
    return next;
  }

  #nextAnswered(): number {
    let next = -1;
    for (const [index, { endMs }] of this.#carried.entries()) {
      if (endMs < (this.#carried[next]?.endMs ?? Number.POSITIVE_INFINITY)) next = index;
    }
    return next;
  }

  #poll(device: Device): void {
    device.dueMs = device.schedule.nextDueMs;
    device.schedule.take(this.#nowMs, this.#due);
    const periodsMs = this.#due.map((task) => device.periodsMs[task]);
    device.cycle = device.load.reads.filter(({ periodMs }) => periodsMs.includes(periodMs));
    device.cursor = 0;
    const shortestPeriodMs = Math.min(...device.cycle.map(({ periodMs }) => periodMs));
    const burst = this.#bursts.get(device.dueMs);
    this.#bursts.set(device.dueMs, {
      requests: (burst?.requests ?? 0) + device.cycle.length,
      endMs: this.#nowMs,
      shortestPeriodMs: Math.min(burst?.shortestPeriodMs ?? shortestPeriodMs, shortestPeriodMs),
    });
    this.#reads += device.cycle.length;
    this.#ask(device);
  }

  #ask(device: Device): void {
    while (device.inFlight < device.load.maxInFlight) {
      const read = device.cycle[device.cursor];
      if (read === undefined) break;
      device.cursor += 1;
      device.inFlight += 1;
      this.#waiting.push({ device, read });
    }
    this.#carry();
  }

  #carry(): void {
    while (this.#carried.length < this.#maxInFlight) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#carried.push({ device: next.device, endMs: this.#nowMs + next.read.wireMs });
    }
  }

  #answered(index: number): void {
    const device = this.#carried.splice(index, 1)[0]?.device;
    if (device === undefined) return;
    device.inFlight -= 1;
    this.#ask(device);
    if (device.isPolling) return;
    const burst = this.#bursts.get(device.dueMs);
    if (burst !== undefined) burst.endMs = this.#nowMs;
    device.worst = longer(device.worst, {
      requests: device.cycle.length,
      durationMs: this.#nowMs - device.dueMs,
      shortestPeriodMs: Math.min(...device.periodsMs),
    });
  }
}

const longer = (before: PlanBurst | undefined, burst: PlanBurst): PlanBurst =>
  before !== undefined && before.durationMs >= burst.durationMs ? before : burst;

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** After the least common multiple of all periods everything comes again. */
const horizonOf = (devices: readonly DeviceLoad[]): number => {
  const phaseMs = Math.max(0, ...devices.map((device) => device.phaseMs));
  let multipleMs = 1;
  for (const { periodMs } of devices.flatMap(({ reads }) => reads)) {
    multipleMs = (multipleMs / greatestCommonDivisor(multipleMs, periodMs)) * periodMs;
    if (multipleMs > longestLookMs) return phaseMs + longestLookMs;
  }
  return phaseMs + multipleMs;
};
