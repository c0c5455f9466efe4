import { describe, expect, it } from 'vitest';
import { panelFacts, profileShare } from '../../../../gateway/records/panel-facts.ts';
import { fullRecord } from '../../../support/dossier-record.ts';

describe('what figures need of a record', () => {
  it('is there with what was decided on the panel', () => {
    expect(panelFacts('P1', fullRecord())).toMatchObject({
      ...{ id: 'P1', panelId: 'PANEL-0815', line: 'acme/dam/welding/mpm01', simulated: true },
      ...{ deformationMm: 3.45, deformationMarginMm: 2.55, unmannedPercent: null },
      ...{ status: 'released', netMassKg: 559.86 },
    });
    expect(panelFacts('P1', fullRecord()).weldM).toBeCloseTo(20 * 17.9 + 0.19, 9);
  });

  it('is inspected where vision and profile were valid, as far as both are known to have been', () => {
    // Vision 0.987 of each seam, the profile all along.
    expect(panelFacts('P1', fullRecord()).inspectedM).toBeCloseTo(0.987 * (20 * 17.9 + 0.19), 6);
    const { deformation: _, ...without } = fullRecord();
    expect(panelFacts('P1', without).inspectedM).toBeNull();
  });

  it('is not known where a seam does not tell it', () => {
    const record = fullRecord();
    const [first, ...rest] = record.seams;
    if (first === undefined) throw new Error('no seam');
    const facts = panelFacts('P1', { ...record, seams: [{ ...first, results: [] }, ...rest] });
    expect([facts.weldM, facts.inspectedM]).toEqual([null, null]);
    const { production: __, ...old } = record;
    expect(panelFacts('P1', old)).toMatchObject({ status: null, netMassKg: null });
  });
});

describe('a panel of which a part was not seen', () => {
  it('has the weld of that part among what was to be inspected, and none of it as inspected', () => {
    const seen = panelFacts('P1', fullRecord());
    expect(seen.wholeWeldM).toBeCloseTo(seen.weldM ?? 0, 9);
    const half = fullRecord();
    const { maximum } = half.positionMm;
    const last = (maximum ?? 0) / 2;
    const late = panelFacts('P1', { ...half, positionMm: { ...half.positionMm, first: last } });
    expect(late.wholeWeldM).toBeCloseTo(2 * (seen.weldM ?? 0), 6);
    expect((late.inspectedM ?? 0) / (late.wholeWeldM ?? 1)).toBeLessThanOrEqual(0.5);
  });

  it('has every jump of the position unseen', () => {
    const record = fullRecord();
    const jumped = panelFacts('P1', {
      ...record,
      marks: [{ code: 'position-jumped', count: 3, mostMm: 600 }],
    });
    const share = (jumped.inspectedM ?? 0) / (jumped.wholeWeldM ?? 1);
    const unseen = 1800 / (record.positionMm.maximum ?? 1);
    expect(share).toBeLessThanOrEqual(1 - unseen);
    expect(share).toBeGreaterThan(0);
  });
});

describe('the share of a panel with profiles', () => {
  const whole = { fromMm: 0, toMm: 18_000, unseenMm: 0 };
  const along = (positionMm: readonly number[]) => ({
    positionMm,
    heightsMm: positionMm.map(() => [0.1]),
  });
  const every = (fromMm: number, toMm: number): readonly number[] =>
    Array.from({ length: (toMm - fromMm) / 50 + 1 }, (_, index) => fromMm + 50 * index);

  it('is all of it where they are never further apart than three of their distances', () => {
    expect(profileShare(along(every(0, 17_950)), whole)).toBe(1);
    expect(profileShare(along([...every(0, 900), ...every(1000, 17_950)]), whole)).toBe(1);
  });

  it('lacks what lies between two that are too far apart', () => {
    const { positionMm } = along([...every(0, 3000), ...every(4800, 17_950)]);
    expect(profileShare(along(positionMm), whole)).toBeCloseTo(0.9, 10);
  });

  it('counts no profile without a height, and nothing of one alone', () => {
    const half = {
      positionMm: every(0, 17_950),
      heightsMm: every(0, 17_950).map((mm) => [mm < 9000 ? 0.1 : null]),
    };
    expect(profileShare(half, whole)).toBeCloseTo(0.505, 2);
    expect(profileShare(along([0]), whole)).toBe(0);
  });
});
