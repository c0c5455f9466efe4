import {
  AttributeIds,
  DataChangeFilter,
  DataChangeTrigger,
  type MonitoredItem,
  MonitoredItemNotification,
  MonitoringMode,
  StatusCode,
  StatusCodes,
} from 'node-opcua';
import type { LiveValue, LiveValues } from './live-value.ts';
import type { SignalValue } from './signal.ts';

type Entry = {
  readonly item: MonitoredItem;
  readonly live: LiveValue;
  /** Simulated instant from which on the next sample is taken. */
  dueMs: number;
  hasInitialValue: boolean;
  fedValue: SignalValue | undefined;
  wasUncertain: boolean;
};

/**
 * Takes the samples of monitored items at the steps of the model, in simulated time, where the
 * library would take them by timers in real time: also a jump of an hour in lock-step puts every
 * step that is due into the queues, with its own timestamp.
 */
export class MonitoredFeed {
  readonly #values: LiveValues;
  readonly #nowMs: () => number;
  readonly #entries = new Map<MonitoredItem, Entry>();

  constructor(values: LiveValues, nowMs: () => number) {
    this.#values = values;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes the sampling of an item over, where it watches a live value. The library reads the first value itself. */
  attach(item: MonitoredItem, live: LiveValue): void {
    if (item.itemToMonitor.attributeId !== AttributeIds.Value) return;
    // The library's timer samples no more while it waits for an answer of this function.
    item.samplingFunc = () => undefined;
    this.#entries.set(item, {
      item,
      live,
      dueMs: this.#nowMs() + item.samplingInterval,
      hasInitialValue: false,
      fedValue: undefined,
      wasUncertain: false,
    });
  }

  detach(item: MonitoredItem): void {
    this.#entries.delete(item);
  }

  /** Gives up the items of a variable that is about to go, each with room for one last notification. */
  release(id: string): void {
    for (const { item, live } of this.#entries.values()) {
      if (live.id !== id) continue;
      if (item.queue.length >= item.queueSize) item.queue.shift();
      this.#entries.delete(item);
    }
  }

  /** Samples the items that are due at the model's present step. */
  step(): void {
    if (this.#entries.size === 0 || this.#values.isHeld) return;
    const nowMs = this.#nowMs();
    for (const entry of this.#entries.values()) {
      if (nowMs >= entry.dueMs) this.#sample(entry, nowMs);
    }
  }

  /** Samples all items, because the values have moved on while they were held. */
  catchUp(): void {
    const nowMs = this.#nowMs();
    for (const entry of this.#entries.values()) this.#sample(entry, nowMs);
  }

  #sample(entry: Entry, nowMs: number): void {
    const { item, live } = entry;
    if (item.node === null) {
      this.#entries.delete(item);
      return;
    }
    entry.dueMs += item.samplingInterval;
    if (entry.dueMs <= nowMs) entry.dueMs = nowMs + item.samplingInterval;
    if (item.monitoringMode === MonitoringMode.Disabled || !hasInitialValue(entry)) return;
    const value = live.read();
    const isUncertain = live.isUncertain?.() ?? false;
    const isSame = value === entry.fedValue && isUncertain === entry.wasUncertain;
    if (isSame && !reportsTimestamps(item)) return;
    entry.fedValue = value;
    entry.wasUncertain = isUncertain;
    record(item, this.#values.show(live));
  }
}

/** Before the library has read the first value, a sample would be put before it. */
const hasInitialValue = (entry: Entry): boolean => {
  entry.hasInitialValue ||= !entry.item.oldDataValue.statusCode.equals(
    StatusCodes.BadDataUnavailable,
  );
  return entry.hasInitialValue;
};

const reportsTimestamps = ({ filter }: MonitoredItem): boolean =>
  filter instanceof DataChangeFilter && filter.trigger === DataChangeTrigger.StatusValueTimestamp;

/**
 * Records a sample and keeps the queue's bound here: the library can set the overflow bit only
 * on a Good value and throws on another.
 */
const record = (item: MonitoredItem, sample: Parameters<MonitoredItem['recordValue']>[0]): void => {
  const { queueSize } = item;
  if (queueSize === 1) {
    item.recordValue(sample, false);
    return;
  }
  item.queueSize = queueSize + 1;
  item.recordValue(sample, false);
  item.queueSize = queueSize;
  if (item.queue.length <= queueSize) return;
  item.overflow = true;
  const surplus = item.discardOldest ? 0 : queueSize - 1;
  item.queue.splice(surplus, 1);
  markOverflow(item.queue[surplus]);
};

/** Overflow and InfoType DataValue (OPC 10000-4 §7.39.1). */
const overflowBits = 'Overflow | InfoTypeDataValue';

const markOverflow = (notification: unknown): void => {
  if (!(notification instanceof MonitoredItemNotification)) return;
  const { value } = notification;
  value.statusCode = StatusCode.makeStatusCode(value.statusCode, overflowBits);
};
