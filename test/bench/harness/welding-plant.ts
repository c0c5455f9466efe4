import { frameEntry, originCodes } from '../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../gateway/hot-path/program.ts';
import { kpiCatalogue } from '../../../gateway/kpi/catalogue.ts';
import { testGroup } from '../../support/entry-batch.ts';
import { compileTestSite } from '../../support/program-feed.ts';

/** 20 seams of ten channels at 50 Hz, and their line at 10 Hz. */
const seamCount = 20;
const framesPerBatch = 50;
const lineEvery = 5;
const batchCount = 16;
const panelMm = 18_000;
const mmPerMs = 0.8 / 60;
/** Between two panels nothing moves. */
const pauseMs = 180_000;

const seamPoints = [
  { point: 'current', unit: 'A', nominal: 228, spread: 8 },
  { point: 'voltage', unit: 'V', nominal: 25.9, spread: 0.5 },
  { point: 'arcPower', unit: 'W', nominal: 5920, spread: 280 },
  { point: 'wireFeedSpeed', unit: 'm/min', nominal: 7, spread: 0.1 },
  { point: 'gasFlow', unit: 'L/min', nominal: 18, spread: 0.7 },
  { point: 'offsetY', unit: 'mm', nominal: 0, spread: 0.4 },
  { point: 'offsetZ', unit: 'mm', nominal: 0, spread: 0.35 },
  { point: 'slidePosition', unit: 'mm', nominal: 0, spread: 3 },
  { point: 'arcOn', kind: 'boolean', nominal: 1, spread: 0 },
  { point: 'seamFound', kind: 'boolean', nominal: 1, spread: 0 },
] as const;
const arcOnColumn = 8;

const heights = Array.from({ length: 12 }, (_, index) => ({
  point: `deformation.z.${String(index + 1).padStart(2, '0')}`,
  ...{ unit: 'mm', nominal: 0, spread: 0.2 },
}));
const linePoints = [
  { point: 'travelSpeed', unit: 'm/min', nominal: 0.8, spread: 0.01 },
  { point: 'travelSpeedSet', unit: 'm/min', nominal: 0.8, spread: 0 },
  { point: 'linePower', unit: 'kW', nominal: 160.7, spread: 3 },
  { point: 'manualIntervention', kind: 'boolean', nominal: 0, spread: 0 },
  { point: 'lineEnergy', kind: 'counter', unit: 'Wh', nominal: 0, spread: 0 },
  { point: 'correctionCount', kind: 'counter', unit: '1', nominal: 0, spread: 0 },
  { point: 'panelId', kind: 'string', nominal: 0, spread: 0 },
  { point: 'jobOrder', kind: 'string', nominal: 0, spread: 0 },
  { point: 'panelPosition', unit: 'mm', nominal: 0, spread: 0 },
  { point: 'deformation.x', unit: 'mm', nominal: 0, spread: 0 },
  ...heights,
  { point: 'process', kind: 'enum', nominal: 135, spread: 0 },
  { point: 'wps', kind: 'string', nominal: 1, spread: 0 },
] as const;
const firstRegister = 4;

