import type { Participant } from '../../gateway/core/clock.ts';
import { type LocalText, noText } from '../../gateway/core/point.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import { MemberRetry } from './member-retry.ts';
import { PollSchedule } from './poll-schedule.ts';

/**
 * How a poll went. `degraded`: answered, but not everything; `refused`: answered, but it is not to be used (a wrong
 * device); `unanswered`: nobody answered, and `costMs` of the bus went by.
 */
export type PollResult =
  | { readonly state: 'up' }
  | { readonly state: 'degraded' | 'refused'; readonly reason: LocalText }
  | {
      readonly state: 'unanswered';
      readonly reason: LocalText;
      readonly costMs: number;
      /** Something between here and the member answered in its place (a gateway), so the connection is not in doubt. */
      readonly isConnectionAlive?: boolean;
    };

export const pollUp: PollResult = { state: 'up' };

/** One device of a connection, asked in cycles. */
export interface PolledMember {
  readonly name: string;
  /** One a task. */
  readonly periodsMs: readonly number[];
  readonly phaseMs: number;
  /**
   * Reads the tasks that are due and emits their frames, good or bad. `dueMs` is monotonic. Bounded in time by the
   * protocol's own deadlines; never rejects.
   */
  poll(tasks: readonly number[], dueMs: number): Promise<PollResult>;
  /** The member is down from here on: what was not read in this cycle is not known either any more. */
  goesDown?(): void;
}

export type PolledSourceOptions = {
  readonly context: SourceContext;
  readonly members: readonly PolledMember[];
  /** Ends all polling: the source is to stop, or its connection is gone. */
  readonly signal: AbortSignal;
  /** Called when all that was asked for so long stayed without an answer that the connection itself is in doubt. */
  onSilence(): void;
};

/**
 * Polls every member in a loop of its own until the signal aborts, so that a slow or dead member delays no other.
 * Counts `polls`, `polls_late` (cycles left out because the one before took too long) and `polls_suspended` (cycles left
 * out because the member is down).
 */
export const runPolledSource = async (options: PolledSourceOptions): Promise<void> => {
  const { context, members } = options;
  const silence = new Silence(members.length, options.onSilence);
  const silent = new Set<PolledMember>();
  const loops = members.map((member) => {
    // Joined before anything is awaited: in lock-step no time passes until each member has polled once.
    const participant = context.clock.join(`poll:${member.name}`);
    return new MemberLoop(member, { ...options, silence, silent, participant }).run();
  });
  await Promise.all(loops);
};

type LoopOptions = PolledSourceOptions & {
  readonly silence: Silence;
  /** Members that do not answer: together they may take no more of the bus than one alone. */
  readonly silent: Set<PolledMember>;
  readonly participant: Participant;
};

class MemberLoop {
  readonly #member: PolledMember;
  readonly #options: LoopOptions;
  readonly #retry: MemberRetry;
  #reported = '';

  constructor(member: PolledMember, options: LoopOptions) {
    this.#member = member;
    this.#options = options;
    this.#retry = new MemberRetry({ name: member.name });
  }

  async run(): Promise<void> {
    const { context, signal, participant } = this.#options;
    const { periodsMs, phaseMs } = this.#member;
    const schedule = new PollSchedule(context.clock.monotonicMs() + phaseMs, periodsMs);
    const due: number[] = [];
    try {
      while (!signal.aborted) {
        const dueMs = schedule.nextDueMs;
        await participant.sleepUntil(dueMs, signal);
        if (signal.aborted) break;
        const missed = schedule.take(context.clock.monotonicMs(), due);
        if (missed > 0) context.count('polls_late', missed);
        // Bounds of sleeping may end a hair too soon.
        if (due.length === 0) continue;
        context.count('polls', due.length);
        const result = await this.#member.poll(due, dueMs);
        if (signal.aborted) break;
        const restMs = this.#judge(result);
        if (restMs === 0) continue;
        const skipped = schedule.skipTo(context.clock.monotonicMs() + restMs);
        if (skipped > 0) context.count('polls_suspended', skipped);
      }
    } finally {
      participant.leave();
    }
  }

  /** For how long to leave the member alone. */
  #judge(result: PollResult): number {
    const { silence, silent } = this.#options;
    if (result.state === 'unanswered') silent.add(this.#member);
    else silent.delete(this.#member);
    switch (result.state) {
      case 'up':
      case 'degraded':
        silence.broken();
        this.#retry.succeeded();
        this.#report(result.state, result.state === 'up' ? noText : result.reason);
        return 0;
      case 'refused': {
        silence.broken();
        const restMs = this.#retry.failed(0);
        this.#report('down', result.reason);
        return restMs;
      }
      case 'unanswered': {
        const wasDown = this.#retry.isDown;
        const restMs = this.#retry.failed(result.costMs * silent.size);
        this.#report(this.#retry.isDown ? 'down' : 'degraded', result.reason);
        if (this.#retry.isDown && !wasDown) this.#member.goesDown?.();
        if (result.isConnectionAlive === true) silence.broken();
        else silence.lasts();
        return restMs;
      }
    }
  }

  #report(state: 'up' | 'degraded' | 'down', reason: LocalText): void {
    const report = `${state} ${reason.en}`;
    if (report === this.#reported) return;
    this.#reported = report;
    this.#options.context.member({ member: this.#member.name, state, reason });
  }
}

/** Liveness is the arrival of data: a connection on which only silence comes back is torn down and made again. */
class Silence {
  readonly #limit: number;
  readonly #onLimit: () => void;
  #count = 0;

  constructor(memberCount: number, onLimit: () => void) {
    this.#limit = memberCount + 2;
    this.#onLimit = onLimit;
  }

  broken(): void {
    this.#count = 0;
  }

  lasts(): void {
    this.#count += 1;
    if (this.#count === this.#limit) this.#onLimit();
  }
}
