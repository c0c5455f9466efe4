import { once } from 'node:events';
import type { Command } from 'commander';
import { exitCodes } from './composition.ts';
import type { Kit } from './kit.ts';
import { spawnSimulators } from './simulators.ts';

const simulate = async (flags: readonly string[], kit: Kit): Promise<void> => {
  const child = spawnSimulators(flags, kit, 'inherit');
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  process.on('SIGINT', forward);
  process.on('SIGTERM', forward);
  await once(child, 'exit');
  process.off('SIGINT', forward);
  process.off('SIGTERM', forward);
  const known = [exitCodes.ok, exitCodes.invalid].find((code) => code === child.exitCode);
  kit.finish(known ?? exitCodes.failure);
};

export const addSimulateCommand = (program: Command, kit: Kit): void => {
  program
    .command('simulate')
    .description(kit.text.simulateDescription)
    .argument('[flags...]', kit.text.simulatorFlags)
    .allowUnknownOption()
    .action((flags: string[]) => simulate(flags, kit));
};
