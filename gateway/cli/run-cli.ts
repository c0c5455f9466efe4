import type { Composition } from './composition.ts';
import { createCli } from './create-cli.ts';

/** Whoever reads our output may stop reading (`seamwatt check | head`); that is no failure. */
const endWithReader = (error: Error): void => {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
  process.exit();
};

/** Runs the command line of this process and sets its exit code. */
export const runCli = async (composition: Composition): Promise<void> => {
  process.stdout.on('error', endWithReader);
  process.stderr.on('error', endWithReader);
  process.exitCode = await createCli(composition).run({
    argv: process.argv.slice(2),
    env: process.env,
    print: (line) => process.stdout.write(`${line}\n`),
    complain: (line) => process.stderr.write(`${line}\n`),
  });
};
