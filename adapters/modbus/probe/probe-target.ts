import { GatewayError, toGatewayError } from '../../../gateway/core/error.ts';
import type { ProbeValues } from '../../shared/probe-options.ts';
import { type TransportConfig, transportSchema } from '../modbus-config.ts';

/** As other programs write a Modbus TCP address. */
const tcpSchemes = /^(?:tcp|modbus|modbus\+tcp|modbus-tcp):\/\//i;
const converterScheme = /^(?:rtu\+tcp|rtu-over-tcp):\/\//i;
const serialPath = /^(?:\/|COM\d)/;
/** Most reads that a probe ever has under way. */
export const mostInFlight = 16;

export const serialOptions = ['baud', 'parity', 'stop-bits', 'data-bits'] as const;

/**
 * How a device is reached: HOST[:PORT], a serial port, or rtu+tcp://HOST:PORT for a converter.
 *
 * @throws GatewayError CONFIG_INVALID for what is none of them.
 */
export const targetTransport = (target: string, values: ProbeValues = {}): TransportConfig => {
  try {
    return transportSchema.parse(describe(target, values));
  } catch (error) {
    const words = {
      en: `found ${JSON.stringify(target)}, expected HOST[:PORT], a serial port or rtu+tcp://HOST:PORT`,
      zh: `目标 ${JSON.stringify(target)} 无效，应为 主机[:端口]、串口或 rtu+tcp://主机:端口`,
    };
    throw toGatewayError(
      new GatewayError('CONFIG_INVALID', words, { retryable: false, cause: error }),
      {
        code: 'CONFIG_INVALID',
        retryable: false,
        message: words.en,
      },
    );
  }
};

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text);

const describe = (target: string, values: ProbeValues): Record<string, unknown> => {
  if (serialPath.test(target)) {
    return {
      type: 'rtu',
      path: target,
      baudRate: numberOf(values['baud']),
      parity: values['parity'],
      stopBits: numberOf(values['stop-bits']),
      dataBits: numberOf(values['data-bits']),
    };
  }
  const isConverter = converterScheme.test(target);
  const url = new URL(`modbus://${target.replace(isConverter ? converterScheme : tcpSchemes, '')}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? undefined : Number(url.port);
  if (isConverter) return { type: 'rtu-over-tcp', host, port, baudRate: numberOf(values['baud']) };
  return { type: 'tcp', host, port, maxInFlight: mostInFlight };
};

/** As people write it. */
export const placeOf = (transport: TransportConfig): string =>
  transport.type === 'rtu' ? transport.path : `${transport.host}:${transport.port}`;
