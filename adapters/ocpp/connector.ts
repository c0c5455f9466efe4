import { statusCodes } from '../../gateway/core/quality.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import type { JudgedTime } from './charger-clock.ts';
import {
  chargerFault,
  chargerFaultCleared,
  type Place,
  sessionEnded,
  sessionStarted,
} from './charger-events.ts';
import {
  errorNumbers,
  isWithoutPower,
  type MeterPoint,
  meterChannels,
  type StatePoint,
  statusNumbers,
} from './charger-points.ts';
import { meterFrames, stateFrames } from './connector-frames.ts';
import type { ConnectorLayout } from './layout.ts';
import type { Reading, Readings } from './meter-values.ts';
import type { OcppConfig } from './ocpp-config.ts';
import type { StatusNotification } from './ocpp-messages.ts';
import { remember } from './remember.ts';

type Session = {
  readonly id: number;
  readonly idTag: string | undefined;
  /** Undefined where it began before the gateway. */
  readonly meterStartWh: number | undefined;
};

export type SessionStart = {
  readonly id: number;
  readonly idTag: string;
  readonly meterStartWh: number;
  readonly at: JudgedTime;
  readonly deviceMs: number;
};
export type SessionStop = {
  readonly id: number;
  readonly idTag: string | undefined;
  readonly meterStopWh: number;
  readonly reason: string;
  readonly at: JudgedTime;
  readonly deviceMs: number;
};
export type Measured = {
  readonly at: JudgedTime;
  /** The charge point's own time, whether it is believed or not; NaN when it told none. */
  readonly deviceMs: number;
  readonly readings: Readings;
  /** Undefined where the charge point names none. */
  readonly sessionId: number | undefined;
};

const { good, badNoCommunication, badNoData, badOutOfRange, uncertainLastUsableValue } =
  statusCodes;
const mostRemembered = 512;
const mostEnded = 64;

const reading = (value: number, status: number): Reading => ({ value, status });

/** One connector of a charge point: what it said last, and what becomes of it. */
export class Connector {
  readonly layout: ConnectorLayout;
  readonly #place: Place;
  readonly #config: OcppConfig;
  readonly #state;
  readonly #meter;
  /** What the charge point said last, without `online`. */
  readonly #said = new Map<StatePoint, Reading>();
  /** Meter values that were told already, so that a repetition adds nothing. */
  readonly #told = new Set<string>();
  readonly #started = new Set<number>();
  readonly #ended = new Set<number>();
  #session: Session | undefined;
  /** Of what was measured, by the clock of the charge point since it connected. */
  #newestDeviceMs = Number.NEGATIVE_INFINITY;
  /** Of the newest value that was of now, Wh. */
  #registerWh = Number.NEGATIVE_INFINITY;
  #isFaulted = false;
  #hasStateOfCharge = false;
  /** Of the monotonic clock; when it last measured, or began to be expected to. */
  #measuredMs = 0;
  #isQuiet = false;

  constructor(layout: ConnectorLayout, identity: string, config: OcppConfig) {
    const { connector } = layout.config;
    this.layout = layout;
    this.#place = { identity, connector, subject: layout.subject };
    this.#config = config;
    this.#state = stateFrames(layout.stateGroup);
    this.#meter = meterFrames(layout.meterGroup);
  }

  /** Whether a running session sends no meter values. */
  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  hasSession(id: number): boolean {
    return this.#session?.id === id || this.#started.has(id);
  }

  /** The charge point is there again: what it said before may be old. */
  connected(context: SourceContext): void {
    this.#doubt();
    this.#newestDeviceMs = Number.NEGATIVE_INFINITY;
    this.#measuredMs = context.clock.monotonicMs();
    this.#confirm(context, context.clock.nowMs());
  }

  /** It lives and has said nothing else: what it said last still holds. At most every half heartbeat. */
  heard(context: SourceContext): void {
    const nowMs = context.clock.nowMs();
    const waitMs = this.#config.heartbeatSeconds * 500;
    if (nowMs - this.#state.newestMs >= waitMs) this.#confirm(context, nowMs);
  }

  /** All that it said is bad from here on. */
  lost(context: SourceContext): void {
    this.away(context);
    const bad = reading(0, badNoCommunication);
    this.#meter.emit(
      context,
      this.#meter.after(context.clock.nowMs(), this.#config.maxClockSkewMs),
      new Map(meterChannels.map(({ point }) => [point, bad])),
    );
  }

