/** What KPIs of the weld show on clean panels, and what of a panel is outside of that. */
import { firstBadStatus } from '../../gateway/hot-path/quality-bits.ts';
import { chartSignals } from '../../gateway/kpi/welding/spc-chart.ts';
import { WeldingLine } from '../../simulators/welding-line/model.ts';
import { torchCount } from '../../simulators/welding-line/readings.ts';
import { Seam } from '../../simulators/welding-line/seam.ts';
import type { PanelRecord, Track } from './welded-panel.ts';

/** Place by place, since means over the panel so far settle and sums grow: 1 s of travel, which is one tick of each panel. */
const cellMm = 800 / 60;
const placeOf = (xMm: number): number => Math.round(xMm / cellMm);
/** Slack on either side, in standard deviations of the clean panels: a panel is looked at some 400 000 times. */
const slack = 8;
/**
 * What is a root of squares has a long tail: a tracking error of two axes (Rayleigh's), and the deviation within a bin. Its seven
 * samples hang together (phi 0.8), so that half of its square is that of one normal number: 8 of its standard deviations come
 * once in 10^6 bins, of which a panel has 3 × 10^4, and 12 once in 10^12. A confidence has such a tail to below.
 */
const slackOfTail = 13;
/** Four panels say little of the spread of what there is once a line: so much of it at least is no movement. */
const leastOfLine: Readonly<Record<string, number>> = {
  travelSpeedMean: 0.005,
  deformationMax: 0.5,
  deformation: 0.5,
  heatBalanceIndex: 0.6,
  heatBalanceNow: 1,
  panelEnergyDeviation: 0.02,
  // Half of what the contract allows: early on a prediction says little, and its interval tells so.
  deformationPrediction: 3,
};
const leastShareOfLine = 0.01;
/**
 * Where a slide is corrected is chance: n of them are known to their square root, so that early on a panel a third more says
 * nothing, and at its end a twentieth does. Four of that, as of any Poisson count.
 */
const deviationsOfChance = 4;
const correctionsIn: Readonly<Record<string, (mean: number, xMm: number) => number>> = {
  corrections: (mean) => mean,
  correctionsPerMetre: (mean, xMm) => (mean * xMm) / 1000,
};
/** A CUSUM decides by itself: up to here it has nothing to say. */
const cusumDecision = 5;
const trendSignals = chartSignals.ewma | chartSignals.cusum;

type Cell = { count: number; mean: number; squares: number; gone: number };

const families = new Map<string, string>();
/** Asked for at every sample: told from the key once. */
const familyOf = (key: string): string => {
  const known = families.get(key);
  if (known !== undefined) return known;
  const family = key.replace(/^([fb])\d\d\//, '$1/');
  families.set(key, family);
  return family;
};
const isGone = (status: number): boolean => status >= firstBadStatus;
const isJudgedByRate = (point: string): boolean => /\.(signals|signalX)$/.test(point);

/** Bands by face of the panel, point and place. */
export class CleanBands {
  readonly #cells = new Map<string, Cell[]>();

  constructor(panels: readonly PanelRecord[]) {
    for (const panel of panels) {
      for (const [key, track] of panel) this.#add(key, track);
    }
  }

  #add(key: string, { xMm, values, status }: Track): void {
    const family = familyOf(key);
    const cells = this.#cells.get(family) ?? [];
    this.#cells.set(family, cells);
    for (const [index, value] of values.entries()) {
      const place = placeOf(xMm[index] as number);
      cells[place] ??= { count: 0, mean: 0, squares: 0, gone: 0 };
      const cell = cells[place];
      if (isGone(status[index] as number)) {
        cell.gone += 1;
        continue;
      }
      cell.count += 1;
      const difference = value - cell.mean;
      cell.mean += difference / cell.count;
      cell.squares += difference * (value - cell.mean);
    }
  }

  /** Whether a clean panel can show this here; true where clean panels show nothing. */
  holds(
    key: string,
    at: { readonly xMm: number; readonly value: number; readonly status: number },
  ) {
    const cell = this.#cells.get(familyOf(key))?.[placeOf(at.xMm)];
    if (cell === undefined || cell.count < 2) return true;
    if (isGone(at.status)) return cell.gone > 0;
    const width = slackOf(key) * this.#deviationAt(key, at.xMm);
    return Math.abs(at.value - cell.mean) <= Math.max(width, leastOf(key, cell.mean, at.xMm), 1e-9);
  }

  /** Of a place and its neighbours, since one has few samples. */
  #deviationAt(key: string, xMm: number): number {
    const cells = this.#cells.get(familyOf(key)) ?? [];
    const place = placeOf(xMm);
    let squares = 0;
    let freedom = 0;
    for (const cell of cells.slice(Math.max(0, place - 2), place + 3)) {
      if (cell === undefined || cell.count < 2) continue;
      squares += cell.squares;
      freedom += cell.count - 1;
    }
    return Math.sqrt(squares / freedom);
  }
}

