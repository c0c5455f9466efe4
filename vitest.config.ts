import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type ProjectOptions = {
  readonly groupOrder: number;
  readonly testTimeout?: number;
  readonly fileParallelism?: boolean;
};

const project = (name: string, options: ProjectOptions): TestProjectInlineConfiguration => {
  const { groupOrder, ...rest } = options;
  return {
    extends: true,
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      sequence: { groupOrder },
      hookTimeout: 60_000,
      ...rest,
    },
  };
};

export default defineConfig({
  test: {
    reporters: ['default', './test/support/counts-reporter.ts'],
    passWithNoTests: false,
    globalSetup: ['./test/support/global-setup.ts'],
    projects: [
      project('unit', { groupOrder: 1 }),
      project('contract', { groupOrder: 1, testTimeout: 20_000 }),
      project('golden', { groupOrder: 1, testTimeout: 20_000 }),
      project('tidy', { groupOrder: 1, testTimeout: 60_000 }),
      project('integration', { groupOrder: 2, testTimeout: 60_000 }),
      project('chaos', { groupOrder: 3, testTimeout: 180_000, fileParallelism: false }),
      project('e2e', { groupOrder: 4, testTimeout: 240_000, fileParallelism: false }),
    ],
  },
});
