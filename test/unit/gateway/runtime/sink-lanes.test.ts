// Goal: what happens now is never held up by what happened before, and nothing is lost or counted twice on the way. Method:
// a pump over a real journal with little memory, a sink whose moods the test decides, restarts and crashes in between.
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { frameEntry } from '../../../../gateway/core/entry.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { Sink } from '../../../../gateway/core/sink.ts';
import { JournalEngine } from '../../../../gateway/journal/engine.ts';
import type { Journal } from '../../../../gateway/journal/journal.ts';
import { Backoff } from '../../../../gateway/runtime/backoff.ts';
import { type DeliveryBalance, SinkLanes } from '../../../../gateway/runtime/sink-lanes.ts';
import { SinkPump } from '../../../../gateway/runtime/sink-pump.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { appendValues, plainGroup, testFolder, testJournal } from '../../../support/journal.ts';
import { testSeed } from '../../../support/seed.ts';
import { createTestLog } from '../../../support/test-log.ts';

type Write = { readonly seqs: readonly number[]; readonly history: boolean };

/** A sink with moods. */
class TestSink implements Sink {
  readonly id = 'database';
  readonly writes: Write[] = [];
  mood: 'takes' | 'fails' | 'refuses' = 'takes';
  /** Of one write. */
  slowMs = 0;

  async open(): Promise<void> {
    if (this.mood === 'fails') throw lost();
  }

