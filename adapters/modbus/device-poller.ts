import { type GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { explainError } from '../../gateway/core/error-text.ts';
import type { GatewayEvent } from '../../gateway/core/event.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { isBad, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { GroupFrame } from '../shared/group-frame.ts';
import { MemberRetry } from '../shared/member-retry.ts';
import { type PolledMember, type PollResult, pollUp } from '../shared/polled-source.ts';
import type { BlockRead, ReadOwner } from './block-read.ts';
import { examineDevice, needsExamination } from './device-check.ts';
import { type DeviceLayout, groupsOf, type LayoutGroup } from './device-layout.ts';
import { DeviceReads, groupPeriodMs, type MissingGroup } from './device-reads.ts';
import { isConnectionGone, isUnanswered, ModelMoved, statusOfError } from './error-status.ts';
import type { ModbusConfig } from './modbus-config.ts';
import { baseCount, type ModelChain } from './sunspec/walk.ts';
import { describeRead, type Transport } from './transport.ts';

export type DevicePollerOptions = {
  readonly layout: DeviceLayout;
  readonly config: ModbusConfig;
  readonly context: SourceContext;
  readonly transport: Transport;
  /** All of the source, by `groupIndex`. */
  readonly frames: readonly GroupFrame[];
  /** Called at every answer, of whatever kind: the connection works. */
  onAnswer(): void;
};

/** A device that is caught writing is asked again at once, so often. */
const maxTornReads = 2;

/** Over TCP one of several places is taken; on a serial line everybody waits, and for the silence afterwards, too. */
const silenceCostMs = ({ transport, timeoutMs }: ModbusConfig): number =>
  transport.type === 'tcp' ? timeoutMs / transport.maxInFlight : timeoutMs + transport.drainMs;

/** Reads one device over a connection that it may share with others. */
export class DevicePoller implements PolledMember, ReadOwner {
  readonly name: string;
  readonly periodsMs: readonly number[];
  readonly phaseMs: number;
  readonly #options: DevicePollerOptions;
  readonly #made: DeviceReads;
  readonly #blockReads: readonly BlockRead[];
  #reads: BlockRead[];
  readonly #maxInFlight: number;
  #isChecked = false;
  #lastCheckFailure = '';

  /** Groups whose SunSpec model the device does not have, and when to look again whether it does. */
  #missing: readonly MissingGroup[] = [];
  #lastMissing = '';
  #sunSpecBase: number | undefined;
  readonly #walkRetry: MemberRetry;
  #walkAgainMs = Number.POSITIVE_INFINITY;

  /** The reads of this cycle, the next to send, and how those sent so far went. */
  readonly #cycle: BlockRead[] = [];
  #cursor = 0;
  #inFlight = 0;
  #answers = 0;
  #silences = 0;
  /** Whether a gateway said that the device is silent. */
  #isGatewayAlive = false;
  #refusal: LocalText | undefined;
  #dueMs = 0;
  /** What a read without an answer takes from the time of the connection. */
  readonly #silenceCostMs: number;
  #resolve: (result: PollResult) => void = () => undefined;

  constructor(options: DevicePollerOptions) {
    const { layout } = options;
    this.#options = options;
    this.name = layout.name;
    this.phaseMs = layout.config.phaseMs;
    this.#maxInFlight = layout.config.maxInFlight;
    this.#silenceCostMs = silenceCostMs(options.config);
    this.periodsMs = [...new Set(groupsOf(layout).map((group) => groupPeriodMs(group, layout)))];
    this.#made = new DeviceReads(this, { ...options, periodsMs: this.periodsMs });
    this.#blockReads = this.#made.blocks();
    this.#reads = [...this.#blockReads];
    this.#walkRetry = new MemberRetry({ name: `${layout.name} models` });
    this.#isChecked = !needsExamination(layout);
  }

  async poll(tasks: readonly number[], dueMs: number): Promise<PollResult> {
    const { clock } = this.#options.context;
    this.#dueMs = clock.nowMs() - (clock.monotonicMs() - dueMs);
    if (this.#missing.length > 0 && clock.monotonicMs() >= this.#walkAgainMs) {
      this.#isChecked = false;
    }
    if (!this.#isChecked) {
      const failure = await this.#check(tasks);
      if (failure !== undefined) return failure;
    }
    this.#begin(tasks);
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#pump();
    });
  }

  goesDown(): void {
    const { frames, layout, context } = this.#options;
    for (const { groupIndex } of groupsOf(layout)) {
      const frame = frames[groupIndex] as GroupFrame;
      if (frame.status.every(isBad)) continue;
      frame.begin();
      frame.failAll(statusCodes.badNoCommunication);
      if (frame.stamp(context.clock.nowMs(), this.#dueMs)) context.emit(frame);
    }
  }

  readAnswered(read: BlockRead, buffer: Buffer, offset: number): void {
    const { context } = this.#options;
    this.#options.onAnswer();
    this.#answers += 1;
    context.count('reads_answered', 1);
    context.count('read_ms', context.clock.monotonicMs() - read.sentMs);
    if (read.isTorn(buffer, offset)) {
      this.#retryTorn(read);
      return;
    }
    const nowMs = context.clock.nowMs();
    const isStamping = this.#options.config.timestamps === 'device';
    read.retry.succeeded();
    for (const { program, frame, clock, absent } of read.parts) {
      program.run(buffer, offset);
      frame.fail(absent, statusCodes.badNotSupported);
      frame.isAnswered = true;
      if (clock === undefined) continue;
      const deviceMs = clock.read({ buffer, start: offset, nowMs });
      if (!isStamping) continue;
      frame.deviceMs = deviceMs;
      frame.isClockSkewed = Number.isNaN(deviceMs);
    }
    this.#ended(read);
  }

  readFailed(read: BlockRead, error: GatewayError): void {
    this.#refusal ??= explainError(error);
    if (isConnectionGone(error)) {
      this.#abandon(error);
      return;
    }
    const { clock } = this.#options.context;
    if (error instanceof ModelMoved) this.#isChecked = false;
    const isSilent = isUnanswered(error);
    if (isSilent) this.#silences += 1;
    else this.#answers += 1;
    if (error.code === 'DEVICE_EXCEPTION') {
      this.#isGatewayAlive = true;
      this.#options.onAnswer();
    }
    // One address that is never answered, or never will be, must not cost the rest of the device its time.
    if (!error.retryable || (isSilent && this.#answers > 0)) {
      const failing = this.#reads.filter(({ retry }) => retry.failures > 0 || retry === read.retry);
      const restMs = read.retry.failed(isSilent ? this.#silenceCostMs * failing.length : 0);
      read.resumeMs = clock.monotonicMs() + restMs;
    }
    this.#fail(read, statusOfError(error));
    this.#ended(read);
  }

  #begin(tasks: readonly number[]): void {
    const nowMs = this.#options.context.clock.monotonicMs();
    this.#cycle.length = 0;
    this.#cursor = 0;
    this.#inFlight = 0;
    this.#answers = 0;
    this.#silences = 0;
    this.#isGatewayAlive = false;
    this.#refusal = undefined;
    for (const read of this.#reads) {
      if (!tasks.includes(read.task) || read.resumeMs > nowMs) continue;
      read.tornReads = 0;
      this.#cycle.push(read);
      for (const { frame } of read.parts) frame.begin();
    }
    for (const read of this.#cycle) {
      for (const { frame } of read.parts) frame.pending += 1;
    }
    const missing = this.#missing.map(({ group }) => group);
    this.#failGroups(missing, tasks, statusCodes.badNotSupported);
  }

  /** Those that are due say that nothing is known. */
  #failGroups(groups: readonly LayoutGroup[], tasks: readonly number[], status: StatusCode): void {
    const { frames, layout } = this.#options;
    for (const group of groups) {
      const task = this.periodsMs.indexOf(groupPeriodMs(group, layout));
      if (!tasks.includes(task)) continue;
      const frame = frames[group.groupIndex] as GroupFrame;
      frame.begin();
      frame.failAll(status);
      this.#emit(frame);
    }
  }

  /** Sends what may be sent, or ends the cycle. */
  #pump(): void {
    while (this.#cursor < this.#cycle.length && this.#inFlight < this.#maxInFlight) {
      const read = this.#cycle[this.#cursor] as BlockRead;
      this.#cursor += 1;
      if (this.#silences > 0 && this.#answers === 0) {
        // The device is silent: the rest of the cycle would only cost the bus one time-out after the other.
        this.#fail(read, statusCodes.badNoCommunication);
        this.#release(read);
        continue;
      }
      this.#inFlight += 1;
      this.#send(read);
    }
    if (this.#inFlight === 0 && this.#cursor >= this.#cycle.length) this.#resolve(this.#result());
  }

  #ended(read: BlockRead): void {
    this.#inFlight -= 1;
    this.#release(read);
    this.#pump();
  }

  #result(): PollResult {
    const reason = this.#refusal;
    if (reason === undefined) return this.#degradedByRest();
    if (this.#answers > 0 || this.#silences === 0) return { state: 'degraded', reason };
    this.#askAnotherFirst();
    // Asked anew who is there: after a silence it may be another device.
    this.#isChecked &&= !needsExamination(this.#options.layout);
    const costMs = this.#silences * this.#silenceCostMs;
    return { state: 'unanswered', reason, costMs, isConnectionAlive: this.#isGatewayAlive };
  }

  /** It may be that only this one read is never answered: the next cycle then finds the device alive. */
  #askAnotherFirst(): void {
    const silent = this.#cycle[0];
    if (silent === undefined) return;
    this.#reads.splice(this.#reads.indexOf(silent), 1);
    this.#reads.push(silent);
  }

  /** A cycle that went well while other reads are suspended does not make the device well. */
  #degradedByRest(): PollResult {
    const suspended = this.#reads.find((read) => read.retry.failures > 0);
    const [missing] = this.#missing;
    if (suspended === undefined && missing !== undefined) {
      return { state: 'degraded', reason: missing.reason };
    }
    if (suspended === undefined) return pollUp;
    const read = describeRead(suspended.request);
    return { state: 'degraded', reason: { en: `${read}: failing`, zh: `${read}：读取失败` } };
  }

  #release(read: BlockRead): void {
    for (const { frame } of read.parts) {
      frame.pending -= 1;
      if (frame.pending === 0) this.#emit(frame);
    }
  }

  #emit(frame: GroupFrame): void {
    const { context } = this.#options;
    if (frame.stamp(context.clock.nowMs(), this.#dueMs)) context.emit(frame);
    else context.count('repeated_frames', 1);
  }

  #fail(read: BlockRead, status: StatusCode): void {
    for (const { frame, channels } of read.parts) frame.fail(channels, status);
  }

  #send(read: BlockRead): void {
    const { context, transport } = this.#options;
    read.sentMs = context.clock.monotonicMs();
    read.send(transport);
  }

  /** The connection is gone: its owner emits the bad frames of all groups, so this cycle only ends. */
  #abandon(error: GatewayError): void {
    this.#cycle.length = 0;
    this.#inFlight = 0;
    this.#resolve({ state: 'unanswered', reason: explainError(error), costMs: 0 });
  }

  #retryTorn(read: BlockRead): void {
    this.#options.context.count('torn_reads', 1);
    read.tornReads += 1;
    if (read.tornReads <= maxTornReads) {
      this.#send(read);
      return;
    }
    const what = describeRead(read.request);
    this.#refusal ??= {
      en: `${what}: was being written at each of ${read.tornReads} reads`,
      zh: `${what}：${read.tornReads} 次读取时设备都正在改写`,
    };
    this.#fail(read, statusCodes.badDataUnavailable);
    this.#ended(read);
  }

  async #check(tasks: readonly number[]): Promise<PollResult | undefined> {
    const { layout, transport, config, onAnswer } = this.#options;
    const { profile, config: device } = layout;
    const { timeoutMs } = config;
    const { unitId } = device;
    const base = this.#sunSpecBase;
    try {
      const examined = { transport, profile, timeoutMs, unitId, layout, base };
      const { failure, chain } = await examineDevice(examined);
      onAnswer();
      if (failure !== undefined) {
        this.#refuse(failure);
        this.#failGroups(groupsOf(layout), tasks, statusCodes.badConfigurationError);
        return { state: 'refused', reason: failure.text };
      }
      this.#isChecked = true;
      this.#lastCheckFailure = '';
      if (chain !== undefined) this.#useModels(chain);
      return undefined;
    } catch (thrown) {
      const error = toGatewayError(thrown, {
        code: 'PROTOCOL',
        retryable: true,
        message: this.name,
      });
      if (!isConnectionGone(error)) this.#failGroups(groupsOf(layout), tasks, statusOfError(error));
      const reason = explainError(error);
      if (!isUnanswered(error) && !isConnectionGone(error)) return { state: 'refused', reason };
      const isConnectionAlive = error.code === 'DEVICE_EXCEPTION';
      if (isConnectionAlive) onAnswer();
      const isWalk = layout.models.length > 0 && base === undefined;
      const costMs = this.#silenceCostMs * (isWalk ? baseCount : 1);
      return { state: 'unanswered', reason, costMs, isConnectionAlive };
    }
  }

  #refuse({ code, text }: { readonly code: string; readonly text: LocalText }): void {
    if (this.#lastCheckFailure === text.en) return;
    this.#lastCheckFailure = text.en;
    this.#event(code, 'error', text);
  }

  #event(code: string, severity: GatewayEvent['severity'], { en, zh }: LocalText): void {
    const text = { en: `${this.name}: ${en}`, zh: `${this.name}：${zh}` };
    this.#options.context.event({ code, severity, subject: this.name, text });
  }

  /** What the device lacks is isolated: the other groups are read. */
  #useModels(chain: ModelChain): void {
    const { reads, missing } = this.#made.models(chain);
    this.#sunSpecBase = chain.base;
    this.#reads = [...this.#blockReads, ...reads];
    this.#missing = missing;
    if (missing.length === 0) {
      this.#walkRetry.succeeded();
      if (this.#lastMissing !== '') this.#event('sunspec-models-found', 'info', allModelsFound);
      this.#lastMissing = '';
      return;
    }
    const { clock } = this.#options.context;
    this.#walkAgainMs = clock.monotonicMs() + this.#walkRetry.failed(0);
    const text = missingText(missing, chain);
    if (text.en === this.#lastMissing) return;
    this.#lastMissing = text.en;
    this.#event('sunspec-model-missing', 'warning', text);
  }
}

const allModelsFound: LocalText = {
  en: 'all SunSpec models are there now',
  zh: 'SunSpec 模型现已齐全',
};

const missingText = (missing: readonly MissingGroup[], { trouble }: ModelChain): LocalText => {
  const en = missing.map(({ group, reason }) => `${group.spec.name}: ${reason.en}`).join('; ');
  const zh = missing.map(({ group, reason }) => `${group.spec.name}：${reason.zh}`).join('；');
  if (trouble.en === '') return { en, zh };
  return {
    en: `${en} (the walk ended early: ${trouble.en})`,
    zh: `${zh}（遍历提前结束：${trouble.zh}）`,
  };
};
