import { type LocalText, noText } from '../../gateway/core/point.ts';
import type { SourceContext } from '../../gateway/core/source.ts';
import { ChargerClock, type JudgedTime } from './charger-clock.ts';
import { chargerBooted, stopUnattributed } from './charger-events.ts';
import { Connector } from './connector.ts';
import type { ChargePointLayout } from './layout.ts';
import { readMeterValue } from './meter-values.ts';
import type { OcppConfig } from './ocpp-config.ts';
import type { Answer } from './ocpp-frame.ts';
import {
  actionSchemas,
  epochMsOf,
  isAction,
  type MeterValue,
  type MeterValues,
  type StartTransaction,
  type StatusNotification,
  type StopTransaction,
} from './ocpp-messages.ts';
import { remember } from './remember.ts';
import { connectorOf, TransactionIds } from './transaction-id.ts';

const mostTaken = 256;

const accepted = (payload: Readonly<Record<string, unknown>>): Answer => ({ ok: true, payload });
/** A charge point tells a transaction again that was answered by an error (OCPP 1.6 §3.7.1). */
const notKept: Answer = {
  ok: false,
  code: 'InternalError',
  description: 'cannot be kept at present',
};

/** One charge point over all its connections: answers what it says, and hands out what follows from it. */
export class ChargePoint {
  readonly identity: string;
  readonly password: string | undefined;
  readonly connectors: readonly Connector[];
  readonly #config: OcppConfig;
  readonly #ids = new TransactionIds();
  /** Starts and stops that were taken, as they were told. */
  readonly #taken = new Set<string>();
  readonly #clock: ChargerClock;
  #context: SourceContext | undefined;
  #connection: 'none' | 'open' | 'heard' = 'none';
  /** Of the monotonic clock. */
  #heardMs = 0;
  #health: 'up' | 'degraded' | 'down' = 'down';