  async write({ entries, history }: Parameters<Sink['write']>[0]): ReturnType<Sink['write']> {
    if (this.slowMs > 0) await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    if (this.mood === 'fails') throw lost();
    const refused =
      this.mood === 'refuses' && entries.kind[0] === frameEntry
        ? [{ index: 0, reason: 'a type conflict' }]
        : [];
    const seqs = Array.from(entries.seq.subarray(0, entries.length)).slice(refused.length);
    this.writes.push({ seqs, history });
    return { accepted: seqs.length, rejected: refused };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const lost = (): GatewayError =>
  new GatewayError('CONNECTION_LOST', 'connection reset', { retryable: true });

const maxEntries = 50;

/** A gateway's way to one sink, that can be ended, crashed and started again over the same folder. */
class Site {
  readonly sink = new TestSink();
  readonly events: GatewayEvent[] = [];
  readonly appended: number[] = [];
  journal!: Journal;
  pump!: SinkPump;
  readonly #folder: string;
  #group!: RegisteredGroup;
  #ending = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async start(): Promise<void> {
    this.journal = await testJournal(this.#folder, { memoryBytes: 16_384, syncMs: 20 });
    const [group] = await this.journal.registerGroups([plainGroup('f01', 2)]);
    this.#group = group ?? expect.fail('no group');
    this.appended.push(this.journal.nextSeq - 1);
    const lanes = await SinkLanes.open(this.journal, this.sink.id);
    this.pump = new SinkPump({
      ...{ sink: this.sink, kind: 'test', lanes, clock: systemClock, log: createTestLog() },
      ...{ maxEntries, timeoutMs: 5_000, historyAfterMs: 2_000, counters: {} },
      backoff: new Backoff({ firstMs: 1, longestMs: 4, random: () => 0 }),
      quarantine: (entries) => this.journal.quarantine(this.sink.id, entries),
      event: (event) => this.events.push(event),
    });
    this.#ending = new AbortController();
    this.#running = this.pump.run(this.#ending.signal);
  }

  append(count: number, ageMs = 0): void {
    for (let k = 0; k < count; k += 1) {
      const timeMs = Date.now() - ageMs;
      this.appended.push(appendValues(this.journal, this.#group, { timeMs, values: [k, -k] }));
    }
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.journal.close();
  }

  /** Ends as a process does that is killed: what is not stored is gone. */
  async crash(): Promise<void> {
    if (!(this.journal instanceof JournalEngine)) throw new Error('no engine');
    const abandoned = this.journal.abandon();
    this.#ending.abort();
    await Promise.allSettled([abandoned, this.#running]);
  }

  /** Drops from the model what the crash took. */
  survived(): void {
    const { lastSeq } = this.journal.recovery;
    const boot = this.appended.pop() as number;
    while ((this.appended.at(-1) ?? 0) > lastSeq) this.appended.pop();
    this.appended.push(boot);
  }

  /** However the test went, nothing of it runs on. */
  abort(): void {
    this.#ending.abort();
  }

  balance(): DeliveryBalance {
    return this.pump.status().balance;
  }

  async settled(): Promise<void> {
    await expect
      .poll(() => this.pump.status(), { timeout: 20_000, interval: 5 })
      .toMatchObject({ lagEntries: 0, history: [] });
  }
}

const expectClosed = (balance: DeliveryBalance): void => {
  const { journalled, delivered, waiting, quarantined, dropped, lost: gone } = balance;
  expect(delivered + waiting + quarantined + dropped + gone).toBe(journalled);
};

const startSite = async (): Promise<Site> => {
  const site = new Site(testFolder());
  await site.start();
  onTestFinished(() => site.stop());
  return site;
};

const isAscending = (numbers: readonly number[]): boolean =>
  numbers.every((number, index) => index === 0 || number > (numbers[index - 1] as number));

describe('the lanes of a sink', () => {
  it('send what happens now before what waited, each lane in order, and tell what became of it', async () => {
    const site = await startSite();
    const { sink } = site;
    await site.settled();
    sink.mood = 'fails';
    site.append(1000);
    await expect.poll(() => site.pump.status().state).toBe('down');
    const waitingFrom = sink.writes.length;
    site.append(1000);
    expectClosed(site.balance());
    // Slow, so that there is a now while history is under way.
    sink.slowMs = 5;
    sink.mood = 'takes';
    await expect.poll(() => site.pump.status().history.length, { interval: 1 }).toBe(1);
    const nowFrom = site.appended.length;
    site.append(10);
    const now = site.appended.slice(nowFrom);
    await expect
      .poll(() => sink.writes.flatMap(({ seqs }) => seqs).includes(now[9] as number), {
        interval: 1,
      })
      .toBe(true);
    expect(site.pump.status().history[0]?.waiting).toBeGreaterThan(500);
    expectClosed(site.balance());
    await site.settled();

    const writes = sink.writes.slice(waitingFrom);
    const sent = (history: boolean): number[] =>
      writes.filter((write) => write.history === history).flatMap(({ seqs }) => [...seqs]);
    expect(isAscending(sent(true))).toBe(true);
    expect(isAscending(sent(false))).toBe(true);
    expect(sent(false)).toEqual(expect.arrayContaining(now));
    const all = sink.writes.flatMap(({ seqs }) => [...seqs]).sort((a, b) => a - b);
    expect(all).toEqual(site.appended);
    expectClosed(site.balance());
    expect(site.balance()).toMatchObject({ delivered: site.appended.length, waiting: 0, lost: 0 });

    const [receipt, ...others] = await site.journal.deliveryReceipts({ limit: 10 });
    expect(others).toEqual([]);
    // The first batch was sent, failed, and was sent again.
    expect(receipt).toMatchObject({ buffered: 2000, delivered: 2000, quarantined: 0, lost: 0 });
    expect(receipt?.resent).toBeGreaterThan(0);
    expect(receipt?.resent).toBeLessThanOrEqual(maxEntries);
    expect(site.events.map(({ code }) => code)).toEqual([
      ...['sink-lost', 'sink-restored', 'outage-receipt'],
    ]);
  });

  it('stay fresh over a sink that is slower than what comes', async () => {
    const site = await startSite();
    site.sink.slowMs = 20;
    site.append(5000, 10_000);
    const lags: number[] = [];
    for (let round = 0; round < 20; round += 1) {
      site.append(5);
      await new Promise((resolve) => setTimeout(resolve, 20));
      lags.push(site.pump.status().liveLagMs);
    }
    expect(site.pump.status().history[0]?.waiting).toBeGreaterThan(1000);
    expect(Math.min(...lags.slice(-10))).toBeLessThan(500);
    site.sink.slowMs = 0;
    await site.settled();
    expectClosed(site.balance());
  });

  it('send quarantined entries again when asked, and drop them for good when asked', async () => {
    const site = await startSite();
    const { sink } = site;
    await site.settled();
    sink.mood = 'refuses';
    for (let round = 0; round < 3; round += 1) {
      site.append(2);
      await site.settled();
    }
    expect(site.balance()).toMatchObject({ quarantined: 3 });
    expectClosed(site.balance());
    const kept = await site.journal.listQuarantine({ sinkId: sink.id, limit: 10 });
    const [first, second, third] = kept;
    if (first === undefined || second === undefined || third === undefined) throw new Error('few');
    expect(await site.pump.retry([first])).toEqual({
      delivered: 0,
      refused: [{ id: first.id, reason: 'a type conflict' }],
    });
    sink.mood = 'takes';
    expect(await site.pump.retry([first, second])).toEqual({ delivered: 2, refused: [] });
    expect(sink.writes.slice(-2)).toEqual([
      { seqs: [first.seq], history: true },
      { seqs: [second.seq], history: true },
    ]);
    expect(await site.pump.drop([third.id, 999])).toBe(1);
    expect(await site.journal.listQuarantine({ limit: 10 })).toEqual([]);
    expect(site.balance()).toMatchObject({ quarantined: 0, dropped: 1 });
    expectClosed(site.balance());
  });

  it('lose nothing and close their balance through outages, restarts and crashes', {
    timeout: 90_000,
  }, async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ append: fc.integer({ min: 1, max: 300 }) }) },
      {
        weight: 5,
        arbitrary: fc.record({
          mood: fc.constantFrom('takes' as const, 'fails' as const, 'refuses' as const),
        }),
      },
      { weight: 4, arbitrary: fc.record({ waitMs: fc.integer({ min: 1, max: 40 }) }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
      { weight: 2, arbitrary: fc.constant('crash' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 25 }), async (steps) => {
        const site = new Site(testFolder());
        onTestFinished(() => site.abort());
        await site.start();
        for (const next of steps) {
          if (next === 'restart') {
            await site.stop();
            await site.start();
          } else if (next === 'crash') {
            await site.crash();
            await site.start();
            site.survived();
          } else if ('append' in next) site.append(next.append);
          else if ('mood' in next) site.sink.mood = next.mood;
          else await new Promise((resolve) => setTimeout(resolve, next.waitMs));
          expectClosed(site.balance());
        }
        site.sink.mood = 'takes';
        await site.settled();
        await site.journal.flush();
        const kept = await site.journal.listQuarantine({ limit: 10_000 });
        const arrived = new Set(site.sink.writes.flatMap(({ seqs }) => [...seqs]));
        const held = new Set(kept.map(({ seq }) => seq));
        const missing = site.appended.filter((seq) => !arrived.has(seq) && !held.has(seq));
        expect(missing).toEqual([]);
        const balance = site.balance();
        expectClosed(balance);
        expect(balance).toMatchObject({
          ...{ journalled: site.appended.length, waiting: 0, lost: 0 },
          ...{ quarantined: kept.length, delivered: site.appended.length - kept.length },
        });
        await site.stop();
      }),
      { seed: testSeed(), numRuns: 6, endOnFailure: true },
    );
  });
});
