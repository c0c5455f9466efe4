import type { RawData, WebSocket } from 'ws';
import type { Answer } from './ocpp-frame.ts';
import { readFrame, writeAnswer } from './ocpp-frame.ts';
import { ReadRate } from './read-rate.ts';

/** Messages in a row that cannot be read, after which the peer is taken for something else than a charge point. */
const mostMalformed = 10;
/** Bytes of answers that the peer has not taken. */
const mostUnsentBytes = 256 * 1024;
/** For a peer to take part in the close. */
const closeWithinMs = 1000;

/** Close codes of RFC 6455 §7.4.1. */
const goingAway = 1001;
const protocolError = 1002;
const policyViolation = 1008;
const oversized = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';

export type ChargerConnectionOptions = {
  readonly socket: WebSocket;
  readonly messagesPerSecond: number;
  answer(action: string, payload: unknown): Answer;
  count(name: string, delta: number): void;
  /** Called once, however it ended. */
  closed(): void;
};

/** One WebSocket of a charge point: takes its calls one by one and sends their answers, and never anything else. */
export class ChargerConnection {
  readonly #options: ChargerConnectionOptions;
  readonly #rate: ReadRate;
  #malformed = 0;
  #resume: NodeJS.Timeout | undefined;
  #kill: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: ChargerConnectionOptions) {
    const { socket, messagesPerSecond } = options;
    this.#options = options;
    this.#rate = new ReadRate(messagesPerSecond, performance.now());
    socket.on('message', (data, isBinary) => this.#message(data, isBinary));
    socket.on('error', (error) => this.#failed(error));
    socket.once('close', () => this.#end());
  }

  /** `replaced`: by a newer connection of the same charge point. */
  close(why: 'replaced' | 'silent' | 'ending' | 'malformed'): void {
    if (this.#isOver) return;
    const { socket } = this.#options;
    const codes = { replaced: policyViolation, malformed: protocolError };
    socket.close(why in codes ? codes[why as keyof typeof codes] : goingAway, why);
    this.#kill = setTimeout(() => socket.terminate(), closeWithinMs);
    this.#end();
  }

  #end(): void {
    clearTimeout(this.#resume);
    if (this.#options.socket.readyState === 3) clearTimeout(this.#kill);
    if (this.#isOver) return;
    this.#isOver = true;
    // A paused socket would not take part in its close.
    this.#options.socket.resume();
    this.#options.closed();
  }

  #message(data: RawData, isBinary: boolean): void {
    if (this.#isOver) return;
    const { count, answer } = this.#options;
    this.#slowDown();
    const frame = isBinary
      ? ({ kind: 'malformed', messageId: undefined } as const)
      : readFrame(textOf(data));
    switch (frame.kind) {
      case 'call':
        this.#malformed = 0;
        this.#send(writeAnswer(frame.messageId, answer(frame.action, frame.payload)));
        return;
      case 'answer':
        count('answers_unasked', 1);
        return;
      case 'malformed':
        this.#takeMalformed(frame.messageId);
    }
  }

  #takeMalformed(messageId: string | undefined): void {
    this.#options.count('messages_malformed', 1);
    this.#malformed += 1;
    if (this.#malformed >= mostMalformed) {
      this.close('malformed');
      return;
    }
    if (messageId === undefined) return;
    const description = 'this is no call of OCPP-J 1.6';
    this.#send(writeAnswer(messageId, { ok: false, code: 'ProtocolError', description }));
  }

  #send(text: string): void {
    const { socket, count } = this.#options;
    if (socket.bufferedAmount > mostUnsentBytes) {
      count('answers_untaken', 1);
      socket.terminate();
      return;
    }
    socket.send(text);
  }

  /** Nothing is dropped: what is not read waits with the charge point. */
  #slowDown(): void {
    const waitMs = this.#rate.take(performance.now());
    if (waitMs === 0 || this.#resume !== undefined) return;
    const { socket, count } = this.#options;
    count('reads_delayed', 1);
    socket.pause();
    this.#resume = setTimeout(() => {
      this.#resume = undefined;
      socket.resume();
    }, waitMs);
  }

  #failed(error: Error): void {
    const isOversized = 'code' in error && error.code === oversized;
    this.#options.count(isOversized ? 'messages_oversized' : 'connections_failed', 1);
  }
}

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
};
