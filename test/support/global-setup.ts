import { fileURLToPath } from 'node:url';

/** Where `seamwatt` itself keeps compiled code: hundreds of processes would each compile the same files again. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url));

/** Prints the run's seed once; a failing property or chaos test is repeated with SEAMWATT_SEED=n. */
export default function setup(): void {
  process.env['SEAMWATT_SEED'] ??= String(Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`seed: SEAMWATT_SEED=${process.env['SEAMWATT_SEED']}\n`);
  process.env['NODE_COMPILE_CACHE'] ??= compileCache;
}
