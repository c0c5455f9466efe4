import type { ConfigIssue, PlanBurst, PlanReport } from '../../gateway/core/adapter.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { type BurstReport, type DeviceLoad, findBursts } from '../shared/burst.ts';
import { type DeviceLayout, groupsOf, readsOf } from './device-layout.ts';
import type { ModbusConfig, TransportConfig } from './modbus-config.ts';
import type { PlannedRead } from './planner.ts';
import { dataBytes } from './transport.ts';

type ReadCost = { readonly bytes: number; readonly wireMs: number };

const columns: readonly LocalText[] = [
  { en: 'unit', zh: '单元号' },
  { en: 'equipment', zh: '设备' },
  { en: 'table', zh: '数据区' },
  { en: 'first', zh: '起始' },
  { en: 'last', zh: '结束' },
  { en: 'length', zh: '长度' },
  { en: 'wasted', zh: '多读' },
  { en: 'period ms', zh: '周期 ms' },
  { en: 'requests/s', zh: '请求/s' },
  { en: 'bytes/s', zh: '字节/s' },
  { en: 'wire ms', zh: '线路占用 ms' },
];

/** MBAP header of request and answer, function code, addresses and byte count (Messaging on TCP/IP V1.0b §3.1). */
const tcpRequestBytes = 12;
const tcpAnswerOverheadBytes = 9;
/** Unit id, function, addresses or byte count, CRC (Modbus over Serial Line V1.02 §2.5.1). */
const rtuRequestBytes = 8;
const rtuAnswerOverheadBytes = 5;
/** A silence of 3.5 characters before each frame, fixed at 1.75 ms above 19 200 baud (§2.5.1.1). */
const silenceCharacters = 3.5;
const fastSilenceMs = 1.75;
const fastBaudRate = 19_200;
/** Start bit, 8 data bits, parity or second stop bit, stop bit. */
const bitsPerCharacter = 11;

/** Share of the time that a connection may be busy with planned reads, so that retries and probes have room. */
const maxUtilisation = 0.9;

/** The silence between two frames on a serial line, in ms. */
export const frameSilenceMs = (baudRate: number): number =>
  baudRate > fastBaudRate
    ? fastSilenceMs
    : (silenceCharacters * bitsPerCharacter * 1000) / baudRate;

/** Bytes over the wire and time from the start of the request to the end of the answer, by estimate. */
const costOf = (read: PlannedRead, transport: TransportConfig): ReadCost => {
  const data = dataBytes(read.table === 'coil' || read.table === 'discrete' ? 1 : 3, read.length);
  if (transport.type === 'tcp') {
    const bytes = tcpRequestBytes + tcpAnswerOverheadBytes + data;
    return { bytes, wireMs: transport.roundTripMs + transport.gapMs };
  }
  const { baudRate, turnaroundMs, gapMs } = transport;
  const bytes = rtuRequestBytes + rtuAnswerOverheadBytes + data;
  const characterMs = (bitsPerCharacter * 1000) / baudRate;
  return {
    bytes,
    wireMs: bytes * characterMs + 2 * frameSilenceMs(baudRate) + turnaroundMs + gapMs,
  };
};

/** Reads at once: one on a serial line, and where a rest must follow each answer. */
const carried = (transport: TransportConfig): number =>
  transport.type === 'tcp' && transport.gapMs === 0 ? transport.maxInFlight : 1;

