import { describe, expect, it } from 'vitest';
import { lastCurve, meanCurve, sumCurves } from '../../../../dashboard/views/energy/curves.ts';
import {
  countdownText,
  demandScale,
  judgeDemand,
} from '../../../../dashboard/views/energy/demand.ts';
import { factorOf } from '../../../../dashboard/views/energy/factor.ts';
import { judgePeer, medianOf } from '../../../../dashboard/views/energy/photovoltaics/peers.ts';
import { waterfallOf } from '../../../../dashboard/views/energy/photovoltaics/waterfall.ts';
import { chargerStateOf } from '../../../../dashboard/views/energy/storage/charger-state.ts';
import { targetLine, yearTargetOf } from '../../../../dashboard/views/energy/year-line.ts';

const monthlyPercent = [6.4, 6.8, 8.4, 9.7, 10.6, 9.2, 10.2, 9.9, 8.5, 7.8, 6.4, 6.1];

describe('demand', () => {
  it('is judged against its limit, and by nothing where there is none', () => {
    expect(judgeDemand(3553, 3000)).toBe('over');
    expect(judgeDemand(2900, 3000)).toBe('near');
    expect(judgeDemand(2850, 3000)).toBe('within');
    expect(judgeDemand(3553, null)).toBe('within');
    expect(judgeDemand(null, 3000)).toBe('within');
  });

  it('fits on its scale with the limit', () => {
    expect(demandScale([100, null, 200])).toBeCloseTo(220, 9);
    expect(demandScale([null])).toBeCloseTo(1.1, 9);
  });

  it('counts down in minutes and seconds', () => {
    expect(countdownText(845)).toBe('14:05');
    expect(countdownText(0)).toBe('0:00');
    expect(countdownText(null)).toBe('?');
  });
});

describe('curves', () => {
  const interval = { count: 1, coveredMs: 1, minimum: 0, maximum: 0, first: 0, revision: 0 };
  const history = {
    ...{ number: 1, path: '', unit: 'W' },
    intervals: [
      { ...interval, startMs: 0, durationMs: 100, mean: -2000, last: 5 },
      {
        ...interval,
        ...{ count: 0, coveredMs: 0 },
        startMs: 100,
        durationMs: 100,
        mean: null,
        last: null,
      },
    ],
  };

  it('stand at the middles of intervals in kW, broken where nothing was measured', () => {
    expect(meanCurve(history, -1)).toEqual([
      [50, 2],
      [150, null],
    ]);
    expect(lastCurve(history)).toEqual([[100, 5]]);
  });

  it('add up only where all of them are known', () => {
    const other = meanCurve({ ...history, unit: 'kW' });
    expect(sumCurves([meanCurve(history, -1), other])).toEqual([
      [50, -1998],
      [150, null],
    ]);
    expect(sumCurves([])).toEqual([]);
  });
});

describe('the target of a year', () => {
  it('ends at all of it, by the shares of its months', () => {
    const target = yearTargetOf({ targetKwh: 5_130_000, monthlyPercent });
    const line =
      target === undefined
        ? []
        : targetLine(
            target,
            Array.from({ length: 13 }, (_, i) => i),
          );
    expect(line[0]).toEqual([0, 0]);
    expect(line[1]?.[1]).toBeCloseTo(328_320, 6);
    expect(line[12]?.[1]).toBeCloseTo(5_130_000, 6);
  });

  it('is not known from anything else', () => {
    expect(yearTargetOf(undefined)).toBeUndefined();
    expect(yearTargetOf({ targetKwh: 1, monthlyPercent: [1, 2] })).toBeUndefined();
  });
});

describe('a factor', () => {
  it('is printed as it is written, with its id', () => {
    expect(factorOf({ id: 'cn-2021', value: 0.5992, source: 'x' })).toEqual({
      ...{ id: 'cn-2021', value: '0.5992' },
    });
    expect(factorOf({ id: 'hourly', values: [0.6] })).toEqual({ id: 'hourly', value: undefined });
    expect(factorOf(undefined)).toBeUndefined();
  });
});

describe('inverters beside each other', () => {
  it('have a median of those that are known', () => {
    expect(medianOf([3, null, 1, 2])).toBe(2);
    expect(medianOf([4, 1, 2, 3])).toBe(2.5);
    expect(medianOf([null])).toBeNull();
  });

  it.each([
    [0.89, 'very-low'],
    [0.94, 'low'],
    [0.96, 'usual'],
    [1.06, 'high'],
  ])('of %f of the median is %s', (value, judgement) => {
    expect(judgePeer(value, 1, false)).toBe(judgement);
  });

  it('are unavailable before they are anything else, and unknown without a value', () => {
    expect(judgePeer(0.5, 1, true)).toBe('unavailable');
    expect(judgePeer(null, 1, false)).toBe('unknown');
    expect(judgePeer(1, 0, false)).toBe('unknown');
  });
});

describe('the losses of the day', () => {
  const losses = {
    ...{ temperature: 0.4, soiling: null, shading: null, clipping: 0, curtailment: 0 },
    ...{ downtime: 0.1, system: 0.9, unexplained: 0.06 },
  };

  it('go down from the reference to the final yield, and close', () => {
    const { steps, open } = waterfallOf(5, losses, 3.54);
    expect(open).toBeCloseTo(0, 12);
    expect(steps.map(({ part }) => part)).toEqual([
      ...['reference', 'temperature', 'soiling', 'shading', 'clipping', 'curtailment', 'downtime'],
      ...['system', 'unexplained', 'final'],
    ]);
    expect(steps[1]).toMatchObject({ fromValue: 5, toValue: 4.6 });
    expect(steps[2]).toMatchObject({ amount: null, fromValue: 4.6, toValue: 4.6 });
  });

  it('say what is left open when they do not', () => {
    expect(waterfallOf(5, losses, 3).open).toBeCloseTo(0.54, 12);
  });
});

describe('a charger', () => {
  it('is told by its number and its name', () => {
    expect(chargerStateOf(2, [2], 'charging')).toBe('busy');
    expect(chargerStateOf(4, [2], 'faulted')).toBe('faulted');
    expect(chargerStateOf(0, [2], 'available')).toBe('idle');
    expect(chargerStateOf(null, [2], undefined)).toBe('silent');
  });
});
