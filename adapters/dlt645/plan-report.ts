import type { ConfigIssue, PlanBurst, PlanReport } from '../../gateway/core/adapter.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { type BurstReport, type DeviceLoad, findBursts } from '../shared/burst.ts';
import type { Dlt645Config, TransportConfig } from './dlt645-config.ts';
import { frameOverheadBytes, identifierBytes } from './frame.ts';
import { clockReads } from './meter-clock.ts';
import type { MeterLayout, ReadLayout } from './meter-layout.ts';

const columns: readonly LocalText[] = [
  { en: 'meter', zh: '电表' },
  { en: 'equipment', zh: '设备' },
  { en: 'group', zh: '组' },
  { en: 'identifier', zh: '数据标识' },
  { en: 'data bytes', zh: '数据字节' },
  { en: 'period ms', zh: '周期 ms' },
  { en: 'requests/s', zh: '请求/s' },
  { en: 'bytes/s', zh: '字节/s' },
  { en: 'wire ms', zh: '线路占用 ms' },
];

/** Meters send up to so many FE before an answer (DL/T 645-2007 §5.1.3). */
const answerWakeUpBytes = 4;
/** Start bit, 8 data bits, even parity, stop bit: what lies behind a serial server. */
const bitsPerCharacter = 11;
/** Share of the time that a line may be busy with planned reads, so that retries and probes have room. */
const maxUtilisation = 0.9;

type PlannedRead = {
  readonly group: string;
  readonly identifier: string;
  readonly dataBytes: number;
  readonly periodMs: number;
  /** Over the wire, wake-up bytes of both sides included. */
  readonly bytes: number;
  /** From the start of the request to where the next may begin, by estimate. */
  readonly wireMs: number;
};

type Plan = {
  readonly meter: MeterLayout;
  readonly reads: readonly PlannedRead[];
};

/** What the source will ask, and whether the line has time for it. */
export const reportPlan = (
  id: string,
  config: Dlt645Config,
  meters: readonly MeterLayout[],
): PlanReport => {
  const { transport } = config;
  const plans = meters.map((meter) => ({ meter, reads: plannedReads(meter, transport) }));
  const all = plans.flatMap(({ reads }) => reads);
  const perSecond = (share: (read: PlannedRead) => number): number =>
    all.reduce((sum, read) => sum + (share(read) * 1000) / read.periodMs, 0);
  const busy = perSecond(({ wireMs }) => wireMs) / 1000;
  const loads = plans.map(loadOf);
  const bursts = findBursts({ maxInFlight: 1, devices: loads });
  const worstBurst = bursts.worst && {
    ...bursts.worst,
    durationMs: rounded(bursts.worst.durationMs),
  };
  const utilisation = [
    ...plans.flatMap((plan) => meterIssues(plan, config)),
    ...(busy > maxUtilisation ? [busIssue(busy)] : []),
  ];
  // What does not fit on average does not fit in a burst either: once is enough.
  const late = utilisation.length > 0 ? [] : burstIssues({ config, plans, loads, bursts });
  return {
    title: { en: `Source ${id}`, zh: `数据源 ${id}` },
    columns,
    rows: plans.flatMap(({ meter, reads }) => reads.map((read) => row(meter, read))),
    summary: [
      {
        en: `${rounded(perSecond(() => 1))} requests/s, ${rounded(perSecond(({ bytes }) => bytes))} bytes/s`,
        zh: `${rounded(perSecond(() => 1))} 请求/s，${rounded(perSecond(({ bytes }) => bytes))} 字节/s`,
      },
      {
        en: `${percent(busy)} of the time of the line (${transport.baudRate} baud, ${transport.turnaroundMs} ms a turnaround)`,
        zh: `占用线路时间的 ${percent(busy)}（${transport.baudRate} 波特，设备响应 ${transport.turnaroundMs} ms）`,
      },
      ...(worstBurst === undefined ? [] : [burstLine(worstBurst)]),
    ],
    worstBurst,
    issues: [...timeoutIssues(config, all), ...utilisation, ...late],
  };
};

const plannedReads = (meter: MeterLayout, transport: TransportConfig): readonly PlannedRead[] => {
  const planned = (
    group: string,
    read: Pick<ReadLayout, 'identifier' | 'bytes'>,
    periodMs: number,
  ) => {
    const bytes =
      transport.wakeUpBytes +
      answerWakeUpBytes +
      2 * (frameOverheadBytes + identifierBytes) +
      read.bytes;
    const { turnaroundMs, gapMs } = transport;
    const wireMs = bytes * characterMs(transport) + turnaroundMs + gapMs;
    const { identifier, bytes: dataBytes } = read;
    return { group, identifier, dataBytes, periodMs, bytes, wireMs };
  };
  const { clock } = meter.profile;
  return [
    ...meter.groups.flatMap(({ spec, reads, periodMs }) =>
      reads.map((read) => planned(spec.name, read, periodMs)),
    ),
    ...(clock === undefined
      ? []
      : clockReads.map((read) => planned('clock', read, clock.periodMs))),
  ];
};

