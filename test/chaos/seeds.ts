import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { outcomeLine, outcomeOf, type SeedOutcome, seedsFrom, summaryOf } from './seed-outcome.ts';

const help = `npm run chaos: test/chaos/oracle.test.ts with one seed after the other.

  --seeds N      how many seeds; 10 unless told
  --seconds N    how long each is troubled; 60 unless told
  --parallel N   how many run at a time; 1 unless told
  --first SEED   the first seed, from which the others follow; drawn unless told
  --out FOLDER   where the output of failing seeds goes; chaos-failures unless told
  --help         this

Exit code: 0 all passed, 1 some failed, 2 wrong arguments.
`;
const usageExitCode = 2;
const interruptedExitCode = 130;
/** Start, settling and looking for every number, on a machine that has other things to do. */
const besidesMs = 420_000;

const root = fileURLToPath(new URL('../../', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

type Series = {
  readonly folder: string;
  readonly seeds: readonly number[];
  readonly seconds: number;
  readonly parallel: number;
  readonly out: string;
};

const running = new Set<ChildProcess>();

/** With the gateway, database and broker that it started, which are of its process group. */
const endGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
};

/** Vitest in a process of its own, all of whose temporary files are in `folder`. */
const runVitest = async (
  seed: number,
  seconds: number,
  folder: string,
): Promise<{ readonly exitCode: number | null; readonly output: string }> => {
  const child = spawn(
    process.execPath,
    [
      vitest,
      'run',
      'test/chaos/oracle.test.ts',
      '--project',
      'chaos',
      '--cache=false',
      '--fsModuleCache=false',
    ],
    {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        SEAMWATT_SEED: String(seed),
        SEAMWATT_CHAOS_SECONDS: String(seconds),
        TMPDIR: folder,
        NO_COLOR: '1',
      },
    },
  );
  running.add(child);
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => chunks.push(text));
  }
  const timer = setTimeout(
    () => {
      chunks.push(`\nended after ${seconds} s and another ${besidesMs / 1000}\n`);
      endGroup(child);
    },
    seconds * 1000 + besidesMs,
  );
  const [exitCode] = (await once(child, 'close')) as [number | null];
  clearTimeout(timer);
  endGroup(child);
  running.delete(child);
  return { exitCode, output: chunks.join('') };
};

const runSeed = async (seed: number, series: Series): Promise<SeedOutcome> => {
  const { seconds, out } = series;
  const startMs = performance.now();
  const folder = await mkdtemp(join(series.folder, 'seed-'));
  const { exitCode, output } = await runVitest(seed, seconds, folder);
  await rm(folder, { recursive: true, force: true });
  const tookS = (performance.now() - startMs) / 1000;
  const outcome = outcomeOf({ seed, exitCode, output, seconds: tookS });
  console.log(outcomeLine(outcome));
  if (!outcome.isPassed) {
    await mkdir(out, { recursive: true });
    const file = join(out, `seed-${seed}.log`);
    await writeFile(file, output);
    console.log(`  its output: ${file}`);
  }
  return outcome;
};

const runSeries = async (series: Series): Promise<readonly SeedOutcome[]> => {
  const outcomes: SeedOutcome[] = [];
  const waiting = series.seeds.values();
  const lane = async (): Promise<void> => {
    // All lanes draw from the same iterator.
    for (const seed of waiting) outcomes.push(await runSeed(seed, series));
  };
  await Promise.all(Array.from({ length: series.parallel }, lane));
  return outcomes;
};

const wholeNumber = (name: string, text: string, least: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value < 2 ** 31) return value;
  process.stderr.write(`--${name} ${text}: a whole number from ${least}\n`);
  process.exit(usageExitCode);
};

const main = async (): Promise<void> => {
  const { values: options } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      seconds: { type: 'string', default: '60' },
      parallel: { type: 'string', default: '1' },
      first: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
      out: { type: 'string', default: 'chaos-failures' },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const first = wholeNumber('first', options.first, 0);
  const series = {
    folder: mkdtempSync(join(tmpdir(), 'seamwatt-seeds-')),
    seeds: seedsFrom(first, wholeNumber('seeds', options.seeds, 1)),
    seconds: wholeNumber('seconds', options.seconds, 1),
    parallel: wholeNumber('parallel', options.parallel, 1),
    out: options.out,
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => process.exit(interruptedExitCode));
  }
  process.once('exit', () => {
    running.forEach(endGroup);
    rmSync(series.folder, { recursive: true, force: true, maxRetries: 5 });
  });
  console.log(`first seed: --first ${first}`);
  const outcomes = await runSeries(series);
  console.log(`\n${summaryOf(outcomes, series.seconds)}`);
  process.exitCode = outcomes.every(({ isPassed }) => isPassed) ? 0 : 1;
};

await main();
