import type { GatewayEvent } from '../../core/event.ts';
import { type ChannelSpec, formatPointPath, type RegisteredGroup } from '../../core/point.ts';
import { absentStatus, isBad, isGood, isLastUsable, statusCodes } from '../../core/quality.ts';
import type { SourceFrame } from '../../core/source.ts';
import { counterSteps } from '../../hot-path/operators/counter-step.ts';
import { CounterWatch } from './counter-watch.ts';
import type { DeviceWatch } from './device-watch.ts';
import { freshEvent, frozenEvent, movingEvent, staleEvent } from './events.ts';
import { FrozenWatch } from './frozen.ts';
import { Limits } from './limits.ts';
import { markReasons, type PointQuality, reasonCodes } from './marks.ts';
import { kwhFactor, PowerWatch } from './prevented-energy.ts';
import { comesOnChange } from './rules.ts';

export type GroupScreenOptions = {
  readonly group: RegisteredGroup;
  /** Of the group, with what the site file says. */
  readonly channels: readonly ChannelSpec[];
  /** Infinity where silence says nothing. */
  readonly staleMs: number;
  readonly device: DeviceWatch | undefined;
  /** Holds the monotonic time, which its owner keeps. */
  readonly now: Float64Array;
  event(event: GatewayEvent): void;
};

const monotonicCell = 0;
const receivedCell = 1;
const newestCell = 2;
/** With fewer that could move, standing still says nothing about the group. */
const fewestFrozen = 2;
/** A clock further ahead of ours was set back since, or ours was. */
const longestLeadMs = 60_000;

/**
 * Judges the frames of one group: a pure function of the frames, their monotonic times and the rules. It allocates nothing
 * but for events.
 */
export class GroupScreen {
  readonly group: RegisteredGroup;
  readonly #options: GroupScreenOptions;
  readonly #paths: readonly string[];
  readonly #subject: string;
  readonly #subjects: readonly string[];
  readonly #limits: Limits;
  readonly #frozen: FrozenWatch;
  readonly #counters: CounterWatch;
  readonly #power: PowerWatch;
  readonly #powerChannels: Uint16Array;
  readonly #isJudged: Uint8Array;
  readonly #heartbeat: number;
  readonly #isOnChange: boolean;
  /** The channels of the frame at hand as they are to be journalled. */
  readonly #status: Uint32Array;
  /** Newest of each channel, over all frames. */
  readonly #lastValue: Float64Array;
  readonly #lastStatus: Uint32Array;
  readonly #lastMs: Float64Array;
  /** On change: since when, monotonic, a value stands where its rule applies. */
  readonly #standsFromMs: Float64Array;
  readonly #isFrozen: Uint8Array;
  readonly #counts: Float64Array;
  /** Of the frames that `tick` gives. */
  readonly #own: { readonly values: Float64Array; readonly status: Uint32Array };
  /** Of the newest frame the monotonic time, the wall time of its receipt, and the latest of all times. */
  readonly #heard = Float64Array.of(Number.NaN, 0, Number.NEGATIVE_INFINITY);
  /** The time of the frame at hand: numbers that go from function to function go through arrays. */
  readonly #at = new Float64Array(1);
  #isStale = false;
  #refused: SourceFrame | undefined;

