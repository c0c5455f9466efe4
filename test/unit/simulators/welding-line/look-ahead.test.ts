// Goal: what the vision sees now is welded one look-ahead later. Method: two panels of one seed, with and without a blind vision; noise
// is the same in both, so that every difference is of the blindness.
import { describe, expect, it } from 'vitest';
import { FaultTable } from '../../../../simulators/faults/fault-table.ts';
import type { WeldFault } from '../../../../simulators/faults/weld-faults.ts';
import { lookAheadMm } from '../../../../simulators/welding-line/geometry.ts';
import { LookAhead, unseen } from '../../../../simulators/welding-line/look-ahead.ts';
import type { WeldingLine } from '../../../../simulators/welding-line/model.ts';
import { finishedPanel, simulatePanel } from '../../../../simulators/welding-line/study.ts';

const panelLengthMm = 600;
const seed = 77;
const fromMm = 200;
const forMm = 100;
/** A failure acts in the step behind its place, and a place is reached within a step: two of 1.4 mm, the vision's grid of 1 mm, and the noise of the encoder. */
const edgeMm = 4.6;

type Row = {
  readonly xMm: number;
  readonly isSeamAhead: boolean;
  readonly seamFound: boolean;
  readonly offsetYMm: number;
  readonly confidence: number;
};

const panelWith = (
  asked: Readonly<Record<string, unknown>> | undefined,
): { rows: readonly Row[]; line: WeldingLine } => {
  const table = new FaultTable([{ name: 'line.weld', protocol: 'weld' }], 0);
  if (asked !== undefined) table.add({ device: 'line.weld', torches: ['B03'], ...asked });
  const faults: readonly WeldFault[] = table.weldFaultsOn('line.weld');
  const rows: Row[] = [];
  const line = simulatePanel({
    ...{ seed, panelLengthMm, faults },
    onStep: (shown) => {
      const torch = shown.torches.find(({ id }) => id === 'B03');
      if (shown.line.phase === 'scan' || torch === undefined) return;
      rows.push({ ...torch, xMm: shown.line.positionMm });
    },
  });
  return { rows, line };
};

const clean = panelWith(undefined).rows;
const stretch = (rows: readonly Row[], isIn: (row: Row) => boolean): readonly [number, number] => {
  const places = rows.filter(isIn).map(({ xMm }) => xMm);
  return [places[0] ?? Number.NaN, places.at(-1) ?? Number.NaN];
};
const expectNear = (shown: readonly [number, number], meant: readonly [number, number]): void => {
  for (const [index, mm] of shown.entries()) {
    expect(Math.abs(mm - (meant[index] ?? 0))).toBeLessThan(edgeMm);
  }
};

describe('the look-ahead of the vision', () => {
  it('lets the torch lose the seam one look-ahead after the vision has lost it', () => {
    const { rows, line } = panelWith({ kind: 'lost-tracking', fromMm, forMm });
    const blind: readonly [number, number] = [fromMm, fromMm + forMm];
    expectNear(
      stretch(rows, ({ isSeamAhead }) => !isSeamAhead),
      blind,
    );
    expectNear(
      stretch(rows, ({ seamFound }) => !seamFound),
      [blind[0] + lookAheadMm, blind[1] + lookAheadMm],
    );
    const { seams, events } = finishedPanel(line) as unknown as {
      seams: Record<string, { seamLostLengthMm: number }>;
      events: { list: { kind: string; fromMm: number; torch?: string }[] };
    };
    expect(Math.abs((seams['B03']?.seamLostLengthMm ?? 0) - forMm)).toBeLessThan(2 * edgeMm);
    const lost = events.list.find(({ kind, torch }) => kind === 'seam-lost' && torch === 'B03');
    expect(Math.abs((lost?.fromMm ?? 0) - fromMm - lookAheadMm)).toBeLessThan(edgeMm);
  });

  it('guides the torch as if nothing were until it reaches the place that was not seen', () => {
    const { rows } = panelWith({ kind: 'lost-tracking', fromMm, forMm });
    const before = rows.filter(({ xMm }) => xMm < fromMm + lookAheadMm - edgeMm);
    expect(before.length).toBeGreaterThan(180);
    for (const [index, { offsetYMm, confidence }] of before.entries()) {
      expect([offsetYMm, confidence]).toEqual([clean[index]?.offsetYMm, clean[index]?.confidence]);
    }
    const strayed = rows.some(
      ({ offsetYMm }, index) => Math.abs(offsetYMm - (clean[index]?.offsetYMm ?? 0)) > 0.2,
    );
    expect(strayed).toBe(true);
  });

  it('has the first stretch seen before the arcs burn', () => {
    const { rows } = panelWith({ kind: 'lost-tracking' });
    const [firstMm] = stretch(rows, ({ seamFound, xMm }) => !seamFound && xMm > 1);
    expect(Math.abs(firstMm - lookAheadMm)).toBeLessThan(edgeMm);
  });

  it('puts the torch beside the seam one look-ahead after the vision has begun to drift', () => {
    const { rows } = panelWith({ kind: 'vision-drift', fromMm, mmPerHour: 10 });
    const [firstMm] = stretch(
      rows,
      ({ offsetYMm, xMm }) =>
        xMm > fromMm && offsetYMm !== clean.find((other) => other.xMm === xMm)?.offsetYMm,
    );
    // It starts from nothing, so that the first step shows nothing.
    expect(firstMm).toBeGreaterThan(fromMm + lookAheadMm - edgeMm);
    expect(firstMm).toBeLessThan(fromMm + lookAheadMm + 3 * edgeMm);
  });

  it('forgets what it has seen of the panel before', () => {
    const ahead = new LookAhead();
    const seen = { isFound: true, offsetYMm: 0, confidence: 0 };
    ahead.search(seen);
    ahead.see(100, seen);
    expect(ahead.at(150)).toBe(seen);
    ahead.clear();
    expect(ahead.at(0)).toBe(unseen);
    ahead.search(seen);
    expect(ahead.at(lookAheadMm)).toBe(seen);
    expect(ahead.at(lookAheadMm + 1)).toBe(unseen);
  });
});
