import type { GatewayView } from '../../runtime/view.ts';
import type { EncodedValues } from './encoded-values.ts';
import { PointSelection } from './point-selection.ts';

/** What one client of a subscription is, to those who feed it. */
export type FeedMember = {
  /** Whether it has read what it was sent. */
  isReady(): boolean;
  send(message: Buffer): void;
  /** Its subscription is ended: it has more points than are allowed. */
  refuse(points: number): void;
};

export type FeedSubject = {
  readonly id: string | undefined;
  readonly patterns: readonly string[];
  readonly intervalMs: number;
};

/** Has everything once more. */
const nothingYet = -1;

/**
 * One subscription with all clients that have asked for the same. What is new is looked for, put into words and encoded once
 * for all who are in step; one that joined later or could not take the last message gets what it has missed, as the newest
 * values only. It is passed over until it has read, so that it never makes the gateway wait or grow.
 */
export class SharedFeed {
  readonly #view: GatewayView;
  readonly #subject: FeedSubject;
  readonly #maxPoints: number;
  readonly #encodedValues: () => EncodedValues;
  /** What each has: everything up to this revision. */
  readonly #members = new Map<FeedMember, number>();
  readonly #timer: NodeJS.Timeout;
  #encoded: EncodedValues;
  #selection: PointSelection;

  constructor(options: {
    readonly view: GatewayView;
    readonly subject: FeedSubject;
    readonly maxPoints: number;
    /** Those of the configuration in force. */
    readonly encodedValues: () => EncodedValues;
  }) {
    this.#view = options.view;
    this.#subject = options.subject;
    this.#maxPoints = options.maxPoints;
    this.#encodedValues = options.encodedValues;
    this.#encoded = options.encodedValues();
    this.#selection = this.#select();
    this.#timer = setInterval(() => this.#push(), options.subject.intervalMs);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Sends all values at once, and from the next turn on what is new. */
  join(member: FeedMember): void {
    this.#follow();
    this.#members.set(member, nothingYet);
    if (this.#refuseTooMany()) return;
    this.#feed([member]);
  }

  leave(member: FeedMember): void {
    this.#members.delete(member);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #push(): void {
    this.#follow();
    if (this.#refuseTooMany()) return;
    this.#feed(this.#members.keys());
  }

  #feed(members: Iterable<FeedMember>): void {
    const { revision } = this.#encoded.latest;
    const messages = new Map<number, Buffer>();
    for (const member of members) {
      if (!member.isReady()) continue;
      const since = this.#members.get(member) ?? nothingYet;
      const message = messages.get(since) ?? this.#messageSince(since);
      messages.set(since, message);
      this.#members.set(member, revision);
      member.send(message);
    }
  }

  #messageSince(revision: number): Buffer {
    const texts: string[] = [];
    this.#selection.changedSince(revision, (index) => texts.push(this.#encoded.text(index)));
    const { id } = this.#subject;
    const name = id === undefined ? '' : `"id":${JSON.stringify(id)},`;
    const nowMs = this.#view.nowMs();
    return Buffer.from(`{"type":"values",${name}"nowMs":${nowMs},"values":[${texts.join(',')}]}`);
  }

  /** After a change of the configuration all get all of their points once more. */
  #follow(): void {
    const encoded = this.#encodedValues();
    if (encoded === this.#encoded) return;
    this.#encoded = encoded;
    this.#selection = this.#select();
    for (const member of this.#members.keys()) this.#members.set(member, nothingYet);
  }

  #select(): PointSelection {
    return new PointSelection(this.#encoded.latest, this.#subject.patterns);
  }

  #refuseTooMany(): boolean {
    const { length } = this.#selection;
    if (length <= this.#maxPoints) return false;
    const members = [...this.#members.keys()];
    this.#members.clear();
    for (const member of members) member.refuse(length);
    return true;
  }
}
