import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../../gateway/core/error.ts';
import type { SerialLine } from '../shared/serial-line.ts';
import {
  anyAddress,
  encodeRead,
  identifierBytes,
  identifierOf,
  type ReadFunction,
  type ReceivedFrame,
  readFunctions,
} from './frame.ts';
import { FrameScanner } from './frame-scanner.ts';
import { GarbledAnswer, type MeterQuestion, MeterRefusal, timeoutError } from './read-error.ts';

export type MeterLineOptions = {
  readonly line: SerialLine;
  /** Silence that must follow a time-out before the next request, in ms. */
  readonly drainMs: number;
  /** Rest between an answer and the next request, in ms. */
  readonly gapMs: number;
  readonly wakeUpBytes: number;
  /** `requests`, `timeouts`, `refusals`, `late_answers`, `foreign_answers`, `garbled_answers`, `noise_bytes`. */
  count(name: string, delta: number): void;
};

/**
 * Asks one question and resolves with its data, without the identifier; only within the turn that it was given for.
 * Rejects with a GatewayError.
 */
export type Ask = (question: MeterQuestion) => Promise<Buffer>;

type Turn = { readonly work: (ask: Ask) => Promise<void>; readonly over: () => void };

/** One frame out, one in. */
type Exchange = {
  readonly question: MeterQuestion;
  readonly function: ReadFunction;
  readonly sequence: number | undefined;
  /** Whether bytes came that are no frame. */
  isNoisy: boolean;
  readonly resolve: (frame: ReceivedFrame) => void;
  readonly reject: (error: GatewayError) => void;
};

const mostWaiting = 4096;
/** A line that never falls silent is not waited for longer than this, in ms. */
const longestDrainMs = 2000;
/** Frames that may follow the first of an answer, so that no meter holds the line for long. */
const mostFollowing = 15;
const anyByte = 'AA';

/**
 * A line with its meters, whichever wire it is. Turns are served one after the other, so that what one of them asks follows
 * without anything between. An answer is taken only where address, function, identifier and sequence number are those that
 * were asked; everything else is counted and belongs to nobody.
 */
export class MeterLine {
  readonly closed: Promise<GatewayError>;
  readonly #options: MeterLineOptions;
  readonly #scanner: FrameScanner;
  readonly #turns: Turn[] = [];
  readonly #over = new AbortController();
  /** Meters whose answer to an earlier question may still come: a refusal does not say to what it belongs. */
  readonly #overdue = new Set<string>();
  #isServing = false;
  #exchange: Exchange | undefined;
  #lastByteMs = Number.NEGATIVE_INFINITY;
  /** When a question was given up last, until the line has been silent after it. */
  #drainFromMs: number | undefined;
  #end: GatewayError | undefined;
  #resolveClosed: (reason: GatewayError) => void = () => undefined;

