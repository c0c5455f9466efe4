import ModbusSerial from 'modbus-serial';
import { GatewayError } from '../../gateway/core/error.ts';
import { ReadQueue } from './read-queue.ts';
import type { RtuPort } from './rtu-port.ts';
import {
  dataBytes,
  describeRead,
  GarbledAnswer,
  ModbusException,
  type ReadReceiver,
  type ReadRequest,
  readInChinese,
  type Transport,
  type TransportCount,
  timeoutError,
} from './transport.ts';

type Client = InstanceType<typeof ModbusSerial.default>;

export type SerialTransportOptions = {
  readonly port: RtuPort;
  /** Least silence between two frames, in ms. */
  readonly frameSilenceMs: number;
  /** Silence that must follow a time-out before the next request, in ms: a late answer carries no id. */
  readonly drainMs: number;
  readonly count: TransportCount;
};

type Asking = {
  readonly request: ReadRequest;
  readonly receiver: ReadReceiver;
  readonly timer: NodeJS.Timeout;
};

/** A line that never falls silent is not waited for longer than this, in ms. */
const longestDrainMs = 2000;

/**
 * A serial line, shared by all its unit ids: one request at a time, every one under a deadline of our own. An answer on
 * such a line says only from which unit it comes, not to which request it belongs, so after a time-out the line must
 * have been silent before anybody is asked again.
 */
export class SerialTransport implements Transport {
  readonly closed: Promise<GatewayError>;
  readonly #options: SerialTransportOptions;
  readonly #client: Client;
  readonly #queue = new ReadQueue();
  #asking: Asking | undefined;
  #pause: NodeJS.Timeout | undefined;
  /** When the last time-out was, until the line has been silent after it. */
  #drainFromMs: number | undefined;
  #isLateCounted = false;
  #end: GatewayError | undefined;
  #resolveClosed: (reason: GatewayError) => void = () => undefined;

