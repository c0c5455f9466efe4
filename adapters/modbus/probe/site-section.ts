import { stringify } from 'yaml';
import type { TransportConfig } from '../modbus-config.ts';
import type { ExaminedUnit } from './examine-unit.ts';

const defaultProfile = 'PROFILE';

/** The entry of `sources` for what was found; the profile of each device is to be put in, and its place in the plant. */
export const siteSection = (transport: TransportConfig, units: readonly ExaminedUnit[]): string => {
  const entry = {
    sources: [
      {
        id: 'modbus',
        kind: 'modbus',
        transport: transportOf(transport, units),
        devices: units.map(deviceOf),
      },
    ],
  };
  const head = [
    '# A part of a site file: put in the profile of each device (docs/adding-a-device.md) and where it stands.',
    ...units.flatMap(remarksOf),
  ];
  return `${head.join('\n')}\n${stringify(entry, { lineWidth: 110 })}`;
};

const smallest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const largest = (values: readonly (number | undefined)[]): number | undefined => {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};

const transportOf = (
  transport: TransportConfig,
  units: readonly ExaminedUnit[],
): Record<string, unknown> => {
  const gapMs = largest(units.map((unit) => unit.gapMs)) ?? 0;
  const rest = gapMs === 0 ? {} : { gapMs };
  switch (transport.type) {
    case 'tcp': {
      const { type, host, port } = transport;
      const inFlight = smallest(units.map((unit) => unit.inFlight)) ?? 1;
      const roundTripMs = largest(units.map((unit) => unit.roundTripMs)) ?? 2;
      return {
        type,
        host,
        port,
        maxInFlight: inFlight,
        roundTripMs: Math.max(1, Math.ceil(roundTripMs)),
        ...rest,
      };
    }
    case 'rtu': {
      const { type, path, baudRate, dataBits, parity, stopBits } = transport;
      return { type, path, baudRate, dataBits, parity, stopBits, ...rest };
    }
    case 'rtu-over-tcp': {
      const { type, host, port, baudRate } = transport;
      return { type, host, port, baudRate, ...rest };
    }
  }
};

const deviceOf = (unit: ExaminedUnit): Record<string, unknown> => {
  const { unitId, largestRead, inFlight } = unit;
  return {
    unitId,
    profile: defaultProfile,
    area: 'area',
    line: 'line',
    equipment: `unit${String(unitId).padStart(3, '0')}`,
    ...(inFlight === undefined || inFlight === 1 ? {} : { maxInFlight: inFlight }),
    ...(largestRead?.isLimit === true ? { limits: { maxRegisters: largestRead.registers } } : {}),
  };
};

const remarksOf = ({ unitId, sunSpec, wordOrder }: ExaminedUnit): readonly string[] => {
  const remarks: string[] = [];
  if (sunSpec !== undefined) {
    const who = `${sunSpec.manufacturer} ${sunSpec.model}`.trim();
    remarks.push(
      `# unit ${unitId}: SunSpec (${who}); \`seamwatt probe sunspec\` writes its profile`,
    );
  }
  if (wordOrder !== undefined && sunSpec === undefined) {
    const { order, certainty } = wordOrder;
    remarks.push(
      `# unit ${unitId}: order of words ${order}${certainty === 'known' ? '' : ', probably'}`,
    );
  }
  return remarks;
};
