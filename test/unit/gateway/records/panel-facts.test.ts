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

describe('the share of a panel with profiles', () => {
  const along = (positionMm: readonly number[]) => ({
    positionMm,
    heightsMm: positionMm.map(() => [0.1]),
  });
  const every = (fromMm: number, toMm: number): readonly number[] =>
    Array.from({ length: (toMm - fromMm) / 50 + 1 }, (_, index) => fromMm + 50 * index);

  it('is all of it where they are never further apart than three of their distances', () => {
    expect(profileShare(along(every(0, 17_950)), 18_000)).toBe(1);
    expect(profileShare(along([...every(0, 900), ...every(1000, 17_950)]), 18_000)).toBe(1);
  });

  it('lacks what lies between two that are too far apart', () => {
    const { positionMm } = along([...every(0, 3000), ...every(4800, 17_950)]);
    expect(profileShare(along(positionMm), 18_000)).toBeCloseTo(0.9, 10);
  });

  it('counts no profile without a height, and nothing of one alone', () => {
    const half = {
      positionMm: every(0, 17_950),
      heightsMm: every(0, 17_950).map((mm) => [mm < 9000 ? 0.1 : null]),
    };
    expect(profileShare(half, 18_000)).toBeCloseTo(0.505, 2);
    expect(profileShare(along([0]), 18_000)).toBe(0);
  });
});