/** What the source will ask, and whether there is time for it. */
export const reportPlan = (
  id: string,
  config: ModbusConfig,
  devices: readonly DeviceLayout[],
): PlanReport => {
  const { transport } = config;
  const rows: (string | number)[][] = [];
  const issues: ConfigIssue[] = [];
  const totals = { requests: 0, bytes: 0, busy: 0, wanted: 0, read: 0 };
  for (const device of devices) {
    for (const read of readsOf(device)) {
      const cost = costOf(read, transport);
      const perSecond = 1000 / read.periodMs;
      totals.requests += perSecond;
      totals.bytes += cost.bytes * perSecond;
      totals.busy += cost.wireMs / read.periodMs;
      totals.wanted += read.wanted * perSecond;
      totals.read += read.length * perSecond;
      rows.push(row(device, read, cost));
    }
    const index = config.devices.indexOf(device.config);
    issues.push(...deviceIssues({ device, config, index }));
  }
  const maxInFlight = carried(transport);
  const utilisation = totals.busy / maxInFlight;
  if (utilisation > maxUtilisation) issues.push(busIssue(utilisation));
  const loads = devices.map((device) => loadOf(device, transport));
  const bursts = findBursts({ maxInFlight, devices: loads });
  const worstBurst = bursts.worst && {
    ...bursts.worst,
    durationMs: rounded(bursts.worst.durationMs),
  };
  // What does not fit on average does not fit in a burst either: once is enough.
  if (issues.length === 0)
    issues.push(...burstIssues({ config, devices, loads, maxInFlight, bursts }));
  const summary = summarise({
    requests: rounded(totals.requests),
    bytes: rounded(totals.bytes),
    busy: percent(utilisation),
    wanted: percent(totals.read === 0 ? 1 : totals.wanted / totals.read),
    transport: describe(transport),
    burst: worstBurst,
  });
  const title = { en: `Source ${id}`, zh: `数据源 ${id}` };
  return { title, columns, rows, summary, worstBurst, issues };
};

const summarise = (totals: {
  readonly requests: number;
  readonly bytes: number;
  readonly busy: string;
  readonly wanted: string;
  readonly transport: LocalText;
  readonly burst: PlanBurst | undefined;
}): readonly LocalText[] => {
  const { requests, bytes, busy, wanted, transport, burst } = totals;
  return [
    { en: `${requests} requests/s, ${bytes} bytes/s`, zh: `${requests} 请求/s，${bytes} 字节/s` },
    {
      en: `${busy} of the time of the connection (${transport.en})`,
      zh: `占用连接时间的 ${busy}（${transport.zh}）`,
    },
    ...(burst === undefined ? [] : [burstLine(burst)]),
    { en: `${wanted} of what is read is wanted`, zh: `读取的内容中 ${wanted} 是所需的` },
  ];
};

const burstLine = ({ requests, durationMs, shortestPeriodMs }: PlanBurst): LocalText => {
  return {
    en: `worst burst: ${requests} reads due together take ${durationMs} ms, the shortest period among them is ${shortestPeriodMs} ms`,
    zh: `最大突发：${requests} 次读取同时到期，需要 ${durationMs} ms，其中最短周期为 ${shortestPeriodMs} ms`,
  };
};

const row = (device: DeviceLayout, read: PlannedRead, cost: ReadCost): (string | number)[] => {
  const equipment = new Set(
    read.parts.map(({ item }) => groupsOf(device)[item]?.spec.equipment.equipment ?? ''),
  );
  const perSecond = 1000 / read.periodMs;
  return [
    device.config.unitId,
    [...equipment].join(' '),
    read.model === undefined ? read.table : `model ${read.model}`,
    read.address,
    read.address + read.length - 1,
    read.length,
    read.length - read.wanted,
    read.periodMs,
    rounded(perSecond),
    rounded(cost.bytes * perSecond),
    rounded(cost.wireMs),
  ];
};

/** All reads of a device that share a period must be over before the period is. */
const deviceIssues = (input: {
  readonly device: DeviceLayout;
  readonly config: ModbusConfig;
  readonly index: number;
}): readonly ConfigIssue[] => {
  const { device, config, index } = input;
  const parallel = carried(config.transport) === 1 ? 1 : device.config.maxInFlight;
  const busy = readsOf(device).reduce(
    (sum, read) => sum + costOf(read, config.transport).wireMs / read.periodMs,
    0,
  );
  const utilisation = busy / parallel;
  if (utilisation <= maxUtilisation) return [];
  return [
    {
      path: ['devices', index, 'periodMs'],
      found: `reads that take ${percent(utilisation)} of their period`,
      expected: `at most ${percent(maxUtilisation)}: a longer period or fewer points`,
    },
  ];
};