const characterMs = (transport: TransportConfig): number => {
  const bits =
    transport.type === 'tcp'
      ? bitsPerCharacter
      : 1 + transport.dataBits + (transport.parity === 'none' ? 0 : 1) + transport.stopBits;
  return (bits * 1000) / transport.baudRate;
};

const row = (meter: MeterLayout, read: PlannedRead): (string | number)[] => {
  const perSecond = 1000 / read.periodMs;
  return [
    meter.config.address,
    meter.config.equipment,
    read.group,
    read.identifier,
    read.dataBytes,
    read.periodMs,
    rounded(perSecond),
    rounded(read.bytes * perSecond),
    rounded(read.wireMs),
  ];
};

const loadOf = ({ meter, reads }: Plan): DeviceLoad => ({
  phaseMs: meter.config.phaseMs,
  maxInFlight: 1,
  reads,
});

/** A deadline that ends while the right answer is still on the wire makes every read a late one. */
const timeoutIssues = (
  { timeoutMs, transport }: Dlt645Config,
  reads: readonly PlannedRead[],
): readonly ConfigIssue[] => {
  const neededMs = Math.ceil(Math.max(0, ...reads.map(({ wireMs }) => wireMs - transport.gapMs)));
  if (timeoutMs >= neededMs) return [];
  return [{ path: ['timeoutMs'], found: `${timeoutMs}`, expected: `at least ${neededMs}` }];
};

const meterIssues = ({ meter, reads }: Plan, config: Dlt645Config): readonly ConfigIssue[] => {
  const busy = reads.reduce((sum, { wireMs, periodMs }) => sum + wireMs / periodMs, 0);
  if (busy <= maxUtilisation) return [];
  return [
    {
      path: ['devices', config.devices.indexOf(meter.config), 'periodMs'],
      found: `reads that take ${percent(busy)} of their period`,
      expected: `at most ${percent(maxUtilisation)}: a longer period or fewer points`,
    },
  ];
};

const busIssue = (busy: number): ConfigIssue => ({
  path: ['devices'],
  found: `reads that take ${percent(busy)} of the time of the connection`,
  expected: `at most ${percent(maxUtilisation)}: longer periods, fewer devices or another connection`,
});

const isLate = (burst: PlanBurst | undefined): burst is PlanBurst =>
  burst !== undefined && rounded(burst.durationMs) > burst.shortestPeriodMs;

/** For each meter that is late by itself, else for the first that others delay. */
const burstIssues = (plan: {
  readonly config: Dlt645Config;
  readonly plans: readonly Plan[];
  readonly loads: readonly DeviceLoad[];
  readonly bursts: BurstReport;
}): readonly ConfigIssue[] => {
  const { config, plans, loads, bursts } = plan;
  const own: ConfigIssue[] = [];
  const shared: ConfigIssue[] = [];
  for (const [place, { meter }] of plans.entries()) {
    const burst = bursts.worstOf[place];
    const load = loads[place];
    if (load === undefined || !isLate(burst)) continue;
    const alone = findBursts({ maxInFlight: 1, devices: [load] }).worstOf[0];
    if (isLate(alone)) {
      own.push({
        path: ['devices', config.devices.indexOf(meter.config), 'periodMs'],
        found: `${alone.requests} reads due together that take ${rounded(alone.durationMs)} ms`,
        expected: `at most ${alone.shortestPeriodMs} ms, the shortest period of the device: a longer one or fewer points`,
      });
    } else {
      shared.push({
        path: ['devices'],
        found: `reads of several devices due together, so that those of ${meter.name} take ${rounded(burst.durationMs)} ms`,
        expected: `at most ${burst.shortestPeriodMs} ms, its shortest period: other phases (phaseMs), longer periods, fewer devices or another connection`,
      });
    }
  }
  return own.length > 0 ? own : shared.slice(0, 1);
};

const burstLine = ({ requests, durationMs, shortestPeriodMs }: PlanBurst): LocalText => ({
  en: `worst burst: ${requests} reads due together take ${durationMs} ms, the shortest period among them is ${shortestPeriodMs} ms`,
  zh: `最大突发：${requests} 次读取同时到期，需要 ${durationMs} ms，其中最短周期为 ${shortestPeriodMs} ms`,
});

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

const rounded = (value: number): number => Number(value.toFixed(2));
