import { describe, expect, it } from 'vitest';
import type {
  ChannelSpec,
  GroupNumber,
  PointNumber,
  RegisteredGroup,
} from '../../../../../gateway/core/point.ts';
import { billingProducer } from '../../../../../gateway/kpi/tariff/billing-section.ts';
import { productionProducer } from '../../../../../gateway/production/line-points.ts';
import { deviceShares } from '../../../../../gateway/reports/figures/device-shares.ts';
import type { HistorySpan } from '../../../../../gateway/reports/figures/history-days.ts';

const hourMs = 3_600_000;
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

const span = (startMs: number, coveredMs: number, durationMs = 8 * hourMs): HistorySpan => ({
  ...{ startMs, durationMs, coveredMs, first: 1, last: 1 },
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
    ...['kpi', 'calculated', productionProducer, billingProducer].map((producer) =>
      group(producer, { equipment: 't1', channels: [channel('oee')] }),
    ),
  ];

  it('is of each device once, by its fastest group, beside those that are not connected', async () => {
    const asked: PointNumber[] = [];
    const history = async ({ point }: { readonly point: PointNumber }) => {
      asked.push(point);
      return [span(0, point === groups[1]?.pointNumbers[0] ? 6 * hourMs : hourMs), span(0, hourMs)];
    };
    const window = { fromMs: 0, toMs: 8 * hourMs };
    expect(await deviceShares(groups, history, window, ['lathe'])).toEqual({
      devices: [
        { id: 'plc: unit 1', goodShare: 0.875 },
        { id: 'meters: acme/dam/a/l/m1', goodShare: 0.25 },
        { id: 'lathe', goodShare: null },
      ],
      leftOut: 0,
    });
    expect(asked).toEqual([groups[1]?.pointNumbers[0], groups[2]?.pointNumbers[0]]);
  });

  it('is of a device with texts only not known by them', async () => {
    const texts = [group('plc', { equipment: 't9', channels: [channel('id', 'string')] })];
    expect(await deviceShares(texts, async () => [], { fromMs: 0, toMs: 1 }, [])).toEqual({
      devices: [],
      leftOut: 0,
    });
  });

  it('has of intervals that reach beyond the window no more than lies within it', async () => {
    const window = { fromMs: 10 * hourMs, toMs: 14 * hourMs };
    const history = async () => [
      span(8 * hourMs, 4 * hourMs, 4 * hourMs),
      span(12 * hourMs, hourMs, 4 * hourMs),
    ];
    const [device] = (await deviceShares(groups.slice(2, 3), history, window, [])).devices;
    expect(device?.goodShare).toBe(0.75);
  });
});
