import { wrongClockMs } from '../faults/fault-options.ts';
import type { OcppFault } from '../faults/ocpp-faults.ts';
import { type OcppCall, OcppClient } from '../wire/ocpp-client.ts';
import { type ChargerReading, chargerStatus } from './charger-bank.ts';

export type OcppChargerOptions = {
  readonly identity: string;
  /** Of the endpoint, without the identity. */
  readonly url: string;
  readonly password: string | undefined;
  readonly vendorModel: string;
};

/** What the charger is at one instant. */
export type ChargerInstant = {
  readonly timeMs: number;
  readonly reading: ChargerReading;
  readonly registerWh: number;
};

const sampleMs = 60_000;
const alignedMs = 15 * 60_000;
const defaultHeartbeatMs = 60_000;
const lineVolts = 400;

const statusNames: Readonly<Record<number, string>> = {
  [chargerStatus.available]: 'Available',
  [chargerStatus.preparing]: 'Preparing',
  [chargerStatus.charging]: 'Charging',
  [chargerStatus.finishing]: 'Finishing',
  [chargerStatus.faulted]: 'Faulted',
};

type Session = { id: number };

const fieldOf = (payload: unknown, name: string): unknown =>
  typeof payload === 'object' && payload !== null ? Reflect.get(payload, name) : undefined;

/** A charger of the park as a charge point of OCPP 1.6J: the vehicles are those that its registers tell of. */
export class OcppCharger {
  readonly client: OcppClient;
  readonly #options: OcppChargerOptions;
  #now: ChargerInstant | undefined;
  #status = '';
  #session: Session | undefined;
  #sessions = 0;
  #sampledMs = 0;
  #alignedMs = 0;
  #heartbeatMs = 0;
  #heartbeatEveryMs = defaultHeartbeatMs;
  #faults: readonly OcppFault[] = [];
  readonly #faultSinceMs = new Map<string, number>();
  #heldBack: OcppCall[] = [];

  constructor(options: OcppChargerOptions) {
    this.#options = options;
    const { identity, url, password } = options;
    this.client = new OcppClient({
      url: `${url}/${identity}`,
      authorization:
        password === undefined
          ? undefined
          : `Basic ${Buffer.from(`${identity}:${password}`).toString('base64')}`,
      opened: () => this.#greeting(),
    });
  }

  setFaults(faults: readonly OcppFault[], nowMs: number): void {
    const before = new Set(this.#faults.map(({ id }) => id));
    this.#faults = faults;
    for (const { id } of faults) if (!this.#faultSinceMs.has(id)) this.#faultSinceMs.set(id, nowMs);
    this.client.setOffline(this.#has('offline'));
    this.client.setSilent(this.#has('silent'));
    for (const { id, kind } of faults) {
      if (before.has(id)) continue;
      if (kind === 'replay') this.client.repeat();
      if (kind === 'duplicate-boot') this.client.reconnectBeside();
    }
    if (!this.#has('hung')) this.#release();
  }

  /** The model stands at another instant. */
  step(now: ChargerInstant): void {
    // The instant may lie some seconds after the first power, so a session begins where the register stood before.
    const { registerWh: registerBeforeWh } = this.#now ?? now;
    this.#now = now;
    const { timeMs, reading } = now;
    this.#followStatus(now, registerBeforeWh);
    if (this.#session !== undefined && timeMs - this.#sampledMs >= sampleMs) {
      this.#sampledMs = timeMs;
      this.#measure(now, 'Sample.Periodic', this.#session);
    }
    const aligned = Math.floor(timeMs / alignedMs) * alignedMs;
    if (aligned !== this.#alignedMs) {
      const isFirst = this.#alignedMs === 0;
      this.#alignedMs = aligned;
      if (!isFirst && timeMs === aligned) this.#measure(now, 'Sample.Clock', this.#session);
    }
    if (timeMs - this.#heartbeatMs >= this.#heartbeatEveryMs) {
      this.#heartbeatMs = timeMs;
      this.client.say({ action: 'Heartbeat', payload: () => ({}), isKept: false });
    }
    this.#status = statusNames[reading.status] ?? 'Faulted';
  }

  #has(kind: OcppFault['kind']): boolean {
    return this.#faults.some((fault) => fault.kind === kind);
  }

  #followStatus(now: ChargerInstant, registerBeforeWh: number): void {
    const { status } = now.reading;
    const name = statusNames[status] ?? 'Faulted';
    if (name === this.#status) return;
    const isCharging = status === chargerStatus.charging;
    if (isCharging && this.#session === undefined) this.#begin(now, registerBeforeWh);
    if (!isCharging && this.#session !== undefined) this.#end(now, this.#session);
    this.#say(this.#statusCall(name, now.timeMs));
  }

  #begin({ timeMs }: ChargerInstant, meterStart: number): void {
    this.#sessions += 1;
    this.#sampledMs = timeMs;
    const session: Session = { id: 0 };
    this.#session = session;
    const idTag = `SIM${String(this.#sessions).padStart(7, '0')}`;
    const timestamp = this.#timestamp(timeMs);
    this.#say({ action: 'Authorize', payload: () => ({ idTag }), isKept: false });
    this.#say({
      action: 'StartTransaction',
      payload: () => ({ connectorId: 1, idTag, meterStart, timestamp }),
      answered: (payload) => {
        session.id = Number(fieldOf(payload, 'transactionId'));
      },
      isKept: true,
    });
  }

  #end({ timeMs, registerWh, reading }: ChargerInstant, session: Session): void {
    this.#session = undefined;
    const timestamp = this.#timestamp(timeMs);
    const reason = reading.status === chargerStatus.faulted ? 'EmergencyStop' : 'EVDisconnected';
    this.#say({
      action: 'StopTransaction',
      payload: () => ({ transactionId: session.id, meterStop: registerWh, timestamp, reason }),
      isKept: true,
    });
  }

