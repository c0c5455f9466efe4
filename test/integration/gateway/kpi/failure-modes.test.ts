// Goal: each failure of the weld moves the KPIs that are to show it, within the delay that is stated, and nothing else; on a clean
// panel nothing moves. Method: registers of the simulated PLC through decoding, screening and the demo's program. Bands come from
// clean panels of other seeds; what has moved is outside of them and differs from the clean panel of the same seed. Noise is the
// same on both, so that KPIs of seams that a failure does not reach must agree to the last bit.
import { beforeAll, describe, expect, it, test } from 'vitest';
import {
  CleanBands,
  chartCounts,
  type Moved,
  movedOn,
  quietSeeds,
} from '../../../support/clean-bands.ts';
import type { FailureMode } from '../../../support/failure-mode.ts';
import { belongsTo, failureModes } from '../../../support/failure-modes.ts';
import { testSeed } from '../../../support/seed.ts';
import {
  createPanelWelder,
  demoWeldKpis,
  type PanelRecord,
  type Track,
} from '../../../support/welded-panel.ts';

/** Arcs have settled, and each KPI has a value. */
const settledMm = 300;
const isLong = process.env['SEAMWATT_LONG'] === '1';
/** Where the clean panel ends, and those that its bands come from: as long as the time of a quick run allows, or whole. */
const cleanMm = isLong ? 17_950 : 6000;
const bandPanels = 4;
const firstBandSeed = 1;
/** Of subgroups, by rules 1, 2, 3, 5 and 6, range, EWMA and CUSUM together: 1.9 % were found on panels of five seeds. */
const falseAlarmShare = 0.025;

const welder = createPanelWelder(demoWeldKpis);
const [seed = 0] = quietSeeds(testSeed(), 1, cleanMm);
let clean: PanelRecord;
let bands: CleanBands;

beforeAll(() => {
  process.stdout.write(`failure modes: panels of seed ${seed}\n`);
  const seeds = quietSeeds(firstBandSeed, bandPanels, cleanMm);
  bands = new CleanBands(seeds.map((other) => welder({ seed: other, toMm: cleanMm })));
  clean = welder({ seed, toMm: cleanMm });
}, 900_000);

const trackOf = (panel: PanelRecord, key: string): Track => {
  const track = panel.get(key);
  if (track === undefined) throw new Error(`no ${key}`);
  return track;
};

const lastOf = (panel: PanelRecord, key: string): number =>
  trackOf(panel, key).values.at(-1) as number;

/** What did not move, or too late. */
const missing = (moved: Moved, equipment: string, moves: FailureMode['moves']): string[] =>
  Object.entries(moves).flatMap(([point, withinMm]) => {
    const afterMm = moved.get(`${equipment}/${point}`) ?? Number.POSITIVE_INFINITY;
    return afterMm <= withinMm ? [] : [`${equipment}/${point} after ${afterMm} mm`];
  });

const isExpected = (key: string, mode: FailureMode): boolean => {
  const [equipment = '', point = ''] = key.split('/');
  if (equipment === 'line') {
    return belongsTo(point, [...Object.keys(mode.lineMoves ?? {}), ...(mode.lineCoupled ?? [])]);
  }
  const points = [...Object.keys(mode.moves), ...mode.coupled];
  return mode.seams.includes(equipment) && belongsTo(point, points);
};

/** Points that are not those of the clean panel to the last bit, where they are looked at. */
const differing = (
  panel: PanelRecord,
  isLookedAt: (equipment: string, xMm: number) => boolean,
): string[] =>
  [...panel].flatMap(([key, { xMm, values, status }]) => {
    const [equipment = ''] = key.split('/');
    const own = trackOf(clean, key);
    const isOther = values.some(
      (value, index) =>
        isLookedAt(equipment, xMm[index] as number) &&
        (value !== own.values[index] || status[index] !== own.status[index]),
    );
    return isOther ? [key] : [];
  });

describe('a clean panel', () => {
  it('moves no KPI out of its band', () => {
    const moved = [...movedOn(clean, { bands, fromMm: settledMm }).keys()];
    const isOfChart = (key: string) => /\/spc\w+\.(signals|cusum\w+)$/.test(key);
    expect(moved.filter((key) => !isOfChart(key))).toEqual([]);
  });

  it('lets charts signal no more often than they do by chance', () => {
    const { subgroups, signals } = chartCounts(clean);
    // Four charts a seam, five values of 100 mm a subgroup; the first 100 mm and the open bin are none.
    expect(subgroups).toBe(4 * 20 * Math.floor((cleanMm / 100 - 1) / 5));
    // Signals come in runs, so that one panel can have far more than another.
    expect(signals).toBeLessThan(3 * falseAlarmShare * subgroups);
  });

  it('keeps the arc, the seam, the speed and the procedure', () => {
    expect(lastOf(clean, 'line/speedConformity')).toBe(100);
    for (const key of clean.keys()) {
      const [equipment = '', point = ''] = key.split('/');
      if (['arcInterruptions', 'seamLostLength'].includes(point))
        expect(lastOf(clean, key)).toBe(0);
      if (/^wpsConformance\.(?!current|coverage)/.test(point)) {
        expect(lastOf(clean, key)).toBeCloseTo(100, 9);
      }
      if (point !== 'wpsOutLength') continue;
      // All that is out of the procedure is the 30 % of current above it with which each arc begins.
      const { xMm, values } = trackOf(clean, key);
      expect(lastOf(clean, key), equipment).toBeLessThan(10);
      expect(values[xMm.findIndex((x) => x > settledMm)]).toBe(lastOf(clean, key));
    }
  });
});

describe.each(failureModes)('$mode', (mode) => {
  let panel: PanelRecord;
  let moved: Moved;

  beforeAll(() => {
    panel = welder({ seed, toMm: mode.toMm, faults: [mode.fault] });
    moved = movedOn(panel, { bands, fromMm: mode.fromMm, twin: clean });
  }, 900_000);

  it('moves the KPIs that are to show it, in time', () => {
    const late = mode.seams.flatMap((seam) => missing(moved, seam, mode.moves));
    expect([...late, ...missing(moved, 'line', mode.lineMoves ?? {})]).toEqual([]);
  });

  it('moves nothing else', () => {
    expect([...moved.keys()].filter((key) => !isExpected(key, mode))).toEqual([]);
    const isUntouched = (equipment: string, xMm: number): boolean =>
      xMm < Number(mode.fault['fromMm']) ||
      (equipment !== 'line' && !mode.seams.includes(equipment));
    expect(differing(panel, isUntouched)).toEqual([]);
  });
});

test('every failure of the simulated weld is among the modes', () => {
  const kinds = new Set(failureModes.map(({ fault }) => fault['kind']));
  expect([...kinds].sort()).toEqual([
    ...['arc-out', 'burn-through', 'common-cause', 'gas-loss', 'lost-tracking', 'misalignment'],
    ...['nozzle-clog', 'parameter-drift', 'sensor', 'speed-slip', 'tip-wear', 'vision-drift'],
    'wire-slip',
  ]);
});
