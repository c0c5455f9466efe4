import { expect, test } from 'vitest';
import type { Clock } from '../../../../gateway/core/clock.ts';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { planSite } from '../../../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../../../gateway/kpi/site-schema.ts';
import { Admission } from '../../../../gateway/runtime/admission.ts';
import { RunningProgram } from '../../../../gateway/runtime/running-program.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import { plainGroup, testFolder, testJournal } from '../../../support/journal.ts';
import { silentLog } from '../../../support/journal-options.ts';

const site = { enterprise: 'seamwatt', site: 'demo', timeZone: 'UTC', simulated: true };

const calculated = (point: string): object => ({
  ...{ equipment: 'welding/mpm01/f01', point, unit: '1', expression: 'c0 * 2' },
  description: { en: point, zh: point },
});

/** A journal that takes no record while `refuses` is set, and an admission that tells which programs it was given. */
const setUp = async (pace: Clock = systemClock, clock = pace) => {
  const journal = await testJournal(testFolder());
  const full = { refuses: false };
  const gate = new Proxy(journal, {
    get: (target, key) => {
      if (key === 'appendRecord' && full.refuses) return () => -1;
      const member: unknown = Reflect.get(target, key);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  const used: string[] = [];
  class WatchedAdmission extends Admission {
    override use(program: HotPathProgram): void {
      used.push(program.programId);
      super.use(program);
    }
  }
  const admission = new WatchedAdmission(gate);
  const settingsOf = async (configurationId: string, points: readonly string[]) => {
    const sections = {
      kpis: kpisSchema.parse([]),
      calculated: calculatedSchema.parse(points.map(calculated)),
    };
    const sources = [plainGroup('f01', 1)];
    const plan = planSite({ groups: sources, site, ...sections });
    const groups: readonly RegisteredGroup[] = await journal.registerGroups([
      ...sources,
      ...plan.groups,
    ]);
    return { configurationId, groups, sections, site };
  };
  const gateway = {
    ...{ journal: gate, admission, clock, log: silentLog },
    snapshotMs: 60_000,
    pace,
  };
  const running = await RunningProgram.restore(await settingsOf('first', ['twice']), gateway);
  return { journal, running, used, full, settingsOf };
};

test('a program is put to work at the record that says so', async () => {
  const { journal, running, used, settingsOf } = await setUp();
  const exchange = running.prepare(await settingsOf('second', ['twice', 'double']));
  const { nextSeq } = journal;
  expect(used).toHaveLength(1);
  expect(exchange()).toEqual({
    ...{ seq: nextSeq, continued: ['welding/mpm01/f01/twice'] },
    ...{ begun: ['welding/mpm01/f01/double'], ended: [] },
  });
  expect(journal.nextSeq).toBe(nextSeq + 1);
  expect(used[1]).not.toBe(used[0]);
});

test('the same program goes on under another configuration', async () => {
  const { running, used, settingsOf } = await setUp();
  const { continued, begun } = running.prepare(await settingsOf('second', ['twice']))();
  expect({ continued, begun }).toEqual({ continued: ['welding/mpm01/f01/twice'], begun: [] });
  expect(used[1]).toBe(used[0]);
});

test('where the journal takes no record, nothing is exchanged', async () => {
  const { running, used, full, settingsOf } = await setUp();
  const exchange = running.prepare(await settingsOf('second', ['double']));
  full.refuses = true;
  expect(exchange).toThrow(expect.objectContaining({ code: 'BUFFER_OVERFLOW', retryable: true }));
  expect(used).toHaveLength(1);
  full.refuses = false;
  expect(exchange()).toMatchObject({ ended: ['welding/mpm01/f01/twice'] });
  expect(used).toHaveLength(2);
});

test('the state is saved at the start and every snapshotMs, and what was missed is left out', async () => {
  const stop = new AbortController();
  let nowMs = 0;
  const dues: number[] = [];
  const saved: number[] = [];
  const { journal, running } = await setUp({
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    join: () => ({
      sleepUntil: async (dueMs) => {
        saved.push((await journal.loadSnapshot('hot-path'))?.seq ?? 0);
        dues.push(dueMs);
        journal.appendRecord({ type: 'tick', timeMs: dueMs, watermarkMs: 0, dayStartMs: 0 });
        // The second time the machine sleeps for longer.
        nowMs = dues.length === 2 ? 500_000 : dueMs;
        if (dues.length === 4) stop.abort();
      },
      leave: () => undefined,
    }),
  });
  const { nextSeq } = journal;
  await running.snapshots.run(stop.signal);
  expect(dues).toEqual([60_000, 120_000, 560_000, 620_000]);
  expect(saved).toEqual([nextSeq - 1, nextSeq, nextSeq + 1, nextSeq + 2]);
});

test('the clock of the site, which may fly in lock-step, neither paces the saving nor waits for it', async () => {
  const stop = new AbortController();
  const joined: string[] = [];
  const never: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    join: (name) => {
      joined.push(name);
      return { sleepUntil: () => new Promise(() => undefined), leave: () => undefined };
    },
  };
  const dues: number[] = [];
  const pace: Clock = {
    nowMs: () => 0,
    monotonicMs: () => dues.at(-1) ?? 0,
    join: () => ({
      sleepUntil: async (dueMs) => {
        if (dues.push(dueMs) === 2) stop.abort();
      },
      leave: () => undefined,
    }),
  };
  const { running } = await setUp(pace, never);
  await running.snapshots.run(stop.signal);
  expect(dues).toEqual([60_000, 120_000]);
  expect(joined).toEqual([]);
});
