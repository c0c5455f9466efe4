import type { WebSocket } from 'ws';
import { issueSentences, readInput } from '../core/input-words.ts';
import { formatPointPath, type LocalText } from '../core/point.ts';
import type { LatestValues } from '../runtime/latest-values.ts';
import type { GatewayView } from '../runtime/view.ts';
import { type LiveFailure, type LiveRequest, type LiveValues, liveRequest } from './contract.ts';
import { presentValue } from './present.ts';

/** A client that has this much unread gets nothing new until it has read: it never makes the gateway wait or grow. */
const maxBufferedBytes = 1 << 20;

export type LiveLimits = {
  readonly maxClients: number;
  /** A client that has not answered a ping by the time of the next is gone. */
  readonly pingMs: number;
};

export const defaultLiveLimits: LiveLimits = { maxClients: 100, pingMs: 30_000 };

/** RFC 6455's registry of close codes: try again later. */
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
  readonly #maxClients: number;
  readonly #timer: NodeJS.Timeout;
  /** Whether each has answered the last ping. */
  readonly #answered = new Map<WebSocket, boolean>();

  constructor(view: GatewayView, { maxClients, pingMs }: LiveLimits) {
    this.#view = view;
    this.#maxClients = maxClients;
    this.#timer = setInterval(() => this.#ping(), pingMs).unref();
  }

  /**
   * Serves one client until it closes; one too many is told so and closed with code 1013. With a pass, until that ends: code
   * 4401.
   */
  serve(socket: WebSocket, pass?: LivePass): void {
    socket.on('error', () => socket.terminate());
    if (this.#answered.size >= this.#maxClients) {
      socket.close(tryAgainLater, `${this.#maxClients} clients are served already; try later`);
      return;
    }
    this.#answered.set(socket, true);
    socket.on('pong', () => {
      this.#answered.set(socket, true);
      pass?.used();
    });
    const release = pass?.onEnd(() => socket.close(signInAgain, 'signed out'));
    socket.on('close', () => {
      this.#answered.delete(socket);
      release?.();
    });
    serveLive(socket, this.#view);
  }

  close(): void {
    clearInterval(this.#timer);
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

const serveLive = (socket: WebSocket, view: GatewayView): void => {
  let feed: LiveFeed | undefined;
  socket.on('message', (data) => {
    const request = parseRequest(String(data));
    if ('words' in request) {
      send(socket, { type: 'error', message: request.words.en, words: request.words });
      return;
    }
    feed?.stop();
    feed = new LiveFeed(socket, view, request);
  });
  socket.on('close', () => feed?.stop());
};

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

const send = (socket: WebSocket, message: LiveValues | LiveFailure): void => {
  socket.send(JSON.stringify(message));
};

class LiveFeed {
  readonly #socket: WebSocket;
  readonly #view: GatewayView;
  readonly #patterns: readonly string[];
  /** Whose places `#indices` are: another configuration has others. */
  #latest: LatestValues;
  #indices: readonly number[];
  /** What the client has: the version of each point when it was last sent; -1 before the first time. */
  #sent: Float64Array;
  readonly #timer: NodeJS.Timeout;

  constructor(socket: WebSocket, view: GatewayView, request: LiveRequest) {
    this.#socket = socket;
    this.#view = view;
    this.#patterns = request.points;
    this.#latest = view.latest;
    this.#indices = selectPoints(view, request.points);
    this.#sent = new Float64Array(this.#indices.length).fill(-1);
    this.#timer = setInterval(() => this.#push(), request.intervalMs);
    this.#push();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #push(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > maxBufferedBytes) return;
    this.#follow();
    const values: LiveValues['values'] = [];
    for (const [at, index] of this.#indices.entries()) {
      const version = this.#view.latest.version(index);
      if (version === this.#sent[at]) continue;
      this.#sent[at] = version;
      const { timeMs, value, status } = presentValue(this.#view, index);
      values.push([this.#view.latest.at(index).pointNumber, timeMs, value, status]);
    }
    send(this.#socket, { type: 'values', nowMs: this.#view.nowMs(), values });
  }

  /** After a change of the configuration the client gets all of its points once more. */
  #follow(): void {
    const { latest } = this.#view;
    if (latest === this.#latest) return;
    this.#latest = latest;
    this.#indices = selectPoints(this.#view, this.#patterns);
    this.#sent = new Float64Array(this.#indices.length).fill(-1);
  }
}

/** Patterns are paths whose parts may be `*`; shorter ones (`area/line/equipment/point`) leave out enterprise and site. */
const selectPoints = (view: GatewayView, patterns: readonly string[]): readonly number[] => {
  const tests = patterns.map((pattern) => pathTest(pattern.split('/')));
  const selected: number[] = [];
  for (const [index, { group, channel }] of view.latest.points.entries()) {
    const spec = group.channels[channel];
    if (spec === undefined) continue;
    const parts = formatPointPath(group.equipment, spec.point).split('/');
    if (tests.some((test) => test(parts))) selected.push(index);
  }
  return selected;
};

const pathTest =
  (pattern: readonly string[]): ((parts: readonly string[]) => boolean) =>
  (parts) => {
    const tail = pattern.length < parts.length ? parts.slice(parts.length - pattern.length) : parts;
    return (
      tail.length === pattern.length &&
      pattern.every((part, index) => part === '*' || part === tail[index])
    );
  };
