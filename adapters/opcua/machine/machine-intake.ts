import type { GatewayEvent } from '../../../gateway/core/event.ts';
import type { SourceContext } from '../../../gateway/core/source.ts';
import type { EventLimit } from '../../shared/event-limit.ts';
import { epochMs, type SampleTime } from '../sample-time.ts';
import type { DataValueLike } from '../value-writer.ts';
import {
  type JobOrder,
  type JobResponse,
  readOrders,
  readResponses,
  reportsOfOrder,
} from './job-orders.ts';
import { type EventRow, MachineEvents } from './machine-event.ts';
import { readResult, reportsOfResult } from './machine-result.ts';
import type { ReportQueue } from './report-queue.ts';
import { type Plain, toPlain } from './structure.ts';

export type MachineIntakeOptions = {
  readonly area: string;
  readonly line: string;
  /** Names of the equipment of the line. */
  readonly equipment: readonly string[];
  readonly context: SourceContext;
  readonly times: Pick<SampleTime, 'eventTimeOf'>;
  readonly queue: ReportQueue;
  readonly limit: EventLimit;
  /** Whether the machine tells when its orders began and ended: that is waited for before they are told. */
  readonly hasResponses: boolean;
};

type OrderList = { readonly orders: readonly JobOrder[]; readonly timeMs: number };

/** Takes what one machine shows beside its points, and hands on what it means. */
export class MachineIntake {
  readonly #options: MachineIntakeOptions;
  readonly #events: MachineEvents;
  #list: OrderList | undefined;
  #responses: readonly JobResponse[] | undefined;

  constructor(options: MachineIntakeOptions) {
    const { area, line, equipment } = options;
    this.#options = options;
    if (!options.hasResponses) this.#responses = [];
    const byName = new Map(equipment.map((name) => [name.toLowerCase(), name]));
    this.#events = new MachineEvents({
      place: `${area}/${line}`,
      equipmentOf: (name) => byName.get(name.toLowerCase()),
      trusted: (deviceMs) => this.#trusted(deviceMs),
    });
  }

  takeOrders(data: DataValueLike): void {
    const { elements, unreadable } = readOrders(toPlain(data.value));
    this.#countUnreadable(unreadable);
    this.#list = { orders: elements, timeMs: this.#trusted(epochMs(data.sourceTimestamp)) };
    this.#tellOrders();
  }

  takeResponses(data: DataValueLike): void {
    const { elements, unreadable } = readResponses(toPlain(data.value));
    this.#countUnreadable(unreadable);
    this.#responses = elements;
    this.#tellOrders();
  }

  /** There is no list of them at present. */
  responsesAreMissing(): void {
    if (this.#responses !== undefined) return;
    this.#responses = [];
    this.#tellOrders();
  }

  takeResult(data: DataValueLike): void {
    const plain = toPlain(data.value);
    if (plain !== null) this.#tellResult(plain, epochMs(data.sourceTimestamp));
  }

  takeEvent(row: EventRow, result: Plain): void {
    const toldMs = row.Time instanceof Date ? epochMs(row.Time) : Number.NaN;
    const evaluation = result === null ? undefined : this.#tellResult(result, toldMs);
    const event = this.#events.eventOf(row, evaluation);
    const { context, limit } = this.#options;
    const verdict = limit.judge(performance.now());
    if (verdict === 'pass') {
      context.event(event);
      return;
    }
    context.count('machine_events_dropped', 1);
    if (verdict === 'first') context.event(floodOf(event));
  }

  /** How it is judged, where it is a result that counts. */
  #tellResult(plain: Plain, toldMs: number): string | undefined {
    const { area, line, queue } = this.#options;
    const result = readResult(plain);
    if (result === undefined) {
      this.#countUnreadable(1);
      return undefined;
    }
    const createdMs = Number.isNaN(result.createdMs) ? toldMs : result.createdMs;
    queue.add(reportsOfResult(result, { area, line, timeMs: this.#trusted(createdMs) }));
    return result.evaluation;
  }

  #tellOrders(): void {
    const { area, line, queue } = this.#options;
    const responses = this.#responses;
    if (this.#list === undefined || responses === undefined) return;
    const { orders, timeMs } = this.#list;
    for (const order of orders) {
      const trusted = (deviceMs: number): number => this.#trusted(deviceMs);
      queue.add(reportsOfOrder(order, { area, line, timeMs, responses, trusted }));
    }
  }

  #trusted(deviceMs: number): number {
    const { times, context } = this.#options;
    return times.eventTimeOf(deviceMs, context.clock.nowMs());
  }

  #countUnreadable(count: number): void {
    if (count > 0) this.#options.context.count('unreadable_structures', count);
  }
}

const floodOf = ({ subject }: GatewayEvent): GatewayEvent => ({
  ...{ code: 'machine-events-dropped', severity: 'warning', subject },
  text: {
    en: `The machine ${subject} sends more events than are kept: those of this minute are only counted`,
    zh: `设备 ${subject} 发送的事件过多：本分钟内其余事件只计数、不保存`,
  },
});
