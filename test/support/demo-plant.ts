import { type EntryBatch, frameEntry, originCodes } from '../../gateway/core/entry.ts';
import type { GroupSpec, RegisteredGroup } from '../../gateway/core/point.ts';
import type { HotPathProgram } from '../../gateway/hot-path/program.ts';
import { testGroup } from './entry-batch.ts';
import { compileTestSite } from './program-feed.ts';

const seamPeriodMs = 20;
/** Read often, so that what is done for one meter, or one weather station, is compiled like what is done for twenty seams. */
const meterPeriodMs = 20;
/** Short panels, so that everything that happens at one happens often. */
const panelSeconds = 100;

const seam = (equipment: string): GroupSpec =>
  testGroup({
    equipment,
    equipmentClass: 'weld_seam',
    periodMs: seamPeriodMs,
    channels: [
      { point: 'current', unit: 'A' },
      { point: 'voltage', unit: 'V' },
      { point: 'wireFeedSpeed', unit: 'm/min' },
      { point: 'gasFlow', unit: 'L/min' },
      { point: 'offsetY', unit: 'mm' },
      { point: 'offsetZ', unit: 'mm' },
      { point: 'gap', unit: 'mm' },
      { point: 'confidence', unit: '1' },
      { point: 'arcPower', unit: 'W' },
      { point: 'arcOn', kind: 'boolean' },
      { point: 'seamFound', kind: 'boolean' },
      { point: 'fault', kind: 'boolean' },
    ],
  });

const line = testGroup({
  equipment: 'line',
  equipmentClass: 'weld_line',
  periodMs: seamPeriodMs,
  channels: [
    { point: 'travelSpeed', unit: 'm/min' },
    { point: 'travelSpeedSet', unit: 'm/min' },
    { point: 'linePower', unit: 'kW' },
    { point: 'lineEnergy', kind: 'counter', unit: 'Wh' },
    { point: 'panelId', kind: 'string' },
    { point: 'panelPosition', unit: 'mm' },
    { point: 'deformation.x', unit: 'mm' },
    ...Array.from({ length: 12 }, (_, index) => ({
      point: `deformation.z.${String(index + 1).padStart(2, '0')}`,
      unit: 'mm',
    })),
  ],
});

const inverter = (equipment: string): GroupSpec =>
  testGroup({
    area: 'park',
    line: 'pv',
    equipment,
    equipmentClass: 'pv_inverter',
    periodMs: 1000,
    channels: [
      { point: 'power', unit: 'W' },
      { point: 'energyTotal', kind: 'counter', unit: 'Wh' },
      'status',
    ],
  });

const station = testGroup({
  area: 'park',
  line: 'weather',
  equipment: 'station',
  equipmentClass: 'weather_station',
  periodMs: meterPeriodMs,
  channels: [
    { point: 'planeIrradiance', unit: 'W/m2' },
    { point: 'moduleTemperature', unit: 'Cel' },
  ],
});

const meterOf = (equipment: string, periodMs: number): GroupSpec =>
  testGroup({
    ...{ area: 'park', line: 'meters', equipment, equipmentClass: 'meter', periodMs },
    channels: [
      { point: 'power', unit: 'W' },
      { point: 'reactivePower', unit: 'var' },
      { point: 'frequency', unit: 'Hz' },
      { point: 'voltage', unit: 'V' },
      { point: 'energyImport', kind: 'counter', unit: 'Wh' },
      { point: 'energyExport', kind: 'counter', unit: 'Wh' },
    ],
  });

const meter = meterOf('grid', meterPeriodMs);

const storage = testGroup({
  ...{ area: 'park', line: 'storage', equipment: 'bess01', equipmentClass: 'storage' },
  periodMs: 1000,
  channels: [
    { point: 'power', unit: 'W' },
    { point: 'stateOfCharge', unit: '%' },
    { point: 'energyCharge', kind: 'counter', unit: 'Wh' },
    { point: 'energyDischarge', kind: 'counter', unit: 'Wh' },
  ],
});

