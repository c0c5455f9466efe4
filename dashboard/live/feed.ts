import type { LiveMessage, LiveRequest, LiveState, LiveValues } from '../api/types.ts';

export type FeedState = 'connecting' | 'live' | 'stale' | 'lost';

export type FeedHandlers = {
  values(message: LiveValues): void;
  /** Whether the gateway is ready, by which configuration, and how far its events are. */
  gateway(message: LiveState): void;
  state(state: FeedState): void;
};

/** Without a message for this long, what is on the screen is not current. */
const staleAfterMs = 2000;
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
    const isSilent = performance.now() - this.#lastMessageMs > staleAfterMs;
    if (this.#state === 'live' && isSilent) this.#enter('stale');
  }

  #take(message: LiveMessage): void {
    if (message.type === 'error') throw new Error(message.message);
    this.#lastMessageMs = performance.now();
    if (message.type === 'state') {
      this.#handlers.gateway(message);
      return;
    }
    this.#handlers.values(message);
    this.#enter('live');
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#served = new Set();
      this.#send({ type: 'follow' });
      this.#ask();
    });
    socket.addEventListener('message', (event) => {
      this.#take(JSON.parse(String(event.data)) as LiveMessage);
    });
    socket.addEventListener('close', () => {
      this.#enter('lost');
      setTimeout(() => this.#connect(), reconnectMs);
    });
  }
}
