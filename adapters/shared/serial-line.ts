import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../../gateway/core/error.ts';

export type SerialPortConfig = {
  readonly path: string;
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: 'none' | 'even' | 'odd';
  readonly stopBits: 1 | 2;
};

export type ConverterConfig = {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
};

/** An open byte stream to a serial line. */
export type SerialLine = {
  readonly name: string;
  readonly stream: Duplex;
  /** Resolves when the port is free again, or after a bounded time; may be called twice. */
  close(): Promise<void>;
};

const openTimeoutMs = 5000;
const closeTimeoutMs = 2000;

/** Opens a serial port. @throws GatewayError CONNECTION_FAILED or ABORTED. */
export const openSerialPort = async (
  config: SerialPortConfig,
  signal: AbortSignal,
): Promise<SerialLine> => {
  const { SerialPort } = await import('serialport');
  const { path, baudRate, dataBits, parity, stopBits } = config;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  const line: SerialLine = {
    name: path,
    stream: port,
    // Destroying the stream would leave the port open and locked: only `close` frees it.
    close: () => closed(port, () => port.isOpen && port.close()),
  };
  port.open();
  return whenOpen(line, { event: 'open', timeoutMs: openTimeoutMs, signal });
};

/** Connects to a converter between TCP and a serial line. @throws GatewayError CONNECTION_FAILED or ABORTED. */
export const openConverter = (
  config: ConverterConfig,
  signal: AbortSignal,
): Promise<SerialLine> => {
  const { host, port, connectTimeoutMs } = config;
  const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
  const line: SerialLine = {
    name: `${host}:${port}`,
    stream: socket,
    close: () => closed(socket, () => socket.destroy()),
  };
  return whenOpen(line, { event: 'connect', timeoutMs: connectTimeoutMs, signal });
};

const closed = (stream: Duplex, close: () => unknown): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, closeTimeoutMs);
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    stream.once('close', finish);
    // Nothing to close: it closed by itself or was never open.
    if (close() === false || stream.closed) finish();
  });

type WhenOpen = {
  readonly event: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

const whenOpen = (line: SerialLine, options: WhenOpen): Promise<SerialLine> =>
  new Promise((resolve, reject) => {
    const { event, timeoutMs, signal } = options;
    const { name, stream } = line;
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      stream.off(event, onOpen);
      stream.off('error', onError);
    };
    const fail = (error: GatewayError): void => {
      settle();
      // What follows belongs to the same failure; a port that opens too late is closed again.
      stream.on('error', () => undefined);
      stream.once(event, () => void line.close());
      void line.close();
      reject(error);
    };
    const onOpen = (): void => {
      settle();
      resolve(line);
    };
    const onError = (cause: Error): void => {
      const message = `${name}: ${cause.message}`;
      fail(new GatewayError('CONNECTION_FAILED', message, { retryable: true, cause }));
    };
    const onAbort = (): void =>
      fail(
        new GatewayError(
          'ABORTED',
          { en: `${name}: stopped while opening`, zh: `${name}：打开时已中止` },
          { retryable: false },
        ),
      );
    const timer = setTimeout(() => {
      const message = {
        en: `${name}: not open in ${timeoutMs} ms`,
        zh: `${name}：${timeoutMs} ms 内未能打开`,
      };
      fail(new GatewayError('CONNECTION_FAILED', message, { retryable: true }));
    }, timeoutMs);
    stream.once(event, onOpen);
    stream.once('error', onError);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
