// Goal: what is stale, impossible, jumped or out of step is marked on its whole way. Method: a running gateway reads a
// device behind a real socket, whose registers and clock the test sets.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { GatewayEvent } from '../../../gateway/core/event.ts';
import { statusSymbol } from '../../../gateway/core/quality.ts';
import type { Source } from '../../../gateway/core/source.ts';
import { readJournal } from '../../../gateway/journal/journal.ts';
import { startGateway } from '../../../gateway/runtime/gateway.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { plainGroup, testFolder } from '../../support/journal.ts';
import { journalOptions, silentLog } from '../../support/journal-options.ts';
import { parseMetrics } from '../../support/metrics-text.ts';
import { startRegisterDevice } from '../../support/modbus-registers.ts';
import { createSource, profileOf, tcpEntry } from '../../support/modbus-source.ts';

const patience = { timeout: 15_000, interval: 50 };

const run = async (
  sources: readonly Source[],
  screening: Readonly<Record<string, unknown>> = {},
) => {
  const folder = testFolder();
  const gateway = await startGateway({
    version: '1.2.3',
    site: { enterprise: 'seamwatt', site: 'test', timeZone: 'Asia/Shanghai', simulated: true },
    siteName: { en: 'Test', zh: '测试' },
    configurationId: 'c',
    sources,
    computedGroups: [],
    sections: { screening },
    sinks: [],
    journal: journalOptions(folder),
    snapshotMs: 60_000,
    ticks: { periodMs: 100, allowedLatenessMs: 2000 },
    log: silentLog,
    createClock: () => systemClock,
  });
  const { view } = gateway;
  let stopping: Promise<readonly string[]> | undefined;
  const stop = (): Promise<readonly string[]> => {
    stopping ??= gateway.stop();
    return stopping;
  };
  onTestFinished(async () => {
    await stop();
  });
  const indexOf = (point: string): number =>
    view.latest.points.findIndex(({ group, channel }) => group.channels[channel]?.point === point);
  return {
    view,
    stop,
    status: (point: string) => statusSymbol(view.latest.at(indexOf(point)).status),
    timeMs: (point: string) => view.latest.at(indexOf(point)).timeMs,
    quality: (point: string) => view.qualityOf(view.latest.at(indexOf(point)).pointNumber),
    metric: async (name: string): Promise<number | undefined> =>
      parseMetrics((await view.metrics()).text).get(name),
    events: async (): Promise<readonly GatewayEvent[]> => {
      await stop();
      const events: GatewayEvent[] = [];
      for await (const batch of readJournal(folder, { classes: ['event'] })) {
        for (const record of batch.records) {
          if (record.type === 'event') events.push(record.event);
        }
      }
      return events;
    },
  };
};

const u32 = (value: number): readonly number[] => [Math.floor(value / 65_536), value % 65_536];

describe('data quality', { timeout: 40_000 }, () => {
  it('turns a source that hangs without an error bad after its time, and never refreshes it', async () => {
    const hold = { isHanging: false };
    const source: Source = {
      id: 'plc',
      groups: [{ ...plainGroup('f01', 1), periodMs: 50 }],
      run: async ({ clock, signal, connected, emit }) => {
        connected();
        let value = 0;
        while (!signal.aborted) {
          const timeMs = clock.nowMs();
          value += 1;
          const values = Float64Array.of(value);
          if (!hold.isHanging) {
            emit({ groupIndex: 0, timeMs, receivedMs: timeMs, values, status: Uint32Array.of(0) });
          }
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      },
    };
    const { status, timeMs, metric, quality, events } = await run([source], {
      sources: { plc: { staleMs: 400 } },
    });
    await expect.poll(() => status('c0'), patience).toBe('Good');
    hold.isHanging = true;
    const hungMs = Date.now();
    await expect.poll(() => status('c0'), patience).toBe('BadNoCommunication');
    const badMs = timeMs('c0');
    expect(badMs).toBeGreaterThan(hungMs);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(timeMs('c0')).toBe(badMs);
    const label = '{point="seamwatt/demo/welding/mpm01/f01/c0",reason="stale"}';
    expect(await metric(`seamwatt_quality_marks_total${label}`)).toBe(1);
    hold.isHanging = false;
    await expect.poll(() => status('c0'), patience).toBe('Good');
    expect(quality('c0')?.marks).toEqual({ stale: 1 });
    expect((await events()).map(({ code }) => code)).toEqual(['group-stale', 'group-fresh']);
  });

  it('refuses what physics refuses, tells a reset register, and sees a device clock that is off', async () => {
    const device = await startRegisterDevice();
    onTestFinished(() => device.close());
    const behindSeconds = 90;
    const tell = (power: number, level: number, energy: number): void => {
      const seconds = Math.floor(Date.now() / 1000) - behindSeconds;
      device.set(0, [...u32(seconds), power, level, ...u32(energy)]);
    };
    tell(400, 500, 90_000);
    const profile = profileOf(
      [
        { point: 'power', address: 2, unit: 'kW', maximum: 1000 },
        { point: 'level', address: 3, scale: 0.1, unit: '%', maximumRatePerSecond: 20 },
        {
          ...{ point: 'energy', address: 4, type: 'u32', kind: 'counter', unit: 'Wh' },
          maximumRatePerSecond: 1000,
        },
      ],
      { block: { deviceTime: { epochSeconds: 0 } } },
    );
    const entry = tcpEntry(device.port, [{ unitId: 1 }]);
    const { view, status, metric, quality, events } = await run([createSource(entry, [profile])]);
    const path = (point: string): string => `seamwatt/test/area/line/device/${point}`;
    await expect.poll(() => status('power'), patience).toBe('Good');

    tell(1001, 500, 90_000);
    await expect.poll(() => status('power'), patience).toBe('BadOutOfRange');
    tell(400, 990, 90_000);
    await expect.poll(() => quality('level')?.marks.rate ?? 0, patience).toBeGreaterThan(0);
    tell(400, 500, 90_000);
    await expect.poll(() => status('level'), patience).toBe('Good');
    tell(400, 500, 12);
    await expect.poll(() => quality('energy')?.marks.reset, patience).toBe(1);
    tell(400, 500, 60_000_000);
    await expect.poll(() => quality('energy')?.marks.replaced, patience).toBe(1);

    expect(
      await metric(`seamwatt_quality_marks_total{point="${path('power')}",reason="range"}`),
    ).toBe(quality('power')?.marks.range);
    const prevented = 'seamwatt_invented_energy_prevented_kwh_total';
    const invented = 0.012 + (60_000_000 - 12) / 1000;
    expect(await metric(`${prevented}{point="${path('energy')}"}`)).toBeCloseTo(invented, 6);
    expect(await metric(`${prevented}{point="${path('power')}"}`)).toBeGreaterThan(0);

    const [clock] = view.status().sources[0]?.clocks ?? [];
    expect(clock?.device).toBe('unit 1 (area/line/device)');
    expect(Math.abs((clock?.skewMs ?? 0) + behindSeconds * 1000)).toBeLessThan(10_000);
    const skew =
      'seamwatt_device_clock_skew_seconds{source="test",device="unit 1 (area/line/device)"}';
    expect(await metric(skew)).toBeLessThan(-80);
    const codes = (await events()).map(({ code }) => code);
    expect(codes.filter((code) => code.startsWith('counter'))).toEqual(['counter-reset']);
  });
});
