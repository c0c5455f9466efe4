import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const repetitions = 5;
const seconds = 0.5;

type BenchRow = {
  readonly name: string;
  readonly ours: number;
  readonly reference: number | undefined;
  readonly ratio: number | undefined;
  readonly unit: string;
  readonly goal: string;
};

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;

const numberFrom = async (file: string, args: readonly string[]): Promise<number> => {
  const { stdout } = await execute(file, args, { timeout: 60_000 });
  return Number(stdout);
};

/** Ours and C's ns per sample, in turns in the same minute, so that the ratio does not depend on the machine. */
const measurePair = async (
  variant: string,
  program: string,
): Promise<{ readonly ours: number; readonly reference: number }> => {
  const ours: number[] = [];
  const reference: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    reference.push(await numberFrom(program, [variant, String(seconds)]));
    ours.push(await numberFrom(process.execPath, [here('ring-load.ts'), variant, String(seconds)]));
  }
  return { ours: median(ours), reference: median(reference) };
};

/** Ring and ring operators against the same algorithms in C (20 groups of 12 channels, window 128), and all KPIs. */
export const rows = async (): Promise<readonly BenchRow[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-bench-'));
  try {
    const program = join(folder, 'ring');
    await execute('cc', ['-O2', '-o', program, here('c/ring.c'), '-lm']);
    const push = await measurePair('push', program);
    const all = await measurePair('all', program);
    const load = (variant: string): Promise<number> =>
      numberFrom(process.execPath, [here('ring-load.ts'), variant, String(seconds)]);
    const naive = await load('naive');
    const kpis = await load('kpis');
    return [
      {
        name: 'ring push, frame by frame',
        ...push,
        ratio: push.ours / push.reference,
        unit: 'ns/sample',
        goal: 'ratio <= 1.5',
      },
      {
        name: 'ring push, mean and variance, extremes, EWMA, integral',
        ...all,
        ratio: all.ours / all.reference,
        unit: 'ns/sample',
        goal: 'ours <= 25, ratio <= 1.8',
      },
      {
        name: 'the same, recomputed for each sample from arrays of objects',
        ours: all.ours,
        reference: naive,
        ratio: naive / all.ours,
        unit: 'ns/sample',
        goal: 'ratio >= 100',
      },
      {
        name: 'all KPIs of the demo plant, per sample of its frames',
        ours: kpis,
        reference: undefined,
        ratio: undefined,
        unit: 'ns/sample',
        goal: 'ours <= 25',
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await rows());
