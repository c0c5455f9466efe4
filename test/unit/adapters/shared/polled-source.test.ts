import { describe, expect, it } from 'vitest';
import {
  type PolledMember,
  type PollResult,
  pollUp,
  runPolledSource,
} from '../../../../adapters/shared/polled-source.ts';
import type { LocalText } from '../../../../gateway/core/point.ts';
import type { Source } from '../../../../gateway/core/source.ts';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

type Poll = { readonly member: string; readonly tasks: readonly number[]; readonly atMs: number };

type Script = (poll: Poll, count: number) => PollResult | Promise<PollResult>;

/** Runs members by a script in lock-step, where time moves only when all of them sleep. */
const run = async (
  members: readonly {
    readonly name: string;
    readonly periodsMs: readonly number[];
    readonly phaseMs?: number;
  }[],
  options: { readonly durationMs: number; readonly script: Script },
): Promise<{
  readonly polls: readonly Poll[];
  readonly run: SourceRun;
  readonly silences: number;
  /** When members were told that they are down. */
  readonly downs: readonly number[];
}> => {
  const clock = new LockStepClock({
    startMs: 0,
    untilMs: options.durationMs,
    advance: async () => undefined,
    drain: async () => undefined,
  });
  const polls: Poll[] = [];
  let silences = 0;
  const downs: number[] = [];
  const source: Source = {
    id: 'test',
    groups: [],
    run: (context) =>
      runPolledSource({
        context,
        signal: context.signal,
        onSilence: () => {
          silences += 1;
        },
        members: members.map(
          ({ name, periodsMs, phaseMs = 0 }): PolledMember => ({
            name,
            periodsMs,
            phaseMs,
            goesDown: () => downs.push(clock.nowMs()),
            poll: async (tasks) => {
              const poll = { member: name, tasks: [...tasks], atMs: clock.nowMs() };
              polls.push(poll);
              return options.script(poll, polls.filter(({ member }) => member === name).length);
            },
          }),
        ),
      }),
  };
  const started = runSource(source, clock);
  await clock.finished;
  await started.stop();
  return { polls, run: started, silences, downs };
};

const timesOf = (polls: readonly Poll[], name: string): readonly number[] =>
  polls.filter(({ member }) => member === name).map(({ atMs }) => atMs);

const words = (en: string): LocalText => ({ en, zh: `${en}，中文` });

const unanswered = (costMs: number): PollResult => ({
  state: 'unanswered',
  reason: words('no answer'),
  costMs,
});

