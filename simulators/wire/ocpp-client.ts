import { WebSocket } from 'ws';

const retryMs = 200;
const answerWithinMs = 10_000;
const mostWaiting = 10_000;
const mostAttempts = 3;
const mostKept = 20;

/** A call that waits to be sent. */
export type OcppCall = {
  readonly action: string;
  /** Made when it is sent, because it may need what an earlier call was answered. */
  payload(): object;
  /** What the answer brings. */
  answered?(payload: unknown): void;
  /** Of a transaction: kept while there is no connection, and told again when it is refused. */
  readonly isKept: boolean;
};

export type OcppClientOptions = {
  /** Where the charge point connects to, with its identity. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** A connection is open: what is to be said before all that waits. */
  opened(): readonly OcppCall[];
};

export type OcppClientStats = {
  connections: number;
  calls: number;
  answers: number;
  errors: number;
  dropped: number;
  /** Calls of the other side, which a monitor does not make. */
  commands: number;
};

type Waiting = OcppCall & { attempts: number };

/** A charge point's side of OCPP-J 1.6: one call at a time, transactions in their order, whatever the connection does. */
export class OcppClient {
  readonly stats: OcppClientStats = {
    ...{ connections: 0, calls: 0, answers: 0, errors: 0, dropped: 0, commands: 0 },
  };
  readonly #options: OcppClientOptions;
  #waiting: Waiting[] = [];
  /** The newest calls of transactions that were answered. */
  readonly #told: OcppCall[] = [];
  #socket: WebSocket | undefined;
  #pending: { readonly id: string; readonly call: Waiting } | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isOffline = false;
  #isSilent = false;
  #isClosed = false;

  constructor(options: OcppClientOptions) {
    this.#options = options;
    this.#connect();
  }

  get isConnected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Whether nothing is left to be said that could be said now. */
  get isIdle(): boolean {
    if (this.#isOffline || this.#isSilent || !this.isConnected) return true;
    return this.#waiting.length === 0 && this.#pending === undefined;
  }

  say(call: OcppCall): void {
    if (!call.isKept && (!this.isConnected || this.#isSilent)) return;
    this.#waiting.push({ ...call, attempts: 0 });
    if (this.#waiting.length > mostWaiting) {
      this.#waiting.shift();
      this.stats.dropped += 1;
    }
    this.#next();
  }

  /** Tells what was told last of transactions once more. */
  repeat(): void {
    for (const call of [...this.#told]) this.say(call);
  }

  setOffline(isOffline: boolean): void {
    if (isOffline === this.#isOffline) return;
    this.#isOffline = isOffline;
    if (isOffline) this.#socket?.terminate();
    else this.#connect();
  }

  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent;
    this.#next();
  }

  /** A second connection beside the first, which the other side has to close. */
  reconnectBeside(): void {
    const before = this.#socket;
    this.#socket = undefined;
    this.#connect();
    setTimeout(() => before?.terminate(), answerWithinMs).unref();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#deadline);
    this.#socket?.terminate();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    if (this.#isClosed || this.#isOffline) return;
    const { url, authorization } = this.#options;
    const headers = authorization === undefined ? {} : { authorization };
    const socket = new WebSocket(url, 'ocpp1.6', { headers, handshakeTimeout: answerWithinMs });
    this.#socket = socket;
    socket.on('error', () => socket.terminate());
    socket.on('open', () => this.#opened(socket));
    socket.on('message', (data: Buffer) => this.#message(socket, data.toString('utf8')));
    socket.on('close', () => this.#closed(socket));
  }

  #opened(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.stats.connections += 1;
    const kept = this.#waiting.filter(({ isKept }) => isKept);
    const first = this.#options.opened().map((call) => ({ ...call, attempts: 0 }));
    this.#waiting = [...first, ...kept];
    this.#next();
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#deadline);
    const { call } = this.#pending ?? {};
    this.#pending = undefined;
    // Whether it was heard is not known, so it is told again.
    if (call?.isKept === true) this.#waiting.unshift(call);
    if (!this.#isClosed && !this.#isOffline) {
      this.#retry = setTimeout(() => this.#connect(), retryMs);
    }
  }

  #next(): void {
    if (this.#pending !== undefined || !this.isConnected || this.#isSilent) return;
    const call = this.#waiting.shift();
    if (call === undefined) return;
    this.#lastId += 1;
    const id = String(this.#lastId);
    this.#pending = { id, call };
    this.stats.calls += 1;
    const socket = this.#socket;
    socket?.send(JSON.stringify([2, id, call.action, call.payload()]));
    this.#deadline = setTimeout(() => socket?.terminate(), answerWithinMs);
  }

  #message(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    const [type, id, payload]: readonly unknown[] = JSON.parse(text);
    if (type === 2) this.stats.commands += 1;
    const pending = this.#pending;
    if (pending === undefined || id !== pending.id || type === 2) return;
    clearTimeout(this.#deadline);
    this.#pending = undefined;
    if (type === 3) this.#answered(pending.call, payload);
    else this.#refused(pending.call);
    this.#next();
  }

  #answered(call: Waiting, payload: unknown): void {
    this.stats.answers += 1;
    call.answered?.(payload);
    if (!call.isKept) return;
    const { action, isKept } = call;
    const sent = call.payload();
    this.#told.push({ action, isKept, payload: () => sent });
    if (this.#told.length > mostKept) this.#told.shift();
  }

  #refused(call: Waiting): void {
    this.stats.errors += 1;
    call.attempts += 1;
    if (!call.isKept) return;
    if (call.attempts < mostAttempts) this.#waiting.unshift(call);
    else this.stats.dropped += 1;
  }
}