  constructor(options: GroupScreenOptions) {
    const { group, channels, staleMs } = options;
    const width = channels.length;
    const { enterprise, site } = group.equipment;
    this.group = group;
    this.#options = options;
    this.#paths = channels.map(({ point }) => formatPointPath(group.equipment, point));
    const subjects = this.#paths.map((path) => path.slice(enterprise.length + site.length + 2));
    const { area, line, equipment } = group.equipment;
    this.#subject = `${area}/${line}/${equipment}#${group.name}`;
    this.#subjects = subjects;
    this.#limits = new Limits(channels, group.periodMs);
    this.#frozen = new FrozenWatch(channels, staleMs);
    const factors = Float64Array.from(channels, kwhFactor);
    this.#counters = new CounterWatch({
      channels,
      factors,
      subjects,
      event: (event) => options.event(event),
    });
    this.#powerChannels = Uint16Array.from(
      channels.flatMap(({ kind }, index) =>
        kind === 'number' && factors[index] !== 0 ? [index] : [],
      ),
    );
    this.#power = new PowerWatch(factors, staleMs);
    this.#isJudged = Uint8Array.from(channels, ({ kind }) =>
      kind === 'number' || kind === 'counter' ? 1 : 0,
    );
    this.#heartbeat = channels.findIndex(({ heartbeatMs }) => heartbeatMs !== undefined);
    this.#isOnChange = comesOnChange(group);
    this.#status = new Uint32Array(width);
    this.#lastValue = new Float64Array(width);
    this.#lastStatus = new Uint32Array(width).fill(statusCodes.badWaitingForInitialData);
    this.#lastMs = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
    this.#standsFromMs = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.#isFrozen = new Uint8Array(width);
    this.#counts = new Float64Array(width * markReasons.length);
    this.#own = { values: new Float64Array(width), status: new Uint32Array(width) };
  }

  /**
   * The statuses of the frame as they are to be journalled, in an array that is used again. Of a late frame only its
   * heartbeat is learned: the clock that makes it late may stand because its device does.
   */
  frame(frame: SourceFrame, isLate: boolean): Uint32Array {
    this.#at[0] = frame.timeMs;
    const isStopped = this.#hear(frame, isLate);
    const { status } = frame;
    for (let channel = 0; channel < this.#status.length; channel += 1) {
      this.#status[channel] = status[channel] as number;
      if (status[channel] === absentStatus) continue;
      if (isLate) this.#judgeLate(channel, frame);
      else this.#judge(channel, frame, isStopped);
    }
    if (isLate) return this.#status;
    if (this.#isAllFrozen()) this.#markStopped();
    this.#addPower(frame);
    if (this.#isOnChange) this.#noteStanding(frame);
    return this.#status;
  }

  /** Takes note of the frame as a sign of life; whether its device stands still. */
  #hear(frame: SourceFrame, isLate: boolean): boolean {
    const { values, status } = frame;
    const { device } = this.#options;
    this.#refused = undefined;
    const { now } = this.#options;
    const heard = this.#heard;
    heard[monotonicCell] = now[0] as number;
    heard[receivedCell] = frame.receivedMs;
    if (this.#isStale) {
      this.#isStale = false;
      this.#options.event(freshEvent(this.#subject));
    }
    if (!isLate) {
      if (frame.timeMs > (heard[newestCell] as number)) heard[newestCell] = frame.timeMs;
      for (let channel = 0; channel < status.length; channel += 1) {
        if (status[channel] === absentStatus) continue;
        this.#lastValue[channel] = values[channel] as number;
        this.#lastStatus[channel] = status[channel] as number;
      }
    }
    if (device === undefined) return false;
    device.hear(now);
    const beat = this.#heartbeat;
    if (beat >= 0 && status[beat] !== absentStatus) device.beat(beat, frame, now);
    return device.isStopped(now);
  }

  // These write into `#status`: most status codes are no small integers, and to give one back may allocate.

  #judgeLate(channel: number, { values, status }: SourceFrame): void {
    this.#count(channel, reasonCodes.late);
    if (isBad(status[channel] as number) || this.#isJudged[channel] === 0) return;
    if (!this.#limits.isInRange(channel, values)) this.#mark(channel, reasonCodes.range);
  }

  #judge(channel: number, { values, status }: SourceFrame, isStopped: boolean): void {
    if (!isGood(status[channel] as number)) {
      const isRange = status[channel] === statusCodes.badOutOfRange;
      this.#count(channel, isRange ? reasonCodes.range : reasonCodes.source);
      if (isBad(status[channel] as number)) {
        this.#frozen.forget(channel);
        return;
      }
    }
    if (isStopped) {
      this.#mark(channel, reasonCodes.stopped);
      return;
    }
    if (this.#isJudged[channel] === 0) return;
    if (!this.#limits.isInRange(channel, values)) {
      this.#mark(channel, reasonCodes.range);
      return;
    }
    if ((this.#at[0] as number) <= (this.#lastMs[channel] as number)) return;
    this.#lastMs[channel] = this.#at[0] as number;
    if (!this.#limits.isReachable(channel, values, this.#at)) {
      this.#mark(channel, reasonCodes.rate);
      return;
    }
    if (this.#counters.isCounter(channel)) this.#countStep(channel, values);
    if (this.#isStanding(channel, values)) this.#markStanding(channel);
  }

  #countStep(channel: number, values: Float64Array): void {
    const step = this.#counters.take(channel, values, this.#at);
    if (step === counterSteps.reset) this.#count(channel, reasonCodes.reset);
    if (step !== counterSteps.replaced) return;
    this.#count(channel, reasonCodes.replaced);
    // Not bad: whoever sums the register has to see from where it goes on.
    if (isGood(this.#status[channel] as number)) {
      this.#status[channel] = statusCodes.uncertainSensorNotAccurate;
    }
  }

  #isStanding(channel: number, values: Float64Array): boolean {
    const watch = this.#frozen;
    if (!watch.hasRule(channel)) return false;
    const applies = watch.applies(channel, this.#lastValue, this.#lastStatus);
    if (!applies) watch.forget(channel);
    const isStanding = applies && watch.stands(channel, values, this.#at);
    if (!isStanding && this.#isFrozen[channel] === 1) {
      this.#isFrozen[channel] = 0;
      this.#options.event(movingEvent(this.#subjects[channel] ?? ''));
    }
    return isStanding;
  }

  #markStanding(channel: number): void {
    if (this.#isFrozen[channel] === 0) {
      this.#isFrozen[channel] = 1;
      const value = this.#lastValue[channel] as number;
      this.#options.event(frozenEvent(this.#subjects[channel] ?? '', value));
    }
    const isCounter = this.#counters.isCounter(channel);
    this.#count(channel, isCounter ? reasonCodes.standing : reasonCodes.frozen);
    this.#status[channel] = statusCodes.uncertainLastUsableValue;
  }

  /** Of a mark that breaks a run of equal values. */
  #mark(channel: number, reason: number): void {
    this.#frozen.forget(channel);
    this.#count(channel, reason);
    this.#status[channel] =
      reason === reasonCodes.stopped
        ? statusCodes.uncertainLastUsableValue
        : statusCodes.badOutOfRange;
  }

  /** Whether everything that could move stands: then what may rightly stand is not to be believed either. */
  #isAllFrozen(): boolean {
    const { channels } = this.#frozen;
    if (channels.length < fewestFrozen) return false;
    for (let index = 0; index < channels.length; index += 1) {
      const channel = channels[index] as number;
      if (this.#status[channel] !== statusCodes.uncertainLastUsableValue) return false;
    }
    return true;
  }

  #markStopped(): void {
    for (let channel = 0; channel < this.#status.length; channel += 1) {
      if (!isGood(this.#status[channel] as number)) continue;
      this.#status[channel] = statusCodes.uncertainLastUsableValue;
      this.#count(channel, reasonCodes.stopped);
    }
  }

  #addPower({ values, status }: SourceFrame): void {
    const channels = this.#powerChannels;
    if (channels.length === 0) return;
    this.#power.begin(this.#at, values);
    for (let index = 0; index < channels.length; index += 1) {
      const channel = channels[index] as number;
      const incoming = status[channel] as number;
      if (incoming === absentStatus) continue;
      const isNumber = !isBad(incoming) || incoming === statusCodes.badOutOfRange;
      const outgoing = this.#status[channel] as number;
      this.#power.take(channel, isNumber, !isBad(outgoing) && !isLastUsable(outgoing));
    }
  }

  #noteStanding({ status }: SourceFrame): void {
    const monotonicMs = this.#options.now[0] as number;
    for (const channel of this.#frozen.channels) {
      const applies = this.#frozen.applies(channel, this.#lastValue, this.#lastStatus);
      const isFrom = (this.#standsFromMs[channel] as number) < Number.POSITIVE_INFINITY;
      if (!applies || !isGood(this.#lastStatus[channel] as number)) {
        this.#standsFromMs[channel] = Number.POSITIVE_INFINITY;
      } else if (status[channel] !== absentStatus || !isFrom) {
        this.#standsFromMs[channel] = monotonicMs;
      }
    }
  }

  #count(channel: number, reason: number): void {
    const at = channel * markReasons.length + reason;
    this.#counts[at] = (this.#counts[at] as number) + 1;
  }

  /**
   * To be called as time passes: gives a frame when the group has been silent for too long, or when a value that is only
   * sent on change has stood for too long; else undefined. The arrays of the frame are used again.
   */
  tick(nowMs: number, watermarkMs: number): SourceFrame | undefined {
    const monotonicMs = this.#options.now[0] as number;
    const refused = this.#refused;
    this.#refused = undefined;
    if (refused !== undefined) return refused;
    const standing = this.#isOnChange ? this.#standingFrame(nowMs) : undefined;
    if (standing !== undefined) return standing;
    const { staleMs } = this.#options;
    if (this.#isStale || !(monotonicMs - (this.#heard[monotonicCell] as number) > staleMs))
      return undefined;
    this.#isStale = true;
    if (this.#lastStatus.every(isBad)) return undefined;
    this.#options.event(staleEvent(this.#subject, staleMs));
    for (let channel = 0; channel < this.#status.length; channel += 1) {
      this.#frozen.forget(channel);
      this.#count(channel, reasonCodes.stale);
    }
    this.#lastStatus.fill(statusCodes.badNoCommunication);
    const receivedMs = this.#heard[receivedCell] as number;
    const newestMs = this.#heard[newestCell] as number;
    const fromMs = Math.max(Math.min(receivedMs + staleMs, nowMs), watermarkMs);
    // Nothing is known from then on; but a sample that was stamped ahead of us is older than that.
    const isAhead = newestMs >= fromMs && newestMs - nowMs < longestLeadMs;
    const timeMs = isAhead ? newestMs + 1 : fromMs;
    const frame = this.#ownFrame(timeMs, nowMs);
    frame.values.fill(0);
    frame.status.fill(statusCodes.badNoCommunication);
    this.#at[0] = timeMs;
    this.#power.begin(this.#at, frame.values);
    for (const channel of this.#powerChannels) this.#power.take(channel, false, false);
    this.#lastMs.fill(timeMs);
    return frame;
  }

  /** The journal had no room for what `tick` gave, so it is given again. */
  refused(frame: SourceFrame): void {
    this.#refused = frame;
  }

  #standingFrame(nowMs: number): SourceFrame | undefined {
    const { device, now } = this.#options;
    const monotonicMs = now[0] as number;
    device?.isStopped(now);
    let frame: SourceFrame | undefined;
    for (const channel of this.#frozen.channels) {
      const stoodMs = monotonicMs - (this.#standsFromMs[channel] as number);
      if (stoodMs < this.#frozen.afterMs(channel)) continue;
      this.#standsFromMs[channel] = Number.POSITIVE_INFINITY;
      if (frame === undefined) {
        frame = this.#ownFrame(nowMs, nowMs);
        frame.values.fill(0);
        frame.status.fill(absentStatus);
      }
      frame.values[channel] = this.#lastValue[channel] as number;
      this.#markStanding(channel);
      frame.status[channel] = statusCodes.uncertainLastUsableValue;
      this.#lastStatus[channel] = statusCodes.uncertainLastUsableValue;
      this.#lastMs[channel] = nowMs;
    }
    return frame;
  }

  #ownFrame(timeMs: number, nowMs: number): SourceFrame {
    const { values, status } = this.#own;
    return { groupIndex: 0, timeMs, receivedMs: nowMs, values, status };
  }

  /** Only points at which something was found. */
  quality(): readonly PointQuality[] {
    return this.group.pointNumbers.flatMap((_, channel) => this.qualityOf(channel) ?? []);
  }

  qualityOf(channel: number): PointQuality | undefined {
    const point = this.group.pointNumbers[channel];
    const first = channel * markReasons.length;
    const found = markReasons.flatMap((reason, index) => {
      const count = this.#counts[first + index] as number;
      return count === 0 ? [] : [[reason, count] as const];
    });
    const preventedKwh =
      (this.#power.preventedKwh[channel] as number) +
      (this.#counters.preventedKwh[channel] as number);
    if (point === undefined || (found.length === 0 && preventedKwh === 0)) return undefined;
    const marks: PointQuality['marks'] = Object.fromEntries(found);
    return { point, path: this.#paths[channel] ?? '', marks, preventedKwh };
  }
}
