import { describe, expect, it } from 'vitest';
import { epochMs, SampleTime } from '../../../../adapters/opcua/sample-time.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';

const nowMs = 1_700_000_000_000;
const skewMs = 5000;

const create = (
  options: Partial<ConstructorParameters<typeof SampleTime>[0]> = {},
): { times: SampleTime; events: GatewayEvent[] } => {
  const events: GatewayEvent[] = [];
  const times = new SampleTime({
    subject: 'source',
    timestamps: 'device',
    maxClockSkewMs: skewMs,
    isQueued: true,
    event: (event) => events.push(event),
    seen: () => undefined,
    ...options,
  });
  return { times, events };
};

/** One message with these source timestamps, relative to now; gives the times, relative to now. */
const message = (
  times: SampleTime,
  sources: readonly number[],
  options: { readonly isFirst?: boolean; readonly sentMs?: number; readonly atMs?: number } = {},
): readonly number[] => {
  const atMs = options.atMs ?? nowMs;
  times.beginMessage(atMs, atMs + (options.sentMs ?? Number.NaN));
  const newest = (): number => atMs + Math.max(...sources);
  const result = sources.map(
    (source) => times.timeOf(atMs + source, options.isFirst ?? false, newest) - atMs,
  );
  times.endMessage();
  return result;
};

describe('a source timestamp', () => {
  it.each([0, -skewMs, skewMs, -1])('is taken when %i ms off', (offMs) => {
    const { times, events } = create();
    expect(message(times, [offMs])).toEqual([offMs]);
    expect(times.isDoubtful).toBe(false);
    expect(events).toEqual([]);
  });

  it.each([skewMs + 1, -skewMs - 1])('is not believed when %i ms off', (offMs) => {
    const { times, events } = create();
    expect(message(times, [offMs])).toEqual([0]);
    expect(times.isDoubtful).toBe(true);
    expect(events).toMatchObject([{ code: 'device-clock-skewed', subject: 'source' }]);
  });

  it('that is missing makes way for gateway time without a doubt', () => {
    const { times, events } = create();
    expect(message(times, [Number.NaN])).toEqual([0]);
    expect(times.isDoubtful).toBe(false);
    expect(events).toEqual([]);
  });

  it('of long ago is of a value that has not changed, when the clock of the server is right', () => {
    const { times, events } = create();
    times.serverClockSeen(nowMs + 100, nowMs);
    expect(message(times, [-3_600_000], { isFirst: true })).toEqual([0]);
    expect(times.isDoubtful).toBe(false);
    expect(events).toEqual([]);
  });

  it('shows how far the clock of the server is off, whenever it is seen', () => {
    const seen: number[] = [];
    const { times } = create({ seen: (ms) => seen.push(ms) });
    times.serverClockSeen(nowMs - 7000, nowMs);
    times.serverClockSeen(Number.NaN, nowMs);
    times.serverClockSeen(nowMs + 20, nowMs);
    expect(seen).toEqual([-7000, 20]);
  });

  it('of long ago is doubted when the clock of the server is wrong, too', () => {
    const { times } = create();
    times.serverClockSeen(nowMs - 3_600_000, nowMs);
    message(times, [-3_600_000], { isFirst: true });
    expect(times.isDoubtful).toBe(true);
  });

  it('is taken when the message itself waited on its way', () => {
    const { times } = create();
    times.serverClockSeen(nowMs, nowMs);
    expect(message(times, [-20_000, -19_900], { sentMs: -19_000 })).toEqual([-20_000, -19_900]);
    expect(times.isDoubtful).toBe(false);
  });
});

describe('gateway time', () => {
  it('keeps the distances of samples that waited in one queue', () => {
    const { times } = create({ timestamps: 'gateway' });
    expect(message(times, [-90_000, -89_900, -89_800])).toEqual([-200, -100, 0]);
  });

  it('is that of arrival where nothing waits', () => {
    const { times } = create({ timestamps: 'gateway', isQueued: false });
    expect(message(times, [-300, -200])).toEqual([0, 0]);
  });

  it('does not spread samples that are further apart than a queue lasts', () => {
    const { times } = create();
    expect(message(times, [-3_600_000, 0])).toEqual([0, 0]);
  });
});

it('tells of a wrong clock once, and of a right one when it has been right for a while', () => {
  const { times, events } = create();
  message(times, [60_000]);
  message(times, [60_000], { atMs: nowMs + 1000 });
  message(times, [0], { atMs: nowMs + 2000 });
  message(times, [60_000], { atMs: nowMs + 3000 });
  expect(events).toHaveLength(1);
  message(times, [0], { atMs: nowMs + 30_000 });
  expect(events).toHaveLength(1);
  message(times, [0], { atMs: nowMs + 70_000 });
  expect(events.map(({ code }) => code)).toEqual(['device-clock-skewed', 'device-clock-restored']);
});

it.each([
  [new Date(Date.UTC(1601, 0, 1)), Number.NaN],
  [null, Number.NaN],
  [undefined, Number.NaN],
  [new Date(0), 0],
  [new Date(nowMs), nowMs],
])('reads the DateTime %s', (time, expected) => {
  expect(epochMs(time)).toBe(expected);
});
