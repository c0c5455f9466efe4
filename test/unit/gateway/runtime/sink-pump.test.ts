import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import type { DeliveryBatch, Sink, WriteResult } from '../../../../gateway/core/sink.ts';
import type {
  Cursor,
  DeliveryReceipt,
  DeliveryTally,
  QuarantineInput,
} from '../../../../gateway/journal/contract.ts';
import { Backoff } from '../../../../gateway/runtime/backoff.ts';
import { SinkLanes } from '../../../../gateway/runtime/sink-lanes.ts';
import { SinkPump } from '../../../../gateway/runtime/sink-pump.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { createTestLog } from '../../../support/test-log.ts';

const directory = testDirectory([testGroup({ channels: ['current'] })]);

const batchFrom = (
  firstSeq: number,
  count: number,
  receivedMs: number,
): DeliveryBatch['entries'] => {
  const builder = new EntryBatchBuilder(firstSeq);
  const group = directory.groups[0];
  if (group === undefined) throw new Error('no group');
  for (let index = 0; index < count; index += 1) {
    builder.frame(group, { timeMs: receivedMs, values: { current: index } });
  }
  return builder.build();
};

type Trouble = {
  readonly reads?: number;
  readonly quarantines?: number;
  /** Attempts that do not end before their deadline. */
  readonly hangs?: number;
};

const timeoutMs = 30;

const noTally: DeliveryTally = {
  ...{ delivered: 0, refused: 0, lost: 0, lostToRetention: 0 },
  ...{ quarantined: 0, retried: 0, dropped: 0 },
};

type Harness = {
  readonly pump: SinkPump;
  readonly ending: AbortController;
  readonly written: number[][];
  readonly history: boolean[];
  readonly commits: number[];
  readonly quarantined: QuarantineInput[];
  readonly events: GatewayEvent[];
  readonly calls: string[];
  readonly deadlines: AbortSignal[];
  readonly receipts: DeliveryReceipt[];
};

/** A pump over the given batches; `write` decides what the sink says of each attempt, after the last batch it ends. */
const setUp = async (
  batches: readonly DeliveryBatch['entries'][],
  write: (batch: DeliveryBatch, attempt: number) => WriteResult,
  open: (attempt: number) => void = () => undefined,
  trouble: Trouble = {},
): Promise<Harness> => {
  const failures = { reads: trouble.reads ?? 0, quarantines: trouble.quarantines ?? 0 };
  const diskFails = (what: keyof typeof failures): void => {
    if (failures[what] === 0) return;
    failures[what] -= 1;
    throw new GatewayError('STORE_FAILED', 'the disk cannot be read', { retryable: true });
  };
  const ending = new AbortController();
  const calls: string[] = [];
  const commits: number[] = [];
  const written: number[][] = [];
  const history: boolean[] = [];
  const quarantined: QuarantineInput[] = [];
  const events: GatewayEvent[] = [];
  const deadlines: AbortSignal[] = [];
  const receipts: DeliveryReceipt[] = [];
  let attempts = 0;
  let opens = 0;
  const sink: Sink = {
    id: 'influx',
    open: async () => {
      calls.push('open');
      opens += 1;
      open(opens);
    },
    write: async (batch, deadline) => {
      calls.push('write');
      attempts += 1;
      deadlines.push(deadline);
      if (attempts <= (trouble.hangs ?? 0)) {
        await new Promise((resolve) => deadline.addEventListener('abort', resolve));
        throw deadline.reason;
      }
      const result = write(batch, attempts);
      written.push([...batch.entries.seq]);
      history.push(batch.history);
      return result;
    },
    close: async () => {
      calls.push('close');
    },
  };
  const queue = [...batches];
  const cursor: Cursor = {
    name: 'sink:influx',
    position: 0,
    committed: 0,
    end: undefined,
    ordinal: 0,
    note: undefined,
    leave: () => expect.fail('nothing waits'),
    lost: 0,
    lostToRetention: 0,
    next: async () => {
      diskFails('reads');
      const batch = queue.shift();
      if (batch === undefined) ending.abort();
      return batch;
    },
    commit: (seq) => {
      if (seq > 0) commits.push(seq);
    },
    lag: () => ({ entries: 0, oldestMs: undefined }),
    close: async () => {
      calls.push('close cursor');
    },
  };
  const lanes = await SinkLanes.open(
    {
      openCursor: async () => cursor,
      storedCursors: () => [],
      forgetCursor: async () => undefined,
      deliveryTally: async () => noTally,
      finishDelivery: async (receipt) => {
        receipts.push(receipt);
      },
      settleQuarantined: async (_sinkId, ids) => ids.length,
      flush: async () => undefined,
      durableSeq: 0,
    },
    'influx',
  );
  const pump = new SinkPump({
    sink,
    kind: 'influxdb',
    lanes,
    clock: systemClock,
    log: createTestLog(),
    backoff: new Backoff({ firstMs: 1, longestMs: 4, random: () => 0 }),
    maxEntries: 100,
    timeoutMs,
    historyAfterMs: 10_000,
    quarantine: async (entries) => {
      diskFails('quarantines');
      quarantined.push(...entries);
      return 0;
    },
    event: (event) => events.push(event),
    counters: {},
  });
  return {
    pump,
    ending,
    written,
    history,
    commits,
    quarantined,
    events,
    calls,
    deadlines,
    receipts,
  };
};

