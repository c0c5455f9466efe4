/** Runs one bench in a process of its own, so that benches share no heap and no compiled code: `run-one.ts NAME [--quick]`. */
import { clientCore, moveTo } from './harness/cores.ts';
import type { BenchRow, Rows } from './row.ts';

/** What the parent hears. */
export type BenchOutcome = { readonly rows: readonly BenchRow[] } | { readonly missing: string };

const [name = '', mode] = process.argv.slice(2);
moveTo(clientCore);
const { rows } = (await import(new URL(`./${name}.ts`, import.meta.url).href)) as { rows: Rows };

const outcomeOf = async (): Promise<BenchOutcome> => {
  try {
    return { rows: await rows({ quick: mode === '--quick' }) };
  } catch (error) {
    if (error instanceof Error && error.name === 'MissingProgram') {
      return { missing: error.message };
    }
    throw error;
  }
};

const outcome = await outcomeOf();
process.send?.(outcome, () => process.exit());
