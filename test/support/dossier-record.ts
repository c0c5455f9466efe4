import type { PanelProduction } from '../../gateway/production/panel-production.ts';
import type { ColumnStatistics } from '../../gateway/records/bin-statistics.ts';
import type { BinTable } from '../../gateway/records/bins-file.ts';
import type {
  PanelRecord,
  RecordedResult,
  RecordedSeam,
} from '../../gateway/records/panel-record.ts';
import type { ChainedRecord } from '../../gateway/records/protocol.ts';
import type { DossierInput } from '../../gateway/reports/panel-dossier/dossier-input.ts';
import { seamPath } from '../../gateway/reports/panel-dossier/seam-path.ts';

/** 2026-03-02 08:00 in Shanghai. */
const startMs = Date.UTC(2026, 2, 2);
const minuteMs = 60_000;
const good = 0;
const uncertain = 0x4000_0000;
const badNoData = 0x809b_0000;

const result = (
  point: string,
  unit: string,
  value: number | string | null,
  status = value === null ? badNoData : good,
): RecordedResult => ({ point, unit, value, status, coverage: 0.987, timeMs: startMs });

/** Statistics whose numbers nobody confuses: `base` tells the column, the seam the digits behind. */
const statistics = (point: string, unit: string, mean: number): ColumnStatistics => ({
  ...{ point, unit, count: 100, uncertain: 0, sum: 100 * mean, mean },
  ...{ deviation: 0.01 * mean, minimum: 0.9 * mean, maximum: 1.1 * mean },
});

const columns = [
  ['current.mean', 'A', 228],
  ['current.minimum', 'A', 221],
  ['current.maximum', 'A', 236],
  ['voltage.mean', 'V', 25.9],
  ['voltage.minimum', 'V', 25.1],
  ['voltage.maximum', 'V', 26.6],
  ['wireFeedSpeed.mean', 'm/min', 7],
  ['gasFlow.mean', 'L/min', 18],
  ['gasFlow.minimum', 'L/min', 17.5],
  ['gap.mean', 'mm', 0.15],
  ['gap.maximum', 'mm', 0.4],
  ['heatInput', 'kJ/mm', 0.3551],
] as const;

const seamOf = (seam: string, index: number): RecordedSeam => ({
  seam,
  results: [
    result('weldLength', 'm', 17.9 + index / 1000),
    result('arcEnergyPerLength', 'kJ/mm', 0.44 + index / 10_000),
    result('heatInput', 'kJ/mm', 0.352 + index / 10_000),
    result('wpsConformance', '%', 99 + index / 1000, index === 3 ? uncertain : good),
    result('trackingRms', 'mm', 0.15 + index / 1000),
    result('trackingP95', 'mm', 0.25 + index / 1000),
    result('trackingMax', 'mm', 0.5 + index / 1000),
    result('seamLostLength', 'mm', index === 2 ? 100.1 : 0),
    result('arcInterruptions', '1', index === 6 ? 1 : 0),
    result('arcStabilityNow', '%', null),
  ],
  bins: {
    rows: 100 + index,
    sha256: String(index).padStart(2, '0').repeat(32),
    statistics: columns.map(([name, unit, mean]) =>
      statistics(`bin.${name}`, unit, mean * (1 + index / 1000)),
    ),
  },
});

export const seamNames: readonly string[] = ['b', 'f'].flatMap((face) =>
  Array.from({ length: 10 }, (_, index) => `${face}${String(index + 1).padStart(2, '0')}`),
);

