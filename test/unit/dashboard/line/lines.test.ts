import { expect, it } from 'vitest';
import { torchRoute } from '../../../../dashboard/line/torch-route.ts';
import { lineAsked } from '../../../../dashboard/line/use-line.ts';
import { heatBandOf, heatScaleTo } from '../../../../dashboard/views/line/heat-bands.ts';
import { seamsWithBins } from '../../../../dashboard/views/panels/use-panel-record.ts';

const lines = [{ path: 'welding/mpm01' }, { path: 'welding/mpm02' }];

it('has the address of a torch name its line, so that a reload opens the same torch', () => {
  const { query } = torchRoute({ path: 'welding/mpm02' }, { name: 'f01' });
  expect(lineAsked(lines, query.line, undefined)).toBe(lines[1]);
  expect(lineAsked(lines, query.line, 'welding/mpm01')).toBe(lines[1]);
});

it('looks at the line that was chosen, else the first, and at none in place of an unknown one', () => {
  expect(lineAsked(lines, undefined, 'welding/mpm02')).toBe(lines[1]);
  expect(lineAsked(lines, undefined, undefined)).toBe(lines[0]);
  expect(lineAsked(lines, 'welding/mpm03', undefined)).toBeUndefined();
});

it('holds each seam against its own band, all on one scale', () => {
  const seams = [
    { bands: { arcEnergy: { minimum: 0.3, maximum: 0.4 } } },
    { bands: { arcEnergy: { minimum: 0.5, maximum: 0.8 } } },
    { bands: {} },
  ];
  expect(seams.map((seam) => heatBandOf(seam).maximum)).toEqual([0.4, 0.8, undefined]);
  expect(heatScaleTo(seams)).toBe(1);
  expect(heatScaleTo([{ bands: {} }])).toBe(1.25);
});

it('waits only for the bins of seams that have some', () => {
  const seam = { seam: 'f01', results: [] };
  const bins = { rows: 1, sha256: '', statistics: [] };
  expect(
    seamsWithBins({
      seams: [
        { ...seam, bins },
        { ...seam, bins: null },
      ],
    }),
  ).toBe(1);
});
