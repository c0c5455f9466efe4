import type { WebSocket } from 'ws';
import { issueSentences, readInput } from '../core/input-words.ts';
import type { LocalText } from '../core/point.ts';
import type { GatewayView } from '../runtime/view.ts';
import { EncodedValues } from './live/encoded-values.ts';
import { type FeedMember, SharedFeed } from './live/shared-feed.ts';
import { StateFeed } from './live/state-feed.ts';
import { type LiveFailure, type LiveRequest, liveRequest } from './live-contract.ts';

export type LiveLimits = {
  readonly maxClients: number;
  /** A client that has not answered a ping by the time of the next is gone. */
  readonly pingMs: number;
  /** Of one subscription. */
  readonly maxPoints: number;
  /** A client that has this much unread gets nothing new until it has read. */
  readonly maxUnreadBytes: number;
};

const defaultLiveLimits: LiveLimits = {
  ...{ maxClients: 100, pingMs: 30_000 },
  ...{ maxPoints: 20_000, maxUnreadBytes: 65_536 },
};

/** Of one client. */
const maxSubscriptions = 16;
/** In a second, of one client: each may be answered by all values. */
const maxRequests = 50;

/** RFC 6455's registry of close codes: a policy is violated; try again later. */
const policyViolation = 1008;
const tryAgainLater = 1013;
/** Of those left to applications: what one came in with holds no longer. */
const signInAgain = 4401;

/** What lets a client stay. */
export type LivePass = {
  /** Calls `end` once when it holds no longer; what is given stops that. */
  onEnd(end: () => void): () => void;
  /** Told now and then while the client is there. */
  used(): void;
};

/** All clients of the live feed: so many at most, and none that is no longer there. */
export class LiveClients {
  readonly #view: GatewayView;
  readonly #limits: LiveLimits;
  readonly #timer: NodeJS.Timeout;
  /** Whether each has answered the last ping. */
  readonly #answered = new Map<WebSocket, boolean>();
  /** By what is asked for. */
  readonly #feeds = new Map<string, SharedFeed>();
  readonly #state: StateFeed;
  #encoded: EncodedValues | undefined;

  constructor(
    view: GatewayView,
    options: { readonly limits?: Partial<LiveLimits>; readonly configurationId: () => string },
  ) {
    this.#view = view;
    this.#limits = { ...defaultLiveLimits, ...options.limits };
    this.#state = new StateFeed(view, options.configurationId);
    this.#timer = setInterval(() => this.#ping(), this.#limits.pingMs).unref();
  }

  /**
   * Serves one client until it closes; one too many is told so and closed with code 1013. With a pass, until that ends: code
   * 4401.
   */
  serve(socket: WebSocket, pass?: LivePass): void {
    const { maxClients } = this.#limits;
    socket.on('error', () => socket.terminate());
    if (this.#answered.size >= maxClients) {
      socket.close(tryAgainLater, `${maxClients} clients are served already; try later`);
      return;
    }
    this.#answered.set(socket, true);
    const client = new LiveClient(socket, this.#limits, {
      feed: (request) => this.#feed(request),
      left: (key) => this.#left(key),
      state: this.#state,
    });
    socket.on('pong', () => {
      this.#answered.set(socket, true);
      pass?.used();
    });
    const release = pass?.onEnd(() => socket.close(signInAgain, 'signed out'));
    socket.on('message', (data) => client.take(String(data)));
    socket.on('close', () => {
      this.#answered.delete(socket);
      client.leave();
      release?.();
    });
  }

  close(): void {
    clearInterval(this.#timer);
    this.#state.close();
    for (const feed of this.#feeds.values()) feed.close();
  }

  #feed({ id, points, intervalMs }: SubscribeRequest): Subscribed {
    const patterns = [...new Set(points)].sort();
    const key = JSON.stringify([id, intervalMs, patterns]);
    const known = this.#feeds.get(key);
    if (known !== undefined) return { key, feed: known };
    const feed = new SharedFeed({
      view: this.#view,
      subject: { id, patterns, intervalMs },
      maxPoints: this.#limits.maxPoints,
      encodedValues: () => this.#encodedValues(),
    });
    this.#feeds.set(key, feed);
    return { key, feed };
  }

  #left(key: string): void {
    const feed = this.#feeds.get(key);
    if (feed === undefined || feed.size > 0) return;
    feed.close();
    this.#feeds.delete(key);
  }

  /** Another configuration has other points. */
  #encodedValues(): EncodedValues {
    if (this.#encoded?.latest !== this.#view.latest) this.#encoded = new EncodedValues(this.#view);
    return this.#encoded;
  }

  #ping(): void {
    for (const [socket, answered] of this.#answered) {
      if (!answered) {
        socket.terminate();
        continue;
      }
      this.#answered.set(socket, false);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }
}

