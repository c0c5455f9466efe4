import type { TickRecord } from '../../core/entry.ts';
import { LocalClock } from '../../core/local-clock.ts';
import type { RegisteredGroup } from '../../core/point.ts';
import { absentStatus, statusCodes } from '../../core/quality.ts';
import type { SourceFrame } from '../../core/source.ts';
import { type Billing, billingProducer, parseBilling } from '../../kpi/tariff/billing-section.ts';
import { tariffAt } from '../../kpi/tariff/tariff-calendar.ts';
import { periodNames, type Tariff } from '../../kpi/tariff/tariff-schema.ts';
import { type OffsetSpan, offsetSpan, periodSpan } from './clock-changes.ts';

const minuteMs = 60_000;

/** Looked up anew after so long at the latest: a clock may be set, and every zone begins its days at a multiple of it. */
const longestMs = 900_000;

/**
 * Tells calendar and tariff of a park as points, when one of them has changed: the hot path knows no time zone, and a replay finds
 * in the journal what held then.
 */
export class BillingPoints {
  readonly #clock: LocalClock;
  #billing: Billing | undefined;
  #group: RegisteredGroup | undefined;
  #last: readonly number[] | undefined;
  #offset: OffsetSpan | undefined;
  /** What was looked up holds within. */
  #fromMs = Number.POSITIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;

  constructor(timeZone: string) {
    this.#clock = new LocalClock(timeZone);
  }

  /** The tariff that holds then; undefined where the site names none for that time. */
  tariffAt(timeMs: number): Tariff | undefined {
    return tariffAt(this.#billing?.tables ?? [], this.#clock.localMs(timeMs))?.tariff;
  }

  /** A group that goes on keeps what was told last. `section` is that of the site file, as its check gave it. */
  use(groups: readonly RegisteredGroup[], section: unknown): void {
    const group = groups.find(({ producer }) => producer === billingProducer);
    if (group?.number !== this.#group?.number) this.#last = undefined;
    this.#group = group;
    this.#billing = parseBilling(section);
    this.#untilMs = Number.NEGATIVE_INFINITY;
  }

  /** To be called before the tick is admitted, so that KPIs find what holds at its time. */
  tick(
    { timeMs }: TickRecord,
    emit: (group: RegisteredGroup, frame: SourceFrame) => boolean,
  ): void {
    const group = this.#group;
    if (group === undefined || (timeMs >= this.#fromMs && timeMs < this.#untilMs)) return;
    const values = this.#valuesAt(timeMs);
    const last = this.#last;
    const isSame = (value: number, channel: number): boolean => Object.is(value, last?.[channel]);
    if (!values.every(isSame)) {
      const frame = {
        ...{ groupIndex: 0, timeMs, receivedMs: timeMs },
        values: Float64Array.from(values, (value) => (Number.isNaN(value) ? 0 : value)),
        status: Uint32Array.from(values, (value, channel) => {
          if (isSame(value, channel)) return absentStatus;
          return Number.isNaN(value) ? statusCodes.badNoData : statusCodes.good;
        }),
      };
      // What the journal refused is told at the next tick.
      if (!emit(group, frame)) {
        this.#untilMs = Number.NEGATIVE_INFINITY;
        return;
      }
    }
    this.#last = values;
  }

  /** In the order of the channels; NaN where no tariff holds. Also remembers until when that is so. */
  #valuesAt(timeMs: number): readonly number[] {
    const localMs = this.#clock.localMs(timeMs);
    const local = new Date(localMs);
    const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
    const utc = (ofMonth: number): number => this.#clock.utcMs(Date.UTC(year, ofMonth, 1));
    const tables = this.#billing?.tables ?? [];
    const moment = tariffAt(tables, localMs);
    const { start, end } = periodSpan(this.#clock, tables, timeMs);
    const nextMs = timeMs - (timeMs % longestMs) + longestMs;
    this.#fromMs = timeMs;
    this.#untilMs = end > timeMs ? Math.min(end, nextMs) : nextMs;
    const offset = this.#offsetAt(timeMs);
    return [
      ...[utc(month), utc(month + 1), utc(0), month + 1],
      moment === undefined ? Number.NaN : periodNames.indexOf(moment.period),
      ...[start, end, moment?.price ?? Number.NaN],
      ...[moment?.highestPrice ?? Number.NaN, moment?.lowestPrice ?? Number.NaN],
      moment?.tariff.demandCharge?.perKw ?? Number.NaN,
      moment?.tariff.demandCharge?.perKva ?? Number.NaN,
      ...[offset.nowMs / minuteMs, offset.beforeMs / minuteMs, offset.sinceMs],
    ];
  }

  #offsetAt(timeMs: number): OffsetSpan {
    const known = this.#offset;
    if (known === undefined || !(timeMs >= known.fromMs && timeMs < known.untilMs)) {
      this.#offset = offsetSpan(this.#clock, timeMs);
    }
    return this.#offset as OffsetSpan;
  }
}
