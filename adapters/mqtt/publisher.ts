import type { Writable } from 'node:stream';
import { type PublishedMessage, PublishPackets } from './publish-packets.ts';

/** Hears of the acknowledgement or refusal (QoS 1), or of the hand-over to the socket; never of a lost connection. */
export type PublishDone = (error: unknown) => void;

/** MQTT 5 §3.4.2.1: 0x10, nobody has subscribed; not a refusal. */
const noSubscribers = 16;
const greatestPacketId = 65_535;
/** A buffer that one large payload has made larger is not kept. */
const keptBufferBytes = 256 * 1024;

/** An error that carries the reason code of a broker. */
class RefusedError extends Error {
  readonly code: number;

  constructor(code: number, text: string) {
    super(`Publish error: ${text}`);
    this.code = code;
  }
}

/**
 * Sends PUBLISH packets over the stream of a connected client and matches their acknowledgements. The library makes
 * objects, copies and a dozen small writes of each message; here those of one turn of the event loop are one write.
 */
export class Publisher {
  readonly #stream: Writable;
  readonly #isVersion5: boolean;
  readonly #reasonText: (code: number) => string;
  readonly #waiting = new Map<number, PublishDone>();
  #packets: PublishPackets;
  #spare: PublishPackets | undefined;
  /** Of QoS 0, in the buffer. */
  #unsent: PublishDone[] = [];
  #lastId = 0;
  #scheduled: NodeJS.Immediate | undefined;

  constructor(input: {
    readonly stream: Writable;
    readonly isVersion5: boolean;
    readonly reasonText: (code: number) => string;
  }) {
    this.#stream = input.stream;
    this.#isVersion5 = input.isVersion5;
    this.#reasonText = input.reasonText;
    this.#packets = new PublishPackets(input.isVersion5);
  }

  /** Sends at the end of this turn of the event loop. */
  publish(message: PublishedMessage, qos: 0 | 1, done: PublishDone): void {
    if (qos === 0) {
      this.#packets.add(message, undefined);
      this.#unsent.push(done);
    } else {
      const id = this.#nextId();
      this.#waiting.set(id, done);
      this.#packets.add(message, id);
    }
    this.#scheduled ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const packets = this.#packets;
    if (packets.bytes.length === 0 || this.#stream.destroyed) return;
    const unsent = this.#unsent;
    this.#unsent = [];
    this.#packets = this.#spare ?? new PublishPackets(this.#isVersion5);
    this.#spare = undefined;
    this.#stream.write(packets.bytes, (error) => {
      packets.clear();
      if (packets.capacity <= keptBufferBytes) this.#spare = packets;
      if (error !== undefined && error !== null) return;
      for (const done of unsent) done(undefined);
      if (unsent.length > 0) this.#flush();
    });
  }

  /** Takes a PUBACK. One that answers nothing of ours is passed over. */
  acknowledged(packetId: number, reasonCode: number): void {
    const done = this.#waiting.get(packetId);
    if (done === undefined) return;
    this.#waiting.delete(packetId);
    const isTaken = reasonCode === 0 || reasonCode === noSubscribers;
    done(isTaken ? undefined : new RefusedError(reasonCode, this.#reasonText(reasonCode)));
  }

  /** Far fewer are under way than there are numbers. */
  #nextId(): number {
    do {
      this.#lastId = this.#lastId === greatestPacketId ? 1 : this.#lastId + 1;
    } while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }
}