type SubscribeRequest = Extract<LiveRequest, { readonly type: 'subscribe' }>;
type Subscribed = { readonly key: string; readonly feed: SharedFeed };

/** What all clients share. */
type Shared = {
  feed(request: SubscribeRequest): Subscribed;
  left(key: string): void;
  readonly state: StateFeed;
};

class LiveClient {
  readonly #socket: WebSocket;
  readonly #limits: LiveLimits;
  readonly #shared: Shared;
  readonly #subscriptions = new Map<string, Subscribed & { readonly member: FeedMember }>();
  readonly #follower: FeedMember;
  #requests = { sinceMs: 0, count: 0 };

  constructor(socket: WebSocket, limits: LiveLimits, shared: Shared) {
    this.#socket = socket;
    this.#limits = limits;
    this.#shared = shared;
    this.#follower = this.#member(() => undefined);
  }

  take(text: string): void {
    if (this.#isTooBusy()) {
      this.#socket.close(policyViolation, `more than ${maxRequests} messages in a second`);
      return;
    }
    const request = parseRequest(text);
    if ('words' in request) this.#refuse(request.words);
    else if (request.type === 'follow') this.#shared.state.join(this.#follower);
    else if (request.type === 'unsubscribe') this.#end(request.id ?? '');
    else this.#subscribe(request);
  }

  leave(): void {
    this.#shared.state.leave(this.#follower);
    for (const id of [...this.#subscriptions.keys()]) this.#end(id);
  }

  #isTooBusy(): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#requests.sinceMs >= 1000) this.#requests = { sinceMs: nowMs, count: 0 };
    this.#requests.count += 1;
    return this.#requests.count > maxRequests;
  }

  #subscribe(request: SubscribeRequest): void {
    const id = request.id ?? '';
    this.#end(id);
    if (this.#subscriptions.size >= maxSubscriptions) {
      this.#refuse(tooManySubscriptions);
      return;
    }
    const member = this.#member((points) => {
      this.#refuse(tooManyPoints(points, this.#limits.maxPoints));
      this.#end(id);
    });
    const subscribed = this.#shared.feed(request);
    this.#subscriptions.set(id, { ...subscribed, member });
    subscribed.feed.join(member);
  }

  #end(id: string): void {
    const ended = this.#subscriptions.get(id);
    if (ended === undefined) return;
    this.#subscriptions.delete(id);
    ended.feed.leave(ended.member);
    this.#shared.left(ended.key);
  }

  #member(refuse: FeedMember['refuse']): FeedMember {
    const socket = this.#socket;
    const { maxUnreadBytes } = this.#limits;
    return {
      isReady: () => socket.readyState === socket.OPEN && socket.bufferedAmount <= maxUnreadBytes,
      send: (message) => socket.send(message, asText),
      refuse,
    };
  }

  #refuse(words: LocalText): void {
    const failure: LiveFailure = { type: 'error', message: words.en, words };
    this.#socket.send(JSON.stringify(failure));
  }
}

const asText = { binary: false };

const tooManySubscriptions: LocalText = {
  en: `a client has at most ${maxSubscriptions} subscriptions: end one by {"type":"unsubscribe","id":…}`,
  zh: `每个客户端最多 ${maxSubscriptions} 个订阅：请用 {"type":"unsubscribe","id":…} 结束其中一个`,
};

const tooManyPoints = (points: number, most: number): LocalText => ({
  en: `points: ${points} match, and a subscription has at most ${most}: ask for fewer`,
  zh: `points：匹配到 ${points} 个测点，每个订阅最多 ${most} 个：请减少`,
});

const names = { part: { en: '', zh: '' }, whole: { en: 'the message', zh: '消息' } };

const parseRequest = (text: string): LiveRequest | { readonly words: LocalText } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { words: { en: 'the message is not JSON', zh: '消息不是 JSON' } };
  }
  const read = readInput(liveRequest, json);
  return read.ok ? read.value : { words: issueSentences(read.issues, names) };
};
