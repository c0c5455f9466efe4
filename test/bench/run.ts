/**
 * `npm run bench`: runs the benches one after another, prints a table of ratios and compares them with a stored run.
 *
 *   --list            names the benches and ends
 *   --only NAME       runs only this one; may be given several times
 *   --quick           short windows: a look, not a figure to publish
 *   --baseline FILE   compares with this run (bench-results.json or a baseline) instead of test/bench/baseline.json
 *   --save FILE       writes the ratios of this run as a baseline
 *   --out FILE        where the results go instead of bench-results.json
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { catalogue } from './catalogue.ts';
import { type Baseline, baselineOf, goalText, table, worsened } from './report.ts';
import { type BenchRow, isGoalMet } from './row.ts';
import type { BenchOutcome } from './run-one.ts';

const benchTimeoutMs = 300_000;
const usageExitCode = 2;

const { values: options } = parseArgs({
  options: {
    list: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    baseline: { type: 'string' },
    save: { type: 'string' },
    out: { type: 'string', default: 'bench-results.json' },
  },
});

const load = (): string => loadavg()[0]?.toFixed(2) ?? '?';

const machine = {
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGibibytes: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};

const storedRun = z.object({
  rows: z.array(z.object({ name: z.string(), ratio: z.number().nullish() })),
});
const storedBaseline = z.record(z.string(), z.number());

const readBaseline = (file: string): Baseline => {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  const run = storedRun.safeParse(content);
  if (!run.success) return storedBaseline.parse(content);
  return Object.fromEntries(run.data.rows.map(({ name, ratio }) => [name, ratio ?? Number.NaN]));
};

/** Rejects when the bench fails or takes too long. */
const runBench = async (name: string): Promise<BenchOutcome> => {
  const child = fork(fileURLToPath(new URL('./run-one.ts', import.meta.url)), [
    name,
    ...(options.quick ? ['--quick'] : []),
  ]);
  const timer = setTimeout(() => child.kill('SIGKILL'), benchTimeoutMs);
  let outcome: BenchOutcome | undefined;
  child.on('message', (message: BenchOutcome) => {
    outcome = message;
  });
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  if (outcome === undefined) throw new Error(`ended with ${String(code)} and gave no rows`);
  return outcome;
};

const runAll = async (names: readonly string[]) => {
  const rows: BenchRow[] = [];
  const missing: string[] = [];
  const failed: string[] = [];
  for (const name of names) {
    process.stderr.write(`${name} ... `);
    const startMs = performance.now();
    const loadBefore = load();
    try {
      const outcome = await runBench(name);
      if ('rows' in outcome) rows.push(...outcome.rows);
      else missing.push(`${name}: ${outcome.missing}`);
      const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
      process.stderr.write(`${seconds} s, load before ${loadBefore}\n`);
    } catch (error) {
      failed.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      process.stderr.write('failed\n');
    }
  }
  return { rows, missing, failed };
};

const compare = (rows: readonly BenchRow[]): void => {
  const file = options.baseline ?? fileURLToPath(new URL('./baseline.json', import.meta.url));
  const found = worsened(rows, readBaseline(file));
  console.log(
    found.length === 0
      ? 'Beside the baseline: no row is worse by more than 20 %.'
      : 'Beside the baseline, worse by more than 20 %:',
  );
  for (const { name, ratio, before } of found) {
    console.log(`  ${name}: ${ratio.toFixed(2)} x, was ${before.toFixed(2)} x`);
  }
};

const main = async (): Promise<void> => {
  if (options.list) {
    for (const { name, about } of catalogue) console.log(`${name.padEnd(16)} ${about}`);
    return;
  }
  const unknown = options.only.filter((only) => catalogue.every(({ name }) => name !== only));
  if (unknown.length > 0) {
    console.error(`no bench is named ${unknown.join(', ')}; --list names them`);
    process.exitCode = usageExitCode;
    return;
  }
  const names = catalogue
    .map(({ name }) => name)
    .filter((name) => options.only.length === 0 || options.only.includes(name));
  const startedAt = new Date().toISOString();
  const { rows, missing, failed } = await runAll(names);
  const { processor, cores, memoryGibibytes, node } = machine;
  console.log(
    `\n${processor}, ${cores} cores, ${memoryGibibytes} GiB, Node ${node}, load now ${load()}${options.quick ? ', quick' : ''}\n`,
  );
  console.log(table(rows));
  console.log('\nA ratio above 1 means that ours is better than its reference in this very run.');
  for (const reason of missing) console.log(`left out: ${reason}`);
  for (const reason of failed) console.log(`FAILED: ${reason}`);
  compare(rows);
  const results = rows.map((row) => ({ ...row, goal: goalText(row), met: isGoalMet(row) }));
  const content = { startedAt, quick: options.quick, machine, rows: results, missing, failed };
  writeFileSync(options.out, `${JSON.stringify(content, undefined, 2)}\n`);
  if (options.save !== undefined) {
    writeFileSync(options.save, `${JSON.stringify(baselineOf(rows), undefined, 2)}\n`);
  }
  if (failed.length > 0) process.exitCode = 1;
};

await main();
