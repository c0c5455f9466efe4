import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import { GatewayError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { Continuation, HotPathProgram } from '../hot-path/program.ts';
import type { Journal } from '../journal/contract.ts';
import { type CompiledSite, compileSite } from '../kpi/compile-site.ts';
import type { Admission } from './admission.ts';
import { restoreProgram, runSnapshots } from './program-state.ts';

/** What decides the program of a site. */
export type ProgramSettings = {
  readonly configurationId: string;
  readonly groups: readonly RegisteredGroup[];
  /** The parsed KPI sections of the site file. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly site: SiteIdentity;
};

type Computing = {
  readonly program: HotPathProgram;
  readonly explanations: CompiledSite['explanations'];
  readonly configurationSeq: number;
};

/** Where a program took the place of the one before, and what became of its nodes. */
export type ProgramChange = Continuation & {
  /** Number of the configuration record. */
  readonly seq: number;
};

/** What computes the KPIs: brought to the end of the journal at start, exchanged at a record of the journal. */
export class RunningProgram {
  readonly snapshots: ReturnType<typeof runSnapshots>;
  readonly #journal: Journal;
  readonly #admission: Admission;
  readonly #clock: Clock;
  #computing: Computing;

  private constructor(parts: {
    readonly journal: Journal;
    readonly admission: Admission;
    readonly clock: Clock;
    readonly log: Log;
    readonly snapshotMs: number;
    readonly pace: Clock;
    readonly computing: Computing;
  }) {
    const { journal, clock, log, pace } = parts;
    this.#journal = journal;
    this.#admission = parts.admission;
    this.#clock = clock;
    this.#computing = parts.computing;
    const periodMs = parts.snapshotMs;
    this.snapshots = runSnapshots({
      ...{ journal, log, periodMs, clock: pace },
      computing: () => this.#computing,
    });
  }

  /** Brings the program to where the journal ends and journals what a kill had cut off. */
  static async restore(
    settings: ProgramSettings,
    gateway: {
      readonly journal: Journal;
      readonly admission: Admission;
      readonly clock: Clock;
      readonly log: Log;
      readonly snapshotMs: number;
      /** By which the state is saved: real time also in lock-step, for what a start recomputes is a matter of work. */
      readonly pace: Clock;
    },
  ): Promise<RunningProgram> {
    const { journal, admission, clock, log } = gateway;
    const { program: compiled, explanations } = compileSite(settings);
    // Compiling takes longest of all that a start does, and most starts need one program only.
    let unused: HotPathProgram | undefined = compiled;
    const createProgram = (): HotPathProgram => {
      const empty = unused ?? compileSite(settings).program;
      unused = undefined;
      return empty;
    };
    const { programId } = compiled;
    const { program, lastTick, missing } = await restoreProgram({
      ...{ journal, programId, createProgram, log },
    });
    if (lastTick !== undefined) admission.resumeAt(lastTick.watermarkMs);
    for (const { group, timeMs, values, status } of missing) {
      admission.computed(group, timeMs, values, status);
    }
    const configurationSeq = appendConfiguration(settings, { program, journal, clock });
    admission.use(program);
    const computing = { program, explanations, configurationSeq };
    return new RunningProgram({ ...gateway, computing });
  }

  get explanations(): CompiledSite['explanations'] {
    return this.#computing.explanations;
  }

  /**
   * Compiles another program; what is given back puts it to work, in one turn of the event loop and at one record of the
   * journal.
   */
  prepare(settings: ProgramSettings): () => ProgramChange {
    const { program, explanations } = compileSite(settings);
    return () => this.#exchange(settings, program, explanations);
  }

  /** @throws GatewayError BUFFER_OVERFLOW (retryable), with nothing changed, when the journal takes no record */
  #exchange(
    settings: ProgramSettings,
    compiled: HotPathProgram,
    explanations: CompiledSite['explanations'],
  ): ProgramChange {
    const before = this.#computing.program;
    const continuation = compiled.takeOver(before);
    const program = compiled.programId === before.programId ? before : compiled;
    const gateway = { program, journal: this.#journal, clock: this.#clock };
    const configurationSeq = appendConfiguration(settings, gateway);
    this.#admission.use(program);
    this.#computing = { program, explanations, configurationSeq };
    return { seq: configurationSeq, ...continuation };
  }
}

const appendConfiguration = (
  { configurationId, groups, sections, site }: ProgramSettings,
  gateway: { readonly program: HotPathProgram; readonly journal: Journal; readonly clock: Clock },
): number => {
  const seq = gateway.journal.appendRecord({
    type: 'configuration',
    configurationId,
    programId: gateway.program.programId,
    timeMs: gateway.clock.nowMs(),
    groups,
    computation: { sections, site },
  });
  if (seq >= 0) return seq;
  const words = { en: 'the journal takes no record at present', zh: '日志目前无法写入记录' };
  throw new GatewayError('BUFFER_OVERFLOW', words, { retryable: true });
};