  constructor(options: MeterLineOptions) {
    this.#options = options;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#scanner = new FrameScanner({
      frame: (frame) => this.#receive(frame),
      noise: (bytes) => this.#hear(bytes),
    });
    const { stream } = options.line;
    stream.on('data', (chunk: Buffer) => {
      this.#lastByteMs = performance.now();
      this.#scanner.push(chunk);
    });
    stream.once('close', () => this.#lose(undefined));
    stream.once('end', () => this.#lose(undefined));
    stream.on('error', (error: Error) => this.#lose(error));
  }

  /**
   * Has the line to itself while `work` runs; `work` may not reject. Resolves when it is over; rejects with BUFFER_OVERFLOW,
   * or with the reason for which the line has been closed, when it never began.
   */
  turn(work: (ask: Ask) => Promise<void>): Promise<void> {
    if (this.#end !== undefined) return Promise.reject(this.#end);
    if (this.#turns.length >= mostWaiting) {
      const { name } = this.#options.line;
      const words = { en: `${name}: too many reads are waiting`, zh: `${name}：等待中的读取过多` };
      return Promise.reject(new GatewayError('BUFFER_OVERFLOW', words, { retryable: true }));
    }
    return new Promise((resolve) => {
      this.#turns.push({ work, over: resolve });
      if (!this.#isServing) void this.#serve();
    });
  }

  close(reason?: GatewayError): void {
    if (this.#end !== undefined) return;
    const { line } = this.#options;
    const words = { en: `${line.name}: closed`, zh: `${line.name}：已关闭` };
    const error = reason ?? new GatewayError('ABORTED', words, { retryable: false });
    this.#end = error;
    this.#over.abort();
    this.#exchange?.reject(error);
    void line.close().then(() => this.#resolveClosed(error));
  }

  async #serve(): Promise<void> {
    this.#isServing = true;
    const ask: Ask = (question) => this.#ask(question);
    // After the end every question of the turns that still wait is refused at once.
    for (let turn = this.#turns.shift(); turn !== undefined; turn = this.#turns.shift()) {
      await turn.work(ask);
      turn.over();
    }
    this.#isServing = false;
  }

  async #ask(question: MeterQuestion): Promise<Buffer> {
    const { identifier } = question;
    if (identifier === undefined) {
      const { address } = await this.#exchangeFrame(question, readFunctions.address, undefined);
      return Buffer.from(address, 'hex');
    }
    let frame = await this.#exchangeFrame(question, readFunctions.data, undefined);
    const parts = [frame.data.subarray(identifierBytes)];
    for (let sequence = 1; frame.hasMore; sequence += 1) {
      if (sequence > mostFollowing) throw new GarbledAnswer(question, endless);
      frame = await this.#exchangeFrame(question, readFunctions.following, sequence);
      parts.push(frame.data.subarray(identifierBytes, -1));
    }
    return Buffer.concat(parts);
  }

  async #exchangeFrame(
    question: MeterQuestion,
    asked: ReadFunction,
    sequence: number | undefined,
  ): Promise<ReceivedFrame> {
    await this.#silence();
    if (this.#end !== undefined) throw this.#end;
    const { line, wakeUpBytes, count } = this.#options;
    const { promise, resolve, reject } = Promise.withResolvers<ReceivedFrame>();
    const { address, identifier, timeoutMs } = question;
    const exchange: Exchange = {
      ...{ question, function: asked, sequence, resolve, reject },
      isNoisy: false,
    };
    this.#scanner.clear();
    this.#exchange = exchange;
    // A process that was held up looks first at what has come meanwhile.
    const timer = setTimeout(() => setImmediate(() => this.#giveUp(exchange)), timeoutMs);
    count('requests', 1);
    this.#lastByteMs = performance.now();
    line.stream.write(
      encodeRead({
        ...{ address, function: asked, wakeUpBytes },
        ...(identifier === undefined ? {} : { identifier }),
        ...(sequence === undefined ? {} : { sequence }),
      }),
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#exchange = undefined;
    }
  }

  /** Waits until the line has been silent for long enough. */
  async #silence(): Promise<void> {
    const { signal } = this.#over;
    for (;;) {
      const waitMs = this.#silenceStillWantedMs();
      if (waitMs <= 0 || signal.aborted) break;
      // An aborted wait ends like any other: what follows looks at the end itself.
      await sleep(Math.ceil(waitMs), undefined, { signal }).catch(() => undefined);
    }
    this.#drainFromMs = undefined;
  }

  #silenceStillWantedMs(): number {
    const nowMs = performance.now();
    const { drainMs, gapMs } = this.#options;
    const fromMs = this.#drainFromMs;
    if (fromMs === undefined) return gapMs - (nowMs - this.#lastByteMs);
    if (nowMs > fromMs + longestDrainMs) return 0;
    return drainMs - (nowMs - Math.max(this.#lastByteMs, fromMs));
  }

  #receive(frame: ReceivedFrame): void {
    const { count } = this.#options;
    const exchange = this.#exchange;
    // Our own request comes back on lines that echo.
    if (!frame.isFromMeter) return;
    if (exchange === undefined) {
      count('late_answers', 1);
      return;
    }
    if (!isAnswer(frame, exchange)) {
      count('foreign_answers', 1);
      return;
    }
    const { question, resolve, reject } = exchange;
    this.#exchange = undefined;
    const wasOverdue = this.#overdue.delete(frame.address);
    if (!frame.isRefused) {
      resolve(frame);
      return;
    }
    if (wasOverdue) {
      count('late_answers', 1);
      this.#startDrain();
      reject(new GarbledAnswer(question, doubtfulRefusal));
      return;
    }
    count('refusals', 1);
    // A second copy of it would be taken for the answer to whatever is asked next.
    this.#startDrain();
    reject(new MeterRefusal(question, frame.data[0] ?? 0));
  }

  #hear(bytes: number): void {
    this.#options.count('noise_bytes', bytes);
    if (this.#exchange !== undefined) this.#exchange.isNoisy = true;
  }

  #giveUp(exchange: Exchange): void {
    if (this.#exchange !== exchange) return;
    // What has begun and not ended is noise from here on.
    this.#scanner.clear();
    this.#exchange = undefined;
    this.#startDrain();
    const { question, isNoisy, reject } = exchange;
    this.#overdue.add(question.address);
    this.#options.count(isNoisy ? 'garbled_answers' : 'timeouts', 1);
    reject(isNoisy ? new GarbledAnswer(question, noFrame) : timeoutError(question));
  }

  #startDrain(): void {
    this.#drainFromMs = performance.now();
  }

  #lose(cause: Error | undefined): void {
    const { name } = this.#options.line;
    const message = {
      en: `${name}: ${cause?.message ?? 'the line was closed'}`,
      zh: `${name}：${cause?.message ?? '串行线路已关闭'}`,
    };
    this.close(new GatewayError('CONNECTION_LOST', message, { retryable: true, cause }));
  }
}

const noFrame = {
  en: 'what came holds no frame with a right checksum',
  zh: '收到的数据中没有校验正确的帧',
};
const endless = {
  en: `more than ${mostFollowing} frames follow the first`,
  zh: `后续帧超过 ${mostFollowing} 帧`,
};
const doubtfulRefusal = {
  en: 'a refusal came that may belong to the question before, which had timed out',
  zh: '收到的拒绝应答可能属于上一个已超时的请求',
};

/** Whether a frame of a meter is what the exchange waits for. */
const isAnswer = (frame: ReceivedFrame, exchange: Exchange): boolean => {
  const { question, sequence } = exchange;
  if (frame.function !== exchange.function || !matches(frame.address, question.address))
    return false;
  if (frame.isRefused || question.identifier === undefined) return true;
  if (frame.data.length < identifierBytes) return false;
  if (identifierOf(frame.data) !== question.identifier) return false;
  if (sequence === undefined) return true;
  return frame.data.length > identifierBytes && frame.data.at(-1) === sequence;
};

const matches = (address: string, asked: string): boolean => {
  if (asked === anyAddress) return true;
  for (let i = 0; i < asked.length; i += 2) {
    const byte = asked.slice(i, i + 2);
    if (byte !== anyByte && byte !== address.slice(i, i + 2)) return false;
  }
  return true;
};
