import { describe, expect, it } from 'vitest';
import { DeformationCollector } from '../../../../gateway/records/deformation-collector.ts';

const frames = (
  ...list: readonly (readonly [
    placeMm: number | undefined,
    heightsMm: readonly (number | undefined)[],
  ])[]
) => {
  const collector = new DeformationCollector();
  for (const [placeMm, heightsMm] of list) collector.add({ placeMm, heightsMm }, 1000);
  return collector.recorded().deformation;
};

describe('the deformation along a panel', () => {
  it('has each profile once, although a machine shows one until the next', () => {
    expect(frames([0, [1, 2]], [0, [1, 2]], [50, [3, 4]], [50, [3, 4]])).toEqual({
      positionMm: [0, 50],
      heightsMm: [
        [1, 2],
        [3, 4],
      ],
    });
  });

  it('leaves out what the panel before left behind, and what is not further on', () => {
    expect(frames([17_950, [9, 9]], [50, [1, 2]], [50, [1, 2]], [20, [5, 5]])).toEqual({
      positionMm: [50],
      heightsMm: [[1, 2]],
    });
  });

  it('keeps a height that comes on change and did not change, and none that is not usable', () => {
    expect(frames([0, [1, 2]], [50, [3, undefined]], [100, [Number.NaN, 4]])).toEqual({
      positionMm: [0, 50, 100],
      heightsMm: [
        [1, 2],
        [3, 2],
        [null, 4],
      ],
    });
  });

  it('waits for heights that come behind their place', () => {
    expect(frames([0, [1, 2]], [50, []], [undefined, [5, 6]])?.heightsMm).toEqual([
      [1, 2],
      [5, 6],
    ]);
  });

  it('takes only so many', () => {
    const collector = new DeformationCollector();
    for (let at = 0; at < 600; at++) collector.add({ placeMm: at, heightsMm: [0] }, 1000);
    expect(collector.recorded().deformation?.positionMm).toHaveLength(512);
  });

  it('says nothing where there was no profile', () => {
    expect(new DeformationCollector().recorded()).toEqual({});
    expect(frames([Number.NaN, [1]])).toBeUndefined();
  });
});
