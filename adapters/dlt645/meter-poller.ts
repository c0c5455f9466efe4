import { type GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { explainError } from '../../gateway/core/error-text.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { isBad, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { GroupFrame } from '../shared/group-frame.ts';
import { MemberRetry } from '../shared/member-retry.ts';
import { type PolledMember, type PollResult, pollUp } from '../shared/polled-source.ts';
import type { Dlt645Config } from './dlt645-config.ts';
import { clockReads, MeterClock } from './meter-clock.ts';
import type { GroupLayout, MeterLayout, ReadLayout } from './meter-layout.ts';
import type { Ask, MeterLine } from './meter-line.ts';
import { decodeRead } from './read-decoder.ts';
import { isLineGone, isUnanswered, statusOfError } from './read-error.ts';

export type MeterPollerOptions = {
  readonly layout: MeterLayout;
  readonly config: Dlt645Config;
  readonly context: SourceContext;
  readonly timeZone: string;
  readonly line: MeterLine;
  /** All of the source, by `groupIndex`. */
  readonly frames: readonly GroupFrame[];
  /** Called at every answer, of whatever kind: the line works. */
  onAnswer(): void;
};

/** One read with its own fate: what the meter does not have is asked less and less often, and the rest goes on. */
type PlannedRead = {
  readonly identifier: string;
  readonly retry: MemberRetry;
  /** Monotonic: left alone until then. */
  resumeMs: number;
  answered(data: Buffer): void;
  failed(status: StatusCode): void;
};

/** Reads that belong together and follow each other without anything between. */
type PlannedTurn = {
  readonly periodMs: number;
  readonly reads: readonly PlannedRead[];
  readonly frame: GroupFrame | undefined;
};

/** How the cycle goes. */
type Cycle = {
  answers: number;
  silences: number;
  failure: LocalText | undefined;
  gone: GatewayError | undefined;
};

/** Reads one meter of a line that it shares with others. */
export class MeterPoller implements PolledMember {
  readonly name: string;
  readonly periodsMs: readonly number[];
  readonly phaseMs: number;
  readonly #options: MeterPollerOptions;
  readonly #turns: PlannedTurn[];
  /** What a question without an answer takes from the time of the line, the silence after it included. */
  readonly #silenceCostMs: number;

  constructor(options: MeterPollerOptions) {
    const { layout, config } = options;
    this.#options = options;
    this.name = layout.name;
    this.phaseMs = layout.config.phaseMs;
    this.#silenceCostMs = config.timeoutMs + config.transport.drainMs;
    this.#turns = layout.groups.map((group) => this.#groupTurn(group));
    const clock = this.#clockTurn();
    if (clock !== undefined) this.#turns.push(clock);
    this.periodsMs = [...new Set(this.#turns.map(({ periodMs }) => periodMs))];
  }

  async poll(tasks: readonly number[], dueMs: number): Promise<PollResult> {
    const { clock } = this.#options.context;
    const dueWallMs = clock.nowMs() - (clock.monotonicMs() - dueMs);
    const cycle: Cycle = { answers: 0, silences: 0, failure: undefined, gone: undefined };
    const due = this.#turns.filter(({ periodMs }) =>
      tasks.includes(this.periodsMs.indexOf(periodMs)),
    );
    for (const turn of due) await this.#take(turn, cycle, dueWallMs);
    return this.#result(cycle, due[0]);
  }

  goesDown(): void {
    const { context } = this.#options;
    for (const { frame } of this.#turns) {
      if (frame === undefined || frame.status.every(isBad)) continue;
      frame.begin();
      frame.failAll(statusCodes.badNoCommunication);
      const nowMs = context.clock.nowMs();
      if (frame.stamp(nowMs, nowMs)) context.emit(frame);
    }
  }

  async #take(turn: PlannedTurn, cycle: Cycle, dueMs: number): Promise<void> {
    const { context, line } = this.#options;
    const { frame } = turn;
    const nowMs = context.clock.monotonicMs();
    const reads = turn.reads.filter(({ resumeMs }) => resumeMs <= nowMs);
    if (reads.length === 0 || cycle.gone !== undefined) return;
    frame?.begin();
    try {
      if (isSilent(cycle)) for (const read of reads) read.failed(statusCodes.badNoCommunication);
      else await line.turn((ask) => this.#read(ask, { reads, cycle, frame }));
    } catch (thrown) {
      const error = this.#errorOf(thrown);
      if (isLineGone(error)) cycle.gone = error;
      cycle.failure ??= explainError(error);
      for (const read of reads) read.failed(statusOfError(error));
    }
    // The line is gone: its owner emits the bad frames of all groups.
    if (frame === undefined || cycle.gone !== undefined) return;
    if (frame.stamp(context.clock.nowMs(), dueMs)) context.emit(frame);
  }

  /** Never rejects. */
  async #read(
    ask: Ask,
    turn: {
      readonly reads: readonly PlannedRead[];
      readonly cycle: Cycle;
      readonly frame: GroupFrame | undefined;
    },
  ): Promise<void> {
    const { config, layout, onAnswer } = this.#options;
    const { timeoutMs } = config;
    const { address } = layout.config;
    const { cycle, frame } = turn;
    for (const read of turn.reads) {
      if (cycle.gone !== undefined) return;
      if (isSilent(cycle)) {
        // The meter is silent: the rest of the cycle would only cost the line one time-out after the other.
        read.failed(statusCodes.badNoCommunication);
        continue;
      }
      try {
        const data = await ask({ address, identifier: read.identifier, timeoutMs });
        onAnswer();
        cycle.answers += 1;
        read.retry.succeeded();
        read.answered(data);
        if (frame !== undefined) frame.isAnswered = true;
      } catch (thrown) {
        this.#failed(read, cycle, this.#errorOf(thrown));
      }
    }
  }

  #failed(read: PlannedRead, cycle: Cycle, error: GatewayError): void {
    const { context, onAnswer } = this.#options;
    cycle.failure ??= explainError(error);
    if (isLineGone(error)) {
      cycle.gone = error;
      return;
    }
    const isUnheard = isUnanswered(error);
    if (isUnheard) {
      cycle.silences += 1;
    } else {
      cycle.answers += 1;
      onAnswer();
    }
    // One identifier that is never answered, or never will be, must not cost the rest of the meter its time.
    if (!error.retryable || (isUnheard && cycle.answers > 0)) {
      const failing = this.#reads.filter(({ retry }) => retry.failures > 0 || retry === read.retry);
      const costMs = isUnheard ? this.#silenceCostMs * failing.length : 0;
      read.resumeMs = context.clock.monotonicMs() + read.retry.failed(costMs);
    }
    read.failed(statusOfError(error));
  }

  get #reads(): readonly PlannedRead[] {
    return this.#turns.flatMap(({ reads }) => reads);
  }

  #result(cycle: Cycle, first: PlannedTurn | undefined): PollResult {
    const { failure, gone, answers, silences } = cycle;
    if (gone !== undefined) {
      return { state: 'unanswered', reason: explainError(gone), costMs: 0 };
    }
    if (failure === undefined) return this.#degradedByRest();
    if (answers > 0 || silences === 0) return { state: 'degraded', reason: failure };
    this.#askAnotherFirst(first);
    return { state: 'unanswered', reason: failure, costMs: silences * this.#silenceCostMs };
  }

  /** It may be that only this one question is never answered: the next cycle then finds the meter alive. */
  #askAnotherFirst(first: PlannedTurn | undefined): void {
    if (first === undefined) return;
    this.#turns.splice(this.#turns.indexOf(first), 1);
    const [silent, ...others] = first.reads;
    this.#turns.push(silent === undefined ? first : { ...first, reads: [...others, silent] });
  }

  /** A cycle that went well while other reads are suspended does not make the meter well. */
  #degradedByRest(): PollResult {
    const suspended = this.#reads.find((read) => read.retry.failures > 0);
    if (suspended === undefined) return pollUp;
    const { identifier } = suspended;
    const reason = {
      en: `identifier ${identifier}: failing`,
      zh: `数据标识 ${identifier}：读取失败`,
    };
    return { state: 'degraded', reason };
  }

  #groupTurn({ groupIndex, periodMs, reads }: GroupLayout): PlannedTurn {
    const frame = this.#options.frames[groupIndex] as GroupFrame;
    return { periodMs, frame, reads: reads.map((read) => this.#groupRead(read, frame)) };
  }

  #groupRead(read: ReadLayout, frame: GroupFrame): PlannedRead {
    const { context } = this.#options;
    const channels = read.fields.map(({ channel }) => channel);
    const target = { frame, intern: (text: string) => context.intern(text) };
    return this.#planned(read.identifier, {
      answered: (data) => decodeRead(read, data, target),
      failed: (status) => frame.fail(channels, status),
    });
  }

  #clockTurn(): PlannedTurn | undefined {
    const { layout, context, config, timeZone } = this.#options;
    const { clock } = layout.profile;
    if (clock === undefined) return undefined;
    const watched = new MeterClock({
      timeZone,
      maxClockSkewMs: config.maxClockSkewMs,
      subject: layout.name,
      seen: (skewMs) => context.clockSeen(layout.name, skewMs),
      event: (event) => context.event(event),
    });
    const [dateRead, timeRead] = clockReads;
    let date: Buffer | undefined;
    const forget = (): void => {
      date = undefined;
    };
    const reads = [
      this.#planned(dateRead.identifier, {
        answered: (data) => {
          date = data;
        },
        failed: forget,
      }),
      this.#planned(timeRead.identifier, {
        answered: (time) => {
          if (date !== undefined) watched.look({ date, time, nowMs: context.clock.nowMs() });
          forget();
        },
        failed: forget,
      }),
    ];
    return { periodMs: clock.periodMs, reads, frame: undefined };
  }

  #planned(identifier: string, fate: Pick<PlannedRead, 'answered' | 'failed'>): PlannedRead {
    const retry = new MemberRetry({ name: `${this.name} ${identifier}` });
    return { identifier, retry, resumeMs: Number.NEGATIVE_INFINITY, ...fate };
  }

  #errorOf(thrown: unknown): GatewayError {
    return toGatewayError(thrown, { code: 'PROTOCOL', retryable: true, message: this.name });
  }
}

const isSilent = ({ silences, answers }: Cycle): boolean => silences > 0 && answers === 0;
