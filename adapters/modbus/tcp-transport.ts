import { connect, type Socket } from 'node:net';
import { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { ReadQueue } from './read-queue.ts';
import { TransactionTable } from './transaction-table.ts';
import {
  dataBytes,
  describeRead,
  ModbusException,
  type ReadReceiver,
  type ReadRequest,
  readInChinese,
  type Transport,
  type TransportCount,
  timeoutError,
} from './transport.ts';

export type TcpOptions = {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** Reads that may wait for their answers at once, 1 to 128. */
  readonly maxInFlight: number;
  readonly signal: AbortSignal;
  readonly count: TransportCount;
  /** How long the id of a read without an answer is not used again; 10 minutes unless told. */
  readonly quarantineMs?: number;
};

const headerBytes = 7;
/** MODBUS Messaging on TCP/IP V1.0b §3.1.3: header and the longest PDU, 253 bytes. */
const maxFrameBytes = 260;
const requestBytes = 12;
/** The length field counts the unit id and the PDU: an exception is the shortest answer. */
const minLengthField = 3;
const maxLengthField = 254;
const receiveBytes = 16 * 1024;
const exceptionBit = 0x80;
const defaultQuarantineMs = 600_000;

/**
 * Connects to a Modbus TCP server.
 *
 * @throws GatewayError CONNECTION_FAILED (refused, unreachable, no answer in `connectTimeoutMs`) or ABORTED.
 */
export const connectTcp = (options: TcpOptions): Promise<Transport> =>
  new Promise((resolve, reject) => {
    const { host, port, connectTimeoutMs, signal } = options;
    const peer = `${host}:${port}`;
    const transport = new TcpTransport(options);
    const timer = setTimeout(() => {
      fail('CONNECTION_FAILED', {
        en: `${peer}: no connection in ${connectTimeoutMs} ms`,
        zh: `${peer}：${connectTimeoutMs} ms 内未能建立连接`,
      });
    }, connectTimeoutMs);
    const onAbort = (): void =>
      fail('ABORTED', { en: `${peer}: stopped while connecting`, zh: `${peer}：连接过程中停止` });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (code: 'CONNECTION_FAILED' | 'ABORTED', message: LocalText): void => {
      transport.close(new GatewayError(code, message, { retryable: code !== 'ABORTED' }));
    };
    transport.onConnect = () => {
      settle();
      resolve(transport);
    };
    void transport.closed.then((error) => {
      settle();
      reject(error);
    });
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });

/**
 * A strict Modbus TCP client. The rules, because a monitoring product must not show one value as another:
 * an id is not used again while an answer to it may come; an answer to an id that has timed out, or a second one, is
 * discarded and counted; whatever else does not match its request ends the connection, because from there on no byte of
 * the stream can be trusted.
 */
class TcpTransport implements Transport {
  readonly closed: Promise<GatewayError>;
  onConnect: () => void = () => undefined;

  readonly #options: TcpOptions;
  readonly #peer: string;
  readonly #socket: Socket;
  readonly #table: TransactionTable;
  readonly #queue = new ReadQueue();
  /** What the socket reads into starts one frame behind the start, so that the rest of the last chunk fits before it. */
  readonly #input = Buffer.allocUnsafeSlow(maxFrameBytes + receiveBytes);
  #restBytes = 0;
  #output: Buffer;
  #outputBytes = 0;
  #isReceiving = false;
  /** When the chunk at hand came: the time for all that is sent in answer to it. */
  #receivedMs = 0;
  #isFlushPlanned = false;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #isConnected = false;
  #end: GatewayError | undefined;
  #resolveClosed: (reason: GatewayError) => void = () => undefined;

  constructor(options: TcpOptions) {
    this.#options = options;
    this.#peer = `${options.host}:${options.port}`;
    this.#table = new TransactionTable(
      options.maxInFlight,
      options.quarantineMs ?? defaultQuarantineMs,
    );
    this.#output = Buffer.allocUnsafeSlow(options.maxInFlight * requestBytes);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#socket = connect({
      host: options.host,
      port: options.port,
      noDelay: true,
      keepAlive: true,
      onread: {
        buffer: this.#input.subarray(maxFrameBytes),
        callback: (size) => {
          this.#receive(size);
          return true;
        },
      },
    });
    this.#socket.once('connect', () => {
      this.#isConnected = true;
      this.onConnect();
    });
    this.#socket.on('error', (cause) => this.#lose(cause));
    this.#socket.once('end', () => this.#lose(undefined));
    this.#socket.once('close', () => this.#lose(undefined));
  }

  read(request: ReadRequest, receiver: ReadReceiver): void {
    if (this.#end !== undefined) {
      const reason = this.#end;
      queueMicrotask(() => receiver.failed(reason));
    } else if (this.#table.inFlight < this.#options.maxInFlight && this.#queue.isEmpty) {
      this.#transmit(request, receiver);
    } else if (!this.#queue.push(request, receiver)) {
      queueMicrotask(() =>
        receiver.failed(
          new GatewayError(
            'BUFFER_OVERFLOW',
            {
              en: `${this.#peer}: too many reads are waiting`,
              zh: `${this.#peer}：等待中的读取过多`,
            },
            { retryable: true },
          ),
        ),
      );
    }
  }

  close(
    reason: GatewayError = new GatewayError(
      'ABORTED',
      { en: `${this.#peer}: closed`, zh: `${this.#peer}：已关闭` },
      { retryable: false },
    ),
  ): void {
    if (this.#end !== undefined) return;
    this.#end = reason;
    clearTimeout(this.#timer);
    this.#socket.destroy();
    this.#table.failAll(reason);
    this.#queue.failAll(reason);
    this.#resolveClosed(reason);
  }

  #lose(cause: Error | undefined): void {
    if (this.#end !== undefined) return;
    const code = this.#isConnected ? 'CONNECTION_LOST' : 'CONNECTION_FAILED';
    const text = {
      en: `${this.#peer}: ${cause?.message ?? 'the device closed the connection'}`,
      zh: `${this.#peer}：${cause?.message ?? '设备关闭了连接'}`,
    };
    this.close(new GatewayError(code, text, { retryable: true, cause }));
  }

  #transmit(request: ReadRequest, receiver: ReadReceiver): void {
    const nowMs = this.#isReceiving ? this.#receivedMs : performance.now();
    const dueMs = nowMs + request.timeoutMs;
    const id = this.#table.open(request, receiver, dueMs);
    if (id < 0) {
      this.close(
        new GatewayError(
          'TIMEOUT',
          {
            en: `${this.#peer}: too many reads without an answer`,
            zh: `${this.#peer}：未得到应答的读取过多`,
          },
          { retryable: true },
        ),
      );
      queueMicrotask(() => receiver.failed(timeoutError(request)));
      return;
    }
    this.#append(request, id);
    if (dueMs < this.#timerDueMs) this.#armTimer(dueMs);
    if (!this.#isReceiving && !this.#isFlushPlanned) {
      this.#isFlushPlanned = true;
      process.nextTick(() => this.#flush());
    }
  }

  #append(request: ReadRequest, id: number): void {
    if (this.#outputBytes === this.#output.length) this.#flush();
    const output = this.#output;
    const at = this.#outputBytes;
    output[at] = id >> 8;
    output[at + 1] = id & 0xff;
    output[at + 2] = 0;
    output[at + 3] = 0;
    output[at + 4] = 0;
    output[at + 5] = 6;
    output[at + 6] = request.unitId;
    output[at + 7] = request.functionCode;
    output[at + 8] = request.address >> 8;
    output[at + 9] = request.address & 0xff;
    output[at + 10] = request.quantity >> 8;
    output[at + 11] = request.quantity & 0xff;
    this.#outputBytes = at + requestBytes;
  }

  #flush(): void {
    this.#isFlushPlanned = false;
    const size = this.#outputBytes;
    if (size === 0 || this.#end !== undefined) return;
    this.#outputBytes = 0;
    this.#options.count('requests', size / requestBytes);
    this.#socket.write(this.#output.subarray(0, size));
    // The kernel nearly always takes the bytes at once; when it has not, they must stand until it has.
    if (this.#socket.writableLength > 0) this.#output = Buffer.allocUnsafeSlow(this.#output.length);
  }

  #receive(size: number): void {
    this.#isReceiving = true;
    this.#receivedMs = performance.now();
    const end = maxFrameBytes + size;
    let at = maxFrameBytes - this.#restBytes;
    while (this.#end === undefined) {
      const frameBytes = this.#frameBytes(at, end);
      if (frameBytes === 0) break;
      this.#answer(at, frameBytes);
      at += frameBytes;
    }
    this.#restBytes = end - at;
    this.#isReceiving = false;
    if (this.#end !== undefined) return;
    if (this.#restBytes > 0) this.#input.copyWithin(maxFrameBytes - this.#restBytes, at, end);
    this.#sendWaiting();
    this.#flush();
  }

  /** Bytes of the whole frame at `at`, or 0 when more must come; ends the connection when it is no Modbus frame. */
  #frameBytes(at: number, end: number): number {
    if (end - at < headerBytes) return 0;
    const input = this.#input;
    const protocolId = ((input[at + 2] as number) << 8) | (input[at + 3] as number);
    const lengthField = ((input[at + 4] as number) << 8) | (input[at + 5] as number);
    if (protocolId !== 0)
      return this.#refuse({
        en: `protocol id ${protocolId} instead of 0`,
        zh: `协议标识为 ${protocolId}，应为 0`,
      });
    if (lengthField < minLengthField || lengthField > maxLengthField) {
      return this.#refuse({
        en: `length ${lengthField} instead of ${minLengthField}-${maxLengthField}`,
        zh: `长度为 ${lengthField}，应为 ${minLengthField}-${maxLengthField}`,
      });
    }
    return end - at < lengthField + 6 ? 0 : lengthField + 6;
  }

  #answer(at: number, frameBytes: number): void {
    const input = this.#input;
    const table = this.#table;
    const id = ((input[at] as number) << 8) | (input[at + 1] as number);
    const slot = table.slotOf(id);
    if (slot < 0) {
      this.#unexpected(id);
      return;
    }
    const request = table.request(slot);
    const functionCode = input[at + 7] as number;
    if (input[at + 6] !== request.unitId) {
      const unit = input[at + 6];
      this.#refuseAnswer(request, { en: `answer from unit ${unit}`, zh: `应答来自单元 ${unit}` });
    } else if (functionCode === request.functionCode) {
      const bytes = dataBytes(request.functionCode, request.quantity);
      if (input[at + 8] !== bytes || frameBytes !== bytes + headerBytes + 2) {
        this.#refuseAnswer(request, {
          en: `byte count ${input[at + 8]} in a frame of ${frameBytes} bytes`,
          zh: `${frameBytes} 字节的帧中字节数为 ${input[at + 8]}`,
        });
        return;
      }
      table.answered(slot).answered(input, at + headerBytes + 2);
    } else if (functionCode === (request.functionCode | exceptionBit)) {
      if (frameBytes !== headerBytes + 2) {
        this.#refuseAnswer(request, {
          en: `exception in a frame of ${frameBytes} bytes`,
          zh: `异常应答的帧长为 ${frameBytes} 字节`,
        });
        return;
      }
      this.#options.count('exceptions', 1);
      table.answered(slot).failed(new ModbusException(request, input[at + 8] as number));
    } else {
      this.#refuseAnswer(request, {
        en: `answer with function ${functionCode}`,
        zh: `应答的功能码为 ${functionCode}`,
      });
    }
  }

  #unexpected(id: number): void {
    switch (this.#table.acceptUnexpected(id)) {
      case 'late':
        this.#options.count('late_answers', 1);
        break;
      case 'duplicate':
        this.#options.count('duplicate_answers', 1);
        break;
      case 'never-issued':
        this.#refuse({
          en: `answer to transaction ${id}, which was never asked`,
          zh: `应答的事务标识 ${id} 从未请求过`,
        });
    }
  }

  #refuse({ en, zh }: LocalText): 0 {
    const text = { en: `${this.#peer}: ${en}`, zh: `${this.#peer}：${zh}` };
    this.close(new GatewayError('PROTOCOL', text, { retryable: true }));
    return 0;
  }

  #refuseAnswer(request: ReadRequest, { en, zh }: LocalText): void {
    this.#refuse({
      en: `${describeRead(request)}: ${en}`,
      zh: `${readInChinese(request)}：${zh}`,
    });
  }

  #sendWaiting(): void {
    while (this.#end === undefined && this.#table.inFlight < this.#options.maxInFlight) {
      const waiting = this.#queue.shift();
      if (waiting === undefined) return;
      this.#transmit(waiting.request, waiting.receiver);
    }
  }

  /** One timer for all reads: it stands at the earliest due time and looks at all of them when it fires. */
  #armTimer(dueMs: number): void {
    clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    const delayMs = Math.max(1, Math.ceil(dueMs - performance.now()));
    // After a stall of the process the answers may lie in the socket already: setImmediate lets them be read first.
    this.#timer = setTimeout(() => setImmediate(() => this.#expire()), delayMs);
  }

  #expire(): void {
    if (this.#end !== undefined) return;
    const nowMs = performance.now();
    for (;;) {
      const slot = this.#table.overdueSlot(nowMs);
      if (slot < 0) break;
      const request = this.#table.request(slot);
      this.#options.count('timeouts', 1);
      this.#table.retire(slot, nowMs).failed(timeoutError(request));
      if (this.#end !== undefined) return;
    }
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    const dueMs = this.#table.earliestDueMs();
    if (dueMs !== Number.POSITIVE_INFINITY) this.#armTimer(dueMs);
    this.#sendWaiting();
  }
}
