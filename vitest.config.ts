import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

type ProjectOptions = {
  readonly groupOrder: number;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly testTimeout?: number;
  readonly maxWorkers?: number;
  readonly isolate?: boolean;
  readonly fileParallelism?: boolean;
};

/** Vitest would keep one core for itself, which on a machine with two leaves one of them idle. */
const maxWorkers = Math.max(2, availableParallelism() - 1);

/** Tests of real parts wait half of their time, for timeouts and servers: one more of them uses what the others leave. */
const waiting = { groupOrder: 2, maxWorkers: maxWorkers + 1, isolate: false };

/**
 * Watch a plant in real time and say within what time something is seen: they have the machine for themselves. All others
 * come to the same result however slowly they run.
 */
const inRealTime = [
  'test/e2e/line-views.test.ts',
  'test/e2e/outputs.test.ts',
  'test/e2e/page.test.ts',
];

/** Take minutes each: `npm run test:long` has the time for them. */
const inLongRuns = ['test/e2e/scenarios.test.ts'];
const apart = [...inRealTime, ...inLongRuns];
const isLong = process.env['SEAMWATT_LONG'] === '1';

const project = (name: string, options: ProjectOptions): TestProjectInlineConfiguration => {
  const { groupOrder, include = [`test/${name}/**/*.test.ts`], exclude = [], ...rest } = options;
  return {
    extends: true,
    test: {
      name,
      include: [...include],
      exclude: [...exclude],
      sequence: { groupOrder },
      hookTimeout: 120_000,
      maxWorkers,
      ...rest,
    },
  };
};

export default defineConfig({
  test: {
    reporters: ['default', './test/support/counts-reporter.ts'],
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['./test/support/global-setup.ts'],
    // What is waited for comes within a second, but on a busy machine not within every second.
    expect: { poll: { timeout: 15_000 } },
    projects: [
      // Pure rooms and fakes: nothing is left behind for the next file, and no module is loaded twice.
      project('unit', { groupOrder: 1, testTimeout: 20_000, isolate: false }),
      project('golden', { groupOrder: 1, testTimeout: 20_000 }),
      project('tidy', { groupOrder: 1, testTimeout: 60_000 }),
      project('contract', { ...waiting, testTimeout: 60_000 }),
      project('integration', { ...waiting, testTimeout: 60_000 }),
      project('chaos', { ...waiting, testTimeout: 400_000, exclude: apart }),
      project('e2e', { ...waiting, testTimeout: 240_000, exclude: apart }),
      project('real-time', {
        ...{ groupOrder: 3, testTimeout: 240_000, fileParallelism: false },
        include: isLong ? apart : inRealTime,
      }),
    ],
  },
});