const acceptAll = (batch: DeliveryBatch): WriteResult => ({
  accepted: batch.entries.length,
  rejected: [],
});

const lost = (): GatewayError =>
  new GatewayError('CONNECTION_LOST', 'connection reset', { retryable: true });

describe('SinkPump', () => {
  it('delivers batches in order, commits behind each, and closes the sink at the end', async () => {
    const now = Date.now();
    const { pump, ending, written, commits, calls } = await setUp(
      [batchFrom(1, 2, now), batchFrom(3, 3, now)],
      acceptAll,
    );
    await pump.run(ending.signal);
    expect(written).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(commits).toEqual([2, 5]);
    expect(calls).toEqual(['open', 'write', 'write', 'close', 'close cursor']);
    expect(pump.status()).toMatchObject({
      state: 'stopped',
      retries: 0,
      balance: { delivered: 5 },
    });
  });

  it('sends a batch again, after opening anew, until the sink takes it, and says the outage once', async () => {
    const { pump, ending, written, commits, calls, events, receipts } = await setUp(
      [batchFrom(1, 2, Date.now())],
      (batch, attempt) => {
        if (attempt < 4) throw lost();
        return acceptAll(batch);
      },
    );
    await pump.run(ending.signal);
    expect(written).toEqual([[1, 2]]);
    expect(commits).toEqual([2]);
    expect(calls.filter((call) => call === 'open')).toHaveLength(4);
    expect(events.map((event) => event.code)).toEqual([
      ...['sink-lost', 'sink-restored', 'outage-receipt'],
    ]);
    expect(receipts).toMatchObject([{ buffered: 2, delivered: 2, resent: 2, lost: 0 }]);
    expect(events[0]?.text.en).toContain('connection reset');
    expect(pump.status().retries).toBe(3);
  });

  it('puts refused entries into quarantine and goes on behind them', async () => {
    const now = Date.now();
    const { pump, ending, commits, quarantined } = await setUp(
      [batchFrom(10, 3, now), batchFrom(13, 1, now)],
      (batch) =>
        batch.entries.length === 3
          ? { accepted: 2, rejected: [{ index: 1, reason: 'field type conflict' }] }
          : acceptAll(batch),
    );
    await pump.run(ending.signal);
    expect(quarantined.map(({ seq, reason }) => [seq, reason])).toEqual([
      [11, 'field type conflict'],
    ]);
    expect(commits).toEqual([12, 13]);
    expect(pump.status().balance).toMatchObject({ delivered: 3, quarantined: 1 });
  });

  it('waits for a disk that cannot be read, and neither skips nor repeats', async () => {
    const { pump, ending, written, commits, events } = await setUp(
      [batchFrom(1, 2, Date.now())],
      acceptAll,
      undefined,
      { reads: 2 },
    );
    await pump.run(ending.signal);
    expect(written).toEqual([[1, 2]]);
    expect(commits).toEqual([2]);
    expect(events[0]?.text.en).toContain('the disk cannot be read');
  });

  it('commits nothing before what was refused is in quarantine', async () => {
    const { pump, ending, commits, quarantined } = await setUp(
      [batchFrom(1, 2, Date.now())],
      () => ({ accepted: 1, rejected: [{ index: 0, reason: 'no' }] }),
      undefined,
      { quarantines: 3 },
    );
    await pump.run(ending.signal);
    expect(quarantined).toHaveLength(1);
    expect(commits).toEqual([2]);
    expect(pump.status().balance).toMatchObject({ delivered: 1, quarantined: 1 });
  });

  it('marks what is old when it is sent as history', async () => {
    const { pump, ending, history } = await setUp(
      [batchFrom(1, 1, Date.now() - 60_000), batchFrom(2, 1, Date.now())],
      acceptAll,
    );
    await pump.run(ending.signal);
    expect(history).toEqual([true, false]);
  });

  it('shows why a sink cannot be opened and keeps trying', async () => {
    const reasons: string[] = [];
    const { pump, ending } = await setUp([batchFrom(1, 1, Date.now())], acceptAll, (attempt) => {
      reasons.push(pump.status().reason.zh);
      if (attempt < 3) {
        throw new GatewayError('AUTHENTICATION_FAILED', 'wrong password', { retryable: true });
      }
    });
    await pump.run(ending.signal);
    expect(reasons).toEqual([
      '',
      '身份验证未通过（wrong password）',
      '身份验证未通过（wrong password）',
    ]);
    expect(pump.status().balance.delivered).toBe(1);
  });

  it('gives up a retry when it is told to end, without committing', async () => {
    const { pump, ending, commits, calls } = await setUp([batchFrom(1, 1, Date.now())], () => {
      ending.abort();
      throw lost();
    });
    await pump.run(ending.signal);
    expect(commits).toEqual([]);
    expect(calls.slice(-2)).toEqual(['close', 'close cursor']);
  });

  it('breaks off an attempt at its deadline, which ends with the attempt', async () => {
    const { pump, ending, commits, deadlines } = await setUp(
      [batchFrom(1, 1, Date.now())],
      acceptAll,
      undefined,
      { hangs: 1 },
    );
    await pump.run(ending.signal);
    expect(commits).toEqual([1]);
    await new Promise((resolve) => setTimeout(resolve, 3 * timeoutMs));
    expect(deadlines.map(({ aborted, reason }) => [aborted, reason?.name])).toEqual([
      [true, 'TimeoutError'],
      [false, undefined],
    ]);
  });
});
