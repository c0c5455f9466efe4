import { connect as connectSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../../gateway/core/error.ts';
import type { TransportConfig } from './modbus-config.ts';

type RtuConfig = Extract<TransportConfig, { readonly type: 'rtu' }>;
type RtuOverTcpConfig = Extract<TransportConfig, { readonly type: 'rtu-over-tcp' }>;

const openTimeoutMs = 5000;

/** Opens a serial port. @throws GatewayError CONNECTION_FAILED or ABORTED. */
export const openSerialPort = async (config: RtuConfig, signal: AbortSignal): Promise<Duplex> => {
  const { SerialPort } = await import('serialport');
  const { path, baudRate, dataBits, parity, stopBits } = config;
  const port = new SerialPort({ path, baudRate, dataBits, parity, stopBits, autoOpen: false });
  port.open();
  return whenOpen(port, { name: path, event: 'open', timeoutMs: openTimeoutMs, signal });
};

/** Connects to a converter between TCP and a serial line. @throws GatewayError CONNECTION_FAILED or ABORTED. */
export const openConverter = (config: RtuOverTcpConfig, signal: AbortSignal): Promise<Duplex> => {
  const { host, port, connectTimeoutMs } = config;
  const socket = connectSocket({ host, port, noDelay: true, keepAlive: true });
  const name = `${host}:${port}`;
  return whenOpen(socket, { name, event: 'connect', timeoutMs: connectTimeoutMs, signal });
};

type WhenOpen = {
  readonly name: string;
  readonly event: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
};

const whenOpen = (stream: Duplex, options: WhenOpen): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const { name, event, timeoutMs, signal } = options;
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      stream.off(event, onOpen);
      stream.off('error', onError);
    };
    const fail = (error: GatewayError): void => {
      settle();
      // An error that follows the first belongs to the same failure.
      stream.on('error', () => undefined);
      stream.destroy();
      reject(error);
    };
    const onOpen = (): void => {
      settle();
      resolve(stream);
    };
    const onError = (cause: Error): void =>
      fail(
        new GatewayError('CONNECTION_FAILED', `${name}: ${cause.message}`, {
          retryable: true,
          cause,
        }),
      );
    const onAbort = (): void =>
      fail(new GatewayError('ABORTED', `${name}: stopped while opening`, { retryable: false }));
    const timer = setTimeout(() => {
      const message = `${name}: not open in ${timeoutMs} ms`;
      fail(new GatewayError('CONNECTION_FAILED', message, { retryable: true }));
    }, timeoutMs);
    stream.once(event, onOpen);
    stream.once('error', onError);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
