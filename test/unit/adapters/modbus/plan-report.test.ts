import { describe, expect, it } from 'vitest';
import { modbusAdapter } from '../../../../adapters/modbus/index.ts';
import { frameSilenceMs } from '../../../../adapters/modbus/plan-report.ts';
import type { PlanReport } from '../../../../gateway/core/adapter.ts';
import { loadProfile, modbusInput, profileOf, tcpEntry } from '../../../support/modbus-source.ts';

const ten = profileOf(
  Array.from({ length: 10 }, (_, index) => ({ point: `p${index}`, address: index * 2 })),
  { block: { periodMs: 1000 } },
);

const block = (name: string, reads: number, periodMs: number): object => ({
  ...{ name, class: 'device', periodMs, instances: [{ address: name === 'quick' ? 0 : 1000 }] },
  points: Array.from({ length: reads }, (_, index) => ({
    ...{ point: `${name}${index}`, type: 'u16', address: index * 100 },
    description: { en: 'A point', zh: '测点' },
  })),
});

const plan = (entry: Record<string, unknown>, profile = ten): PlanReport => {
  const report = modbusAdapter.plan?.(modbusInput(entry, [profile]));
  if (report === undefined) throw new Error('no plan');
  return report;
};

const device = { profile: 'test', area: 'a', line: 'l', equipment: 'e' };

