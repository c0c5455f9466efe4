import type { Socket } from 'node:net';
import type { Framing } from '../fault-lookup.ts';
import {
  actsTowards,
  type CutFault,
  isCut,
  isOfUnits,
  type ProxyFault,
  type Side,
  type UnitFault,
} from '../proxy-faults.ts';
import type { Random } from '../random.ts';
import type { ProxyCounters } from './counters.ts';
import { maxQueuedBytes, Outbox } from './outbox.ts';
import { createSplitter, type Splitter } from './splitter.ts';
import { UnitStage } from './unit-stage.ts';

export type PipeOptions = {
  readonly from: Socket;
  readonly to: Socket;
  /** The side that `to` is. */
  readonly towards: Side;
  readonly framing: Framing;
  readonly random: Random;
  readonly counters: ProxyCounters;
  /** A fault wants the whole line cut at this byte. */
  readonly onCut: (kind: 'close' | 'reset') => void;
};

const nowMs = (): number => performance.now();

/** One direction of a connection: reads from a socket, lets faults act, and writes to the other one with back-pressure. */
export class Pipe {
  readonly #options: PipeOptions;
  readonly #splitter: Splitter;
  readonly #stage: UnitStage;
  readonly #outbox: Outbox;
  /** Bytes that have passed since a fault that counts them began, by its id. */
  readonly #passed = new Map<string, number>();
  #cutFaults: readonly CutFault[] = [];
  #unitFaults: readonly UnitFault[] = [];
  #heldTimer: NodeJS.Timeout | undefined;
  #isOver = false;
  #isFinished = false;

  constructor(options: PipeOptions) {
    this.#options = options;
    const { counters, random, from, to } = options;
    this.#splitter = createSplitter(options.framing, () => {
      counters.malformed += 1;
    });
    this.#stage = new UnitStage({ random, counters, nowMs });
    this.#outbox = new Outbox({ nowMs, write: this.#write, onFinished: () => this.#finish() });
    from.on('data', (chunk: Buffer) => this.#receive(chunk));
    from.once('end', () => this.#end());
    to.on('drain', () => {
      this.#outbox.drained();
      this.#throttle();
    });
  }

  /** What may act on the bytes from now on. */
  setFaults(all: readonly ProxyFault[]): void {
    if (this.#isOver) return;
    const { towards } = this.#options;
    const faults = all.filter((fault) => actsTowards(fault, towards));
    this.#cutFaults = faults.filter(isCut);
    this.#unitFaults = faults.filter(isOfUnits);
    const ids = new Set(this.#cutFaults.map(({ id }) => id));
    for (const id of this.#passed.keys()) if (!ids.has(id)) this.#passed.delete(id);
    const rates = faults.flatMap((one) => (one.kind === 'rate-limit' ? [one.bytesPerSecond] : []));
    this.#outbox.setRate(rates.length === 0 ? undefined : Math.min(...rates));
    this.#outbox.setStalled(faults.some(({ kind }) => kind === 'stall'));
    this.#outbox.pump();
    this.#throttle();
  }

  /** What has come and was not sent on yet. */
  get waitingBytes(): number {
    const half = this.#splitter.rest()?.length ?? 0;
    return this.#outbox.queuedBytes + this.#stage.heldBytes + half;
  }

  /** Nothing more passes; what waited is lost and counted. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#heldTimer);
    this.#options.counters.bytesLost += this.waitingBytes;
    this.#outbox.clear();
  }

  /** The source is gone after its end: what it sent is delivered, and then the other side has nobody. */
  leave(): void {
    if (this.#isFinished) this.#options.to.destroySoon();
  }

  #finish(): void {
    this.#isFinished = true;
    const { from, to } = this.#options;
    if (from.destroyed) to.destroySoon();
    else to.end();
  }

  #receive(chunk: Buffer): void {
    if (this.#isOver) {
      this.#options.counters.bytesLost += chunk.length;
      return;
    }
    for (const unit of this.#splitter.push(chunk)) {
      const cut = this.#cutAt(unit);
      if (cut !== undefined) {
        this.#send(unit.subarray(0, cut.place));
        this.#options.counters.bytesLost += unit.length - cut.place;
        this.#options.onCut(cut.kind);
        return;
      }
      for (const parcel of this.#stage.apply(unit, this.#unitFaults)) this.#outbox.push(parcel);
    }
    this.#waitForSecond();
    this.#throttle();
  }

  #send(bytes: Buffer): void {
    this.#outbox.push({ bytes, delayMs: 0 });
  }

  /** Where in these bytes a fault cuts the line, if one does. */
  #cutAt(unit: Buffer): { readonly kind: CutFault['kind']; readonly place: number } | undefined {
    for (const { kind, afterBytes, probability, id } of this.#cutFaults) {
      const passed = this.#passed.get(id) ?? 0;
      const place = Math.max(0, (afterBytes ?? 0) - passed);
      this.#passed.set(id, passed + unit.length);
      if (place >= unit.length) continue;
      if (probability === 1 || this.#options.random() < probability) return { kind, place };
    }
    return undefined;
  }

  /** What is held back for a second frame does not wait for it for ever. */
  #waitForSecond(): void {
    clearTimeout(this.#heldTimer);
    const dueMs = this.#stage.heldUntilMs;
    if (dueMs === undefined) return;
    this.#heldTimer = setTimeout(() => this.#releaseHeld(), Math.max(1, dueMs - nowMs()));
  }

  #releaseHeld(): void {
    for (const parcel of this.#stage.release()) this.#outbox.push(parcel);
  }

  #end(): void {
    if (this.#isOver) return;
    clearTimeout(this.#heldTimer);
    this.#releaseHeld();
    const rest = this.#splitter.rest();
    if (rest !== undefined) this.#send(rest);
    this.#outbox.end();
  }

  readonly #write = (bytes: Buffer): boolean => {
    const { to, towards, counters } = this.#options;
    if (to.destroyed) {
      counters.bytesLost += bytes.length;
      return true;
    }
    if (towards === 'client') counters.bytesToClient += bytes.length;
    else counters.bytesToServer += bytes.length;
    const takesMore = to.write(bytes);
    this.#throttle();
    return takesMore;
  };

  /** Reads on only while the queue has room. */
  #throttle(): void {
    const { from } = this.#options;
    if (this.#isOver) return;
    if (this.#outbox.queuedBytes > maxQueuedBytes) from.pause();
    else if (from.isPaused()) from.resume();
  }
}
