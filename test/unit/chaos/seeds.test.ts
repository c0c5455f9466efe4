import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { outcomeLine, outcomeOf, seedsFrom, summaryOf } from '../../chaos/seed-outcome.ts';

const program = join(import.meta.dirname, '../../chaos/seeds.ts');

const output = `seed: SEAMWATT_SEED=7
stdout | test/chaos/oracle.test.ts
41 troubles, 9 kills; 9000 numbers served, 8123 journalled, 37 bad reads; at the broker 8123, 12 of them repeated; 0 lost

 Tests  8 passed (8)
`;
const passed = outcomeOf({ seed: 7, exitCode: 0, output, seconds: 75.4 });

test('a series follows from its first seed, and its seeds differ', () => {
  const seeds = seedsFrom(7, 100);
  expect(seeds[0]).toBe(7);
  expect(new Set(seeds).size).toBe(100);
  expect(seedsFrom(7, 100)).toEqual(seeds);
  expect(seedsFrom(7, 3)).toEqual(seeds.slice(0, 3));
  expect(seedsFrom(8, 3)).not.toEqual(seeds.slice(0, 3));
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true);
});

test('a line says what became of a seed', () => {
  expect(outcomeLine(passed)).toBe(
    'seed 7: passed, 41 troubles, 9 kills, 8123 journalled, 0 lost, 75 s',
  );
  const lost = outcomeOf({
    seed: 8,
    exitCode: 1,
    output: output.replace('0 lost', '3 lost'),
    seconds: 1,
  });
  expect(outcomeLine(lost)).toBe(
    'seed 8: FAILED, 41 troubles, 9 kills, 8123 journalled, 3 lost, 1 s',
  );
});

test('a run that ended with 0 and never troubled anything has not passed', () => {
  const skipped = outcomeOf({
    seed: 9,
    exitCode: 0,
    output: 'skipped: tests against influxd, which is not on this machine\n',
    seconds: 2,
  });
  expect(outcomeLine(skipped)).toBe('seed 9: FAILED, did not come to its end, 2 s');
});

test('a run that was killed has not passed', () => {
  expect(outcomeOf({ seed: 9, exitCode: null, output, seconds: 2 }).isPassed).toBe(false);
});

test('the summary adds up and says how to repeat what failed', () => {
  const failed = outcomeOf({ seed: 8, exitCode: 1, output, seconds: 1 });
  expect(summaryOf([passed, failed], 60)).toBe(
    '1 of 2 seeds passed: 82 troubles, 18 kills, 16246 journalled, 0 lost\n' +
      'repeat: SEAMWATT_SEED=8 SEAMWATT_CHAOS_SECONDS=60 npx vitest run test/chaos/oracle.test.ts',
  );
});

test('arguments that make no sense are refused', () => {
  const { status, stderr } = spawnSync(process.execPath, [program, '--parallel', '0'], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  expect(status).toBe(2);
  expect(stderr).toContain('--parallel 0');
});