/** Those that an MES or a person has to bring something for, that the ten channels lack a signal of, and those that chain on them. */
const fromElsewhere = [
  ...['timeElements', 'oee', 'throughput', 'firstPassYield', 'rolledYield', 'defectsPerKm'],
  ...['interventions', 'panelInterventions', 'shortCircuitRate'],
];
const parameters: Readonly<Record<string, object>> = {
  adjustmentRangeUsed: { minimumMm: -20, maximumMm: 20 },
  panelCarbon: { grid: { id: 'grid', value: 0.6205, source: 'published' } },
  wpsConformance: {
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

const weldingKpis = kpiCatalogue
  .filter(({ equipmentClass }) => equipmentClass.startsWith('weld_'))
  .filter(({ id }) => !fromElsewhere.includes(id))
  .map(({ id, equipmentClass }) => ({
    kpi: id,
    equipment: `welding/mpm01/${equipmentClass === 'weld_line' ? 'line' : '*'}`,
    ...(parameters[id] === undefined ? {} : { parameters: parameters[id] }),
  }));

export type WeldingPlant = {
  readonly program: HotPathProgram;
  readonly kpis: number;
  /** What the batches hold. */
  readonly groups: readonly RegisteredGroup[];
  readonly samplesPerBatch: number;
  /** Plant time of a batch. */
  readonly batchMs: number;
  readonly timeMs: number;
  /** The next batch through `take`. */
  advance(take: (batch: Batch) => void): void;
};

type Column = { readonly nominal: number; readonly spread: number };
type Batch = ReturnType<typeof batchOf>;
type Frame = { readonly group: RegisteredGroup; readonly columns: readonly Column[]; step: number };

const batchOf = (frames: readonly Frame[], random: () => number) => {
  const columns = frames.flatMap((frame) => frame.columns);
  const offset = new Uint32Array(frames.length + 1);
  for (const [index, frame] of frames.entries()) {
    offset[index + 1] = (offset[index] as number) + frame.columns.length;
  }
  return {
    length: frames.length,
    seq: Float64Array.from(frames, (_, index) => index),
    kind: new Uint8Array(frames.length).fill(frameEntry),
    group: Uint32Array.from(frames, ({ group }) => group.number),
    timeMs: new Float64Array(frames.length),
    receivedMs: new Float64Array(frames.length),
    origin: new Uint8Array(frames.length).fill(originCodes.source),
    revision: new Uint16Array(frames.length),
    offset,
    values: Float64Array.from(columns, ({ nominal, spread }) => nominal + spread * random()),
    status: new Uint32Array(columns.length),
    records: [],
  };
};

/**
 * The welding line with every KPI that it can have of its own signals, at 50 Hz times `rate`, at the speed at which it welds. What
 * it measures repeats after 16 batches, so that making it up costs nothing beside what becomes of it.
 */
export const weldingPlant = (rate: number): WeldingPlant => {
  const names = [...'fb'].flatMap((face) =>
    Array.from({ length: seamCount / 2 }, (_, at) => `${face}${String(at + 1).padStart(2, '0')}`),
  );
  const stepMs = 1000 / (framesPerBatch * rate);
  const channel = ({ point, ...more }: (typeof seamPoints | typeof linePoints)[number]) => ({
    point,
    ...('unit' in more ? { unit: more.unit } : {}),
    ...('kind' in more ? { kind: more.kind } : {}),
  });
  const { program, groups } = compileTestSite({
    groups: [
      ...names.map((equipment) =>
        testGroup({
          ...{ equipment, equipmentClass: 'weld_seam', periodMs: Math.max(1, stepMs) },
          channels: seamPoints.map(channel),
        }),
      ),
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: Math.max(1, 5 * stepMs) },
        channels: linePoints.map(channel),
      }),
    ],
    kpis: weldingKpis,
  });
  const sources = groups.filter(({ producer }) => producer === 'plc');
  const line = sources[seamCount] as RegisteredGroup;
  const frames: Frame[] = [];
  for (let step = 0; step < framesPerBatch; step++) {
    if (step % lineEvery === 0) frames.push({ group: line, columns: linePoints, step });
    for (const group of sources.slice(0, seamCount)) {
      frames.push({ group, columns: seamPoints, step });
    }
  }
  let bits = 1;
  const random = (): number => {
    bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) >>> 0;
    return (bits >>> 8) / 0x100_0000 - 0.5;
  };
  const batches = Array.from({ length: batchCount }, () => batchOf(frames, random));
  const isLine = frames.map(({ group }) => group === line);
  const batchMs = stepMs * framesPerBatch;
  const cycleMs = panelMm / mmPerMs + pauseMs;
  let [timeMs, turn] = [0, 0];
  const fill = (batch: Batch): void => {
    const inCycleMs = timeMs % cycleMs;
    const isWelding = inCycleMs * mmPerMs < panelMm ? 1 : 0;
    const panel = Math.floor(timeMs / cycleMs);
    for (let index = 0; index < batch.length; index++) {
      const atMs = timeMs + (frames[index] as Frame).step * stepMs;
      const from = batch.offset[index] as number;
      batch.timeMs[index] = atMs;
      if (isLine[index] === true) {
        const x = Math.min(panelMm, (atMs % cycleMs) * mmPerMs);
        batch.values[from + firstRegister] = Math.floor(atMs * 0.0446);
        batch.values[from + firstRegister + 1] = Math.floor(atMs / 5000);
        batch.values[from + firstRegister + 2] = panel;
        batch.values[from + firstRegister + 4] = x;
        batch.values[from + firstRegister + 5] = 50 * Math.floor(x / 50);
      } else batch.values[from + arcOnColumn] = isWelding;
    }
  };
  return {
    program,
    kpis: weldingKpis.length,
    groups: sources,
    batchMs,
    samplesPerBatch: (batches[0] as Batch).values.length,
    get timeMs() {
      return timeMs;
    },
    advance: (take) => {
      const batch = batches[turn % batchCount] as Batch;
      fill(batch);
      take(batch);
      timeMs += batchMs;
      turn += 1;
    },
  };
};