  constructor(layout: ChargePointLayout, config: OcppConfig) {
    const { identity, password } = layout.config;
    this.identity = identity;
    this.password = password;
    this.#config = config;
    this.connectors = layout.connectors.map((one) => new Connector(one, identity, config));
    const { timestamps, maxClockSkewMs } = config;
    this.#clock = new ChargerClock({
      ...{ subject: identity, timestamps, maxClockSkewMs },
      event: (event) => this.#context?.event(event),
      seen: (skewMs) => this.#context?.clockSeen(identity, skewMs),
    });
  }

  /** A new run of the source. */
  begin(context: SourceContext): void {
    this.#context = context;
    this.#connection = 'none';
    for (const connector of this.connectors) connector.away(context);
    this.#tell(context, 'down', { en: 'has not connected yet', zh: '尚未连接' });
  }

  /** A connection is open, on which nothing has been said yet. */
  opened(context: SourceContext): void {
    this.#connection = 'open';
    this.#heardMs = context.clock.monotonicMs();
    this.#clock.connected(context.clock.nowMs());
  }

  lost(context: SourceContext, reason: LocalText): void {
    if (this.#connection === 'none') return;
    this.#connection = 'none';
    for (const connector of this.connectors) connector.lost(context);
    this.#tell(context, 'down', reason);
  }

  /** The endpoint is gone. */
  ended(context: SourceContext): void {
    this.#connection = 'none';
    for (const connector of this.connectors) connector.ended(context);
  }

  /** Whether nothing has been heard for too long. */
  isSilent(context: SourceContext): boolean {
    const { heartbeatSeconds, silenceFactor } = this.#config;
    const silenceMs = heartbeatSeconds * 1000 * silenceFactor;
    return this.#connection !== 'none' && context.clock.monotonicMs() - this.#heardMs > silenceMs;
  }

  passTime(context: SourceContext): void {
    if (this.#connection !== 'heard') return;
    for (const connector of this.connectors) connector.passTime(context);
    this.#seeHealth(context);
  }

  /** Answers one call; a payload that does not follow the standard is refused, and nothing of it taken. */
  answer(context: SourceContext, action: string, payload: unknown): Answer {
    const nowMs = context.clock.nowMs();
    this.#heardMs = context.clock.monotonicMs();
    if (this.#connection !== 'heard') {
      this.#connection = 'heard';
      for (const connector of this.connectors) connector.connected(context);
    }
    const answer = this.#dispatch(context, action, payload);
    this.#clock.heard(nowMs);
    for (const connector of this.connectors) connector.heard(context);
    this.#seeHealth(context);
    return answer;
  }

  #dispatch(context: SourceContext, action: string, payload: unknown): Answer {
    if (!isAction(action)) {
      context.count('calls_unknown', 1);
      return { ok: false, code: 'NotImplemented', description: 'this action is not known' };
    }
    switch (action) {
      case 'Authorize':
        return this.#read(context, actionSchemas.Authorize, payload, ({ idTag }) =>
          accepted({ idTagInfo: { status: this.#judge(idTag) } }),
        );
      case 'BootNotification':
        return this.#read(context, actionSchemas.BootNotification, payload, (boot) => {
          const { chargePointVendor: vendor, chargePointModel: model } = boot;
          const firmware = boot.firmwareVersion ?? '';
          context.event(chargerBooted(this.identity, { vendor, model, firmware }));
          const interval = this.#config.heartbeatSeconds;
          return accepted({ status: 'Accepted', currentTime: currentTime(context), interval });
        });
      case 'DataTransfer':
        return this.#read(context, actionSchemas.DataTransfer, payload, () =>
          accepted({ status: 'UnknownVendorId' }),
        );
      case 'DiagnosticsStatusNotification':
      case 'FirmwareStatusNotification':
        return this.#read(context, actionSchemas[action], payload, () => accepted({}));
      case 'Heartbeat':
        return accepted({ currentTime: currentTime(context) });
      case 'MeterValues':
        return this.#read(context, actionSchemas.MeterValues, payload, (told) =>
          this.#meterValues(context, told),
        );
      case 'StartTransaction':
        return this.#read(context, actionSchemas.StartTransaction, payload, (told) =>
          this.#start(context, told),
        );
      case 'StatusNotification':
        return this.#read(context, actionSchemas.StatusNotification, payload, (told) =>
          this.#status(context, told),
        );
      case 'StopTransaction':
        return this.#read(context, actionSchemas.StopTransaction, payload, (told) =>
          this.#stop(context, told),
        );
    }
  }

  #read<Told>(
    context: SourceContext,
    schema: { safeParse(value: unknown): { readonly success: boolean; readonly data?: Told } },
    payload: unknown,
    answer: (told: Told) => Answer,
  ): Answer {
    const parsed = schema.safeParse(payload);
    if (parsed.success && parsed.data !== undefined) return answer(parsed.data);
    context.count('calls_refused', 1);
    return {
      ok: false,
      code: 'FormationViolation',
      description: 'the payload does not follow OCPP 1.6',
    };
  }

  #judge(idTag: string): 'Accepted' | 'Invalid' {
    const { idTags } = this.#config;
    // Id tags are texts without case (OCPP 1.6 §7.28).
    const isKnown =
      idTags === 'all' || idTags.some((known) => known.toLowerCase() === idTag.toLowerCase());
    return isKnown ? 'Accepted' : 'Invalid';
  }

  #connector(number: number): Connector | undefined {
    return this.connectors.find(({ layout }) => layout.config.connector === number);
  }

  /** Of a message that is about one instant. */
  #time(context: SourceContext, timestamp: string | undefined, isKept: boolean): JudgedTime {
    const deviceMs = epochMsOf(timestamp);
    return this.#clock.judge({ deviceMs, newestMs: deviceMs, isKept }, context.clock.nowMs());
  }

  /** Whether this very message was taken before, in which case nothing follows from it. */
  #isRepeated(context: SourceContext, key: string): boolean {
    if (!this.#taken.has(key)) return false;
    context.count('messages_repeated', 1);
    return true;
  }

  #status(context: SourceContext, told: StatusNotification): Answer {
    const connector = this.#connector(told.connectorId);
    connector?.status(context, told, this.#time(context, told.timestamp, false));
    return accepted({});
  }

  #meterValues(context: SourceContext, told: MeterValues): Answer {
    const connector = this.#connector(told.connectorId);
    if (connector === undefined) {
      context.count('values_unplaced', told.meterValue.length);
      return accepted({});
    }
    const isKept = this.#values(context, connector, {
      sessionId: told.transactionId ?? undefined,
      meterValue: told.meterValue,
      newestMs: newestOf(told.meterValue),
    });
    return isKept ? accepted({}) : notKept;
  }

  /** In the order of their times, whatever that of the message is. */
  #values(
    context: SourceContext,
    connector: Connector,
    told: {
      readonly sessionId: number | undefined;
      readonly meterValue: readonly MeterValue[];
      readonly newestMs: number;
    },
  ): boolean {
    const { phases, connector: number } = connector.layout.config;
    const { sessionId, newestMs } = told;
    const isKept = sessionId !== undefined;
    const ordered = told.meterValue
      .map((value) => ({ value, deviceMs: epochMsOf(value.timestamp) }))
      .sort((one, other) => one.deviceMs - other.deviceMs);
    let isAdmitted = true;
    for (const { value, deviceMs } of ordered) {
      const read = readMeterValue(value, { connector: number, phases });
      if (read.ignoredCount > 0) context.count('values_ignored', read.ignoredCount);
      if (read.unreadableCount > 0) context.count('values_unreadable', read.unreadableCount);
      const { readings } = read;
      if (connector.isRepeated(context, deviceMs, readings)) continue;
      const at = this.#clock.judge({ deviceMs, newestMs, isKept }, context.clock.nowMs());
      const measured = { at, deviceMs, readings, sessionId };
      isAdmitted = connector.values(context, measured) && isAdmitted;
    }
    return isAdmitted;
  }

  #start(context: SourceContext, told: StartTransaction): Answer {
    const { connectorId, idTag, meterStart: meterStartWh, timestamp } = told;
    const key = JSON.stringify(['start', connectorId, idTag, meterStartWh, timestamp]);
    const connector = this.#connector(connectorId);
    const answer = (id: number): Answer =>
      accepted({ transactionId: id, idTagInfo: { status: this.#judge(idTag) } });
    const known = this.#ids.known(key);
    if (known !== undefined && this.#isRepeated(context, key)) return answer(known);
    const deviceMs = epochMsOf(timestamp);
    const at = this.#time(context, timestamp, true);
    const id = known ?? this.#ids.issue(key, at.timeMs, connector === undefined ? 0 : connectorId);
    if (connector === undefined) {
      context.count('values_unplaced', 1);
      return answer(id);
    }
    if (!connector.start(context, { id, idTag, meterStartWh, at, deviceMs })) return notKept;
    remember(this.#taken, key, mostTaken);
    return answer(id);
  }

  #stop(context: SourceContext, told: StopTransaction): Answer {
    const { transactionId: id, timestamp, transactionData = [], meterStop, idTag } = told;
    const connector = this.#connectorOfSession(context, id);
    const answer = accepted(
      idTag === undefined ? {} : { idTagInfo: { status: this.#judge(idTag) } },
    );
    const key = JSON.stringify(['stop', id, meterStop, timestamp]);
    if (this.#isRepeated(context, key)) return answer;
    if (connector === undefined) {
      context.count('values_unplaced', 1 + transactionData.length);
      context.event(stopUnattributed(this.identity, id));
      return answer;
    }
    const deviceMs = epochMsOf(timestamp);
    const newestMs = Math.max(newestOf(transactionData), Number.isNaN(deviceMs) ? 0 : deviceMs);
    const values = { sessionId: id, meterValue: transactionData, newestMs };
    const areKept = this.#values(context, connector, values);
    const isStopKept = connector.stop(context, {
      ...{ id, idTag, meterStopWh: meterStop, reason: told.reason ?? 'Local' },
      ...{ at: this.#time(context, timestamp, true), deviceMs },
    });
    if (!areKept || !isStopKept) return notKept;
    remember(this.#taken, key, mostTaken);
    return answer;
  }

  #connectorOfSession(context: SourceContext, id: number): Connector | undefined {
    const known = this.connectors.find((connector) => connector.hasSession(id));
    if (known !== undefined) return known;
    if (this.connectors.length === 1) return this.connectors[0];
    // Begun before the gateway was started anew: the number says where.
    const number = connectorOf(id, context.clock.nowMs());
    return number === undefined ? undefined : this.#connector(number);
  }

  #seeHealth(context: SourceContext): void {
    if (!this.connectors.some(({ isQuiet }) => isQuiet)) this.#tell(context, 'up', noText);
    else {
      this.#tell(context, 'degraded', {
        en: 'a session is running, but no meter values come',
        zh: '充电会话进行中，但没有电表数据',
      });
    }
  }

  #tell(context: SourceContext, state: 'up' | 'degraded' | 'down', reason: LocalText): void {
    if (state === this.#health && state !== 'down') return;
    this.#health = state;
    context.member({ member: this.identity, state, reason });
  }
}

const currentTime = (context: SourceContext): string =>
  new Date(context.clock.nowMs()).toISOString();

/** Before all times where none of them has one. */
const newestOf = (values: readonly MeterValue[]): number => {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { timestamp } of values) {
    const timeMs = epochMsOf(timestamp);
    if (timeMs > newestMs) newestMs = timeMs;
  }
  return newestMs;
};