  constructor(options: SerialTransportOptions) {
    const { port } = options;
    this.#options = options;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    port.on('lost', (cause: Error | undefined) => this.#lose(cause));
    port.on('noise', (bytes: number) => this.#hear(bytes));
    this.#client = new ModbusSerial.default(port);
    // The port is open already, so this only registers the library's listeners.
    this.#client.open(() => undefined);
  }

  read(request: ReadRequest, receiver: ReadReceiver): void {
    if (this.#end !== undefined) {
      const reason = this.#end;
      queueMicrotask(() => receiver.failed(reason));
      return;
    }
    if (!this.#queue.push(request, receiver)) {
      const error = new GatewayError(
        'BUFFER_OVERFLOW',
        {
          en: `${this.#options.port.name}: too many reads are waiting`,
          zh: `${this.#options.port.name}：等待中的读取过多`,
        },
        { retryable: true },
      );
      queueMicrotask(() => receiver.failed(error));
      return;
    }
    if (this.#asking === undefined && this.#pause === undefined) this.#plan();
  }

  close(reason?: GatewayError): void {
    if (this.#end !== undefined) return;
    const { port } = this.#options;
    const error =
      reason ??
      new GatewayError(
        'ABORTED',
        { en: `${port.name}: closed`, zh: `${port.name}：已关闭` },
        { retryable: false },
      );
    this.#end = error;
    clearTimeout(this.#pause);
    const asking = this.#asking;
    this.#asking = undefined;
    if (asking !== undefined) {
      clearTimeout(asking.timer);
      asking.receiver.failed(error);
    }
    this.#queue.failAll(error);
    void port.close().then(() => this.#resolveClosed(error));
  }

  #lose(cause: Error | undefined): void {
    if (this.#end !== undefined) return;
    const { name } = this.#options.port;
    const message = {
      en: `${name}: ${cause?.message ?? 'the line was closed'}`,
      zh: `${name}：${cause?.message ?? '串行线路已关闭'}`,
    };
    this.close(new GatewayError('CONNECTION_LOST', message, { retryable: true, cause }));
  }

  #hear(bytes: number): void {
    this.#options.count('noise_bytes', bytes);
    if (this.#drainFromMs === undefined || this.#isLateCounted) return;
    this.#isLateCounted = true;
    this.#options.count('late_answers', 1);
  }

  /** Sends the next request, or waits until the line has been silent for long enough. */
  #plan(): void {
    this.#pause = undefined;
    if (this.#end !== undefined || this.#queue.isEmpty) return;
    const waitMs = this.#silenceStillWantedMs();
    if (waitMs > 0) {
      this.#pause = setTimeout(() => this.#plan(), Math.ceil(waitMs));
      return;
    }
    this.#drainFromMs = undefined;
    this.#ask();
  }

  #silenceStillWantedMs(): number {
    const nowMs = performance.now();
    const { port, frameSilenceMs, drainMs } = this.#options;
    const fromMs = this.#drainFromMs;
    if (fromMs === undefined || nowMs > fromMs + longestDrainMs) {
      return frameSilenceMs - (nowMs - port.lastByteMs);
    }
    return drainMs - (nowMs - Math.max(port.lastByteMs, fromMs));
  }

  #ask(): void {
    const waiting = this.#queue.shift();
    if (waiting === undefined) return;
    const { request, receiver } = waiting;
    const timer = setTimeout(() => this.#giveUp(asking), request.timeoutMs);
    const asking: Asking = { request, receiver, timer };
    this.#asking = asking;
    this.#options.count('requests', 1);
    this.#send(request, (error, data) => this.#finish(asking, { error, data }));
  }

  #send(
    request: ReadRequest,
    callback: (error: Error | null, data: Buffer | undefined) => void,
  ): void {
    const { unitId, functionCode, address, quantity } = request;
    const next = (error: Error | null, result?: { readonly buffer: Buffer }): void =>
      callback(error, result?.buffer);
    switch (functionCode) {
      case 1:
        this.#client.writeFC1(unitId, address, quantity, next);
        break;
      case 2:
        this.#client.writeFC2(unitId, address, quantity, next);
        break;
      case 3:
        this.#client.writeFC3(unitId, address, quantity, next);
        break;
      case 4:
        this.#client.writeFC4(unitId, address, quantity, next);
    }
  }

  #giveUp(asking: Asking): void {
    if (this.#asking !== asking) return;
    this.#options.count('timeouts', 1);
    this.#startDrain();
    this.#stop(asking);
    asking.receiver.failed(timeoutError(asking.request));
    this.#continue();
  }

  #finish(
    asking: Asking,
    result: { readonly error: Error | null; readonly data: Buffer | undefined },
  ): void {
    // The library may call back late or twice; only the request that is being asked is answered.
    if (this.#asking !== asking) return;
    this.#stop(asking);
    const { request, receiver } = asking;
    const { error, data } = result;
    // The library believes the byte count of the answer, whatever was asked.
    if (data?.length === dataBytes(request.functionCode, request.quantity)) {
      receiver.answered(data, 0);
    } else if (error !== null && 'modbusCode' in error && typeof error.modbusCode === 'number') {
      this.#options.count('exceptions', 1);
      receiver.failed(new ModbusException(request, error.modbusCode));
    } else {
      this.#options.count('garbled_answers', 1);
      this.#startDrain();
      const what = error?.message;
      const text = {
        en: `${describeRead(request)}: ${what ?? 'an answer of another length'}`,
        zh: `${readInChinese(request)}：${what ?? '应答长度不符'}`,
      };
      receiver.failed(new GarbledAnswer(text, error));
    }
    this.#continue();
  }

  #stop(asking: Asking): void {
    clearTimeout(asking.timer);
    this.#options.port.stopAsking();
    this.#asking = undefined;
  }

  #startDrain(): void {
    this.#drainFromMs = performance.now();
    this.#isLateCounted = false;
  }

  #continue(): void {
    if (this.#asking === undefined && this.#pause === undefined) this.#plan();
  }
}