describe('runPolledSource', () => {
  it('polls every member at its own periods and phase', async () => {
    const { polls, run: seen } = await run(
      [
        { name: 'a', periodsMs: [100, 300] },
        { name: 'b', periodsMs: [200], phaseMs: 50 },
      ],
      { durationMs: 450, script: () => pollUp },
    );
    expect(timesOf(polls, 'a')).toEqual([0, 100, 200, 300, 400]);
    expect(polls.filter(({ member }) => member === 'a').map(({ tasks }) => tasks)).toEqual([
      [0, 1],
      [0],
      [0],
      [0, 1],
      [0],
    ]);
    expect(timesOf(polls, 'b')).toEqual([50, 250, 450]);
    expect(seen.counters).toEqual({ polls: 10 });
  });

  it('reports a member only when its state or the reason changes', async () => {
    const results: readonly PollResult[] = [
      pollUp,
      pollUp,
      { state: 'degraded', reason: words('x') },
      { state: 'degraded', reason: words('x') },
      { state: 'degraded', reason: words('y') },
      pollUp,
    ];
    const { run: seen } = await run([{ name: 'a', periodsMs: [10] }], {
      durationMs: 50,
      script: (_poll, count) => results[count - 1] ?? pollUp,
    });
    expect(seen.members.map(({ state, reason }) => `${state} ${reason.en}`)).toEqual([
      'up ',
      'degraded x',
      'degraded y',
      'up ',
    ]);
  });

  it('leaves a dead member alone for longer and longer, and the others at their period', async () => {
    const { polls, run: seen } = await run(
      [
        { name: 'alive', periodsMs: [100] },
        { name: 'dead', periodsMs: [100] },
      ],
      {
        durationMs: 60_000,
        script: ({ member }) => (member === 'dead' ? unanswered(100) : pollUp),
      },
    );
    expect(timesOf(polls, 'alive')).toHaveLength(601);
    const dead = timesOf(polls, 'dead');
    expect(dead.slice(0, 3)).toEqual([0, 100, 200]);
    expect(dead.length).toBeLessThan(12);
    const gaps = dead.slice(1).map((atMs, index) => atMs - (dead[index] ?? 0));
    for (const gap of gaps.slice(2)) expect(gap).toBeGreaterThanOrEqual(900);
    expect(
      seen.members.filter(({ member }) => member === 'dead').map(({ state }) => state),
    ).toEqual(['degraded', 'down']);
    const suspended = seen.counters['polls_suspended'] ?? 0;
    expect(suspended + dead.length).toBeGreaterThanOrEqual(601);
  });

  it('asks several dead members as seldom as if they were one that costs as much as all', async () => {
    const costMs = 2000;
    const names = ['a', 'b', 'c', 'd'];
    const { polls } = await run(
      [{ name: 'alive', periodsMs: [1000] }, ...names.map((name) => ({ name, periodsMs: [1000] }))],
      {
        durationMs: 900_000,
        script: ({ member }) => (member === 'alive' ? pollUp : unanswered(costMs)),
      },
    );
    for (const name of names) {
      const times = timesOf(polls, name);
      const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      expect(gaps.length).toBeGreaterThan(6);
      for (const gap of gaps.slice(2)) expect(gap).toBeGreaterThanOrEqual(9 * 4 * costMs);
    }
  });

  it('tells a member once that it is down', async () => {
    const { downs } = await run([{ name: 'a', periodsMs: [100] }], {
      durationMs: 20_000,
      script: ({ atMs }) => (atMs < 5000 || atMs > 10_000 ? unanswered(0) : pollUp),
    });
    expect(downs).toHaveLength(2);
    expect(downs[0]).toBe(200);
  });

  it('asks a member that came back at its period again, on its old grid', async () => {
    const { polls } = await run([{ name: 'a', periodsMs: [70] }], {
      durationMs: 5000,
      script: ({ atMs }) => (atMs < 2000 ? unanswered(0) : pollUp),
    });
    for (const atMs of timesOf(polls, 'a')) expect(atMs % 70).toBe(0);
    const gaps = timesOf(polls, 'a').map((atMs, index, all) => atMs - (all[index - 1] ?? 0));
    expect(gaps.at(-1)).toBe(70);
  });

  it('treats a refused member as down only after the failures tolerated in waiting, but says so at once', async () => {
    const { run: seen, polls } = await run([{ name: 'a', periodsMs: [100] }], {
      durationMs: 1000,
      script: () => ({ state: 'refused', reason: words('another device') }),
    });
    expect(seen.members).toEqual([{ member: 'a', state: 'down', reason: words('another device') }]);
    expect(timesOf(polls, 'a').slice(0, 3)).toEqual([0, 100, 200]);
  });

  it('doubts the connection only when all members are silent', async () => {
    const dead = await run(
      [
        { name: 'a', periodsMs: [100] },
        { name: 'b', periodsMs: [100] },
      ],
      { durationMs: 10_000, script: () => unanswered(10) },
    );
    expect(dead.silences).toBe(1);
    const half = await run(
      [
        { name: 'a', periodsMs: [100] },
        { name: 'b', periodsMs: [100] },
      ],
      {
        durationMs: 10_000,
        script: ({ member }) => (member === 'a' ? unanswered(10) : pollUp),
      },
    );
    expect(half.silences).toBe(0);
  });
});
