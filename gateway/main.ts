import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { adapters } from '../adapters/index.ts';
import type { Composition } from './cli/composition.ts';
import { createCli } from './cli/create-cli.ts';
import { GatewayError } from './core/error.ts';
import { kpiSections } from './kpi/sections.ts';

const packageSchema = z.object({ version: z.string() });

const readVersion = (): string =>
  packageSchema.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')))
    .version;

const notComposed = (what: string): Promise<never> =>
  Promise.reject(new GatewayError('UNAVAILABLE', `${what} is not there yet`, { retryable: false }));

const composition: Composition = {
  version: readVersion(),
  adapters,
  sections: kpiSections,
  demoFile: fileURLToPath(new URL('../config/demo.yaml', import.meta.url)),
  simulatorsProgram: fileURLToPath(new URL('../simulators/main.ts', import.meta.url)),
  runGateway: () => notComposed('run'),
  replay: () => notComposed('replay'),
};

process.exitCode = await createCli(composition).run({
  argv: process.argv.slice(2),
  env: process.env,
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
});
