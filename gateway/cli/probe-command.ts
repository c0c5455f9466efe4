import type { Command } from 'commander';
import type { SourceAdapter } from '../core/adapter.ts';
import { exitCodes } from './composition.ts';
import { type Kit, wordsOf } from './kit.ts';
import { parseSeconds, UsageError } from './option-values.ts';
import { stopOnSignals } from './stop-signal.ts';

type Options = {
  readonly timeout?: string | undefined;
  readonly json?: boolean | undefined;
};
type Target = {
  readonly kind: string;
  readonly target: string;
  readonly arguments: readonly string[];
};

const defaultTimeoutSeconds = 60;

type Prober = SourceAdapter<unknown> & Required<Pick<SourceAdapter<unknown>, 'probe'>>;

const probersOf = (kit: Kit): readonly Prober[] =>
  kit.composition.adapters.filter(
    (adapter): adapter is Prober => adapter.role === 'source' && adapter.probe !== undefined,
  );

const kindsOf = (kit: Kit): string =>
  probersOf(kit)
    .map((adapter) => adapter.kind)
    .join(', ') || kit.text.none;

const findProber = (kind: string, kit: Kit): Prober => {
  const prober = probersOf(kit).find((adapter) => adapter.kind === kind);
  if (prober !== undefined) return prober;
  throw new UsageError(kit.text.probeUnknownKind(kind, kindsOf(kit)));
};

const probe = async (target: Target, options: Options, kit: Kit): Promise<void> => {
  const prober = findProber(target.kind, kit);
  const seconds = parseSeconds('--timeout', options.timeout, kit.text) ?? defaultTimeoutSeconds;
  const stop = stopOnSignals(() => kit.complain(kit.text.stopping));
  const timeout = AbortSignal.timeout(seconds * 1000);
  try {
    const report = await prober.probe({
      target: target.target,
      arguments: target.arguments,
      signal: AbortSignal.any([stop.signal, timeout]),
    });
    if (options.json === true) kit.print(JSON.stringify(report.data, null, 2));
    else {
      for (const line of report.lines) {
        kit.print(typeof line === 'string' ? line : line[kit.language]);
      }
    }
    kit.finish(exitCodes.ok);
  } catch (error) {
    const reason = timeout.aborted ? kit.text.probeTimedOut(seconds) : wordsOf(error, kit);
    kit.complain(kit.text.failed(reason));
    kit.finish(exitCodes.failure);
  } finally {
    stop.release();
  }
};

export const addProbeCommand = (program: Command, kit: Kit): void => {
  program
    .command('probe')
    .description(kit.text.probeDescription)
    .argument('<kind>', kit.text.kindArgument(kindsOf(kit)))
    .argument('<target>', kit.text.targetArgument)
    .argument('[arguments...]', kit.text.probeArguments)
    .option('--timeout <seconds>', kit.text.timeoutOption)
    .option('--json', kit.text.jsonOption)
    .action((kind: string, address: string, rest: string[], options: Options) =>
      probe({ kind, target: address, arguments: rest }, options, kit),
    );
};
