import { openConverter, openSerialPort, type SerialLine } from '../shared/serial-line.ts';
import { GapTransport } from './gap-transport.ts';
import type { ModbusConfig, TransportConfig } from './modbus-config.ts';
import { frameSilenceMs } from './plan-report.ts';
import { RtuPort } from './rtu-port.ts';
import { connectTcp } from './tcp-transport.ts';
import type { Transport, TransportCount } from './transport.ts';

/**
 * Opens what the entry's `transport` describes.
 *
 * @throws GatewayError CONNECTION_FAILED or ABORTED.
 */
export const openTransport = async (
  { transport }: Pick<ModbusConfig, 'transport'>,
  options: { readonly signal: AbortSignal; readonly count: TransportCount },
): Promise<Transport> => {
  const opened = await open(transport, options);
  return transport.gapMs === 0 ? opened : new GapTransport(opened, transport.gapMs);
};

const open = async (
  transport: TransportConfig,
  { signal, count }: { readonly signal: AbortSignal; readonly count: TransportCount },
): Promise<Transport> => {
  switch (transport.type) {
    case 'tcp':
      return connectTcp({ ...transport, signal, count });
    case 'rtu':
      return overLine(transport, { line: await openSerialPort(transport, signal), count });
    case 'rtu-over-tcp':
      return overLine(transport, { line: await openConverter(transport, signal), count });
  }
};

const overLine = async (
  config: Exclude<TransportConfig, { readonly type: 'tcp' }>,
  options: { readonly line: SerialLine; readonly count: TransportCount },
): Promise<Transport> => {
  // Loaded only by sites with a serial line.
  const { SerialTransport } = await import('./serial-transport.ts');
  return new SerialTransport({
    port: new RtuPort(options.line),
    frameSilenceMs: frameSilenceMs(config.baudRate),
    drainMs: config.drainMs,
    count: options.count,
  });
};
