import { defineConfig } from 'vitest/config';

// The tests that judge mutants of the pure rooms: those of core, hot-path and the planner, and one program after another.
export default defineConfig({
  test: {
    globalSetup: ['./test/support/global-setup.ts'],
    include: [
      'test/unit/gateway/core/**/*.test.ts',
      'test/unit/gateway/hot-path/**/*.test.ts',
      'test/unit/gateway/kpi/take-over.test.ts',
      'test/unit/adapters/modbus/planner*.test.ts',
    ],
    exclude: ['**/allocation*.test.ts'],
    // Instrumented code is several times slower.
    testTimeout: 60_000,
    env: { SEAMWATT_MUTATION: '1' },
  },
});
