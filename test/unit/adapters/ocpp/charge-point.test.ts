import { describe, expect, it } from 'vitest';
import { Bench, isoAt, startMs } from './bench.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

describe('a charge point that was offline', () => {
  it('tells later what it measured then, at the times of then', () => {
    const bench = new Bench();
    bench.measure(1000);
    bench.reconnect(2 * hourMs);
    const id = bench.start(1000, startMs + 20 * minuteMs);
    bench.measure(4000, startMs + 30 * minuteMs, { transactionId: id });
    bench.say('StopTransaction', {
      ...{ transactionId: id, meterStop: 6000, timestamp: isoAt(startMs + hourMs) },
    });
    expect(bench.of('energyTotal').filter(({ status }) => status === 'Good')).toEqual([
      { point: 'energyTotal', timeMs: startMs, value: 1000, status: 'Good' },
      { point: 'energyTotal', timeMs: startMs + 20 * minuteMs, value: 1000, status: 'Good' },
      { point: 'energyTotal', timeMs: startMs + 30 * minuteMs, value: 4000, status: 'Good' },
      { point: 'energyTotal', timeMs: startMs + hourMs, value: 6000, status: 'Good' },
    ]);
    expect(bench.of('sessionEnergy').at(-1)).toMatchObject({ value: 5000, status: 'Good' });
    expect(bench.events.filter(({ code }) => code.includes('clock'))).toEqual([]);
    expect(bench.events.map(({ code }) => code)).toEqual(['charging-started', 'charging-ended']);
    expect(bench.events[1]?.details).toMatchObject({ energyWh: 5000, timeMs: startMs + hourMs });
  });

  it('is believed with a doubt where its clock was never seen to be right', () => {
    const bench = new Bench();
    bench.measure(4000, startMs - hourMs);
    expect(bench.last('energyTotal')).toMatchObject({
      ...{ timeMs: startMs - hourMs, status: 'Uncertain' },
    });
  });

  it('is shown with its last status as an old one until it says a status again', () => {
    const bench = new Bench();
    bench.status('Charging');
    expect(bench.last('status')).toMatchObject({ value: 2, status: 'Good' });
    bench.reconnect(minuteMs);
    expect(bench.last('status')).toMatchObject({ value: 0, status: 'BadNoCommunication' });
    expect(bench.last('online')).toMatchObject({ value: 0, status: 'Good' });
    bench.say('Heartbeat', {});
    expect(bench.last('status')).toMatchObject({
      ...{ timeMs: bench.nowMs, value: 2, status: 'UncertainLastUsableValue' },
    });
    expect(bench.last('online')).toMatchObject({ value: 1, status: 'Good' });
    // What happened meanwhile does not say what is now.
    bench.status('Finishing', bench.nowMs - 40_000);
    bench.nowMs += 30_000;
    bench.say('Heartbeat', {});
    expect(bench.last('status')).toMatchObject({ value: 3, status: 'UncertainLastUsableValue' });
    bench.status('Available');
    expect(bench.last('status')).toMatchObject({ value: 0, status: 'Good' });
    bench.nowMs += 31_000;
    bench.say('Heartbeat', {});
    expect(bench.last('status')).toMatchObject({ timeMs: bench.nowMs, status: 'Good' });
  });
});

describe('a clock that is wrong', () => {
  it.each([
    ['ahead', 3 * hourMs],
    ['behind while it was connected', -10 * minuteMs],
  ])('%s is not believed: gateway time, uncertain, one event', (_, skewMs) => {
    const bench = new Bench();
    bench.measure(1000);
    bench.nowMs += 30 * minuteMs;
    bench.measure(2000, bench.nowMs + skewMs);
    expect(bench.last('energyTotal')).toMatchObject({ timeMs: bench.nowMs, status: 'Uncertain' });
    bench.nowMs += minuteMs;
    bench.measure(2100, bench.nowMs + skewMs);
    const codes = (): readonly string[] => bench.events.map(({ code }) => code);
    expect(codes()).toEqual(['device-clock-skewed']);
    bench.nowMs += minuteMs;
    bench.measure(2200);
    expect(bench.last('energyTotal')).toMatchObject({ timeMs: bench.nowMs, status: 'Good' });
    expect(codes()).toEqual(['device-clock-skewed', 'device-clock-restored']);
  });

  it('does not matter where the gateway stamps', () => {
    const bench = new Bench({ timestamps: 'gateway' });
    bench.measure(1000, 0);
    expect(bench.last('energyTotal')).toMatchObject({ timeMs: startMs, status: 'Good' });
    expect(bench.events).toEqual([]);
  });

  it('keeps the distances of what one message brings', () => {
    const bench = new Bench();
    bench.nowMs += hourMs;
    const farMs = bench.nowMs + 9 * hourMs;
    const meterValue = [60_000, 0].map((agoMs) => ({
      timestamp: isoAt(farMs - agoMs),
      sampledValue: [{ value: String(5000 - agoMs / 1000) }],
    }));
    bench.say('MeterValues', { connectorId: 1, meterValue });
    const times = bench.of('energyTotal').map(({ timeMs, value }) => [timeMs, value]);
    expect(times).toEqual([
      [bench.nowMs - 60_000, 4940],
      [bench.nowMs, 5000],
    ]);
  });
});

