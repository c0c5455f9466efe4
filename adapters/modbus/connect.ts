import { GatewayError } from '../../gateway/core/error.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { ModbusConfig } from './modbus-config.ts';
import { connectTcp } from './tcp-transport.ts';
import type { Transport } from './transport.ts';

/** Opens what the entry's `transport` describes. */
export const openTransport = (
  { transport }: ModbusConfig,
  context: SourceContext,
): Promise<Transport> => {
  const { signal } = context;
  const count = (name: string, delta: number): void => context.count(name, delta);
  switch (transport.type) {
    case 'tcp':
      return connectTcp({ ...transport, signal, count });
    default:
      throw new GatewayError('UNAVAILABLE', 'not yet', { retryable: false });
  }
};
