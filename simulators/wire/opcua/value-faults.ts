import { wrongClockMs } from '../../faults/fault-options.ts';
import type { OpcuaFault } from '../../faults/opcua-faults.ts';
import { type LiveValue, type Sample, takeSample } from './live-value.ts';

type FaultOf<Kind extends OpcuaFault['kind']> = Extract<OpcuaFault, { readonly kind: Kind }>;

export type ValueFaultsOptions = {
  /** Identifiers of those variables that are counters. */
  readonly counters: ReadonlySet<string>;
  /** The simulated instant, UTC epoch ms. */
  readonly nowMs: () => number;
};

/** What faults make of the values of a server: they are stuck, counters jump, timestamps are of a wrong clock. */
export class ValueFaults {
  readonly #options: ValueFaultsOptions;
  readonly #values = new Map<string, LiveValue>();
  #stuck: ReadonlyMap<string, Sample> | undefined;
  /** How far each counter is off, by the id of the fault. */
  readonly #jumps = new Map<string, ReadonlyMap<string, number>>();
  #clocks: readonly { readonly fault: FaultOf<'clock'>; readonly beganMs: number }[] = [];

  constructor(options: ValueFaultsOptions) {
    this.#options = options;
  }

  /** The value as faults make it. A restarted server registers its values anew. */
  register(live: LiveValue): LiveValue {
    this.#values.set(live.id, live);
    const { isUncertain } = live;
    return {
      ...live,
      read: () => this.#read(live),
      encode: (value) => this.#stuck?.get(live.id)?.encoded ?? live.encode(value),
      timeMs: () => this.#timeMs(live.timeMs()),
      ...(isUncertain === undefined
        ? {}
        : { isUncertain: () => this.#stuck?.get(live.id)?.isUncertain ?? isUncertain() }),
    };
  }

  set(faults: readonly OpcuaFault[]): void {
    this.#setStuck(faults.some(({ kind }) => kind === 'stuck'));
    for (const id of this.#jumps.keys()) {
      if (!faults.some((fault) => fault.id === id)) this.#jumps.delete(id);
    }
    for (const fault of faults) if (fault.kind === 'counter-jump') this.#jump(fault);
    const nowMs = this.#options.nowMs();
    this.#clocks = faults
      .filter((fault) => fault.kind === 'clock')
      .map(
        (fault) =>
          this.#clocks.find((one) => one.fault === fault) ?? {
            fault,
            beganMs: this.#timeMs(nowMs),
          },
      );
  }

  #setStuck(isStuck: boolean): void {
    if (isStuck === (this.#stuck !== undefined)) return;
    const samples = [...this.#values.values()].map((live) => [live.id, takeSample(live)] as const);
    this.#stuck = isStuck ? new Map(samples) : undefined;
  }

  #jump({ id, node, to, by }: FaultOf<'counter-jump'>): void {
    if (this.#jumps.has(id)) return;
    const offsets = new Map<string, number>();
    for (const counter of node === undefined ? this.#options.counters : [node]) {
      const live = this.#values.get(counter);
      const value = live === undefined ? undefined : this.#read(live);
      if (typeof value === 'number')
        offsets.set(counter, to === undefined ? (by ?? 0) : to - value);
    }
    this.#jumps.set(id, offsets);
  }

  #read(live: LiveValue): ReturnType<LiveValue['read']> {
    const sample = this.#stuck?.get(live.id);
    const value = sample === undefined ? live.read() : sample.value;
    if (typeof value !== 'number') return value;
    let shown = value;
    for (const offsets of this.#jumps.values()) shown += offsets.get(live.id) ?? 0;
    return shown;
  }

  #timeMs(trueMs: number): number {
    return this.#clocks.reduce(
      (timeMs, { fault, beganMs }) => wrongClockMs(fault, timeMs, beganMs),
      trueMs,
    );
  }
}