describe('what is told while the charge point is there', () => {
  it('is never stamped before what was told before it', () => {
    const bench = new Bench();
    bench.nowMs += 400;
    bench.say('Heartbeat', {});
    // Its clock counts in whole seconds.
    bench.status('Charging', startMs);
    bench.status('Finishing', startMs);
    const told = bench.of('status').filter(({ status }) => status === 'Good');
    expect(told.map(({ value }) => value)).toEqual([2, 3]);
    expect(told.map(({ timeMs }) => timeMs)).toEqual([startMs + 401, startMs + 402]);
  });

  it('is repeated to the journal at most each half heartbeat', () => {
    const bench = new Bench();
    bench.status('Available');
    const before = bench.of('status').length;
    for (let second = 1; second <= 62; second += 1) {
      bench.nowMs += 1000;
      bench.say('Heartbeat', {});
    }
    expect(bench.of('status').length - before).toBe(2);
  });

  it('is old when a session sends no meter values any more', () => {
    const bench = new Bench({ meterValueSeconds: 60 });
    bench.status('Charging');
    const transactionId = bench.start(1000);
    const power = { value: '7000', measurand: 'Power.Active.Import', unit: 'W' };
    const measure = (): void => {
      const meterValue = [{ timestamp: isoAt(bench.nowMs), sampledValue: [power] }];
      bench.say('MeterValues', { connectorId: 1, transactionId, meterValue });
    };
    measure();
    for (let minute = 0; minute < 4; minute += 1) {
      expect(bench.last('power')).toMatchObject({ value: 7000, status: 'Good' });
      bench.nowMs += minuteMs;
      bench.say('Heartbeat', {});
      bench.point.passTime(bench.context);
    }
    expect(bench.last('power')).toMatchObject({ timeMs: bench.nowMs, status: 'BadNoData' });
    expect(bench.members.at(-1)).toMatchObject({ state: 'degraded' });
    measure();
    expect(bench.last('power')).toMatchObject({ value: 7000, status: 'Good' });
    expect(bench.members.at(-1)).toMatchObject({ state: 'up' });
  });

  it('is asked for again when it could not be kept, and then changes nothing twice', () => {
    const bench = new Bench();
    bench.isAdmitting = false;
    expect(bench.start(1000)).toBeNaN();
    expect(bench.measure(1100)).toMatchObject({ ok: false, code: 'InternalError' });
    bench.isAdmitting = true;
    expect(bench.start(1000, startMs)).toBeGreaterThan(0);
    expect(bench.measure(1100)).toMatchObject({ ok: true });
    expect(bench.events.map(({ code }) => code)).toEqual(['charging-started']);
    const count = bench.frames.length;
    expect(bench.measure(1100)).toMatchObject({ ok: true });
    expect(bench.frames).toHaveLength(count);
    expect(bench.counters['values_repeated']).toBe(1);
    expect(bench.start(1000, startMs)).toBeGreaterThan(0);
    expect(bench.frames).toHaveLength(count);
    expect(bench.counters['messages_repeated']).toBe(1);
  });

  it('is silent after so many heartbeats, and not before', () => {
    const bench = new Bench({ heartbeatSeconds: 60, silenceFactor: 3 });
    bench.say('Heartbeat', {});
    bench.nowMs += 180_000;
    expect(bench.point.isSilent(bench.context)).toBe(false);
    bench.nowMs += 1;
    expect(bench.point.isSilent(bench.context)).toBe(true);
  });
});

describe('the end of a session', () => {
  it('brings values that were told before and ones that were not', () => {
    const bench = new Bench();
    const id = bench.start(1000);
    bench.nowMs += minuteMs;
    bench.measure(1100, bench.nowMs, { transactionId: id });
    const firstMs = bench.nowMs;
    bench.nowMs += 2 * minuteMs;
    const value = (timeMs: number, wh: number) => ({
      ...{ timestamp: isoAt(timeMs), sampledValue: [{ value: String(wh) }] },
    });
    bench.say('StopTransaction', {
      ...{ transactionId: id, meterStop: 1300, timestamp: isoAt(bench.nowMs) },
      transactionData: [value(firstMs + minuteMs, 1200), value(firstMs, 1100)],
    });
    const good = bench.of('energyTotal').filter(({ status }) => status === 'Good');
    expect(good.map(({ value: wh }) => wh)).toEqual([1000, 1100, 1200, 1300]);
    expect(bench.last('transactionActive')).toMatchObject({ value: 0, status: 'Good' });
  });

  it('of a session that was begun since leaves the new one running', () => {
    const bench = new Bench();
    const first = bench.start(1000);
    bench.nowMs += minuteMs;
    bench.start(2000);
    const timestamp = isoAt(bench.nowMs);
    bench.say('StopTransaction', { transactionId: first, meterStop: 2000, timestamp });
    expect(bench.last('transactionActive')).toMatchObject({ value: 1, status: 'Good' });
  });

  it('with a register below that of the start gives no energy', () => {
    const bench = new Bench();
    const id = bench.start(90_000);
    bench.nowMs += minuteMs;
    bench.measure(12, bench.nowMs, { transactionId: id });
    expect(bench.last('sessionEnergy')).toMatchObject({ value: 0, status: 'BadOutOfRange' });
  });
});
