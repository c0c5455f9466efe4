import { expect, onTestFinished } from 'vitest';
import type { GroupSpec, PointNumber, RegisteredGroup } from '../../gateway/core/point.ts';
import { statusCodes } from '../../gateway/core/quality.ts';
import { type History, openHistory } from '../../gateway/journal/history/history.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { plainGroup, testJournal } from './journal.ts';
import { silentLog } from './journal-options.ts';

export type Sample = { readonly value: number; readonly status: number };
export const good = (value: number): Sample => ({ value, status: statusCodes.good });

/** A journal with one group of two points once a second, and its history. */
export class HistorySite {
  readonly journal: Journal;
  readonly group: RegisteredGroup;
  readonly history: History;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;

  constructor(parts: { journal: Journal; group: RegisteredGroup; history: History }) {
    this.journal = parts.journal;
    this.group = parts.group;
    this.history = parts.history;
    this.#running = this.history.run(this.#ending.signal);
  }

  static async open(
    folder: string,
    flushMs?: number,
    more: Partial<GroupSpec> = {},
  ): Promise<HistorySite> {
    const journal = await testJournal(folder, { memoryBytes: 16_384 });
    const [group] = await journal.registerGroups([
      { ...plainGroup('f01', 2), periodMs: 1_000, ...more },
    ]);
    if (group === undefined) throw new Error('no group');
    const history = await openHistory({
      ...{ folder, journal, groups: [group], log: silentLog },
      gatherMs: 0,
      ...(flushMs === undefined ? {} : { flushMs }),
    });
    const site = new HistorySite({ journal, group, history });
    onTestFinished(() => site.close());
    return site;
  }

  point(channel: number): PointNumber {
    return this.group.pointNumbers[channel] ?? expect.fail('no point');
  }

  append(timeMs: number, samples: readonly Sample[], originCode = 0): void {
    const seq = this.journal.appendFrame({
      group: this.group.number,
      timeMs,
      receivedMs: timeMs,
      originCode,
      revision: 0,
      values: Float64Array.from(samples, ({ value }) => value),
      status: Uint32Array.from(samples, ({ status }) => status),
      offset: 0,
      length: samples.length,
    });
    expect(seq).toBeGreaterThan(0);
  }

  /** What is known when all that was appended has been read; waits for the reader. */
  async query(fromMs: number, toMs: number, maxIntervals = 10_000): Promise<unknown[]> {
    const query = { point: this.point(0), fromMs, toMs, maxIntervals };
    const count = (intervals: readonly { readonly count: number }[]): number =>
      intervals.reduce((sum, interval) => sum + interval.count, 0);
    let before = -1;
    await expect
      .poll(
        async () => {
          const now = count(await this.history.query(query));
          const settled = now === before;
          before = now;
          return settled;
        },
        { timeout: 10_000, interval: 50 },
      )
      .toBe(true);
    return [...(await this.history.query(query))];
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.history.close();
    await this.journal.close();
  }
}
