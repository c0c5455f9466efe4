import type { Command } from 'commander';
import type { Kit } from './kit.ts';
import type { VerifyOptions } from './verify/verify.ts';

export const addVerifyCommand = (program: Command, kit: Kit): void => {
  const { text } = kit;
  program
    .command('verify')
    .description(text.verifyDescription)
    .argument('<scenarios...>', text.scenarioArgument)
    .option('-c, --config <file>', text.verifyConfigOption)
    .option('--json', text.jsonOption)
    .option('--junit <file>', text.junitOption)
    .action(async (files: string[], options: VerifyOptions) => {
      // Thirty modules that a gateway which only runs need not load.
      const { verify } = await import('./verify/verify.ts');
      await verify(files, options, kit);
    });
};
