import type { GatewayError } from '../../gateway/core/error.ts';
import type { ReadReceiver, ReadRequest } from './transport.ts';

const idCount = 0x1_0000;
/** What is known of an id; from `firstSlotState` on it is in flight in slot `state - firstSlotState`. */
const neverIssued = 0;
const answered = 1;
const retired = 2;
const firstSlotState = 3;

/** So many reads without an answer on one connection mean that nobody listens. */
const maxRetired = 16_384;

/**
 * The transactions of one connection. Ids run through all 65 536 values, so an answered id comes up again after 65 535
 * others; one that timed out not before its quarantine is over or its late answer has come. Slots are reused at once, so
 * that nothing is allocated for a read.
 */
export class TransactionTable {
  inFlight = 0;

  readonly #quarantineMs: number;
  readonly #states = new Uint8Array(idCount);
  readonly #retiredUntilMs = new Map<number, number>();
  readonly #requests: (ReadRequest | undefined)[];
  readonly #receivers: (ReadReceiver | undefined)[];
  readonly #ids: Uint16Array;
  readonly #dueMs: Float64Array;
  readonly #freeSlots: Uint8Array;
  #freeCount: number;
  #nextId = 1;

  /** @param slotCount 1 to 128 */
  constructor(slotCount: number, quarantineMs: number) {
    this.#quarantineMs = quarantineMs;
    this.#requests = new Array(slotCount).fill(undefined);
    this.#receivers = new Array(slotCount).fill(undefined);
    this.#ids = new Uint16Array(slotCount);
    this.#dueMs = new Float64Array(slotCount).fill(Number.POSITIVE_INFINITY);
    this.#freeSlots = Uint8Array.from({ length: slotCount }, (_, slot) => slotCount - 1 - slot);
    this.#freeCount = slotCount;
  }

  /** Takes a free slot, which must exist, and a fresh id, which is returned; -1 when too many ids are in quarantine. */
  open(request: ReadRequest, receiver: ReadReceiver, dueMs: number): number {
    if (this.#retiredUntilMs.size >= maxRetired) return -1;
    while (!this.#isFree(this.#nextId, request, dueMs)) this.#nextId = (this.#nextId + 1) % idCount;
    const id = this.#nextId;
    this.#nextId = (id + 1) % idCount;
    this.#freeCount -= 1;
    const slot = this.#freeSlots[this.#freeCount] as number;
    this.#states[id] = firstSlotState + slot;
    this.#requests[slot] = request;
    this.#receivers[slot] = receiver;
    this.#ids[slot] = id;
    this.#dueMs[slot] = dueMs;
    this.inFlight += 1;
    return id;
  }

  /** The slot in which `id` is in flight, or -1. */
  slotOf(id: number): number {
    const state = this.#states[id] as number;
    return state < firstSlotState ? -1 : state - firstSlotState;
  }

  request(slot: number): ReadRequest {
    return this.#requests[slot] as ReadRequest;
  }

  answered(slot: number): ReadReceiver {
    this.#states[this.#ids[slot] as number] = answered;
    return this.#release(slot);
  }

  /** The answer has not come in time; it may still come. */
  retire(slot: number, nowMs: number): ReadReceiver {
    const id = this.#ids[slot] as number;
    this.#states[id] = retired;
    this.#retiredUntilMs.set(id, nowMs + this.#quarantineMs);
    return this.#release(slot);
  }

  /** What an answer to an id that is not in flight is. */
  acceptUnexpected(id: number): 'late' | 'duplicate' | 'never-issued' {
    const state = this.#states[id] as number;
    if (state === neverIssued) return 'never-issued';
    if (state === answered) return 'duplicate';
    this.#states[id] = answered;
    this.#retiredUntilMs.delete(id);
    return 'late';
  }

  /** A slot whose time is over, or -1. */
  overdueSlot(nowMs: number): number {
    return this.#dueMs.findIndex((dueMs) => dueMs <= nowMs);
  }

  /** Infinity when nothing is in flight. */
  earliestDueMs(): number {
    return this.#dueMs.reduce((earliest, dueMs) => Math.min(earliest, dueMs));
  }

  failAll(reason: GatewayError): void {
    for (const [slot, receiver] of this.#receivers.entries()) {
      if (receiver === undefined) continue;
      this.#release(slot);
      receiver.failed(reason);
    }
  }

  #isFree(id: number, request: ReadRequest, dueMs: number): boolean {
    const state = this.#states[id] as number;
    if (state >= firstSlotState) return false;
    if (state !== retired) return true;
    const nowMs = dueMs - request.timeoutMs;
    if (nowMs < (this.#retiredUntilMs.get(id) as number)) return false;
    this.#retiredUntilMs.delete(id);
    return true;
  }

  #release(slot: number): ReadReceiver {
    const receiver = this.#receivers[slot] as ReadReceiver;
    this.#receivers[slot] = undefined;
    this.#requests[slot] = undefined;
    this.#dueMs[slot] = Number.POSITIVE_INFINITY;
    this.#freeSlots[this.#freeCount] = slot;
    this.#freeCount += 1;
    this.inFlight -= 1;
    return receiver;
  }
}
