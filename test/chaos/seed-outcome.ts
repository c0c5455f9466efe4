import { randomFrom } from '../support/oracle/schedule.ts';

/** `first` and `count - 1` more that follow from it. Neighbours would let their first troubles strike at like moments. */
export const seedsFrom = (first: number, count: number): readonly number[] => {
  const random = randomFrom(first);
  return [first, ...Array.from({ length: count - 1 }, () => Math.floor(random() * 2 ** 31))];
};

export type SeedCounts = {
  readonly troubles: number;
  readonly kills: number;
  readonly journalled: number;
  /** Journalled and lost before a sink had it. */
  readonly lost: number;
};

export type SeedOutcome = {
  readonly seed: number;
  readonly isPassed: boolean;
  /** Undefined when the run did not come to its end. */
  readonly counts: SeedCounts | undefined;
  readonly seconds: number;
};

const summaryLine =
  /(\d+) troubles, (\d+) kills; \d+ numbers served, (\d+) journalled, .* (\d+) lost$/m;

/** What `oracle.test.ts` says of itself in its output. */
export const countsIn = (output: string): SeedCounts | undefined => {
  const numbers = summaryLine.exec(output)?.slice(1).map(Number);
  if (numbers === undefined) return undefined;
  const [troubles = 0, kills = 0, journalled = 0, lost = 0] = numbers;
  return { troubles, kills, journalled, lost };
};

type Ended = {
  readonly seed: number;
  readonly exitCode: number | null;
  readonly output: string;
  readonly seconds: number;
};

/** A run whose tests were skipped, because a program is missing, ends with 0 and has proved nothing. */
export const outcomeOf = ({ seed, exitCode, output, seconds }: Ended): SeedOutcome => {
  const counts = countsIn(output);
  return { seed, isPassed: exitCode === 0 && counts !== undefined, counts, seconds };
};

export const outcomeLine = ({ seed, isPassed, counts, seconds }: SeedOutcome): string => {
  const words =
    counts === undefined
      ? 'did not come to its end'
      : `${counts.troubles} troubles, ${counts.kills} kills, ${counts.journalled} journalled, ${counts.lost} lost`;
  return `seed ${seed}: ${isPassed ? 'passed' : 'FAILED'}, ${words}, ${seconds.toFixed(0)} s`;
};

/** The sum of a series, with how each failing seed is repeated. */
export const summaryOf = (outcomes: readonly SeedOutcome[], chaosSeconds: number): string => {
  const failed = outcomes.filter(({ isPassed }) => !isPassed);
  const sum = (key: keyof SeedCounts): number =>
    outcomes.reduce((total, { counts }) => total + (counts?.[key] ?? 0), 0);
  return [
    `${outcomes.length - failed.length} of ${outcomes.length} seeds passed: ${sum('troubles')} troubles, ` +
      `${sum('kills')} kills, ${sum('journalled')} journalled, ${sum('lost')} lost`,
    ...failed.map(
      ({ seed }) =>
        `repeat: SEAMWATT_SEED=${seed} SEAMWATT_CHAOS_SECONDS=${chaosSeconds} npx vitest run test/chaos/oracle.test.ts`,
    ),
  ].join('\n');
};
