import type { Parcel } from './unit-stage.ts';

/** Above it the source is not read from. */
export const maxQueuedBytes = 128 * 1024;
/** With a limit, what may go at once: so much of a second. */
const burstSeconds = 0.05;

export type OutboxOptions = {
  /** Whether more may be given at once: false where the socket wants to drain first. */
  readonly write: (bytes: Buffer) => boolean;
  /** A clock that only rises. */
  readonly nowMs: () => number;
  /** Called when the last parcel of an ended outbox is gone. */
  readonly onFinished: () => void;
};

type Queued = { bytes: Buffer; readonly dueMs: number };

/**
 * The queue of one direction: parcels wait for their time, for the end of a stall, for their share
 * of a limited rate and for the socket, and keep their order. One timer, whatever waits.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  #isDraining = false;
  #isStalled = false;
  #bytesPerSecond: number | undefined;
  /** Bytes that the limit lets through at `#allowedAtMs`. */
  #allowed = 0;
  #allowedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  push({ bytes, delayMs }: Parcel): void {
    if (bytes.length === 0) return;
    this.#queue.push({ bytes, dueMs: this.#options.nowMs() + delayMs });
    this.#queuedBytes += bytes.length;
    this.pump();
  }

  /** After the last parcel nothing more comes. */
  end(): void {
    this.#isEnded = true;
    this.pump();
  }

  setStalled(isStalled: boolean): void {
    this.#isStalled = isStalled;
  }

  setRate(bytesPerSecond: number | undefined): void {
    if (bytesPerSecond === this.#bytesPerSecond) return;
    this.#bytesPerSecond = bytesPerSecond;
    this.#allowed = 0;
    this.#allowedAtMs = this.#options.nowMs();
  }

  /** The socket takes bytes again. */
  drained(): void {
    this.#isDraining = false;
    this.pump();
  }

  /** Throws everything away. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
    this.#queuedBytes = 0;
  }

  /** Sends what may go now and sets the timer for the rest. */
  pump(): void {
    clearTimeout(this.#timer);
    while (!this.#isStalled && !this.#isDraining) {
      const [head] = this.#queue;
      if (head === undefined) break;
      const nowMs = this.#options.nowMs();
      const share = head.dueMs > nowMs ? 0 : this.#shareOf(head.bytes.length, nowMs);
      if (share === 0) {
        this.#wake(Math.max(head.dueMs - nowMs, this.#waitForShareMs(head.bytes.length)));
        return;
      }
      this.#send(head, share);
    }
    if (this.#isEnded && this.#queue.length === 0) {
      this.#isEnded = false;
      this.#options.onFinished();
    }
  }

  #send(head: Queued, share: number): void {
    const bytes = head.bytes.subarray(0, share);
    if (share === head.bytes.length) this.#queue.shift();
    else head.bytes = head.bytes.subarray(share);
    this.#queuedBytes -= share;
    if (!this.#options.write(bytes)) this.#isDraining = true;
  }

  /** How many of so many bytes the limit lets through now: all, or a burst, or none. */
  #shareOf(length: number, nowMs: number): number {
    const rate = this.#bytesPerSecond;
    if (rate === undefined) return length;
    const burst = burstOf(rate);
    const earned = ((nowMs - this.#allowedAtMs) * rate) / 1000;
    this.#allowed = Math.min(burst, this.#allowed + earned);
    this.#allowedAtMs = nowMs;
    const wanted = Math.min(length, burst);
    if (this.#allowed < wanted) return 0;
    this.#allowed -= wanted;
    return wanted;
  }

  #waitForShareMs(length: number): number {
    const rate = this.#bytesPerSecond;
    if (rate === undefined) return 0;
    return (1000 * (Math.min(length, burstOf(rate)) - this.#allowed)) / rate;
  }

  #wake(inMs: number): void {
    this.#timer = setTimeout(() => this.pump(), Math.max(1, Math.ceil(inMs)));
  }
}

const burstOf = (rate: number): number => Math.max(1, Math.floor(rate * burstSeconds));
