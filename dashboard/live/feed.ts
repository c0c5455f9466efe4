import type { LiveFailure, LiveValues } from '../api/types.ts';

export type FeedState = 'connecting' | 'live' | 'stale' | 'lost';

export type FeedHandlers = {
  values(message: LiveValues): void;
  state(state: FeedState): void;
};

/** Without a message for this long, what is on the screen is not current. */
const staleAfterMs = 2000;
const reconnectMs = 1000;
/** As the contract has it: more patterns than this are asked for as all points. */
const mostPatterns = 2000;
/** A page that shows no values still wants to know that the gateway lives. */
const idleIntervalMs = 1000;

/** What a view wants to see: point patterns (`*` for one whole part) and how often at most. */
export type Subscription = {
  readonly points: readonly string[];
  readonly intervalMs: number;
};

/**
 * One WebSocket to the live feed for all views, which come and go with what they want to see. Says at once when its values
 * are no longer current.
 */
export class Feed {
  readonly #url: URL;
  readonly #handlers: FeedHandlers;
  readonly #subscriptions = new Set<Subscription>();
  #socket: WebSocket | undefined;
  #lastMessageMs = performance.now();
  #state: FeedState = 'connecting';
  #isAsking = false;
  #asked = '';

  constructor(url: URL, handlers: FeedHandlers) {
    this.#url = url;
    this.#handlers = handlers;
    setInterval(() => this.#watch(), 250);
    this.#connect();
  }

  /** Gives what ends the subscription. */
  subscribe(subscription: Subscription): () => void {
    this.#subscriptions.add(subscription);
    this.#askSoon();
    return () => {
      this.#subscriptions.delete(subscription);
      this.#askSoon();
    };
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
    const wanted = [...this.#subscriptions];
    const points = [...new Set(wanted.flatMap((subscription) => subscription.points))].sort();
    const intervals = wanted.map(({ intervalMs }) => intervalMs);
    const message = JSON.stringify({
      type: 'subscribe',
      points: points.length > mostPatterns || points.length === 0 ? ['*/*/*/*/*/*'] : points,
      intervalMs: intervals.length === 0 ? idleIntervalMs : Math.min(...intervals),
    });
    if (message === this.#asked) return;
    this.#asked = message;
    this.#socket.send(message);
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

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#asked = '';
      this.#ask();
    });
    socket.addEventListener('message', (event) => {
      const message = JSON.parse(String(event.data)) as LiveValues | LiveFailure;
      if (message.type === 'error') throw new Error(message.message);
      if (message.type !== 'values') return;
      this.#lastMessageMs = performance.now();
      this.#enter('live');
      this.#handlers.values(message);
    });
    socket.addEventListener('close', () => {
      this.#enter('lost');
      setTimeout(() => this.#connect(), reconnectMs);
    });
  }
}