const slackOf = (key: string): number =>
  /racking(Error|Max)|\.confidence\.|bin\.\w+\.deviation$/.test(key) ? slackOfTail : slack;

const leastOf = (key: string, mean: number, xMm: number): number => {
  if (/\.cusum(Up|Down)$/.test(key)) return cusumDecision;
  if (!key.startsWith('line/') || key.endsWith('.coverage')) return 0;
  const [kpi = ''] = key.slice('line/'.length).split('.');
  const count = correctionsIn[kpi]?.(mean, xMm);
  const share = count === undefined ? leastShareOfLine : deviationsOfChance / Math.sqrt(count);
  return leastOfLine[kpi] ?? share * Math.abs(mean);
};

/** A place of something jumps from one to another by its nature: what is at it is judged. */
const isPlace = (key: string): boolean =>
  key.endsWith('.signalX') || key === 'line/deformationPrediction.x';

/** By `equipment/point`: how far behind the failure it was first outside of its band, mm. */
export type Moved = ReadonlyMap<string, number>;

/**
 * What left its band on `panel` from `fromMm` on. Nothing that is on its clean twin of the same seed just so has moved, and a
 * chart has when it signals by EWMA or CUSUM.
 */
export const movedOn = (
  panel: PanelRecord,
  options: { readonly bands: CleanBands; readonly fromMm: number; readonly twin?: PanelRecord },
): Moved => {
  const moved = new Map<string, number>();
  for (const [key, { xMm, values, status }] of panel) {
    if (isPlace(key)) continue;
    const own = options.twin?.get(key);
    for (const [index, value] of values.entries()) {
      const at = { xMm: xMm[index] as number, value, status: status[index] as number };
      if (at.xMm < options.fromMm) continue;
      // A chart whose bins lack something else is Uncertain, and signals by chance where its twin does.
      const isAlike = own?.status[index] === at.status || isJudgedByRate(key);
      if (own?.values[index] === value && isAlike) continue;
      const isInside = isJudgedByRate(key)
        ? isGone(at.status) || (value & trendSignals) === 0
        : options.bands.holds(key, at);
      if (isInside) continue;
      moved.set(key, at.xMm - options.fromMm);
      break;
    }
  }
  return moved;
};

/** Subgroups of all charts that were judged, and those with a signal of any rule. */
export const chartCounts = (panel: PanelRecord): { subgroups: number; signals: number } => {
  const counts = { subgroups: 0, signals: 0 };
  for (const [key, { values, status }] of panel) {
    if (!key.endsWith('.signals')) continue;
    const means = panel.get(key.replace(/\.signals$/, '')) as Track;
    for (const [index, value] of values.entries()) {
      if (isGone(status[index] as number)) continue;
      if (means.values[index] === means.values[index - 1]) continue;
      counts.subgroups += 1;
      if (value > 0) counts.signals += 1;
    }
  }
  return counts;
};

/**
 * The first seeds from `first` on whose panels are free, up to `toMm`, of what the simulated line does by itself: seams that
 * are lost for a moment, the hand of the operator, arcs that do not light at once.
 */
export const quietSeeds = (first: number, count: number, toMm: number): readonly number[] => {
  const seeds: number[] = [];
  for (let seed = first; seeds.length < count; seed += 1) {
    if (isQuiet(seed, toMm)) seeds.push(seed);
  }
  return seeds;
};

const speedMmPerS = 800 / 60;

const isQuiet = (seed: number, toMm: number): boolean => {
  const seams = Array.from({ length: torchCount }, (_, index) => new Seam(seed, 1, index));
  for (let xMm = 0; xMm < toMm; xMm += 1) {
    for (const seam of seams) {
      if (!seam.isVisible(xMm, speedMmPerS) || seam.isManual(xMm, speedMmPerS)) return false;
    }
  }
  const line = new WeldingLine({ seed, startMs: 0, panelLengthMm: 18_000 });
  let attempts = 0;
  line.onStep(() => {
    attempts += line.torches.filter(({ faultCode }) => faultCode !== 0).length;
  });
  line.advanceTo(8000);
  return attempts === 0;
};
