import {
  inverterCount,
  lineRegisters,
  seamAddress,
  seamPeriodMs,
  seamRegisters,
} from '../plant-signals.ts';

const text = (words: string): object => ({ en: words, zh: words });

const point = (name: string, address: number, more: object): object => ({
  point: name,
  address,
  description: text(name),
  ...more,
});

const two = (number: number): string => String(number).padStart(2, '0');

const seams = Array.from({ length: 20 }, (_, index) => ({
  equipment: `${index < 10 ? 'f' : 'b'}${two((index % 10) + 1)}`,
  address: seamAddress + index * seamRegisters,
}));

/**
 * The line of plant-signals.ts, with the deadbands that the profiles of the product have: 20 seams of ten channels at 50 Hz, and the line itself at 10 Hz.
 */
const lineProfile = {
  profile: 'bench-line',
  version: 1,
  title: text('Welding line of the benches'),
  testedOn: 'simulator',
  blocks: [
    {
      name: 'signals',
      class: 'weld_seam',
      periodMs: seamPeriodMs,
      instances: seams,
      points: [
        point('current', 0, { type: 'u16', scale: 0.1, unit: 'A', decimals: 1, deadband: 1 }),
        point('voltage', 1, { type: 'u16', scale: 0.01, unit: 'V', decimals: 2, deadband: 0.1 }),
        point('wireFeedSpeed', 2, {
          type: 'u16',
          scale: 0.01,
          unit: 'm/min',
          decimals: 2,
          deadband: 0.05,
        }),
        point('gasFlow', 3, {
          type: 'u16',
          scale: 0.01,
          unit: 'L/min',
          decimals: 2,
          deadband: 0.1,
        }),
        point('offsetY', 4, { type: 'i16', scale: 0.01, unit: 'mm', decimals: 2, deadband: 0.05 }),
        point('offsetZ', 5, { type: 'i16', scale: 0.01, unit: 'mm', decimals: 2, deadband: 0.05 }),
        point('confidence', 6, {
          type: 'u16',
          scale: 0.001,
          unit: '1',
          decimals: 3,
          deadband: 0.01,
        }),
        point('arcPower', 7, { type: 'u16', unit: 'W', decimals: 0, deadband: 20 }),
        point('arcOn', 8, { type: 'bit', bit: 0 }),
        point('seamFound', 8, { type: 'bit', bit: 1 }),
      ],
    },
    {
      name: 'line',
      class: 'weld_line',
      periodMs: 100,
      instances: [{ equipment: 'line', address: 0 }],
      points: [
        point('stamp.high', 0, { type: 'u16' }),
        point('stamp.middle', 1, { type: 'u16' }),
        point('stamp.low', 2, { type: 'u16' }),
        point('travelSpeed', 3, {
          type: 'u16',
          scale: 0.001,
          unit: 'm/min',
          decimals: 3,
          deadband: 0.002,
        }),
        point('panelPosition', 4, { type: 'u16', unit: 'mm', decimals: 0, deadband: 1 }),
        ...Array.from({ length: lineRegisters - 5 }, (_, index) =>
          point(`deformation.z.${two(index + 1)}`, 5 + index, {
            type: 'i16',
            scale: 0.01,
            unit: 'mm',
            decimals: 2,
            deadband: 0.02,
          }),
        ),
      ],
    },
  ],
};

