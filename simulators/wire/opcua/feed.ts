import {
  AttributeIds,
  DataChangeFilter,
  DataChangeTrigger,
  DeadbandType,
  type MonitoredItem,
  MonitoredItemNotification,
  MonitoringMode,
  StatusCode,
  StatusCodes,
} from 'node-opcua';
import { type LiveValue, type Sample, takeSample, toDataValue } from './live-value.ts';
import type { LiveValues } from './live-values.ts';

type Entry = {
  readonly item: MonitoredItem;
  readonly live: LiveValue;
  /** Simulated instant from which on the next sample is taken. */
  dueMs: number;
  hasInitialValue: boolean;
  /** The last sample that was a change. */
  last: Sample | undefined;
  /** Changes since the last flush: at least the newest that the item's queue can hold. */
  pending: Sample[];
  hasLost: boolean;
};

/**
 * Takes the samples of monitored items at the steps of the model, in simulated time, where the
 * library would take them by timers in real time: also a jump of an hour in lock-step puts every
 * step that is due into the queues, with its own timestamp. Samples are collected while the model
 * steps and given to the library when it stands, because that costs fifty times more than a sample.
 */
export class MonitoredFeed {
  readonly #values: LiveValues;
  readonly #nowMs: () => number;
  readonly #entries = new Map<MonitoredItem, Entry>();
  #isFlushDue = false;

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
      last: undefined,
      pending: [],
      hasLost: false,
    });
  }

  detach(item: MonitoredItem): void {
    this.#entries.delete(item);
  }

  /** Gives up the items of a variable that is about to go, each with room for one last notification. */
  release(id: string): void {
    this.flush();
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
      if (nowMs >= entry.dueMs) collect(entry, nowMs);
    }
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(() => this.flush());
  }

  /** Samples all items, because the values have moved on while they were held. */
  catchUp(): void {
    const nowMs = this.#nowMs();
    for (const entry of this.#entries.values()) collect(entry, nowMs);
    this.flush();
  }

  /** Puts what was collected into the queues of the items. */
  flush(): void {
    this.#isFlushDue = false;
    for (const entry of this.#entries.values()) {
      if (entry.item.node === null) this.#entries.delete(entry.item);
      else if (entry.pending.length > 0) flushEntry(entry);
    }
  }
}

const collect = (entry: Entry, nowMs: number): void => {
  const { item, live, last } = entry;
  entry.dueMs += item.samplingInterval;
  if (entry.dueMs <= nowMs) entry.dueMs = nowMs + item.samplingInterval;
  if (item.monitoringMode === MonitoringMode.Disabled || !hasInitialValue(entry)) return;
  const value = live.read();
  const isUncertain = live.isUncertain?.() ?? false;
  const isSame = last !== undefined && value === last.value && isUncertain === last.isUncertain;
  if (isSame && !reportsTimestamps(item)) return;
  entry.last = takeSample(live);
  entry.pending.push(entry.last);
  if (!keepsNewest(item)) {
    flushEntry(entry);
  } else if (entry.pending.length >= 2 * item.queueSize) {
    entry.pending.splice(0, entry.pending.length - item.queueSize);
    entry.hasLost = true;
  }
};

/** Before the library has read the first value, a sample would be put before it. */
const hasInitialValue = (entry: Entry): boolean => {
  entry.hasInitialValue ||= !entry.item.oldDataValue.statusCode.equals(
    StatusCodes.BadDataUnavailable,
  );
  return entry.hasInitialValue;
};

const reportsTimestamps = ({ filter }: MonitoredItem): boolean =>
  filter instanceof DataChangeFilter && filter.trigger === DataChangeTrigger.StatusValueTimestamp;

/** Whether the newest changes alone decide what the queue holds in the end. */
const keepsNewest = ({ filter, discardOldest }: MonitoredItem): boolean =>
  discardOldest &&
  !(filter instanceof DataChangeFilter && filter.deadbandType !== DeadbandType.None);

const flushEntry = (entry: Entry): void => {
  const { item, live, pending } = entry;
  const surplus = Math.max(0, pending.length - item.queueSize);
  const hasLost = entry.hasLost || surplus > 0;
  entry.pending = [];
  entry.hasLost = false;
  for (const sample of pending.slice(surplus)) record(item, toDataValue(live, sample));
  if (hasLost && item.queueSize > 1) markOverflow(item, 0);
};

/**
 * Records a sample and keeps the queue's bound here: the library can set the overflow bit only
 * on a Good value and throws on another.
 */
const record = (item: MonitoredItem, value: Parameters<MonitoredItem['recordValue']>[0]): void => {
  const { queueSize } = item;
  if (queueSize === 1) {
    item.recordValue(value, false);
    return;
  }
  item.queueSize = queueSize + 1;
  item.recordValue(value, false);
  item.queueSize = queueSize;
  if (item.queue.length <= queueSize) return;
  const place = item.discardOldest ? 0 : queueSize - 1;
  item.queue.splice(place, 1);
  markOverflow(item, place);
};

/** Sets Overflow and InfoType DataValue (OPC 10000-4 §7.39.1). */
const markOverflow = (item: MonitoredItem, place: number): void => {
  const notification = item.queue[place];
  if (!(notification instanceof MonitoredItemNotification)) return;
  const { value } = notification;
  item.overflow = true;
  value.statusCode = StatusCode.makeStatusCode(value.statusCode, 'Overflow | InfoTypeDataValue');
};
