import {
  AttributeIds,
  type ClientSession,
  type ClientSubscription,
  DataChangeFilter,
  DataChangeTrigger,
  type DataValue,
  DeadbandType,
  TimestampsToReturn,
} from 'node-opcua-client';

const arrivalTimeoutMs = 8_000;

/** What arrives for one monitored item, to be awaited by count. */
export class Arrivals {
  readonly values: DataValue[] = [];
  readonly #wakers = new Set<() => void>();

  readonly add = (value: DataValue): void => {
    this.values.push(value);
    for (const wake of this.#wakers) wake();
  };

  async until(isReached: (values: readonly DataValue[]) => boolean): Promise<void> {
    const signal = AbortSignal.timeout(arrivalTimeoutMs);
    while (!isReached(this.values)) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#wakers.delete(wake);
          resolve();
        };
        this.#wakers.add(wake);
        signal.addEventListener('abort', wake, { once: true });
      });
    }
  }

  /** Source timestamps, UTC epoch ms; NaN where there is none. */
  get times(): number[] {
    return this.values.map(({ sourceTimestamp }) => sourceTimestamp?.getTime() ?? Number.NaN);
  }
}

/** A subscription that publishes each 100 ms. */
export const subscribe = (session: ClientSession): Promise<ClientSubscription> =>
  session.createSubscription2({
    requestedPublishingInterval: 100,
    requestedLifetimeCount: 600,
    requestedMaxKeepAliveCount: 5,
    maxNotificationsPerPublish: 0,
    publishingEnabled: true,
    priority: 1,
  });

type Watch = {
  readonly nodeId: string;
  readonly intervalMs: number;
  readonly queueSize?: number;
  /** Whether a new source timestamp alone is a change. */
  readonly reportsTimestamps?: boolean;
};

const everyTimestamp = new DataChangeFilter({
  trigger: DataChangeTrigger.StatusValueTimestamp,
  deadbandType: DeadbandType.None,
});

/** Watches a value; resolves when its first notification has come. */
export const watch = async (
  subscription: ClientSubscription,
  { nodeId, intervalMs, queueSize = 50, reportsTimestamps = false }: Watch,
): Promise<{ arrivals: Arrivals; revisedMs: number }> => {
  const arrivals = new Arrivals();
  const item = await subscription.monitor(
    { nodeId, attributeId: AttributeIds.Value },
    {
      samplingInterval: intervalMs,
      queueSize,
      discardOldest: true,
      ...(reportsTimestamps ? { filter: everyTimestamp } : {}),
    },
    TimestampsToReturn.Both,
  );
  item.on('changed', arrivals.add);
  await arrivals.until(({ length }) => length > 0);
  return { arrivals, revisedMs: item.result?.revisedSamplingInterval ?? Number.NaN };
};
