import type { WeldingLine } from './model.ts';
import { jobIdOf } from './panel-id.ts';
import type { ProcessId } from './process.ts';
import type { LinePhase } from './readings.ts';

export type JobState =
  | 'NotAllowedToStart'
  | 'AllowedToStart'
  | 'Running'
  | 'Interrupted'
  | 'Ended'
  | 'Aborted';

/** A job order of the machine: one panel. Times are UTC epoch ms. */
export type Job = {
  readonly jobId: string;
  readonly panelId: string;
  readonly process: ProcessId;
  readonly state: JobState;
  readonly plannedStartMs: number;
  readonly startMs: number | undefined;
  readonly endMs: number | undefined;
};

/** Ended ones are kept for a while, as whoever reads the list may be away. */
const mostJobs = 6;
/** The next panel is loaded after the scan and the unloading of this one. */
const untilLoadMs = 120_000;

const isOver = ({ state }: Job): boolean => state === 'Ended' || state === 'Aborted';

/**
 * The orders of the machine, in the order in which they were made. The next one is made when the panel before is welded; it may
 * start when its panel is loaded, runs from the search for the seams on, is interrupted while the line stands for something
 * else, and ends when its panel is unloaded. One whose day is over before its panel comes is given up.
 */
export class JobBook {
  readonly #model: WeldingLine;
  #jobs: readonly Job[] = [];

  constructor(model: WeldingLine) {
    this.#model = model;
    this.step();
  }

  get jobs(): readonly Job[] {
    return this.#jobs;
  }

  /** To be called each step; gives the orders whose state has changed. */
  step(): readonly Job[] {
    const { line } = this.#model;
    const changed = [...this.#follow(), ...this.#prepare()];
    if (changed.length === 0) return changed;
    const byId = new Map(this.#jobs.map((job) => [job.jobId, job]));
    for (const job of changed) byId.set(job.jobId, job);
    const all = [...byId.values()];
    const surplus = new Set(all.filter(isOver).slice(0, Math.max(0, all.length - mostJobs)));
    this.#jobs = all.filter((job) => job.jobId === line.jobId || !surplus.has(job));
    return changed;
  }

  /** The order of the panel on the line. */
  #follow(): readonly Job[] {
    const { line } = this.#model;
    const { jobId, panelId, timeMs, process } = line;
    const known = this.#jobs.find((job) => job.jobId === jobId);
    const given = this.#jobs.filter(
      (job) => job.state === 'NotAllowedToStart' && job.jobId !== jobId && line.phase === 'load',
    );
    const job = known ?? newJob({ panelId, process, plannedStartMs: timeMs });
    const state = stateIn(line.phase, job.state);
    const abandoned = given.map((one): Job => ({ ...one, state: 'Aborted', endMs: timeMs }));
    if (known?.state === state && known.process === process) return abandoned;
    const hasBegun = state === 'Running' || state === 'Ended';
    const startMs = job.startMs ?? (hasBegun ? timeMs : undefined);
    const endMs = state === 'Ended' ? (job.endMs ?? timeMs) : undefined;
    return [...abandoned, { ...job, process, state, startMs, endMs }];
  }

  /** The order of the panel to come. */
  #prepare(): readonly Job[] {
    const { line, nextPanelId } = this.#model;
    if (line.phase !== 'scan' && line.phase !== 'unload') return [];
    if (this.#jobs.some(({ state }) => state === 'NotAllowedToStart')) return [];
    const plannedStartMs = line.timeMs + untilLoadMs;
    return [newJob({ panelId: nextPanelId, process: line.process, plannedStartMs })];
  }
}

const newJob = (of: Pick<Job, 'panelId' | 'process' | 'plannedStartMs'>): Job => ({
  ...{ ...of, jobId: jobIdOf(of.panelId), state: 'NotAllowedToStart' },
  ...{ startMs: undefined, endMs: undefined },
});

const stateIn = (phase: LinePhase, before: JobState): JobState => {
  switch (phase) {
    case 'load':
      return 'AllowedToStart';
    case 'unload':
      return 'Ended';
    case 'standby':
    case 'setup':
    case 'out-of-service':
      if (before === 'Running') return 'Interrupted';
      return before === 'NotAllowedToStart' ? 'AllowedToStart' : before;
    case 'find':
    case 'ignite':
    case 'weld':
    case 'crater':
    case 'scan':
      return 'Running';
  }
};
