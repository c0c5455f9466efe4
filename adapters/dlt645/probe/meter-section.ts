import { stringify } from 'yaml';
import type { TransportConfig } from '../dlt645-config.ts';
import type { FoundMeter } from './examine-meter.ts';

/** The entry of `sources` for what was found; the place of each meter in the plant is to be put in. */
export const meterSection = (transport: TransportConfig, meters: readonly FoundMeter[]): string => {
  const entry = {
    sources: [
      {
        id: 'dlt645',
        kind: 'dlt645',
        transport: transportOf(transport),
        devices: meters.map(deviceOf),
      },
    ],
  };
  const head = [
    '# A part of a site file: put in where each meter stands, and check the ratios of its transformers against its plate',
    '# and its bill: what a meter tells of them is what somebody once told it (docs/dlt645.md).',
  ];
  return `${head.join('\n')}\n${stringify(entry, { lineWidth: 110 })}`;
};

const transportOf = (transport: TransportConfig): Record<string, unknown> => {
  if (transport.type === 'tcp') {
    const { type, host, port, baudRate } = transport;
    return { type, host, port, baudRate };
  }
  const { type, path, baudRate, dataBits, parity, stopBits } = transport;
  return { type, path, baudRate, dataBits, parity, stopBits };
};

const deviceOf = (meter: FoundMeter): Record<string, unknown> => {
  const { address, isThreePhase, currentRatio, voltageRatio } = meter;
  return {
    address,
    profile: isThreePhase ? 'dlt645-three-phase' : 'dlt645-single-phase',
    area: 'area',
    line: 'line',
    equipment: `meter${address.slice(-4)}`,
    ...(currentRatio === undefined || currentRatio === 1 ? {} : { currentRatio }),
    ...(voltageRatio === undefined || voltageRatio === 1 ? {} : { voltageRatio }),
  };
};
