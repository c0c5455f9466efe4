import { describe, expect, it } from 'vitest';
import type {
  ChannelSpec,
  GroupNumber,
  PointNumber,
  RegisteredGroup,
} from '../../../../../gateway/core/point.ts';
import {
  deviceShares,
  type HistorySpan,
  hoursOfDays,
  productionHours,
} from '../../../../../gateway/reports/figures/device-shares.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const channel = (point: string, kind: ChannelSpec['kind'] = 'number', unit = '1'): ChannelSpec => ({
  ...{ point, kind, unit, description: { en: point, zh: point } },
});

let number = 0;
const group = (
  producer: string,
  about: {
    readonly device?: string;
    readonly equipment: string;
    readonly channels: readonly ChannelSpec[];
    readonly periodMs?: number;
    readonly equipmentClass?: string;
  },
): RegisteredGroup => {
  const { equipment, ...rest } = about;
  number += 1;
  return {
    ...{ producer, name: 'signals', equipmentClass: 'meter', number: number as GroupNumber },
    ...rest,
    equipment: { enterprise: 'acme', site: 'dam', area: 'a', line: 'l', equipment },
    pointNumbers: rest.channels.map((_, index) => (100 * number + index) as PointNumber),
  };
};

const span = (startMs: number, first: number | null, last = first, coveredMs = 0): HistorySpan => ({
  ...{ startMs, coveredMs, first, last },
});

describe('the share of a window in which a device gave data', () => {
  const groups = [
    group('plc', {
      device: 'unit 1',
      equipment: 't1',
      channels: [channel('id', 'string'), channel('v')],
    }),
    group('plc', { device: 'unit 1', equipment: 't2', channels: [channel('v')], periodMs: 100 }),
    group('meters', { equipment: 'm1', channels: [channel('power')] }),
    group('kpi', { equipment: 't1', channels: [channel('oee')] }),
  ];

  it('is of each device once, by its fastest group, beside those that are not connected', async () => {
    const asked: PointNumber[] = [];
    const history = async ({ point }: { readonly point: PointNumber }) => {
      asked.push(point);
      return [
        span(0, 1, 1, point === groups[1]?.pointNumbers[0] ? 6 * hourMs : hourMs),
        span(0, 1, 1, hourMs),
      ];
    };
    const window = { fromMs: 0, toMs: 8 * hourMs };
    expect(await deviceShares(groups, history, window, ['lathe'])).toEqual([
      { id: 'plc: unit 1', goodShare: 0.875 },
      { id: 'meters: acme/dam/a/l/m1', goodShare: 0.25 },
      { id: 'lathe', goodShare: null },
    ]);
    expect(asked).toEqual([groups[1]?.pointNumbers[0], groups[2]?.pointNumbers[0]]);
  });

  it('is of a device with texts only not known by them', async () => {
    const texts = [group('plc', { equipment: 't9', channels: [channel('id', 'string')] })];
    expect(await deviceShares(texts, async () => [], { fromMs: 0, toMs: 1 }, [])).toEqual([]);
  });
});

describe('hours of a register that begins anew each day', () => {
  // Midnight in Shanghai is 16:00 UTC.
  const midnight = Date.UTC(2026, 2, 1, 16);

  it('are the last of each day, together', () => {
    const spans = [
      ...[span(midnight, 0, 30), span(midnight + hourMs, 30, 90)],
      ...[span(midnight + dayMs, 0, 60), span(midnight + dayMs + hourMs, 60, 60)],
    ];
    expect(hoursOfDays(spans, 'Asia/Shanghai', midnight)).toBe(2.5);
  });

  it('leave out what a day had when the window began', () => {
    const spans = [span(midnight + 2 * hourMs, 120, 180), span(midnight + dayMs, 0, 60)];
    expect(hoursOfDays(spans, 'Asia/Shanghai', midnight + 2 * hourMs)).toBe(2);
    expect(hoursOfDays(spans, 'Asia/Shanghai', midnight)).toBe(4);
  });

  it('are not known without history', () => {
    expect(hoursOfDays([span(midnight, null)], 'Asia/Shanghai', midnight)).toBeNull();
  });

  it('are of all lines together, and not known where no line tells them', async () => {
    const line = (equipment: string) =>
      group('kpi', {
        ...{ equipment, equipmentClass: 'weld_line' },
        channels: [channel('oee'), channel('timeElements', 'number', 'min')],
      });
    const lines = [line('line1'), line('line2')];
    const asked: PointNumber[] = [];
    const history = async ({ point }: { readonly point: PointNumber }) => {
      asked.push(point);
      return point === lines[0]?.pointNumbers[1] ? [span(midnight, 0, 120)] : [];
    };
    const window = { fromMs: midnight, toMs: midnight + dayMs };
    expect(await productionHours(lines, history, window, 'Asia/Shanghai')).toBe(2);
    expect(asked).toEqual(lines.map(({ pointNumbers }) => pointNumbers[1]));
    expect(await productionHours([], history, window, 'Asia/Shanghai')).toBeNull();
  });
});
