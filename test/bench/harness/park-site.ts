/** A large park of the devices in c/devices.c, which answer at any unit id: 310 of them behind six connections. */
import { inverterProfile } from './plant-site.ts';

const text = (words: string): object => ({ en: words, zh: words });

const signal = (name: string, address: number, unit: string, more: object = {}): object => ({
  ...{ point: name, address, type: 'u16', unit, deadband: 2, description: text(name), ...more },
});
/** Of a register that c/devices.c lets rise: 0 is the upper half of the time, 3 to 9 are seconds. */
const counter = (name: string, address: number, more: object): object => ({
  ...{ point: name, address, kind: 'counter', unit: 'Wh', description: text(name), ...more },
});
const long = { type: 'u32' };
const short = { type: 'u16', rolloverAt: 65_536 };

const profile = (name: string, equipmentClass: string, points: readonly object[]) => ({
  profile: `bench-park-${name}`,
  ...{ version: 1, title: text(`${name} of a large park`), testedOn: 'simulator' },
  blocks: [
    { name: 'signals', class: equipmentClass, periodMs: 1000, instances: [{ address: 0 }], points },
  ],
});

const meterProfile = profile('meter', 'meter', [
  counter('energyImport', 0, long),
  counter('energyExport', 3, short),
  signal('power', 10, 'W', { scale: 10 }),
  signal('reactivePower', 11, 'var', { scale: 10 }),
  signal('frequency', 12, 'Hz', { scale: 0.001 }),
  ...['L1', 'L2', 'L3'].flatMap((phase, index) => [
    signal(`voltage${phase}`, 13 + index, 'V', { scale: 0.01 }),
    signal(`current${phase}`, 16 + index, 'A', { scale: 0.01 }),
  ]),
  signal('powerFactor', 19, '1', { scale: 0.00001 }),
]);

const chargerProfile = profile('charger', 'charger', [
  counter('energyTotal', 0, long),
  counter('sessionEnergy', 4, short),
  signal('power', 10, 'W'),
  signal('status', 11, '1'),
  signal('connectorType', 12, '1'),
  signal('stateOfCharge', 13, '%', { scale: 0.001 }),
]);

export const parkProfiles = [inverterProfile, meterProfile, chargerProfile];

/** Points of each, and how many there are. */
export const parkSamplesPerSecond = 50 * 60 + 200 * 12 + 60 * 6;
export const parkReadsPerSecond = 50 + 200 + 60;

export const parkKpis = [
  ...['pvEnergy', 'gridImport', 'gridExport', 'selfConsumption', 'avoidedCo2', 'gridDemand'],
  ...['gridDemandPeak', 'energyQuarter', 'energyFlows', 'energySaved', 'balanceResidual'],
  ...['meterSuspect', 'selfSufficiency', 'frequencyQuality', 'chargerUtilisation'],
].map((kpi) => ({
  ...{ kpi, equipment: 'park/energy/site' },
  ...(kpi === 'chargerUtilisation' ? { parameters: { ratedPowerKw: 60 } } : {}),
}));

const numbered = (prefix: string, index: number): string =>
  `${prefix}${String(index + 1).padStart(3, '0')}`;
/** Those that KPIs look for by name. */
const feeders = ['grid', 'load', 'ev', 'pv'];

const bus = (
  id: string,
  port: number,
  devices: readonly { readonly profile: string; readonly line: string; readonly name: string }[],
): object => ({
  ...{ id, kind: 'modbus' },
  transport: { type: 'tcp', host: '127.0.0.1', port, maxInFlight: 8 },
  devices: devices.map(({ profile: named, line, name }, index) => ({
    ...{ unitId: index + 1, profile: named, area: 'park', line, equipment: name },
  })),
});

const listOf = (count: number, named: string, line: string, nameOf: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => ({ profile: named, line, name: nameOf(index) }));

/** Inverters and chargers behind a gateway each, meters behind four. */
export const parkSources = (port: number): readonly object[] => [
  bus(
    'pv',
    port,
    listOf(50, 'bench-inverter', 'pv', (index) => numbered('inv', index)),
  ),
  ...Array.from({ length: 4 }, (_, group) =>
    bus(
      `meters${group + 1}`,
      port,
      listOf(50, 'bench-park-meter', 'meters', (index) =>
        group === 0 ? (feeders[index] ?? numbered('m', index)) : numbered('m', 50 * group + index),
      ),
    ),
  ),
  bus(
    'chargers',
    port,
    listOf(60, 'bench-park-charger', 'chargers', (i) => numbered('ch', i)),
  ),
];

/** The same reads for the naive gateway. */
export const parkReads = (port: number): readonly object[] => {
  const reads = (devices: number, count: number): readonly object[] =>
    Array.from({ length: devices }, (_, index) => ({
      ...{ port, unitId: (index % 50) + 1, address: 0, count, periodMs: 1000 },
    }));
  return [...reads(50, 61), ...reads(200, 20), ...reads(60, 14)];
};
