import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import {
  cellKinds,
  seamPath,
  stripCells,
} from '../../../../../gateway/reports/panel-dossier/seam-path.ts';
import { binsOf } from '../../../../support/dossier-record.ts';

const kindsOf = (cells: Uint8Array): ReadonlySet<string | undefined> =>
  new Set([...cells].map((rank) => cellKinds[rank]));

describe('the way of a seam along the panel', () => {
  it('is welded from the first to the last bin with an arc', () => {
    const path = seamPath('f01', binsOf(), 18_000);
    expect(path).toMatchObject({ seam: 'f01', startMm: 0, stopMm: 18_000, stretches: [] });
    expect(path.cells).toHaveLength(stripCells);
    expect(kindsOf(path.cells)).toEqual(new Set(['welded']));
  });

  it('shows the worst of each place', () => {
    const faults = [
      { kind: 'hot', fromMm: 1000, toMm: 1100 },
      { kind: 'lost', fromMm: 2000, toMm: 2100 },
      { kind: 'noArc', fromMm: 3000, toMm: 3060 },
    ] as const;
    const { cells, stretches } = seamPath('f01', binsOf(faults), 18_000);
    const at = (mm: number) => cellKinds[cells[Math.floor((mm / 18_000) * stripCells)] as number];
    expect([at(500), at(1050), at(2050), at(3020)]).toEqual(['welded', 'offHeat', 'lost', 'noArc']);
    expect(stretches).toEqual([
      { kind: 'lost', fromMm: 2000, toMm: 2100, lengthMm: 100 },
      { kind: 'noArc', fromMm: 3000, toMm: 3060, lengthMm: 60 },
    ]);
  });

  it('has all that its bins have of a lost seam, those at its ends with their share', () => {
    const table = binsOf([{ kind: 'lost', fromMm: 2000, toMm: 2100 }]);
    const lost = table.columns.find(({ point }) => point === 'bin.lostLength');
    // Lost from 1997 on, and from 2100 to 2104.
    if (lost === undefined) throw new Error('no column');
    lost.values[199] = 3;
    lost.values[210] = 4;
    const sum = lost.values.reduce((total, mm) => total + mm, 0);
    const { stretches } = seamPath('f01', table, 18_000);
    expect(stretches).toEqual([{ kind: 'lost', fromMm: 1990, toMm: 2110, lengthMm: sum }]);
  });

  it('leaves what lies before its start and behind its stop to those', () => {
    const ends = [
      { kind: 'noArc', fromMm: 0, toMm: 500 },
      { kind: 'noArc', fromMm: 17_900, toMm: 18_000 },
    ] as const;
    const path = seamPath('f01', binsOf(ends), 18_000);
    expect(path).toMatchObject({ startMm: 500, stopMm: 17_900, stretches: [] });
    expect(cellKinds[path.cells[0] as number]).toBe('noArc');
  });

  it('is not measured where bins are bad or end', () => {
    const table = binsOf([], 900);
    for (const { point, status } of table.columns) {
      if (point === 'bin.arcOnLength') status.fill(statusCodes.badNoData, 0, 100);
    }
    const { cells, stopMm } = seamPath('f01', table, 18_000);
    expect([0, 100, 200].map((cell) => cellKinds[cells[cell] as number])).toEqual([
      ...['unmeasured', 'welded', 'unmeasured'],
    ]);
    expect(stopMm).toBe(9000);
  });

  it('lists only so many stretches, and counts the rest', () => {
    const faults = Array.from({ length: 60 }, (_, index) => ({
      ...({ kind: 'lost', fromMm: 100 + 200 * index, toMm: 150 + 200 * index } as const),
    }));
    const { stretches, stretchesLeftOut } = seamPath('f01', binsOf(faults), 18_000);
    expect([stretches.length, stretchesLeftOut]).toEqual([50, 10]);
  });
});