const loadOf = (device: DeviceLayout, transport: TransportConfig): DeviceLoad => {
  const { phaseMs, maxInFlight } = device.config;
  const reads = readsOf(device).map((read) => ({
    periodMs: read.periodMs,
    wireMs: costOf(read, transport).wireMs,
  }));
  return { phaseMs, maxInFlight, reads };
};

/** A poll that takes longer than the shortest period of its device makes the next one late. */
const isLate = (burst: PlanBurst | undefined): burst is PlanBurst =>
  burst !== undefined && rounded(burst.durationMs) > burst.shortestPeriodMs;

/** For each device that is late by itself, else for the device that others delay most. */
const burstIssues = (plan: {
  readonly config: ModbusConfig;
  readonly devices: readonly DeviceLayout[];
  readonly loads: readonly DeviceLoad[];
  readonly maxInFlight: number;
  readonly bursts: BurstReport;
}): readonly ConfigIssue[] => {
  const { config, devices, loads, maxInFlight, bursts } = plan;
  const issues: ConfigIssue[] = [];
  let delayed: { readonly name: string; readonly burst: PlanBurst } | undefined;
  for (const [place, device] of devices.entries()) {
    const burst = bursts.worstOf[place];
    const load = loads[place];
    if (load === undefined || !isLate(burst)) continue;
    const own = findBursts({ maxInFlight, devices: [load] }).worstOf[0];
    if (isLate(own)) issues.push(ownBurstIssue(config.devices.indexOf(device.config), own));
    else if (lateness(burst) > lateness(delayed?.burst)) delayed = { name: device.name, burst };
  }
  if (issues.length > 0 || delayed === undefined) return issues;
  return [busBurstIssue(delayed)];
};

const lateness = (burst: PlanBurst | undefined): number =>
  burst === undefined ? 0 : burst.durationMs / burst.shortestPeriodMs;

const ownBurstIssue = (index: number, burst: PlanBurst): ConfigIssue => ({
  path: ['devices', index, 'periodMs'],
  found: `${burst.requests} reads due together that take ${rounded(burst.durationMs)} ms`,
  expected: `at most ${burst.shortestPeriodMs} ms, the shortest period of the device: a longer one or fewer points`,
});

const busBurstIssue = ({ name, burst }: { name: string; burst: PlanBurst }): ConfigIssue => ({
  path: ['devices'],
  found: `reads of several devices due together, so that those of ${name} take ${rounded(burst.durationMs)} ms`,
  expected: `at most ${burst.shortestPeriodMs} ms, its shortest period: other phases (phaseMs), longer periods, fewer devices or another connection`,
});

const busIssue = (utilisation: number): ConfigIssue => ({
  path: ['devices'],
  found: `reads that take ${percent(utilisation)} of the time of the connection`,
  expected: `at most ${percent(maxUtilisation)}: longer periods, fewer devices or another connection`,
});

const describe = (transport: TransportConfig): LocalText => {
  if (transport.type === 'tcp') {
    const { roundTripMs, maxInFlight } = transport;
    return {
      en: `${roundTripMs} ms a round trip, ${maxInFlight} at once`,
      zh: `往返 ${roundTripMs} ms，最多同时 ${maxInFlight} 个请求`,
    };
  }
  const { baudRate, turnaroundMs } = transport;
  return {
    en: `${baudRate} baud, ${turnaroundMs} ms a turnaround`,
    zh: `${baudRate} 波特，设备响应 ${turnaroundMs} ms`,
  };
};

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;

const rounded = (value: number): number => Number(value.toFixed(2));
