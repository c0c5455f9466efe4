import { type GatewayError, toGatewayError } from '../../gateway/core/error.ts';
import { explainError } from '../../gateway/core/error-text.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { isBad, type StatusCode, statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import { type PolledMember, type PollResult, pollUp } from '../shared/polled-source.ts';
import { BlockRead, type ReadOwner, type ReadPart } from './block-read.ts';
import { checkDevice } from './connection-check.ts';
import { DecodeProgram } from './decode.ts';
import { DeviceClock } from './device-clock.ts';
import type { DeviceLayout, LayoutGroup } from './device-layout.ts';
import { isConnectionGone, isUnanswered, statusOfError } from './error-status.ts';
import type { GroupFrame } from './group-frame.ts';
import type { ModbusConfig } from './modbus-config.ts';
import type { PlannedRead } from './planner.ts';
import type { Table } from './profile-schema.ts';
import { describeRead, type ReadFunction, type Transport } from './transport.ts';

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

const functionCodes: Readonly<Record<Table, ReadFunction>> = {
  coil: 1,
  discrete: 2,
  holding: 3,
  input: 4,
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
  readonly #reads: BlockRead[];
  readonly #maxInFlight: number;
  #isChecked = false;
  #lastCheckFailure = '';

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
    this.periodsMs = [...new Set(layout.reads.map((read) => read.periodMs))];
    this.#reads = layout.reads.map((read) => this.#blockRead(read));
    const { identity, wordOrderProbe } = layout.profile;
    this.#isChecked = identity.length === 0 && wordOrderProbe === undefined;
  }

  async poll(tasks: readonly number[], dueMs: number): Promise<PollResult> {
    const { clock } = this.#options.context;
    this.#dueMs = clock.nowMs() - (clock.monotonicMs() - dueMs);
    this.#begin(tasks);
    if (!this.#isChecked) {
      const failure = await this.#check();
      if (failure !== undefined) return failure;
    }
    return new Promise((resolve) => {
      this.#resolve = resolve;
      this.#pump();
    });
  }

  goesDown(): void {
    const { frames, layout, context } = this.#options;
    for (const { groupIndex } of layout.groups) {
      const frame = frames[groupIndex] as GroupFrame;
      if (frame.status.every(isBad)) continue;
      frame.begin();
      frame.failAll(statusCodes.badNoCommunication);
      if (frame.stamp(context.clock.nowMs(), this.#dueMs)) context.emit(frame);
    }
  }

  readAnswered(read: BlockRead, buffer: Buffer, offset: number): void {
    this.#options.onAnswer();
    this.#answers += 1;
    if (read.isTorn(buffer, offset)) {
      this.#retryTorn(read);
      return;
    }
    const nowMs = this.#options.context.clock.nowMs();
    const isStamping = this.#options.config.timestamps === 'device';
    read.retry.succeeded();
    for (const { program, frame, clock } of read.parts) {
      program.run(buffer, offset);
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
      this.#options.transport.read(read.request, read);
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
    this.#isChecked &&= !this.#hasChecks;
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
    if (suspended === undefined) return pollUp;
    const read = describeRead(suspended.request);
    return { state: 'degraded', reason: { en: `${read}: failing`, zh: `${read}：读取失败` } };
  }

  get #hasChecks(): boolean {
    const { identity, wordOrderProbe } = this.#options.layout.profile;
    return identity.length > 0 || wordOrderProbe !== undefined;
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
      this.#options.transport.read(read.request, read);
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

  async #check(): Promise<PollResult | undefined> {
    const { layout, transport, config, context, onAnswer } = this.#options;
    const { profile, config: device } = layout;
    const { timeoutMs } = config;
    try {
      const failure = await checkDevice({ transport, profile, timeoutMs, unitId: device.unitId });
      onAnswer();
      if (failure === undefined) {
        this.#isChecked = true;
        this.#lastCheckFailure = '';
        return undefined;
      }
      if (this.#lastCheckFailure !== failure.text.en) {
        this.#lastCheckFailure = failure.text.en;
        const { en, zh } = failure.text;
        const text = { en: `${this.name}: ${en}`, zh: `${this.name}：${zh}` };
        context.event({ code: failure.code, severity: 'error', subject: this.name, text });
      }
      this.#failCycle(statusCodes.badConfigurationError);
      return { state: 'refused', reason: failure.text };
    } catch (thrown) {
      const error = toGatewayError(thrown, {
        code: 'PROTOCOL',
        retryable: true,
        message: this.name,
      });
      if (!isConnectionGone(error)) this.#failCycle(statusOfError(error));
      const reason = explainError(error);
      if (!isUnanswered(error) && !isConnectionGone(error)) return { state: 'refused', reason };
      const isConnectionAlive = error.code === 'DEVICE_EXCEPTION';
      if (isConnectionAlive) onAnswer();
      const costMs = this.#silenceCostMs;
      return { state: 'unanswered', reason, costMs, isConnectionAlive };
    }
  }

  #failCycle(status: StatusCode): void {
    for (const read of this.#cycle) {
      this.#fail(read, status);
      this.#release(read);
    }
  }

  #blockRead(planned: PlannedRead): BlockRead {
    const { layout, config } = this.#options;
    return new BlockRead(this, {
      name: `${layout.name} ${planned.table} ${planned.address}`,
      task: this.periodsMs.indexOf(planned.periodMs),
      request: {
        unitId: layout.config.unitId,
        functionCode: functionCodes[planned.table],
        address: planned.address,
        quantity: planned.length,
        timeoutMs: config.timeoutMs,
      },
      parts: planned.parts.map(({ item, ranges }) => {
        const group = layout.groups[item];
        if (group === undefined) throw new Error(`the plan of ${layout.name} names item ${item}`);
        return this.#part(group, { planned, ranges });
      }),
    });
  }

  #part(
    group: LayoutGroup,
    read: { readonly planned: PlannedRead; readonly ranges: readonly number[] },
  ): ReadPart {
    const { frames, config, context } = this.#options;
    const frame = frames[group.groupIndex] as GroupFrame;
    const { points, tornReadCheck, deviceTime } = group.block;
    const place = group.baseAddress - read.planned.address;
    const isBitTable = read.planned.table === 'coil' || read.planned.table === 'discrete';
    const channels = read.ranges.filter((range) => range < points.length);
    const inputs = channels.flatMap((channel) => {
      const point = points[channel];
      if (point === undefined) return [];
      const { scaleFactorAddress } = point;
      const scaleFactorPlace =
        scaleFactorAddress === undefined ? undefined : place + scaleFactorAddress;
      return [{ point, channel, place: place + point.address, scaleFactorPlace, isBitTable }];
    });
    return {
      frame,
      channels,
      program: new DecodeProgram(inputs, {
        values: frame.values,
        status: frame.status,
        intern: (text) => context.intern(text),
      }),
      clock:
        deviceTime === undefined
          ? undefined
          : new DeviceClock({
              deviceTime,
              place,
              maxClockSkewMs: config.maxClockSkewMs,
              subject: this.name,
              isStamping: config.timestamps === 'device',
              seen: (skewMs) => context.clockSeen(this.name, skewMs),
              event: (event) => context.event(event),
            }),
      tornReadCheck:
        tornReadCheck === undefined
          ? undefined
          : [(place + tornReadCheck[0]) * 2, (place + tornReadCheck[1]) * 2],
    };
  }
}
