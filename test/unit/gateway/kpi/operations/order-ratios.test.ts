import { describe, expect, test } from 'vitest';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { orderRatios } from '../../../../../gateway/kpi/operations/order-ratios.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import { compileTestSite, feed, tickProgram } from '../../../../support/program-feed.ts';

const line = 'welding/mpm01/line';
const minuteMs = 60_000;
const welding = { state: 4, mode: 1 };
const told = {
  ...{ orderExecutionTime: 20, producedQuantity: 4, scrapQuantity: 1, reworkQuantity: 2 },
  ...{ inspectedQuantity: 5, goodFirstTimeQuantity: 3, workTime: 45, attendanceTime: 60 },
};

const afterTenMinutes = (values: Readonly<Record<string, TestSample>>) => {
  const { program, groups } = compileTestSite({
    groups: [
      testGroup({
        ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs: minuteMs },
        channels: [
          ...['state', 'mode'],
          ...Object.keys(values).map((point) => ({
            point,
            unit: point.endsWith('Time') ? 'min' : '1',
          })),
        ],
      }),
    ],
    kpis: [
      { kpi: 'timeElements', equipment: line },
      { kpi: 'throughput', equipment: line },
    ],
  });
  const [group] = groups as [RegisteredGroup];
  for (let minute = 0; minute <= 10; minute++) {
    feed(program, [{ group, timeMs: minute * minuteMs, values: { ...welding, ...values } }]);
  }
  const results = tickProgram(program, 10 * minuteMs, 0);
  return (point: string) => results[`${line}/throughput${point}`];
};

describe('ratios of orders (section 3.10)', () => {
  test('are those of ISO 22400-2', () => {
    const ratios = orderRatios({
      ...{ aubt: 460, aoet: 500, pq: 14, sq: 1, rq: 2 },
      ...{ inspected: 14, goodFirstTime: 11, apwt: 420, apat: 480 },
    });
    expect(ratios.throughputPerHour).toBeCloseTo(14 / (500 / 60), 12);
    expect(ratios.allocationRatio).toBeCloseTo(0.92, 12);
    expect(ratios.scrapRatio).toBeCloseTo(1 / 14, 12);
    expect(ratios.reworkRatio).toBeCloseTo(1 / 7, 12);
    expect(ratios.firstPassYield).toBeCloseTo(11 / 14, 12);
    expect(ratios.workerEfficiency).toBeCloseTo(0.875, 12);
  });

  test('come from the machine and from what is told', () => {
    const part = afterTenMinutes(told);
    expect(part('')).toMatchObject({ value: 12, status: statusCodes.good });
    expect(part('.allocationRatio')).toMatchObject({ value: 0.5, status: statusCodes.good });
    expect(part('.scrapRatio')?.value).toBe(0.25);
    expect(part('.reworkRatio')?.value).toBe(0.5);
    expect(part('.firstPassYield')?.value).toBe(0.6);
    expect(part('.workerEfficiency')?.value).toBe(0.75);
    expect(part('.missing')?.value).toBe(0);
  });

  test('of an uncertain term are uncertain, and the others are not', () => {
    const scrapQuantity = { value: 1, status: statusCodes.uncertain };
    const part = afterTenMinutes({ ...told, scrapQuantity });
    expect(part('.scrapRatio')).toMatchObject({ value: 0.25, status: statusCodes.uncertain });
    expect(part('')).toMatchObject({ value: 12, status: statusCodes.good });
    const produced = { value: 4, status: statusCodes.uncertain };
    const other = afterTenMinutes({ ...told, producedQuantity: produced });
    expect(other('')).toMatchObject({ value: 12, status: statusCodes.uncertain });
    expect(other('.reworkRatio')?.status).toBe(statusCodes.uncertain);
    expect(other('.workerEfficiency')?.status).toBe(statusCodes.good);
  });

  test('that lack a term have no data, and it is said which', () => {
    const { producedQuantity, scrapQuantity, workTime } = told;
    const part = afterTenMinutes({ producedQuantity, scrapQuantity, workTime });
    expect(part('')?.status).toBe(statusCodes.badNoData);
    expect(part('.scrapRatio')).toMatchObject({ value: 0.25, status: statusCodes.good });
    expect(part('.workerEfficiency')?.status).toBe(statusCodes.badNoData);
    expect(part('.missing')?.value).toBe(0b1011_1001);
  });
});
