import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compile, withFolder } from './harness/c-programs.ts';
import { benchRow, type Pair, pairedFigures, type Rows } from './row.ts';

const execute = promisify(execFile);
const load = fileURLToPath(new URL('./ring-load.ts', import.meta.url));

type Run = { readonly program: string; readonly seconds: string; readonly turns: number };

/** Nanoseconds of processor time a sample. */
const costOf = async (program: string, args: readonly string[]): Promise<number> => {
  const { stdout } = await execute(program, args, { timeout: 60_000 });
  return Number(stdout);
};

const costOfOurs = (variant: string, { seconds }: Run): Promise<number> =>
  costOf(process.execPath, [load, variant, seconds]);

/** C and ours in turns in the same minute, so that the ratio does not depend on the machine. */
const measurePair = async (variant: string, run: Run): Promise<Pair> => {
  const pairs: Pair[] = [];
  for (let turn = 0; turn < run.turns; turn += 1) {
    const reference = await costOf(run.program, [variant, run.seconds]);
    pairs.push({ ours: await costOfOurs(variant, run), reference });
  }
  return pairedFigures(pairs);
};

const common = { unit: 'ns/sample', better: 'less' } as const;

/** Ring and ring operators against the same algorithms in C (20 groups of 12 channels, window 128), and all KPIs. */
export const rows: Rows = ({ quick }) =>
  withFolder(async (folder) => {
    const program = await compile('c/ring.c', folder);
    const run = { program, seconds: quick ? '0.2' : '0.5', turns: quick ? 1 : 5 };
    const push = await measurePair('push', run);
    const all = await measurePair('all', run);
    return [
      // At most 1.5 and 1.8 times what C takes.
      benchRow({
        name: 'Ring push, frame by frame, beside C',
        ...{ ...common, ...push, goal: { ratio: 0.66 } },
      }),
      benchRow({
        name: 'Ring push with mean, variance, extremes, EWMA and integral, beside C',
        ...{ ...common, ...all, goal: { ratio: 0.55, atMost: 25 } },
      }),
      benchRow({
        name: 'The same beside recomputing it for each sample from arrays of objects',
        ...{ ...common, ours: all.ours, goal: { ratio: 100 } },
        reference: await costOfOurs('naive', run),
      }),
      benchRow({
        name: 'All KPIs of the demo plant, for each sample of its frames',
        ...{ ...common, ours: await costOfOurs('kpis', run), goal: { atMost: 25 } },
      }),
    ];
  });