  #measure(now: ChargerInstant, context: string, session: Session | undefined): void {
    const { reading, registerWh } = now;
    const watts = reading.powerKw * 1000;
    const sampled = (value: number, more: object) => ({ value: String(value), context, ...more });
    const sampledValue = [
      sampled(registerWh, { measurand: 'Energy.Active.Import.Register', unit: 'Wh' }),
      sampled(Math.round(watts), { measurand: 'Power.Active.Import', unit: 'W' }),
      ...['L1', 'L2', 'L3'].map((phase) =>
        sampled(Math.round((watts / lineVolts / Math.sqrt(3)) * 10) / 10, {
          ...{ measurand: 'Current.Import', unit: 'A', phase },
        }),
      ),
    ];
    const { vehicleShare } = reading;
    if (vehicleShare !== undefined) {
      const percent = Math.round(vehicleShare * 1000) / 10;
      sampledValue.push(sampled(percent, { measurand: 'SoC', unit: 'Percent', location: 'EV' }));
    }
    const meterValue = [{ timestamp: this.#timestamp(now.timeMs), sampledValue }];
    this.#say({
      action: 'MeterValues',
      payload: () => ({
        connectorId: 1,
        ...(session === undefined ? {} : { transactionId: session.id }),
        meterValue,
      }),
      isKept: session !== undefined,
    });
  }

  /** What a hung connector has to say of its transactions waits, and the rest is lost. */
  #say(call: OcppCall): void {
    if (!this.#has('hung')) this.client.say(call);
    else if (call.isKept && call.action !== 'MeterValues') this.#heldBack.push(call);
  }

  #release(): void {
    const calls = this.#heldBack;
    this.#heldBack = [];
    for (const call of calls) this.client.say(call);
    if (calls.length > 0 && this.#now !== undefined) {
      this.client.say(this.#statusCall(this.#status, this.#now.timeMs));
    }
  }

  #greeting(): readonly OcppCall[] {
    const boot: OcppCall = {
      action: 'BootNotification',
      payload: () => ({
        chargePointVendor: 'Simulated',
        chargePointModel: this.#options.vendorModel,
        chargePointSerialNumber: this.#options.identity,
        firmwareVersion: '1.0',
      }),
      answered: (payload) => {
        const seconds = Number(fieldOf(payload, 'interval'));
        if (seconds > 0) this.#heartbeatEveryMs = seconds * 1000;
      },
      isKept: false,
    };
    if (this.#now === undefined) return [boot];
    const status = this.#statusCall(this.#status, this.#now.timeMs);
    return this.#has('hung') ? [boot] : [boot, status];
  }

  #statusCall(status: string, timeMs: number): OcppCall {
    const timestamp = this.#timestamp(timeMs);
    const errorCode = status === 'Faulted' ? 'OtherError' : 'NoError';
    const payload = { connectorId: 1, status, errorCode, timestamp };
    return { action: 'StatusNotification', payload: () => payload, isKept: false };
  }

  #timestamp(timeMs: number): string {
    const fault = this.#faults.find(({ kind }) => kind === 'clock');
    if (fault?.kind !== 'clock') return new Date(timeMs).toISOString();
    const sinceMs = this.#faultSinceMs.get(fault.id) ?? timeMs;
    return new Date(wrongClockMs(fault, timeMs, sinceMs)).toISOString();
  }
}