export const production: PanelProduction = {
  order: {
    orderId: 'JO-2026-118',
    definition: {
      drawing: { number: 'DWG-7731', revision: 'C' },
      ...{ project: '某电厂 2 号锅炉', boilerNo: 'B-0402', quantity: 14 },
      ...{ plannedStartMs: startMs, plannedEndMs: startMs + 600 * minuteMs },
      ...{ plannedRunTimePerItemMin: 25, wpsNo: 'WPS-118' },
    },
    released: { timeMs: startMs - 60 * minuteMs, by: 'scheduler', who: null },
    started: { timeMs: startMs - minuteMs, by: 'hand', who: '李工' },
    scheduling: [],
  },
  panel: {
    serial: 'SN-4471',
    lengthMm: 18_000,
    widthMm: 338,
    tubeCount: 6,
    finCount: 5,
    offCutId: 'OC-31',
  },
  materials: {
    tubes: Array.from({ length: 6 }, (_, index) => ({
      ...{ position: index + 1, heatNo: `HT-90${index}`, grade: '20G', size: '38x5' },
      certificate: `MTC-55${index}`,
      ...(index === 0 ? { pmi: 'PMI-9 Cr 1.02 %' } : {}),
    })),
    fins: Array.from({ length: 5 }, (_, index) => ({
      ...{ position: index + 1, heatNo: `FN-70${index}`, grade: 'Q235B', size: '22x6' },
    })),
    movements: [
      {
        ...{ timeMs: startMs, movement: 'issue', material: 'wire', massKg: 27.966 },
        lot: 'SPOOL-A1',
      },
      {
        ...{ timeMs: startMs, movement: 'issue', material: 'tube', massKg: 439.468 },
        lot: 'HT-900',
      },
    ],
  },
  consumables: {
    wires: [
      {
        ...{ spoolId: 'SPOOL-A1', seam: 'F01', changePositionMm: 4321, diameterMm: 1.2 },
        ...{ classification: 'ER50-6', lot: 'WL-338' },
      },
    ],
    gases: [{ batch: 'GAS-2291', mix: 'M21' }],
    fluxes: [{ lot: 'FLX-12', bakeRecord: 'BAKE-77' }],
  },
  procedure: {
    ...{ wpsNo: 'WPS-118', revision: '3', wpqrNo: 'PQR-0451', process: '135', position: 'PB' },
    ...{ jointType: 'fillet', polarity: 'DC+', preheatMinimumCelsius: 120 },
    ...{ interpassMaximumCelsius: 300, postWeldHeatTreatment: '620 °C, 1 h', mostRepairs: 2 },
    bands: [{ parameter: 'current', unit: 'A', minimum: 205, maximum: 251 }],
  },
  personnel: [
    {
      ...{ id: '焊工-0031', role: 'operator', qualification: 'ISO 14732-Q88' },
      expires: '2027-05-31',
    },
  ],
  equipment: [
    {
      id: 'PS-2231',
      role: 'power source',
      calibrationDue: '2026-11-30',
      softwareVersion: 'FW 4.2',
    },
  ],
  transfers: [
    {
      ...{ timeMs: startMs + 30 * minuteMs, mode: 'other', means: 'AGV-7', distanceM: 112.5 },
      ...{ from: 'MPM01', to: 'QC-2' },
    },
  ],
  inspections: [
    {
      ...{ timeMs: startMs + 60 * minuteMs, method: 'VT', result: 'rejected' },
      ...{ standard: 'ISO 5817-B', seam: 'F07', positionMm: 6030, value: null, unit: null },
      ...{ ncr: 'NCR-015', who: '王检' },
    },
    {
      ...{ timeMs: startMs + 61 * minuteMs, method: 'leg', result: 'accepted', standard: null },
      ...{ seam: 'F01', positionMm: 9000, value: 4.25, unit: 'mm', ncr: null, who: '王检' },
      ...{ lengthMm: 350, corrects: 'VT-88' },
    },
  ],
  repairs: [
    {
      ...{ timeMs: startMs + 90 * minuteMs, ncr: 'NCR-015', seam: 'F07', positionMm: 6030 },
      ...{ lengthMm: 57, wpsNo: 'WPS-R2', who: '焊工-0044', reinspection: 'accepted' },
    },
  ],
  disposition: {
    ...{ timeMs: startMs + 120 * minuteMs, status: 'released', who: '陈工', reason: null },
    netMassKg: 559.86,
  },
  machineResults: [
    {
      ...{ timeMs: startMs + 23 * minuteMs, resultId: 'R-77/B03', seam: 'B03', isSimulated: true },
      ...{ evaluation: 'notOk', source: 'welder-opcua' },
    },
  ],
  marks: [{ code: 'calibration-overdue', subject: 'VIS-09' }],
  missing: ['drawing-revision', 'deformation-map'],
  messages: [{ source: 'mes-1', id: 'm-77120' }],
};