describe('the plan of a Modbus source', () => {
  it('lists each read with what it costs on TCP', () => {
    const report = plan(tcpEntry(502, [{ unitId: 7 }]));
    expect(report.columns).toHaveLength(11);
    // Request 12 bytes, answer 9 and two a register; 9 of the 19 registers are read for nothing.
    expect(report.rows).toEqual([[7, 'device', 'holding', 0, 18, 19, 9, 1000, 1, 12 + 9 + 38, 2]]);
    expect(report.summary.map(({ en }) => en)).toEqual([
      '1 requests/s, 59 bytes/s',
      '0.0 % of the time of the connection (2 ms a round trip, 16 at once)',
      'worst burst: 1 reads due together take 2 ms, the shortest period among them is 1000 ms',
      '53 % of what is read is wanted',
    ]);
    expect(report.issues).toEqual([]);
  });

  it('takes time on a serial line from its speed', () => {
    const transport = { type: 'rtu', path: '/dev/ttyS0', baudRate: 9600, turnaroundMs: 5 };
    const report = plan({ transport, devices: [device] });
    // 8 + 5 + 38 characters of 11 bits, twice 3.5 characters of silence, 5 ms of turnaround.
    const wireMs = ((8 + 43 + 7) * 11 * 1000) / 9600 + 5;
    expect(report.rows[0]?.[9]).toBe(51);
    expect(report.rows[0]?.[10]).toBeCloseTo(wireMs, 2);
    expect(report.summary[1]?.en).toBe(
      '7.1 % of the time of the connection (9600 baud, 5 ms a turnaround)',
    );
  });

  it('says all of it in Chinese too', () => {
    const { title, columns, summary } = plan(tcpEntry(502, [{ unitId: 7 }]));
    for (const { en, zh } of [title, ...columns, ...summary]) {
      expect(zh).toMatch(/[\u4E00-\u9FFF]/);
      // What both say in numbers is the same.
      expect(zh.match(/\d+/g)).toEqual(en.match(/\d+/g));
    }
  });

  it('knows the silence between frames', () => {
    expect(frameSilenceMs(9600)).toBeCloseTo(4.01, 2);
    expect(frameSilenceMs(19_200)).toBeCloseTo(2.005, 3);
    expect(frameSilenceMs(38_400)).toBe(1.75);
  });

  it('refuses a device whose reads do not fit their period', () => {
    const report = plan(tcpEntry(502, [{ periodMs: 2 }]));
    expect(report.issues).toEqual([
      {
        path: ['devices', 0, 'periodMs'],
        found: 'reads that take 100 % of their period',
        expected: 'at most 90 %: a longer period or fewer points',
      },
    ]);
    expect(plan(tcpEntry(502, [{ periodMs: 3 }])).issues).toEqual([]);
    expect(plan(tcpEntry(502, [{ periodMs: 2, maxInFlight: 2 }])).issues).toEqual([]);
  });

  it('refuses more devices than a line has time for', () => {
    const transport = { type: 'rtu', path: '/dev/ttyS0', baudRate: 9600 };
    const devices = Array.from({ length: 16 }, (_, index) => ({
      ...device,
      unitId: index + 1,
      equipment: `e${index}`,
    }));
    const issues = plan({ transport, devices }).issues;
    expect(issues).toEqual([
      {
        path: ['devices'],
        found: 'reads that take 114 % of the time of the connection',
        expected: 'at most 90 %: longer periods, fewer devices or another connection',
      },
    ]);
    expect(modbusAdapter.check?.(modbusInput({ transport, devices }, [ten]))).toEqual(issues);
  });

  /** One read every 100 ms and 60, far apart, every minute. */
  const quickAndSlow = profileOf([], {
    blocks: [block('quick', 1, 100), block('slow', 60, 60_000)],
  });

  it('refuses a device whose reads fit on average, but not when all fall due together', () => {
    const report = plan(tcpEntry(502, [{}]), quickAndSlow);
    expect(report.summary[1]?.en).toMatch(/^0\.1 % of the time/);
    expect(report.summary[2]?.en).toBe(
      'worst burst: 61 reads due together take 122 ms, the shortest period among them is 100 ms',
    );
    const worstBurst = { requests: 61, durationMs: 122, shortestPeriodMs: 100 };
    expect(report.worstBurst).toEqual(worstBurst);
    expect(report.issues).toEqual([
      {
        path: ['devices', 0, 'periodMs'],
        found: '61 reads due together that take 122 ms',
        expected: 'at most 100 ms, the shortest period of the device: a longer one or fewer points',
      },
    ]);
    expect(plan(tcpEntry(502, [{ maxInFlight: 2 }]), quickAndSlow).issues).toEqual([]);
  });

  it('refuses devices that fit on average and alone, but not when they fall due together', () => {
    const transport = { type: 'rtu', path: '/dev/ttyS0', baudRate: 9600 };
    const devices = [
      { ...device, unitId: 1, equipment: 'slow', periodMs: 60_000 },
      { ...device, unitId: 2, equipment: 'quick', periodMs: 100 },
    ];
    // Each read takes 71.46 ms.
    expect(plan({ transport, devices }).issues).toEqual([
      {
        path: ['devices'],
        found:
          'reads of several devices due together, so that those of unit 2 (a/l/quick) take 142.92 ms',
        expected:
          'at most 100 ms, its shortest period: other phases (phaseMs), longer periods, fewer devices or another connection',
      },
    ]);
    const slower = devices.map((one) => ({ ...one, periodMs: Math.max(200, one.periodMs) }));
    expect(plan({ transport, devices: slower }).issues).toEqual([]);
  });

  it('reads the welding line by six requests, two registers of 539 read for nothing, and once a second its details', () => {
    const entry = tcpEntry(502, [{ profile: 'weld-plc', equipment: 'line' }]);
    const report = plan(entry, loadProfile('weld-plc'));
    expect(report.rows.map((row) => row.slice(3, 7))).toEqual([
      [0, 42, 43, 2],
      [1000, 1119, 120, 0],
      [1120, 1239, 120, 0],
      [1240, 1359, 120, 0],
      [1360, 1479, 120, 0],
      [44, 96, 53, 2],
      [2000, 2015, 16, 0],
      [4000, 4119, 120, 30],
      [4120, 4239, 120, 30],
      [4240, 4359, 120, 30],
      [4360, 4479, 120, 30],
      [5000, 5019, 20, 0],
    ]);
    expect(report.issues).toEqual([]);
  });
});
