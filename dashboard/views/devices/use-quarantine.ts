import { type Ref, ref } from 'vue';
import { ask } from '../../api/client.ts';
import type { DropOutcome, QuarantinedEntry, RetryOutcome } from '../../api/types.ts';
import { type Polled, usePolled } from '../../live/use-polled.ts';

/** At most so many are shown and handled at once. */
const pageEntries = 100;

export type Quarantine = Polled<readonly QuarantinedEntry[]> & {
  /** What became of the last request. */
  readonly outcome: Readonly<
    Ref<
      | { readonly kind: 'retried'; readonly delivered: number; readonly refused: number }
      | { readonly kind: 'dropped'; readonly count: number }
      | { readonly kind: 'failed'; readonly failure: unknown }
      | undefined
    >
  >;
  readonly isBusy: Readonly<Ref<boolean>>;
  retry(ids: readonly number[]): Promise<void>;
  drop(ids: readonly number[]): Promise<void>;
};

/** What one sink refused, and what may be done about it. */
export const useQuarantine = (sinkId: string): Quarantine => {
  const path = `api/v1/sinks/${encodeURIComponent(sinkId)}/quarantine`;
  const entries = usePolled<readonly QuarantinedEntry[]>(() => `${path}?limit=${pageEntries}`);
  const outcome: Quarantine['outcome'] & Ref = ref();
  const isBusy = ref(false);
  const handle = async (work: () => Promise<unknown>): Promise<void> => {
    isBusy.value = true;
    try {
      outcome.value = await work();
    } catch (failure) {
      outcome.value = { kind: 'failed', failure };
    } finally {
      isBusy.value = false;
      entries.refresh();
    }
  };
  return {
    ...entries,
    ...{ outcome, isBusy },
    retry: (ids) =>
      handle(async () => {
        const body = { ids };
        const { delivered, refused } = await ask<RetryOutcome>(`${path}/retry`, {
          method: 'POST',
          body,
        });
        return { kind: 'retried', delivered, refused: refused.length };
      }),
    drop: (ids) =>
      handle(async () => {
        const { dropped } = await ask<DropOutcome>(`${path}/drop`, {
          method: 'POST',
          body: { ids },
        });
        return { kind: 'dropped', count: dropped };
      }),
  };
};