/** A record that has everything, with values that differ from each other. */
export const fullRecord = (): PanelRecord => ({
  ...{ format: 'seamwatt-panel-record', version: 2, simulated: true, panelId: 'PANEL-0815' },
  line: 'acme/dam/welding/mpm01',
  time: {
    startMs,
    endMs: startMs + 22.5 * minuteMs,
    closedMs: startMs + 25 * minuteMs,
    closedBy: 'next-panel',
  },
  positionMm: { first: 0, minimum: 0, maximum: 18_002 },
  journal: { firstSeq: 12_345, lastSeq: 678_901 },
  configurations: [{ configurationId: 'c'.repeat(64), programId: 'd'.repeat(64) }],
  gatewayVersions: ['0.1.0'],
  timeSync: [
    {
      ...{ source: 'line-plc', device: 'unit 1', seenMs: startMs + 22 * minuteMs },
      ...{ skewMs: -87, leastSkewMs: -1210, mostSkewMs: 43 },
    },
  ],
  seams: seamNames.map(seamOf),
  results: [
    { equipment: 'line', ...result('panelEnergy', 'kWh', 60.265) },
    { equipment: 'line', ...result('panelWireMass', 'kg', 27.966) },
    { equipment: 'line', ...result('panelGasVolume', 'm3', 8.1) },
    { equipment: 'line', ...result('panelCarbon.electricity', 'kg', 20.574) },
    { equipment: 'line', ...result('panelCarbon.gas', 'kg', 2.668) },
    { equipment: 'line', ...result('panelCarbon.gridOnly', 'kg', 37.394) },
    { equipment: 'line', ...result('deformation', 'mm', 3.45) },
    { equipment: 'line', ...result('deformation.margin', 'mm', 2.55) },
    { equipment: 'line', ...result('heatBalanceNow', '%', null) },
    { equipment: 'line', ...result('ownPoint', 'Cel', 44.3, uncertain) },
  ],
  events: [
    {
      ...{ seq: 20_000, timeMs: startMs + 5 * minuteMs, positionMm: 4012, code: 'source-lost' },
      ...{ severity: 'error', subject: 'line-plc', details: {} },
      text: { en: 'line-plc does not answer', zh: 'line-plc 没有应答' },
    },
  ],
  marks: [
    { code: 'seam-missing', subject: 'b04' },
    { code: 'position-backwards', count: 2, mostMm: 7.5 },
  ],
  deformation: {
    positionMm: Array.from({ length: 360 }, (_, index) => 50 * index),
    heightsMm: Array.from({ length: 360 }, (_, index) => [
      ...[-1, 0, 1, null].map((part) =>
        part === null ? null : part * 0.2 - 2 * Math.sin((Math.PI * index) / 360),
      ),
    ]),
  },
  methods: [
    {
      kpi: 'arcEnergy',
      equipment: 'welding/mpm01/*',
      parameters: { process: '135', method: 'C' },
    },
    {
      ...{ kpi: 'wpsConformance', equipment: 'welding/mpm01/*' },
      parameters: { wps: 'WPS-118 rev 3', bands: { current: { minimum: 205, maximum: 251 } } },
    },
    {
      ...{ kpi: 'panelCarbon', equipment: 'welding/mpm01/line' },
      // Nobody gave a factor for the fins.
      parameters: {
        materials: {
          tube: { value: 2.5, source: 'EPD S-P-01234', isPrimary: true },
          wire: { value: 2.6, source: '假设值 assumed' },
          gas: { value: 0.3, source: 'assumed' },
        },
      },
    },
  ],
  production,
});

export const chained = (record = fullRecord()): ChainedRecord => ({
  ...{ number: 42, id: 'PANEL-0815', key: 'acme/dam/welding/mpm01@1#12345', revision: 2 },
  ...{ revisions: 3, reason: 'production-told', record },
  ...{ contentHash: 'a1'.repeat(32), previousHash: 'b2'.repeat(32), hash: 'e3'.repeat(32) },
});

/** Bins of a seam of 18 m, 10 mm each, some of them not as they should be. */
export const binsOf = (
  faults: readonly {
    readonly kind: 'noArc' | 'lost' | 'hot';
    readonly fromMm: number;
    readonly toMm: number;
  }[] = [],
  rows = 1800,
): BinTable => {
  const isIn = (row: number, kind: string): boolean =>
    faults.some(
      (fault) => fault.kind === kind && 10 * row >= fault.fromMm && 10 * row < fault.toMm,
    );
  const column = (point: string, unit: string, value: (row: number) => number) => ({
    ...{ point, unit, status: new Uint32Array(rows) },
    values: Float32Array.from({ length: rows }, (_, row) => value(row)),
  });
  return {
    timeMs: Float64Array.from({ length: rows }, (_, row) => startMs + 750 * row),
    columns: [
      column('bin.position', 'mm', (row) => 10 * row),
      column('bin.length', 'mm', () => 10),
      column('bin.arcOnLength', 'mm', (row) => (isIn(row, 'noArc') ? 0 : 10)),
      column('bin.lostLength', 'mm', (row) => (isIn(row, 'lost') ? 10 : 0)),
      column('bin.heatInput', 'kJ/mm', (row) => (isIn(row, 'hot') ? 0.5 : 0.355)),
    ],
  };
};

export const fullInput = (language: 'zh' | 'en', record = fullRecord()): DossierInput => ({
  ...{ chained: chained(record), language, timeZone: 'Asia/Shanghai' },
  paths: seamNames.map((seam) =>
    seamPath(
      seam,
      binsOf(
        seam === 'f07'
          ? [
              { kind: 'noArc', fromMm: 6000, toMm: 6060 },
              { kind: 'lost', fromMm: 7770, toMm: 7790 },
            ]
          : [],
      ),
      18_002,
    ),
  ),
});
