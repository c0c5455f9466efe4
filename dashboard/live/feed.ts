import type { LiveFailure, LiveMessage, LiveRequest, LiveState, LiveValues } from '../api/types.ts';

export type FeedState = 'connecting' | 'live' | 'stale' | 'lost';

export type FeedHandlers = {
  values(message: LiveValues): void;
  /** Whether the gateway is ready, by which configuration, and how far its events are. */
  gateway(message: LiveState): void;
  /** In the gateway's words: what a view wants is not sent to it. Undefined once other things are asked for. */
  refused(words: LiveFailure['words'] | undefined): void;
  state(state: FeedState): void;
  /** The connection has ended, or could not be made. */
  closed(): void;
};

/** Without a message for this long, or with one that is so late, what is on the screen is not current. */
const staleAfterMs = 2000;
/** A connection that says nothing for so long is given up: its other end may be gone without a word. */
const abandonAfterMs = 6000;
const reconnectMs = 1000;

/** What a view wants to see: point patterns (`*` for one whole part) and how often at most. */
export type Subscription = {
  readonly points: readonly string[];
  readonly intervalMs: number;
};

/** A sign of life each second, whatever the views ask for: it matches no point. */
const pulse: Subscription = { points: ['-/-/-/-'], intervalMs: 1000 };

/** The same for the same wish in every browser: the gateway then encodes its answer once for all of them. */
const idOf = ({ points, intervalMs }: Subscription): string => {
  let hash = 0x811c9dc5;
  for (const character of [...points, intervalMs].join('\n')) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return `${points.length}-${intervalMs}-${hash.toString(16)}`;
};

/**
 * One WebSocket to the live feed for all views, which come and go with what they want to see. Says at once when its values
 * are no longer current.
 */
export class Feed {
  readonly #url: URL;
  readonly #handlers: FeedHandlers;
  /** By id: what is wanted, and by how many. */
  readonly #wanted = new Map<string, { readonly subscription: Subscription; count: number }>();
  /** Ids that the gateway serves on this socket. */
  #served = new Set<string>();
  #socket: WebSocket | undefined;
  #lastMessageMs = performance.now();
  /** Least time between the gateway's clock and the arrival of a message, by a clock of this page. */
  #leastOffsetMs = Number.POSITIVE_INFINITY;
  /** Of the newest message, by the gateway's clock. */
  #newestMs = Number.NEGATIVE_INFINITY;
  #state: FeedState = 'connecting';
  #isAsking = false;

  constructor(url: URL, handlers: FeedHandlers) {
    this.#url = url;
    this.#handlers = handlers;
    this.#want(pulse);
    setInterval(() => this.#watch(), 250);
    this.#connect();
  }

  /** Gives what ends the subscription. */
  subscribe(subscription: Subscription): () => void {
    const id = this.#want(subscription);
    return () => {
      const wanted = this.#wanted.get(id);
      if (wanted === undefined) return;
      wanted.count -= 1;
      if (wanted.count === 0) this.#wanted.delete(id);
      this.#askSoon();
    };
  }

  #want(subscription: Subscription): string {
    const id = idOf(subscription);
    const wanted = this.#wanted.get(id) ?? { subscription, count: 0 };
    wanted.count += 1;
    this.#wanted.set(id, wanted);
    this.#askSoon();
    return id;
  }

  /** Views change in one go: one goes and the next comes. */
  #askSoon(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    queueMicrotask(() => {
      this.#isAsking = false;
      this.#ask();
    });
  }

  #ask(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#handlers.refused(undefined);
    for (const id of this.#served) {
      if (!this.#wanted.has(id)) this.#send({ type: 'unsubscribe', id });
    }
    for (const [id, { subscription }] of this.#wanted) {
      if (this.#served.has(id)) continue;
      const { points, intervalMs } = subscription;
      this.#send({ type: 'subscribe', id, points: [...points], intervalMs });
    }
    this.#served = new Set(this.#wanted.keys());
  }

  #send(message: LiveRequest): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #enter(next: FeedState): void {
    if (next === this.#state) return;
    this.#state = next;
    this.#handlers.state(next);
  }

  #watch(): void {
    const silentMs = performance.now() - this.#lastMessageMs;
    if (silentMs <= staleAfterMs) return;
    if (this.#state === 'live' || this.#state === 'connecting') this.#enter('stale');
    if (silentMs > abandonAfterMs) this.#abandon();
  }

  #take(message: LiveMessage): void {
    if (message.type === 'error') {
      this.#handlers.refused(message.words);
      return;
    }
    this.#lastMessageMs = performance.now();
    if (message.type === 'state') {
      this.#handlers.gateway(message);
      return;
    }
    this.#handlers.values(message);
    this.#enter(this.#isLate(message.nowMs) ? 'stale' : 'live');
  }

  /** Against the message that came quickest on this connection: the clock of this machine may be off. */
  #isLate(nowMs: number): boolean {
    const offsetMs = performance.now() - nowMs;
    // Messages come in their order, so that only a clock that was set back makes one older than the one before.
    const isSetBack = nowMs < this.#newestMs;
    this.#newestMs = nowMs;
    this.#leastOffsetMs = isSetBack ? offsetMs : Math.min(this.#leastOffsetMs, offsetMs);
    return offsetMs - this.#leastOffsetMs > staleAfterMs;
  }

  /** The end of a dead connection may take minutes to be told: a new one is made at once. */
  #abandon(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
    this.#ended();
  }

  #ended(): void {
    this.#lastMessageMs = performance.now();
    this.#enter('lost');
    this.#handlers.closed();
    setTimeout(() => this.#connect(), reconnectMs);
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#leastOffsetMs = Number.POSITIVE_INFINITY;
    this.#lastMessageMs = performance.now();
    // Of a connection that was given up nothing counts any more.
    const isCurrent = (): boolean => this.#socket === socket;
    socket.addEventListener('open', () => {
      if (!isCurrent()) return;
      this.#served = new Set();
      this.#send({ type: 'follow' });
      this.#ask();
    });
    socket.addEventListener('message', (event) => {
      if (isCurrent()) this.#take(JSON.parse(String(event.data)) as LiveMessage);
    });
    socket.addEventListener('close', () => {
      if (isCurrent()) this.#ended();
    });
  }
}
