import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * A mutant is done with at the first test that notices it: what noticed the mutant before comes first, as the next one is mostly
 * in the same lines, then the others, the quickest first. (By default the slowest come first.)
 */
class QuickestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = (file: TestSpecification): number => {
      const result = this.ctx.cache.getTestSpecificationResult(file);
      return result?.failed === true ? -1 : (result?.duration ?? 0);
    };
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

/** How mutants are judged by the tests of `include`. */
export const judgedBy = (...include: readonly string[]): ViteUserConfig =>
  defineConfig({
    test: {
      globalSetup: ['./test/support/global-setup.ts'],
      setupFiles: ['./test/support/mutation-setup.ts'],
      include: [...include],
      // The whole demo plant, and hundreds of panels, run through every line and would be asked about every mutant.
      exclude: [
        ...['**/allocation*.test.ts', '**/replay.test.ts', '**/prediction-coverage.test.ts'],
        '**/formulas.test.ts',
      ],
      // One process, and one copy of each module, for all tests of a mutant.
      isolate: false,
      sequence: { sequencer: QuickestFirst },
      // Instrumented code is several times slower.
      testTimeout: 60_000,
      env: { SEAMWATT_MUTATION: '1' },
    },
  });

// The tests of core, hot-path and the planner, and one program after another.
export default judgedBy(
  'test/unit/gateway/core/**/*.test.ts',
  'test/unit/gateway/hot-path/**/*.test.ts',
  'test/unit/gateway/kpi/take-over.test.ts',
  'test/unit/adapters/modbus/planner*.test.ts',
);
