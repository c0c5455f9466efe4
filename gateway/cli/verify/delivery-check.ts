import { z } from 'zod';
import type { LocalText } from '../../core/point.ts';
import type { GatewayChild } from './gateway-child.ts';
import type { InfluxContents } from './influx-contents.ts';
import type { JournalContents } from './journal-contents.ts';
import type { HeardEntry } from './mqtt-contents.ts';
import type { Outcome } from './outcome.ts';
import type { DeliveryExpectation } from './scenario-schema.ts';

const sinkSchema = z.object({
  id: z.string(),
  state: z.string(),
  position: z.number(),
  balance: z.object({
    journalled: z.number(),
    delivered: z.number(),
    waiting: z.number(),
    quarantined: z.number(),
    dropped: z.number(),
    lost: z.number(),
  }),
});
const sinksSchema = z.array(sinkSchema);
const receiptsSchema = z.array(
  z.object({ buffered: z.number(), delivered: z.number(), lost: z.number(), resent: z.number() }),
);

/** A sink as the gateway tells of it, with the receipts of its outages. */
export type SinkAccount = z.output<typeof sinkSchema> & {
  readonly receipts: z.output<typeof receiptsSchema>;
};

const settleMs = 90_000;
const lookEveryMs = 200;

/** Asks until every sink has what the journal holds up to `throughSeq`, at most 90 s. */
export const settledAccounts = async (
  gateway: GatewayChild,
  throughSeq: number,
  signal: AbortSignal,
): Promise<readonly SinkAccount[]> => {
  const endMs = performance.now() + settleMs;
  for (;;) {
    const sinks = await gateway.get('api/v1/sinks', sinksSchema);
    const isSettled = sinks.every(({ position }) => position >= throughSeq);
    if (isSettled || performance.now() > endMs || signal.aborted) {
      const accounts: SinkAccount[] = [];
      for (const sink of sinks) {
        const path = `api/v1/sinks/${encodeURIComponent(sink.id)}/receipts`;
        accounts.push({ ...sink, receipts: await gateway.get(path, receiptsSchema) });
      }
      return accounts;
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
};

export type Delivered = {
  readonly throughSeq: number;
  readonly journal: JournalContents;
  readonly accounts: readonly SinkAccount[];
  readonly heard: ReadonlyMap<number, HeardEntry>;
  /** Whether the subscriber was there before the gateway; else it is held to what came after its first. */
  readonly isHeardFromStart: boolean;
  readonly influx: InfluxContents | undefined;
};

const checkBalance = (
  { id, position, balance }: SinkAccount,
  wanted: DeliveryExpectation,
  throughSeq: number,
): Outcome => {
  const { journalled, delivered, waiting, quarantined, dropped, lost } = balance;
  const closes = journalled === delivered + waiting + quarantined + dropped + lost;
  const has = position >= throughSeq;
  const holds = closes && has && lost <= wanted.lost && quarantined + dropped <= wanted.quarantined;
  const sum = `${delivered} + ${waiting} + ${quarantined} + ${dropped} + ${lost}`;
  const late: LocalText = has
    ? { en: '', zh: '' }
    : {
        en: `, position ${position} of ${throughSeq}`,
        zh: `，位置 ${position}，应到 ${throughSeq}`,
      };
  return {
    holds,
    expectation: {
      en: `balance of ${id} closes, at most ${wanted.lost} lost, ${wanted.quarantined} in quarantine`,
      zh: `${id} 收支平衡，丢失不超过 ${wanted.lost} 条，隔离不超过 ${wanted.quarantined} 条`,
    },
    found: {
      en: `${journalled} journalled ${closes ? '=' : '≠'} ${sum} (delivered, waiting, quarantined, dropped, lost)${late.en}`,
      zh: `日志 ${journalled} ${closes ? '=' : '≠'} ${sum}（送达、等待、隔离、丢弃、丢失）${late.zh}`,
    },
  };
};

const checkHeard = ({ journal, heard, isHeardFromStart, throughSeq }: Delivered): Outcome => {
  const fromSeq = isHeardFromStart ? 0 : Math.min(...heard.keys());
  let expected = 0;
  let missing = 0;
  let different = 0;
  for (const [seq, { timeMs, sum }] of journal.entries) {
    if (seq < fromSeq || seq > throughSeq) continue;
    expected += 1;
    const entry = heard.get(seq);
    if (entry === undefined) missing += 1;
    else if (entry.timeMs !== timeMs || entry.sum !== sum) different += 1;
  }
  const from: LocalText = isHeardFromStart
    ? { en: '', zh: '' }
    : { en: ' since the subscriber was there', zh: '（自订阅者连接起）' };
  return {
    holds: expected > 0 && missing + different === 0,
    expectation: {
      en: `MQTT carried every journalled frame and event${from.en}`,
      zh: `日志中的每一帧与每个事件都已送达 MQTT${from.zh}`,
    },
    found: {
      en: `${expected - missing - different} of ${expected}, ${missing} missing, ${different} with another time or other values`,
      zh: `${expected} 条中送达 ${expected - missing - different} 条，缺失 ${missing} 条，时间或数值不符 ${different} 条`,
    },
  };
};

const checkDuplicates = (heard: Delivered['heard'], most: number): Outcome => {
  let copies = 0;
  for (const entry of heard.values()) copies += entry.copies - 1;
  return {
    holds: copies <= most,
    expectation: { en: `at most ${most} duplicates on MQTT`, zh: `MQTT 上重复不超过 ${most} 条` },
    found: { en: `${copies}`, zh: `${copies} 条` },
  };
};

/** InfluxDB keeps nanoseconds, a double of epoch milliseconds some hundred of them. */
const roundingUs = [-1, 0, 1];

const hasInstant = (times: ReadonlySet<number> | undefined, timeMs: number): boolean => {
  const timeUs = Math.round(timeMs * 1000);
  return roundingUs.some((off) => times?.has(timeUs + off) === true);
};

const checkInflux = (journal: JournalContents, influx: InfluxContents): Outcome => {
  let expected = 0;
  let missing = 0;
  let first = '';
  const look = (key: string, timeMs: number): void => {
    expected += 1;
    if (hasInstant(influx.get(key), timeMs)) return;
    missing += 1;
    if (missing === 1) first = ` (${key}, ${new Date(timeMs).toISOString()})`;
  };
  for (const [key, times] of journal.rows) for (const timeMs of times) look(key, timeMs);
  for (const { timeMs, seq } of journal.events) {
    // Events carry their number as the nanoseconds of their millisecond.
    look('seamwatt_event', Math.floor(timeMs) + (seq % 1_000_000) / 1_000_000);
  }
  return {
    holds: expected > 0 && missing === 0,
    expectation: {
      en: 'InfluxDB has a point for every instant of all equipment in the journal',
      zh: '日志中每台设备的每个时刻在 InfluxDB 中都有数据点',
    },
    found: {
      en: `${expected - missing} of ${expected}, ${missing} missing${first}`,
      zh: `${expected} 个中有 ${expected - missing} 个，缺失 ${missing} 个${first}`,
    },
  };
};

const checkReceipts = (accounts: readonly SinkAccount[], least: number): Outcome => {
  const receipts = accounts.flatMap((account) => account.receipts);
  const sum = (key: 'buffered' | 'delivered' | 'lost' | 'resent'): number =>
    receipts.reduce((total, receipt) => total + receipt[key], 0);
  return {
    holds: receipts.length >= least,
    expectation: {
      en: `at least ${least} receipts of an outage`,
      zh: `至少有 ${least} 份中断回执`,
    },
    found: {
      en: `${receipts.length}: ${sum('buffered')} buffered, ${sum('delivered')} delivered, ${sum('lost')} lost, ${sum('resent')} resent`,
      zh: `${receipts.length} 份：缓存 ${sum('buffered')} 条，送达 ${sum('delivered')} 条，丢失 ${sum('lost')} 条，重发 ${sum('resent')} 条`,
    },
  };
};

/** Whether what went in came out at every sink: by the gateway's own account, and by asking whoever received it. */
export const checkDelivery = (
  wanted: DeliveryExpectation,
  delivered: Delivered,
): readonly Outcome[] => {
  const { accounts, throughSeq, heard, influx, journal } = delivered;
  return [
    ...accounts.map((account) => checkBalance(account, wanted, throughSeq)),
    checkHeard(delivered),
    ...(influx === undefined ? [] : [checkInflux(journal, influx)]),
    ...(wanted.duplicates === undefined ? [] : [checkDuplicates(heard, wanted.duplicates)]),
    ...(wanted.receipts === undefined ? [] : [checkReceipts(accounts, wanted.receipts)]),
  ];
};