  /** It is not there, and what it measures may come later. */
  away(context: SourceContext): void {
    const bad = reading(0, badNoCommunication);
    this.#state.emit(
      context,
      this.#state.after(context.clock.nowMs(), this.#config.maxClockSkewMs),
      new Map<StatePoint, Reading>([
        ...(['status', 'error', 'transactionActive'] as const).map(
          (point) => [point, bad] as const,
        ),
        ['online', reading(0, good)],
      ]),
    );
    this.#doubt();
    this.#isQuiet = false;
    this.#hasStateOfCharge = false;
  }

  /** The endpoint is gone, so that not even this is known any more. */
  ended(context: SourceContext): void {
    this.lost(context);
    const timeMs = this.#state.newestMs + 1;
    this.#state.emit(context, timeMs, new Map([['online', reading(0, badNoCommunication)]]));
  }

  status(context: SourceContext, told: StatusNotification, at: JudgedTime): boolean {
    const { status, errorCode } = told;
    const number = statusNumbers.get(status);
    if (number === undefined) context.count('statuses_unknown', 1);
    const isAvailable = status === 'Available';
    const said = new Map<StatePoint, Reading>();
    if (number !== undefined) said.set('status', reading(number, at.status));
    const error = errorNumbers.get(errorCode);
    if (error !== undefined) said.set('error', reading(error, at.status));
    if (isAvailable) said.set('transactionActive', reading(0, at.status));
    if (!at.isPast) this.#tellOfFault(context, told);
    const isStateAdmitted = this.#say(context, said, at);
    if (!isWithoutPower(status) || number === undefined) return isStateAdmitted;
    const idle = new Map<MeterPoint, Reading>([
      ['power', reading(0, at.status)],
      ['current', reading(0, at.status)],
    ]);
    if (isAvailable && this.#hasStateOfCharge) idle.set('stateOfCharge', reading(0, badNoData));
    if (isAvailable) this.#hasStateOfCharge = false;
    const timeMs = this.#meter.after(at.timeMs, this.#config.maxClockSkewMs);
    return this.#meter.emit(context, timeMs, idle) && isStateAdmitted;
  }

  /** False: not all could be kept, and the charge point should tell it again. */
  start(context: SourceContext, start: SessionStart): boolean {
    const { id, idTag, meterStartWh, at, deviceMs } = start;
    if (this.#ended.has(id)) return true;
    const isNew = !this.#started.has(id);
    remember(this.#started, id, mostEnded);
    this.#session = { id, idTag, meterStartWh };
    this.#measuredMs = context.clock.monotonicMs();
    if (isNew) {
      const { timeMs } = at;
      context.event(
        sessionStarted(this.#place, { idTag, transactionId: id, meterStartWh, timeMs }),
      );
    }
    const isSaid = this.#say(context, new Map([['transactionActive', reading(1, at.status)]]), at);
    const readings = new Map([['energyTotal', reading(meterStartWh, good)]] as const);
    return this.values(context, { at, deviceMs, readings, sessionId: id }) && isSaid;
  }

  /** Whether these very readings of this very time were told before, in which case they add nothing. */
  isRepeated(context: SourceContext, deviceMs: number, readings: Readings): boolean {
    if (!this.#told.has(fingerprint(deviceMs, readings))) return false;
    context.count('values_repeated', readings.size);
    return true;
  }

  /** False: not all could be kept, and the charge point should tell it again. */
  values(context: SourceContext, measured: Measured): boolean {
    const { at, deviceMs, sessionId } = measured;
    this.#measuredMs = context.clock.monotonicMs();
    this.#isQuiet = false;
    const isRunning = sessionId !== undefined && !this.#ended.has(sessionId);
    let isSaid = true;
    if (isRunning && !at.isPast && this.#session?.id !== sessionId) {
      this.#session = { id: sessionId, idTag: undefined, meterStartWh: undefined };
      isSaid = this.#say(context, new Map([['transactionActive', reading(1, at.status)]]), at);
    }
    if (measured.readings.size === 0) return isSaid;
    if (this.#isWithoutPlace(measured)) {
      context.count('values_unplaced', measured.readings.size);
      return isSaid;
    }
    if (deviceMs > this.#newestDeviceMs) this.#newestDeviceMs = deviceMs;
    const registerWh = measured.readings.get('energyTotal')?.value;
    if (!at.isPast && registerWh !== undefined) this.#registerWh = registerWh;
    const readings = worsened(this.#withSession(measured), at.status);
    if (!at.isPast && readings.has('stateOfCharge')) this.#hasStateOfCharge = true;
    const isAdmitted = this.#meter.emit(context, at.timeMs, readings);
    if (isAdmitted) remember(this.#told, fingerprint(deviceMs, measured.readings), mostRemembered);
    return isAdmitted && isSaid;
  }

  stop(context: SourceContext, stop: SessionStop): boolean {
    const { id, idTag, meterStopWh, reason, at, deviceMs } = stop;
    const session = this.#session?.id === id ? this.#session : undefined;
    const startWh = session?.meterStartWh;
    const energyWh = startWh === undefined ? undefined : meterStopWh - startWh;
    const readings = new Map([['energyTotal', reading(meterStopWh, good)]] as const);
    const isMeasured = this.values(context, { at, deviceMs, readings, sessionId: id });
    const isNew = !this.#ended.has(id);
    if (isNew) {
      const who = idTag ?? session?.idTag;
      const words = { transactionId: id, meterStopWh, energyWh, reason, timeMs: at.timeMs };
      context.event(sessionEnded(this.#place, { ...words, idTag: who }));
    }
    remember(this.#ended, id, mostEnded);
    // A session that was begun since goes on.
    if (this.#session !== undefined && session === undefined) return isMeasured;
    this.#session = undefined;
    const said = new Map([['transactionActive', reading(0, at.status)]] as const);
    return this.#say(context, said, at) && isMeasured;
  }

  /** To be called as time passes while the charge point is there. */
  passTime(context: SourceContext): void {
    const { meterValueSeconds, silenceFactor, maxClockSkewMs } = this.#config;
    if (this.#session === undefined || this.#isQuiet) return;
    const silenceMs = meterValueSeconds * 1000 * silenceFactor;
    if (context.clock.monotonicMs() - this.#measuredMs <= silenceMs) return;
    this.#isQuiet = true;
    this.#hasStateOfCharge = false;
    const nowMs = context.clock.nowMs();
    const old = (['power', 'current', 'stateOfCharge', 'sessionEnergy'] as const).map(
      (point) => [point, reading(0, badNoData)] as const,
    );
    this.#meter.emit(context, this.#meter.after(nowMs, maxClockSkewMs), new Map(old));
  }

  /**
   * By a clock that is wrong nobody knows when something was: what lies behind the newest, or below its register, is not of
   * now, and would seem to be a register that stepped back.
   */
  #isWithoutPlace({ at, deviceMs, readings }: Measured): boolean {
    if (Number.isNaN(deviceMs) || at.timeMs === deviceMs) return false;
    const register = readings.get('energyTotal');
    const isBelow = register?.status === good && register.value < this.#registerWh;
    return deviceMs <= this.#newestDeviceMs || isBelow;
  }

  /** Adds the energy of the session, which is the register less its reading at the start. */
  #withSession({ readings, sessionId }: Measured): Readings {
    const register = readings.get('energyTotal');
    const startWh = this.#session?.meterStartWh;
    const isOfSession = sessionId === undefined || sessionId === this.#session?.id;
    if (register === undefined || startWh === undefined || !isOfSession) return readings;
    const energyWh = register.value - startWh;
    // The register is another one than that of the start.
    const status = energyWh < 0 ? badOutOfRange : register.status;
    return new Map([...readings, ['sessionEnergy', reading(Math.max(0, energyWh), status)]]);
  }

  #say(context: SourceContext, said: ReadonlyMap<StatePoint, Reading>, at: JudgedTime): boolean {
    for (const [point, { value, status }] of said) {
      this.#said.set(point, reading(value, at.isPast ? uncertainLastUsableValue : status));
    }
    if (at.isPast) return this.#state.emit(context, at.timeMs, said);
    const timeMs = this.#state.after(at.timeMs, this.#config.maxClockSkewMs);
    return this.#state.emit(context, timeMs, new Map([...said, ['online', reading(1, good)]]));
  }

  #confirm(context: SourceContext, nowMs: number): void {
    const timeMs = this.#state.after(nowMs, this.#config.maxClockSkewMs);
    this.#state.emit(context, timeMs, new Map([...this.#said, ['online', reading(1, good)]]));
  }

  #doubt(): void {
    for (const [point, { value }] of this.#said) {
      this.#said.set(point, reading(value, uncertainLastUsableValue));
    }
  }

  #tellOfFault(context: SourceContext, told: StatusNotification): void {
    const isFaulted = told.status === 'Faulted';
    if (isFaulted === this.#isFaulted) return;
    this.#isFaulted = isFaulted;
    const { errorCode, vendorErrorCode = '', info = '' } = told;
    context.event(
      isFaulted
        ? chargerFault(this.#place, { errorCode, vendorErrorCode, info })
        : chargerFaultCleared(this.#place),
    );
  }
}

const fingerprint = (deviceMs: number, readings: Readings): string =>
  JSON.stringify([deviceMs, ...[...readings].map(([point, { value }]) => [point, value])]);

/** What is good by itself is no better than the time at which it stands. */
const worsened = (readings: Readings, status: number): Readings =>
  new Map(
    [...readings].map(([point, one]) => [point, one.status === good ? { ...one, status } : one]),
  );