/** 60 values of an inverter once a second; 50 of them are the 3 000 values of the park. */
export const inverterProfile = {
  profile: 'bench-inverter',
  version: 1,
  title: text('Inverter of the benches'),
  testedOn: 'simulator',
  blocks: [
    {
      name: 'signals',
      class: 'pv_inverter',
      periodMs: 1000,
      instances: [{ address: 0 }],
      points: [
        point('energyTotal', 0, { type: 'u32', kind: 'counter', unit: 'Wh', decimals: 0 }),
        point('power', 2, { type: 'u16', scale: 10, unit: 'W', decimals: 0, deadband: 100 }),
        point('frequency', 3, {
          type: 'u16',
          scale: 0.01,
          unit: 'Hz',
          decimals: 2,
          deadband: 0.02,
        }),
        point('cabinetTemperature', 4, {
          type: 'u16',
          scale: 0.1,
          unit: 'Cel',
          decimals: 1,
          deadband: 0.5,
        }),
        ...Array.from({ length: 56 }, (_, place) =>
          place % 2 === 0
            ? point(`current${two(place / 2)}`, 5 + place, {
                type: 'u16',
                scale: 0.01,
                unit: 'A',
                deadband: 0.1,
              })
            : point(`voltage${two((place - 1) / 2)}`, 5 + place, {
                type: 'u16',
                scale: 0.1,
                unit: 'V',
                deadband: 1,
              }),
        ),
      ],
    },
  ],
};

const meterProfile = {
  profile: 'bench-meter',
  version: 1,
  title: text('Grid meter of the benches'),
  testedOn: 'simulator',
  blocks: [
    {
      name: 'signals',
      class: 'meter',
      periodMs: 1000,
      instances: [{ address: 0 }],
      points: [
        point('energyImport', 0, { type: 'u32', kind: 'counter', unit: 'Wh', decimals: 0 }),
        point('energyExport', 2, { type: 'u32', kind: 'counter', unit: 'Wh', decimals: 0 }),
      ],
    },
  ],
};

export const plantProfiles = [lineProfile, inverterProfile, meterProfile];

const seamKpis = ['heatInput', 'trackingRms', 'trackingP95', 'trackingMax', 'arcOnRatio'];
const lineKpis = ['travelSpeedMean', 'deformationMax'];
const parkKpis = ['pvEnergy', 'gridImport', 'gridExport', 'selfConsumption', 'avoidedCo2'];

export const plantKpis = [
  ...seamKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/*' })),
  ...lineKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/line' })),
  ...parkKpis.map((kpi) => ({ kpi, equipment: 'park/energy/site' })),
];

/** Seams at 50 Hz, the line at 10 Hz and 50 inverters at 1 Hz. */
export const plantFramesPerSecond = 20 * 50 + 10 + inverterCount + 1;
export const plantSamplesPerSecond = 20 * 10 * 50 + lineRegisters * 10 + 60 * inverterCount + 2;

/** Two connections: the PLC, and the inverters behind their gateway. */
export const plantSources = (port: number): readonly object[] => {
  const transport = { type: 'tcp', host: '127.0.0.1', port };
  return [
    {
      id: 'plc',
      kind: 'modbus',
      transport: { ...transport, maxInFlight: 4 },
      devices: [
        {
          unitId: 100,
          profile: 'bench-line',
          area: 'welding',
          line: 'mpm01',
          maxInFlight: 4,
        },
      ],
    },
    {
      id: 'park',
      kind: 'modbus',
      transport: { ...transport, maxInFlight: 8 },
      devices: [
        ...Array.from({ length: inverterCount }, (_, index) => ({
          unitId: index + 1,
          profile: 'bench-inverter',
          ...{ area: 'park', line: 'pv', equipment: `inv${two(index + 1)}` },
        })),
        { unitId: 101, profile: 'bench-meter', area: 'park', line: 'meters', equipment: 'grid' },
      ],
    },
  ];
};

/** The same reads for the naive gateway. */
export const plantReads = (port: number): readonly object[] => [
  { port, unitId: 100, address: seamAddress, count: 90, periodMs: seamPeriodMs },
  { port, unitId: 100, address: seamAddress + 90, count: 90, periodMs: seamPeriodMs },
  { port, unitId: 100, address: 0, count: lineRegisters, periodMs: 100 },
  ...Array.from({ length: inverterCount }, (_, index) => ({
    port,
    unitId: index + 1,
    address: 0,
    count: 61,
    periodMs: 1000,
  })),
];
