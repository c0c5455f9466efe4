import { openConverter, openSerialPort } from '../shared/serial-line.ts';
import type { TransportConfig } from './dlt645-config.ts';
import { MeterLine } from './meter-line.ts';

/**
 * Opens what the entry's `transport` describes.
 *
 * @throws GatewayError CONNECTION_FAILED or ABORTED.
 */
export const openMeterLine = async (
  transport: TransportConfig,
  options: { readonly signal: AbortSignal; count(name: string, delta: number): void },
): Promise<MeterLine> => {
  const { signal, count } = options;
  const { drainMs, gapMs, wakeUpBytes } = transport;
  const line =
    transport.type === 'serial'
      ? await openSerialPort(transport, signal)
      : await openConverter(transport, signal);
  return new MeterLine({ line, drainMs, gapMs, wakeUpBytes, count });
};
