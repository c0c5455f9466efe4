// Goal: the control charts of the demo begin anew when the line welds by another procedure, and not with each panel's job order.
// Method: two panels of the simulated line through decoding, screening and the demo's program, the second by another process or not.
import { beforeAll, describe, expect, test } from 'vitest';
import { firstBadStatus } from '../../../../gateway/hot-path/quality-bits.ts';
import type { ProcessId } from '../../../../simulators/welding-line/process.ts';
import {
  createPanelWelder,
  demoWeldKpis,
  type PanelRecord,
} from '../../../support/welded-panel.ts';

const panelLengthMm = 1700;
type Entry = { readonly kpi: string; readonly parameters?: object };
const charts = (demoWeldKpis as readonly Entry[]).filter(({ kpi }) => kpi === 'spcCurrent');

/** Two panels, of the second some 1.2 m; what each tick showed. */
const twoPanels = (kpis: readonly object[], second: ProcessId): PanelRecord => {
  const first = { id: '' };
  return createPanelWelder(kpis)({
    ...{ seed: 7, toMm: panelLengthMm, panelLengthMm },
    onStep: (line) => {
      first.id ||= line.line.panelId;
      // While it welds: for the next panel.
      if (line.line.phase === 'weld' && line.line.panelId === first.id) line.setProcess(second);
    },
    goesOn: ({ line }) => line.panelId === first.id || first.id === '' || line.positionMm < 1200,
  });
};

/** What a part showed last on the first panel, and on the second; undefined where it was bad. */
const lastOf = (panels: PanelRecord, part: string): readonly (number | undefined)[] => {
  const track = panels.get(`f01/spcCurrent${part}`);
  if (track === undefined) throw new Error(`no spcCurrent${part}`);
  const { xMm, values, status } = track;
  const turn = xMm.findIndex((x, index) => x < (xMm[index - 1] ?? 0));
  const shown = (index: number): number | undefined =>
    (status[index] as number) >= firstBadStatus ? undefined : values[index];
  return [shown(turn - 1), shown(values.length - 1)];
};

describe('the charts of the demo', () => {
  let same: PanelRecord;
  let other: PanelRecord;
  beforeAll(() => {
    expect(charts).toHaveLength(2);
    same = twoPanels(charts, '135');
    other = twoPanels(charts, '121');
  }, 120_000);

  test('go on over panels of one procedure', () => {
    expect(lastOf(same, '.centre')).toEqual([228.4, 228.4]);
    expect(lastOf(same, '.signals').every((bits) => bits !== undefined)).toBe(true);
  });

  test('begin anew with another one, whose limits are not those that were given', () => {
    expect(lastOf(other, '.centre')).toEqual([228.4, undefined]);
    expect(lastOf(other, '.signals')[1]).toBeUndefined();
    const [mag, saw] = lastOf(other, '');
    expect(mag).toBeCloseTo(228, -1);
    expect(saw).toBeCloseTo(380, -1);
  });

  test('begin anew with each job order where the site asks for it', () => {
    const byJob = charts.map((entry) => ({
      ...entry,
      parameters: { binMm: 20, subgroup: 2, learn: 30, resetBy: 'job' },
    }));
    const panels = twoPanels(byJob, '135');
    expect(lastOf(panels, '.signals')[0]).toBeDefined();
    // 1.1 m are 27 subgroups.
    expect(lastOf(panels, '.signals')[1]).toBeUndefined();
  }, 60_000);
});