const charger = (equipment: string): GroupSpec =>
  testGroup({
    ...{ area: 'park', line: 'chargers', equipment, equipmentClass: 'charger', periodMs: 1000 },
    channels: [
      { point: 'status', kind: 'enum' },
      { point: 'energyTotal', kind: 'counter', unit: 'Wh' },
    ],
  });

const connection = testGroup({
  ...{ area: 'park', line: 'grid', equipment: 'connection', equipmentClass: 'meter' },
  periodMs: 1000,
  channels: [{ point: 'breakerClosed', kind: 'boolean' }],
});

/** Calendar and tariff; told once a second here, as nobody would. */
const billing = testGroup({
  ...{ area: 'park', line: 'energy', equipment: 'site', equipmentClass: 'park', name: 'billing' },
  periodMs: 1000,
  channels: [
    ...['monthStart', 'monthEnd', 'yearStart'].map((name) => `calendar.${name}`),
    ...['calendar.month', 'tariff.period', 'tariff.periodStart', 'tariff.price'],
    ...['tariff.highestPrice', 'tariff.lowestPrice', 'tariff.demandPrice', 'tariff.capacityPrice'],
  ].map((point) => ({
    point,
    unit: /Start$|End$/.test(point) ? 'ms' : '1',
  })),
});

const numbered = (prefix: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index + 1).padStart(2, '0')}`);

const parkKpis = [
  ...['pvEnergy', 'gridImport', 'gridExport', 'selfConsumption', 'avoidedCo2'],
  ...['gridDemand', 'gridDemandPeak', 'gridImportHour'],
  ...['energyQuarter', 'energyFlows', 'energySaved', 'selfSufficiency', 'selfSufficiencyPv'],
  ...[
    'balanceResidual',
    'meterSuspect',
    'meterChecks',
    'demandForecast',
    'maximumDemand',
    'loadFactor',
  ],
  ...['powerFactor', 'powerFactorMonth', 'energyCost', 'arbitrageMargin', 'savedProgress'],
  'frequencyQuality',
];
const hourly = { id: 'flat', values: new Array<number>(24).fill(0.5), source: 'none' };
const parkEntries = [
  ...parkKpis.map((kpi) => ({ kpi, equipment: 'park/energy/site' })),
  ...[
    { kpi: 'demandCharge', parameters: { capacityKva: 6300 } },
    { kpi: 'carbonPerArea', parameters: { areaM2: 126_500 } },
    { kpi: 'savedPerModule', parameters: { ratedPowerKwp: 5600 } },
    // Meters show the voltage of an arc here.
    ...['voltageQuality', 'gridConnection'].map((kpi) => ({
      kpi,
      parameters: { voltage: { nominal: 25.9 } },
    })),
    { kpi: 'chargerUtilisation', parameters: { ratedPowerKw: 60 } },
    { kpi: 'carbonFreeShare', parameters: { gridShare: hourly } },
    ...['avoidedCo2Hourly', 'importCo2Hourly'].map((kpi) => ({ kpi, parameters: { hourly } })),
  ].map((entry) => ({ ...entry, equipment: 'park/energy/site' })),
  ...['socCoulomb', 'sohMeasured', 'roundTripEfficiency', 'equivalentCycles'].map((kpi) => ({
    ...{ kpi, equipment: 'park/storage/bess01', parameters: { capacityKwh: 3000 } },
  })),
];
const photovoltaicKpis = [
  ...['pvReferenceYield', 'pvFinalYield', 'pvPerformanceRatio', 'pvPerformanceRatio25'],
  ...['pvExpectedPower', 'pvExpectedEnergy', 'pvPerformanceIndex', 'pvTechnicalAvailability'],
  ...['pvEnergyAvailability', 'pvClipping', 'pvCurtailment', 'pvSoilingRatio', 'pvLosses'],
];
const inverterKpis = ['inverterFinalYield', 'inverterPerformanceIndex', 'inverterAvailability'];
const photovoltaic = { ratedPowerKwp: 112, limitKw: 100, cleanPerformanceRatio25: 0.8 };
const seamKpis = [
  ...['heatInput', 'heatInputBin', 'trackingRms', 'trackingP95', 'trackingMax', 'arcOnRatio'],
  ...['arcCurrentMean', 'arcCurrentDeviation', 'arcEnergy', 'trackingBias', 'arcStability'],
  ...['arcStabilityNow', 'arcCurrentVariation', 'arcVoltageVariation', 'arcInterruptions'],
  ...['arcInterruptionsPerMetre', 'seamLostRatio', 'seamLostLength', 'legLength', 'throat'],
  ...['weldLength', 'wireMass', 'gasVolume'],
  ...['seamBins', 'spcCurrent', 'spcHeatInput'],
];
const lineKpis = [
  ...['travelSpeedMean', 'deformationMax', 'speedConformity', 'heatBalanceIndex'],
  ...['heatBalanceNow', 'panelWeldLength', 'panelWireMass', 'panelGasVolume', 'panelEnergy'],
  ...['weldingEnergy', 'panelEnergyDeviation', 'energyPerMetre', 'energyPerDeposit'],
  ...['wirePerMetre', 'gasPerMetre', 'deformation', 'deformationPrediction'],
];
const conformance = {
  kpi: 'wpsConformance',
  equipment: 'welding/mpm01/*',
  parameters: {
    variables: ['current', 'voltage', 'wireFeedSpeed', 'gasFlow', 'travelSpeed', 'arcEnergy'],
    bands: {
      current: { minimum: 205, maximum: 251 },
      voltage: { minimum: 24.7, maximum: 27.1 },
      wireFeedSpeed: { minimum: 6.5, maximum: 7.5 },
      gasFlow: { minimum: 15, maximum: 22 },
      travelSpeed: { minimum: 0.76, maximum: 0.84 },
      arcEnergy: { minimum: 0.38, maximum: 0.56 },
    },
  },
};

export type DemoPlant = {
  readonly program: HotPathProgram;
  readonly groups: readonly RegisteredGroup[];
  /** One second of the plant: seams, line, weather and grid meter at 50 Hz, all else of the park at 1 Hz. */
  readonly second: EntryBatch;
  readonly samplesPerSecond: number;
  /** Moves the batch on by one second, in place, with fresh registers and noise from the seed. */
  advance(): void;
};

/** The welding line and the park with all KPIs, and a batch that is used again and again. */
export const demoPlant = (seed: number, startMs: number): DemoPlant => {
  const { program, groups } = compileTestSite({
    groups: [
      ...[...numbered('f', 10), ...numbered('b', 10)].map(seam),
      line,
      ...numbered('inv', 50).map(inverter),
      ...['load', 'ev', 'pv'].map((name) => meterOf(name, 1000)),
      ...[storage, connection, billing],
      ...numbered('ch', 10).map(charger),
      station,
      meter,
    ],
    kpis: [
      ...seamKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/*' })),
      conformance,
      ...lineKpis.map((kpi) => ({ kpi, equipment: 'welding/mpm01/line' })),
      ...parkEntries,
      ...photovoltaicKpis.map((kpi) => ({
        ...{ kpi, equipment: 'park/energy/site', parameters: photovoltaic },
      })),
      ...inverterKpis.map((kpi) => ({ kpi, equipment: 'park/pv/*', parameters: photovoltaic })),
    ],
    calculated: [
      {
        equipment: 'park/meters/grid',
        point: 'importRate',
        unit: 'kW',
        expression: 'rate(energyImport)',
      },
    ],
  });
  const sources = groups.filter(({ producer }) => producer === 'plc');
  const fast = sources.slice(0, 21);
  const slow = sources.slice(21, -2);
  const frames: { readonly group: RegisteredGroup; readonly offsetMs: number }[] = [];
  for (let offsetMs = 0; offsetMs < 1000; offsetMs += seamPeriodMs) {
    for (const group of [...fast, ...sources.slice(-2)].reverse()) frames.push({ group, offsetMs });
  }
  for (const group of slow) frames.push({ group, offsetMs: 980 });
  const channels = frames.reduce((sum, { group }) => sum + group.channels.length, 0);
  const second = {
    length: frames.length,
    seq: Float64Array.from(frames, (_, index) => index),
    kind: new Uint8Array(frames.length).fill(frameEntry),
    group: Uint32Array.from(frames, ({ group }) => group.number),
    timeMs: Float64Array.from(frames, ({ offsetMs }) => startMs + offsetMs),
    receivedMs: Float64Array.from(frames, ({ offsetMs }) => startMs + offsetMs),
    origin: new Uint8Array(frames.length).fill(originCodes.source),
    revision: new Uint16Array(frames.length),
    offset: new Uint32Array(frames.length + 1),
    values: new Float64Array(channels),
    status: new Uint32Array(channels),
    records: [],
  };
  for (const [index, { group }] of frames.entries()) {
    second.offset[index + 1] = (second.offset[index] ?? 0) + group.channels.length;
  }
  const fill = plantValues(frames, second.values, seed);
  fill();
  return {
    program,
    groups,
    second,
    samplesPerSecond: channels,
    advance: () => {
      for (let index = 0; index < second.length; index++) {
        second.timeMs[index] = (second.timeMs[index] as number) + 1000;
      }
      fill();
    },
  };
};

/** Fills values by column: noise around nominal values, registers that count up, panels of 18 m. */
const plantValues = (
  frames: readonly { readonly group: RegisteredGroup; readonly offsetMs: number }[],
  values: Float64Array,
  seed: number,
): (() => void) => {
  const nominal: Record<string, readonly [number, number]> = {
    current: [228, 4],
    voltage: [25.9, 0.3],
    wireFeedSpeed: [7, 0.05],
    gasFlow: [18, 0.4],
    offsetY: [0, 0.24],
    offsetZ: [0, 0.2],
    gap: [0.15, 0.1],
    confidence: [0.95, 0.05],
    arcPower: [5920, 160],
    travelSpeed: [0.8, 0.005],
    travelSpeedSet: [0.8, 0],
    linePower: [160, 2],
    power: [50_000, 1000],
    reactivePower: [12_000, 500],
    frequency: [50, 0.1],
    breakerClosed: [1, 0],
    stateOfCharge: [50, 0],
    status: [4, 0],
    planeIrradiance: [600, 20],
    moduleTemperature: [45, 1],
  };
  const points = frames.flatMap(({ group }) => group.channels.map(({ point }) => point));
  const offsetSeconds = Float64Array.from(
    frames.flatMap(({ group, offsetMs }) => group.channels.map(() => offsetMs / 1000)),
  );
  const centre = Float64Array.from(points, (point) => nominal[point]?.[0] ?? 0);
  const spread = Float64Array.from(points, (point) => nominal[point]?.[1] ?? 0);
  const kinds = Uint8Array.from(points, (point) => {
    if (point === 'arcOn' || point === 'seamFound') return 1;
    if (point.startsWith('energy') || point === 'lineEnergy') return 2;
    if (point === 'panelPosition' || point === 'deformation.x') return 3;
    if (point === 'panelId') return 4;
    return point.startsWith('deformation') ? 5 : 0;
  });
  const state = Uint32Array.of(seed >>> 0);
  const seconds = new Float64Array(1);
  return () => {
    const second = seconds[0] as number;
    seconds[0] = second + 1;
    let bits = state[0] as number;
    for (let index = 0; index < values.length; index++) {
      bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) >>> 0;
      const noise = (bits >>> 8) / 0x100_0000 - 0.5;
      const kind = kinds[index] as number;
      if (kind === 0) values[index] = (centre[index] as number) + noise * (spread[index] as number);
      else if (kind === 1) values[index] = second % 97 === 0 ? 0 : 1;
      else if (kind === 2) values[index] = (values[index] as number) + 14;
      else if (kind === 3) {
        values[index] = ((second % panelSeconds) + (offsetSeconds[index] as number)) * 180;
      } else if (kind === 4) values[index] = Math.floor(second / panelSeconds);
      else values[index] = noise * 4;
    }
    state[0] = bits;
  };
};
