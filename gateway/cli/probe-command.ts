import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { Probe, ProbeReport } from '../core/adapter.ts';
import { exitCodes } from './composition.ts';
import { type Kit, wordsOf } from './kit.ts';
import { parseSeconds, UsageError } from './option-values.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = {
  readonly timeout?: string | undefined;
  readonly json?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly out?: string | undefined;
};
type Target = {
  readonly kind: string;
  readonly target: string;
  readonly arguments: readonly string[];
};

const defaultTimeoutSeconds = 60;
/** A probe that keeps to its time ends before it is ended. */
const budgetShare = 0.9;

const probesOf = (kit: Kit): ReadonlyMap<string, Probe> =>
  new Map(
    kit.composition.adapters.flatMap((adapter) =>
      adapter.role === 'source' ? Object.entries(adapter.probes ?? {}) : [],
    ),
  );

const kindsOf = (kit: Kit): string => [...probesOf(kit).keys()].join(', ') || kit.text.none;

const findProbe = (kind: string, kit: Kit): Probe => {
  const probe = probesOf(kit).get(kind);
  if (probe !== undefined) return probe;
  throw new UsageError(kit.text.probeUnknownKind(kind, kindsOf(kit)));
};

/** Asks a person; where there is none, only `--yes` is a yes. */
const confirm = async (lines: readonly string[], options: Options, kit: Kit): Promise<boolean> => {
  for (const line of lines) kit.complain(line);
  if (options.yes === true) return true;
  if (!process.stdin.isTTY) {
    kit.complain(kit.text.probeNeedsYes);
    return false;
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^(?:y|yes|是|好)$/i.test((await prompt.question(kit.text.probeQuestion)).trim());
  } finally {
    prompt.close();
  }
};

/** A report in front of YAML is made of comments, so that the whole of it can be put into a file. */
const show = async (report: ProbeReport, options: Options, kit: Kit): Promise<void> => {
  const { lines, data, document } = report;
  if (document !== undefined && options.out !== undefined) {
    await writeFile(options.out, document, { flag: 'wx' });
    kit.complain(kit.text.probeWrote(options.out));
  }
  if (options.json === true) {
    kit.print(
      JSON.stringify(document === undefined ? data : { ...Object(data), document }, null, 2),
    );
    return;
  }
  const isShown = document !== undefined && options.out === undefined;
  for (const line of lines) {
    const text = typeof line === 'string' ? line : line[kit.language];
    kit.print(isShown ? `# ${text}` : text);
  }
  if (isShown) kit.print(document.trimEnd());
};

const probe = async (target: Target, options: Options, kit: Kit): Promise<void> => {
  const { run } = findProbe(target.kind, kit);
  const seconds = parseSeconds('--timeout', options.timeout, kit.text) ?? defaultTimeoutSeconds;
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  const timeout = AbortSignal.timeout(seconds * 1000);
  let isRefused = false;
  try {
    const report = await run({
      target: target.target,
      arguments: target.arguments,
      signal: AbortSignal.any([stop.signal, timeout]),
      budgetMs: seconds * 1000 * budgetShare,
      progress: (text) => kit.complain(text[kit.language]),
      confirm: async (lines) => {
        const words = lines.map((line) => line[kit.language]);
        isRefused = !(await confirm(words, options, kit));
        return !isRefused;
      },
    });
    await show(report, options, kit);
    kit.finish(isRefused ? exitCodes.invalid : exitCodes.ok);
  } catch (error) {
    const reason = timeout.aborted ? kit.text.probeTimedOut(seconds) : wordsOf(error, kit);
    kit.complain(kit.text.failed(reason));
    kit.finish(exitCodes.failure);
  } finally {
    stop.release();
  }
};

const usageOf = (kit: Kit): string => {
  const lines = [...probesOf(kit).values()].flatMap(({ usage }) => usage);
  const texts = lines.map((line) => `  seamwatt probe ${line[kit.language]}`);
  return texts.length === 0 ? '' : `\n${kit.text.probeCalls}\n${texts.join('\n')}`;
};

export const addProbeCommand = (program: Command, kit: Kit): void => {
  program
    .command('probe')
    .description(kit.text.probeDescription)
    .argument('<kind>', kit.text.kindArgument(kindsOf(kit)))
    .argument('<target>', kit.text.targetArgument)
    .argument('[arguments...]', kit.text.probeArguments)
    .allowUnknownOption()
    .option('--timeout <seconds>', kit.text.timeoutOption)
    .option('--yes', kit.text.yesOption)
    .option('--out <file>', kit.text.probeOutOption)
    .option('--json', kit.text.jsonOption)
    .addHelpText('after', usageOf(kit))
    .action((kind: string, address: string, rest: string[], options: Options) =>
      probe({ kind, target: address, arguments: rest }, options, kit),
    );
};
