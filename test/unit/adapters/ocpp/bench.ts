import { ChargePoint } from '../../../../adapters/ocpp/charge-point.ts';
import { layoutSource } from '../../../../adapters/ocpp/layout.ts';
import type { Answer } from '../../../../adapters/ocpp/ocpp-frame.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import type { GroupSpec } from '../../../../gateway/core/point.ts';
import { absentStatus, statusSymbol } from '../../../../gateway/core/quality.ts';
import type { MemberState, SourceContext, SourceFrame } from '../../../../gateway/core/source.ts';
import { ocppInput } from '../../../support/ocpp-source.ts';

export const startMs = Date.UTC(2023, 5, 21, 2);
export const isoAt = (timeMs: number): string => new Date(timeMs).toISOString();

export type Told = {
  readonly point: string;
  readonly timeMs: number;
  readonly value: number;
  readonly status: string;
};

/** One charge point without a socket, whose time the test sets. */
export class Bench {
  readonly groups: readonly GroupSpec[];
  readonly frames: SourceFrame[] = [];
  readonly told: Told[] = [];
  readonly events: GatewayEvent[] = [];
  readonly members: MemberState[] = [];
  readonly counters: Record<string, number> = {};
  readonly point: ChargePoint;
  nowMs = startMs;
  isAdmitting = true;
  readonly context: SourceContext;

  constructor(entry: Record<string, unknown> = {}) {
    const input = ocppInput(entry);
    const { groups, chargePoints } = layoutSource(input);
    const [layout] = chargePoints;
    if (layout === undefined) throw new Error('no charge point');
    this.groups = groups;
    this.point = new ChargePoint(layout, input.config);
    const silent = (): void => undefined;
    this.context = {
      clock: {
        nowMs: () => this.nowMs,
        monotonicMs: () => this.nowMs - startMs,
        join: () => ({ sleepUntil: async () => undefined, leave: silent }),
      },
      log: { debug: silent, info: silent, warn: silent, error: silent },
      signal: new AbortController().signal,
      emit: (frame) => this.#take(frame),
      intern: () => 0,
      event: (event) => this.events.push(event),
      report: async () => true,
      member: (state) => this.members.push(state),
      connected: silent,
      clockSeen: silent,
      count: (name, delta) => {
        this.counters[name] = (this.counters[name] ?? 0) + delta;
      },
    };
    this.point.begin(this.context);
    this.point.opened(this.context);
  }

  say(action: string, payload: object): Answer {
    return this.point.answer(this.context, action, payload);
  }

  /** Sends one register reading, Wh. */
  measure(registerWh: number, timeMs = this.nowMs, more: object = {}): Answer {
    const sampledValue = [{ value: String(registerWh), unit: 'Wh' }];
    const meterValue = [{ timestamp: isoAt(timeMs), sampledValue }];
    return this.say('MeterValues', { connectorId: 1, meterValue, ...more });
  }

  status(status: string, timeMs = this.nowMs): void {
    const timestamp = isoAt(timeMs);
    this.say('StatusNotification', { connectorId: 1, status, errorCode: 'NoError', timestamp });
  }

  start(meterStart: number, timeMs = this.nowMs): number {
    const answer = this.say('StartTransaction', {
      ...{ connectorId: 1, idTag: 'A', meterStart, timestamp: isoAt(timeMs) },
    });
    return answer.ok ? Number(answer.payload['transactionId']) : Number.NaN;
  }

  reconnect(afterMs: number): void {
    this.point.lost(this.context, { en: 'x', zh: 'x' });
    this.nowMs += afterMs;
    this.point.opened(this.context);
  }

  of(point: string): readonly Told[] {
    return this.told.filter((told) => told.point === point);
  }

  last(point: string): Told | undefined {
    return this.of(point).at(-1);
  }

  #take(frame: SourceFrame): boolean {
    const { groupIndex, timeMs } = frame;
    const values = Float64Array.from(frame.values);
    const status = Uint32Array.from(frame.status);
    this.frames.push({ ...frame, values, status });
    for (const [index, { point }] of (this.groups[groupIndex]?.channels ?? []).entries()) {
      const code = status[index] as number;
      if (code === absentStatus) continue;
      this.told.push({ point, timeMs, value: values[index] as number, status: statusSymbol(code) });
    }
    return this.isAdmitting;
  }
}
