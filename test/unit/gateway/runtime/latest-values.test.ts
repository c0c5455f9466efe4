import { describe, expect, it } from 'vitest';
import type { PointNumber } from '../../../../gateway/core/point.ts';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { LatestValues } from '../../../../gateway/runtime/latest-values.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';

const { groups } = testDirectory([
  testGroup({ channels: ['current', 'voltage'] }),
  testGroup({ equipment: 'f02', channels: ['current'] }),
]);
const [first, second] = groups;
if (first === undefined || second === undefined) throw new Error('no groups');

describe('LatestValues', () => {
  it('waits for initial data before anything has come', () => {
    const latest = new LatestValues(groups);
    expect(latest.points).toHaveLength(3);
    expect(latest.at(1)).toEqual({
      pointNumber: first.pointNumbers[1],
      value: Number.NaN,
      status: statusCodes.badWaitingForInitialData,
      timeMs: Number.NaN,
    });
    expect(latest.revisionOf(1)).toBe(0);
  });

  it('keeps the newest sample of each point, with the revision of the frame that it came in', () => {
    const latest = new LatestValues(groups);
    latest.read(
      new EntryBatchBuilder()
        .frame(first, { timeMs: 10, values: { current: 228, voltage: 26 } })
        .frame(second, { timeMs: 11, values: { current: 230 } })
        .record({ type: 'tick', timeMs: 12, watermarkMs: 0, dayStartMs: 0 })
        .frame(first, { timeMs: 20, values: { current: 229 } })
        .build(),
    );
    const at = (index: number): readonly number[] => {
      const { value, timeMs } = latest.at(index);
      return [value, timeMs, latest.revisionOf(index)];
    };
    expect(at(0)).toEqual([229, 20, 3]);
    expect(at(1)).toEqual([26, 10, 1]);
    expect(at(2)).toEqual([230, 11, 2]);
    expect(latest.revision).toBe(3);
    const groupRevision = (group: { readonly number: number }): number =>
      latest.groupRevision(latest.placeOf(group.number));
    expect([groupRevision(first), groupRevision(second)]).toEqual([3, 2]);
  });

  it('shows a device as silent that was found so only behind the watermark', () => {
    const latest = new LatestValues(groups);
    latest.read(
      new EntryBatchBuilder()
        .frame(second, { timeMs: 10, values: { current: 230 } })
        .frame(second, {
          timeMs: 20,
          origin: 'late',
          values: { current: { value: 0, status: statusCodes.badTimeout } },
        })
        .build(),
    );
    expect(latest.at(2)).toMatchObject({ status: statusCodes.badTimeout, timeMs: 20 });
  });

  it('takes over statuses, and nothing from absent channels or late frames with older times', () => {
    const latest = new LatestValues(groups);
    latest.read(
      new EntryBatchBuilder()
        .frame(second, {
          timeMs: 10,
          values: { current: { value: 0, status: statusCodes.badTimeout } },
        })
        .frame(second, { timeMs: 5, origin: 'late', values: { current: 1 } })
        .frame(second, { timeMs: 15, values: { current: { value: 9, status: absentStatus } } })
        .build(),
    );
    expect(latest.at(2)).toMatchObject({ status: statusCodes.badTimeout, timeMs: 10 });
    expect(latest.revisionOf(2)).toBe(1);
  });

  it('finds points by number and ignores groups that it does not know', () => {
    const latest = new LatestValues([second]);
    const [number] = second.pointNumbers;
    if (number === undefined) throw new Error('no point');
    expect(latest.indexOf(number)).toBe(0);
    latest.read(
      new EntryBatchBuilder().frame(first, { timeMs: 1, values: { current: 1 } }).build(),
    );
    expect(latest.revisionOf(0)).toBe(0);
    expect(() => latest.at(7)).toThrow('no point at 7');
  });

  it('takes over what is known of points that stay, and waits for the others', () => {
    const before = new LatestValues([first]);
    before.read(
      new EntryBatchBuilder().frame(first, { timeMs: 10, values: { current: 228 } }).build(),
    );
    const latest = new LatestValues([second, first]);
    latest.takeOver(before);
    const index = latest.indexOf(first.pointNumbers[0] as PointNumber) ?? -1;
    expect(latest.at(index)).toMatchObject({ value: 228, timeMs: 10, status: 0 });
    expect(latest.revisionOf(index)).toBe(1);
    expect(latest.at(0)).toMatchObject({ status: statusCodes.badWaitingForInitialData });
  });
});
