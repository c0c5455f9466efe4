import { Command, CommanderError } from 'commander';
import { addBackupCommand } from './backup-command.ts';
import { addCheckCommand } from './check-command.ts';
import { type Composition, type ExitCode, exitCodes } from './composition.ts';
import { addEnergyCommand } from './energy-command.ts';
import { addFiguresCommand } from './figures-command.ts';
import { type Kit, wordsOf } from './kit.ts';
import { chooseLanguage } from './language.ts';
import { type Messages, messages } from './messages.ts';
import { UsageError } from './option-values.ts';
import { addProbeCommand } from './probe-command.ts';
import { addProductionCommand } from './production-command.ts';
import { addQuarantineCommand } from './quarantine-command.ts';
import { addRecordsCommand } from './records-command.ts';
import { addReplayCommand } from './replay-command.ts';
import { addRestoreCommand } from './restore-command.ts';
import { addRunCommand } from './run-command.ts';
import { addSimulateCommand } from './simulate-command.ts';
import { addStartCommand } from './start-command.ts';
import { displayWidth } from './text-table.ts';
import { addUserCommand } from './user-command.ts';
import { addVerifyCommand } from './verify-command.ts';

const quoted = (message: string): string => /'([^']+)'/.exec(message)?.[1] ?? '';

/** Commander's own complaints in the language of the user. */
const usageMessage = (error: CommanderError, text: Messages): string => {
  const name = quoted(error.message);
  switch (error.code) {
    case 'commander.unknownOption':
      return text.unknownOption(name);
    case 'commander.unknownCommand':
      return text.unknownCommand(name);
    case 'commander.missingArgument':
      return text.missingArgument(name);
    case 'commander.optionMissingArgument':
      return text.optionNeedsValue(name);
    case 'commander.excessArguments':
      return text.excessArguments(name);
    default:
      return error.message;
  }
};

const helpTitles = (text: Messages): Readonly<Record<string, string>> => ({
  'Usage:': text.helpUsage,
  'Arguments:': text.helpArguments,
  'Options:': text.helpOptions,
  'Commands:': text.helpCommands,
});

/** What Commander puts in square brackets itself; the names of arguments stay as the documentation writes them. */
const placeholders = (usage: string, text: Messages): string =>
  usage
    .replace('[options]', `[${text.usageOptions}]`)
    .replace('[command]', `[${text.usageCommand}]`);

const exitCodeLines = (text: Messages): string =>
  [
    text.exitCodesTitle,
    `  ${exitCodes.ok}  ${text.exitCodeOk}`,
    `  ${exitCodes.failure}  ${text.exitCodeFailure}`,
    `  ${exitCodes.invalid}  ${text.exitCodeInvalid}`,
    `  ${exitCodes.negative}  ${text.exitCodeNegative}`,
    `  ${exitCodes.inconclusive}  ${text.exitCodeInconclusive}`,
  ].join('\n');

const addCommands = [
  addRunCommand,
  addStartCommand,
  addCheckCommand,
  addSimulateCommand,
  addVerifyCommand,
  addReplayCommand,
  addProbeCommand,
  addQuarantineCommand,
  addRecordsCommand,
  addEnergyCommand,
  addFiguresCommand,
  addProductionCommand,
  addBackupCommand,
  addRestoreCommand,
  addUserCommand,
];

const createProgram = (kit: Kit): Command => {
  const { text, composition } = kit;
  const titles = helpTitles(text);
  const program = new Command('seamwatt')
    .description(text.programDescription)
    .version(composition.version, '-V, --version', text.versionOption)
    // Taken out of the arguments before they come here; named for the help.
    .option('--lang <language>', text.langOption)
    .helpOption('-h, --help', text.helpOption)
    .helpCommand(false)
    .showSuggestionAfterError(false)
    .configureHelp({
      styleTitle: (title) => titles[title] ?? title,
      styleUsage: (usage) => placeholders(usage, text),
      styleSubcommandTerm: (term) => placeholders(term, text),
      displayWidth,
    })
    .configureOutput({
      writeOut: (output) => kit.print(output.trimEnd()),
      // Errors are worded from their codes.
      outputError: () => undefined,
      writeErr: (output) => kit.complain(output.trimEnd()),
    })
    .exitOverride();
  for (const add of addCommands) add(program, kit);
  const settle = (command: Command): void => {
    for (const child of command.commands) {
      child
        .copyInheritedSettings(program)
        .helpOption('-h, --help', text.helpOption)
        .helpCommand(false)
        .addHelpText('after', `\n${exitCodeLines(text)}`);
      settle(child);
    }
  };
  settle(program);
  return program.addHelpText('after', `\n${exitCodeLines(text)}`);
};

const helpCodes = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

const explain = (error: unknown, kit: Kit): ExitCode => {
  const { text } = kit;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0 && helpCodes.has(error.code)) return exitCodes.ok;
    if (!helpCodes.has(error.code)) kit.complain(usageMessage(error, text));
    kit.complain(text.seeHelp('seamwatt'));
    return exitCodes.invalid;
  }
  if (error instanceof UsageError) {
    kit.complain(error.message);
    return exitCodes.invalid;
  }
  kit.complain(text.failed(wordsOf(error, kit)));
  return exitCodes.failure;
};

export type CliOptions = {
  /** Without the program's own two. */
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
};

/** The command line of a composition. Running it never throws; what it returns is the process's exit code. */
export const createCli = (
  composition: Composition,
): { run(options: CliOptions): Promise<ExitCode> } => ({
  run: async ({ argv, env, print, complain }) => {
    const { language, rest, unknown } = chooseLanguage(argv, env);
    const text = messages[language];
    if (unknown !== undefined) {
      complain(text.unknownLanguage(unknown));
      return exitCodes.invalid;
    }
    let code: ExitCode = exitCodes.ok;
    const finish = (result: ExitCode): void => {
      code = result;
    };
    const kit: Kit = { composition, language, text, env, print, complain, finish };
    try {
      await createProgram(kit).parseAsync([...rest], { from: 'user' });
      return code;
    } catch (error) {
      return explain(error, kit);
    }
  },
});
