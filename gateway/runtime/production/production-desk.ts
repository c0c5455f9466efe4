import type { Clock } from '../../core/clock.ts';
import { describeWords, GatewayError } from '../../core/error.ts';
import type { Log } from '../../core/log.ts';
import type { LocalText } from '../../core/point.ts';
import type { MessageSchema, ProductionMessage } from '../../production/messages.ts';
import type { MessageNote, NumberedMessage } from '../../production/protocol.ts';
import {
  conflict,
  impossible,
  isRefusal,
  type Refusal,
  readMessage,
  unavailable,
} from '../../production/refusal.ts';
import { isKnownSeam, seamsOf } from '../../production/stored-messages.ts';
import type { ProductionStore, ProductionStoreOptions } from './production-store.ts';

/** What became of one message. */
export type MessageOutcome =
  | {
      readonly outcome: 'accepted' | 'duplicate';
      readonly source: string;
      readonly id: string;
      readonly notes: readonly MessageNote[];
    }
  | ({
      readonly outcome: 'refused';
      /** Null where the message does not say. */
      readonly source: string | null;
      readonly id: string | null;
    } & Refusal);

/** Requests that wait for the one before. */
const mostWaiting = 32;

export type ProductionDeskOptions = {
  readonly store: ProductionStore;
  readonly journal: ProductionStoreOptions['journal'];
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: Log;
  readonly schema: MessageSchema;
  readonly lines: () => readonly string[];
  /** Of a line; none where they are not known. */
  readonly seams: (line: string) => readonly string[];
  /** Told when messages have been stored. */
  readonly stored: () => Promise<void>;
};

/** Takes messages: one request after the other, each durable before it is answered. */
export class ProductionDesk {
  readonly #options: ProductionDeskOptions;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: ProductionDeskOptions) {
    this.#options = options;
  }

  /**
   * Takes messages in the order given, each by itself. What was answered as accepted survives a power cut.
   * @throws GatewayError UNAVAILABLE (retryable) when too many wait already
   */
  take(raw: readonly unknown[]): Promise<readonly MessageOutcome[]> {
    if (this.#waiting >= mostWaiting) {
      const words = {
        en: `${mostWaiting} requests with messages are waiting already`,
        zh: `已有 ${mostWaiting} 个消息请求在等待`,
      };
      return Promise.reject(new GatewayError('UNAVAILABLE', words, { retryable: true }));
    }
    this.#waiting += 1;
    const taken = this.#tail.then(async () => {
      const outcomes = await this.#take(raw);
      this.#logRefusals(outcomes);
      return outcomes;
    });
    this.#tail = taken.then(
      () => this.#leave(),
      () => this.#leave(),
    );
    return taken;
  }

  /** Resolves when all requests that have come are answered. */
  async settled(): Promise<void> {
    await this.#tail;
  }

  /** One line a request: senders that go on and on do not fill the disk. */
  #logRefusals(outcomes: readonly MessageOutcome[]): void {
    const refused = outcomes.filter((outcome) => outcome.outcome === 'refused');
    const [first] = refused;
    if (first === undefined) return;
    const { source, id, code, words } = first;
    const { log } = this.#options;
    log.warn({ count: refused.length, source, id, code }, `production: refused: ${words.en}`);
  }

  #leave(): void {
    this.#waiting -= 1;
  }

  /** A seam may have gone from the site since the panel was welded: what is told of it is kept, and told to the sender. */
  #seamNotes(message: ProductionMessage): readonly MessageNote[] {
    const known = this.#options.seams(message.line);
    const areKnown = seamsOf(message).every((seam) => isKnownSeam(known, seam));
    return known.length === 0 || areKnown ? [] : ['seam-unknown'];
  }

  async #take(raw: readonly unknown[]): Promise<readonly MessageOutcome[]> {
    const { schema, lines, clock } = this.#options;
    const context = { schema, lines: lines(), nowMs: clock.nowMs() };
    const read = raw.map((message) => readMessage(message, context));
    const good = read.flatMap((message) => (isRefusal(message) ? [] : [message]));
    try {
      const outcomes = await this.#keep(good, context.nowMs);
      let next = 0;
      return read.map((message, index) =>
        isRefusal(message)
          ? { outcome: 'refused', ...nameOf(raw[index]), ...message }
          : (outcomes[next++] as MessageOutcome),
      );
    } catch (error) {
      const refusal = unavailable(describeWords(error));
      return read.map((message, index) => ({
        ...{ outcome: 'refused', ...nameOf(raw[index]) },
        ...(isRefusal(message) ? message : refusal),
      }));
    }
  }

  async #keep(
    messages: readonly ProductionMessage[],
    receivedMs: number,
  ): Promise<readonly MessageOutcome[]> {
    if (messages.length === 0) return [];
    const { store, journal, stored } = this.#options;
    const verdicts = await store.judge(messages);
    const kept: NumberedMessage[] = [];
    const outcomes = messages.map((message, index): MessageOutcome => {
      const { source, id } = message;
      const { as = 'conflict', notes = [] } = verdicts[index] ?? {};
      if (as === 'known') return { outcome: 'duplicate', source, id, notes };
      if (as === 'conflict') return { outcome: 'refused', source, id, ...conflict(message) };
      if (as !== 'new') {
        const correction = message.kind === 'inspection' ? message : {};
        return { outcome: 'refused', source, id, ...impossible(as, correction) };
      }
      const seq = journal.appendRecord({ type: 'production', timeMs: receivedMs, message });
      if (seq < 0) return { outcome: 'refused', source, id, ...unavailable(journalFull) };
      kept.push({ seq, receivedMs, message });
      return { outcome: 'accepted', source, id, notes: [...notes, ...this.#seamNotes(message)] };
    });
    // A message that was known may have been journalled by a request that failed before its end.
    await journal.flush();
    const last = kept.at(-1);
    if (last === undefined) return outcomes;
    await store.store(kept, last.seq);
    await stored();
    return outcomes;
  }
}

const journalFull: LocalText = {
  en: 'the journal takes no record at present',
  zh: '日志目前无法写入记录',
};

/** As far as a message says who sent it, for the sender to find it again. */
const nameOf = (raw: unknown): { readonly source: string | null; readonly id: string | null } => {
  const named = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const textOf = (value: unknown): string | null =>
    typeof value === 'string' ? value.slice(0, 200) : null;
  return { source: textOf(named['source']), id: textOf(named['id']) };
};
