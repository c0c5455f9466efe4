/**
 * How often the interval of deformationPrediction holds the bow that the finished panel turns out to have, over panels made by
 * the physics of the line, and how wide it is. Run: node test/support/prediction-coverage.ts --seeds 1-2000
 */
import { parseArgs } from 'node:util';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import type { HotPathProgram } from '../../gateway/hot-path/program.ts';
import { columns, deformedPanel, panelLengthMm } from './deformed-panels.ts';
import { testGroup } from './entry-batch.ts';
import { compileTestSite, feed, type Result, tickProgram } from './program-feed.ts';

/** Shares of the length at which the prediction is looked at. */
export const places = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;
/** From here on the interval is promised. */
const promisedFrom = 0.3;
const profileMs = 3750;
/** Between two panels, so that a profile of the next one is none of this one. */
const betweenMs = 60_000;

export type CoverageReport = {
  readonly panels: number;
  readonly method: string;
  /** Of all predictions from 30 % on. */
  readonly promised: number;
  readonly byPlace: readonly {
    readonly place: number;
    readonly coverage: number;
    readonly medianWidthMm: number;
  }[];
};

const heightNames = Array.from(
  { length: columns },
  (_, index) => `deformation.z.${String(index + 1).padStart(2, '0')}`,
);
const line = testGroup({
  equipment: 'line',
  equipmentClass: 'weld_line',
  periodMs: profileMs,
  channels: [
    { point: 'panelId', kind: 'string' },
    ...['deformation.x', ...heightNames].map((point) => ({ point, unit: 'mm' })),
  ],
});
const equipment = 'welding/mpm01/line';

type Run = { readonly program: HotPathProgram; readonly group: RegisteredGroup };
type Outcome = { readonly intervals: readonly (readonly [number, number])[]; readonly bow: number };

const numberOf = (results: Readonly<Record<string, Result>>, point: string): number =>
  results[`${equipment}/${point}`]?.value ?? Number.NaN;

/** One panel through the program, ticked where the prediction is looked at and at its end. */
const runPanel = ({ program, group }: Run, seed: number, startMs: number): Outcome => {
  const { xMm, zMm } = deformedPanel(seed);
  const intervals: (readonly [number, number])[] = [];
  const lookAt = places.map((place) => Math.round((place * panelLengthMm) / 50) - 1);
  let bow = Number.NaN;
  for (const [profile, x] of xMm.entries()) {
    const timeMs = startMs + profile * profileMs;
    const heights = heightNames.map((name, column) => [name, zMm[profile * columns + column]]);
    const values = { panelId: seed, 'deformation.x': x, ...Object.fromEntries(heights) };
    feed(program, [{ group, timeMs, values }]);
    if (lookAt.includes(profile)) {
      const results = tickProgram(program, timeMs);
      const [lower, upper] = ['lower', 'upper'].map((part) =>
        numberOf(results, `deformationPrediction.${part}`),
      ) as [number, number];
      intervals.push([lower, upper]);
    }
    if (profile === xMm.length - 1) bow = numberOf(tickProgram(program, timeMs), 'deformation.bow');
  }
  return { intervals, bow };
};

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Seeds from `from` to `to`, both included. */
export const predictionCoverage = (
  from: number,
  to: number,
  method: 'tracked' | 'parabola' = 'tracked',
): CoverageReport => {
  const { program, groups } = compileTestSite({
    groups: [line],
    kpis: [
      { kpi: 'deformation', equipment },
      { kpi: 'deformationPrediction', equipment, parameters: { method } },
    ],
  });
  const run: Run = { program, group: groups[0] as RegisteredGroup };
  const outcomes: Outcome[] = [];
  for (let seed = from; seed <= to; seed++) {
    const startMs = (seed - from + 1) * (360 * profileMs + betweenMs);
    outcomes.push(runPanel(run, seed, startMs));
  }
  const byPlace = places.map((place, index) => {
    const intervals = outcomes.map(({ intervals: all }) => all[index] as readonly [number, number]);
    const held = intervals.filter(([lower, upper], panel) => {
      const { bow } = outcomes[panel] as Outcome;
      return lower <= bow && bow <= upper;
    });
    return {
      place,
      coverage: held.length / intervals.length,
      medianWidthMm: median(intervals.map(([lower, upper]) => upper - lower)),
    };
  });
  const promised = byPlace.filter(({ place }) => place >= promisedFrom);
  const sum = promised.reduce((total, { coverage }) => total + coverage, 0);
  return { panels: outcomes.length, method, promised: sum / promised.length, byPlace };
};

const main = (): void => {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1-2000' },
      method: { type: 'string', default: 'tracked' },
    },
  });
  const [, from, to] = /^(\d+)-(\d+)$/.exec(values.seeds) ?? [];
  if (from === undefined || to === undefined || Number(to) < Number(from)) {
    throw new Error(`--seeds ${values.seeds}: expected A-B with A <= B`);
  }
  const method = values.method === 'parabola' ? 'parabola' : 'tracked';
  const report = predictionCoverage(Number(from), Number(to), method);
  console.log(JSON.stringify(report, undefined, 2));
  if (!(report.promised >= 0.93 && report.promised <= 0.97)) process.exitCode = 1;
};

if (import.meta.main) main();
