import { type Ref, ref, shallowRef } from 'vue';
import { ask } from '../../api/client.ts';
import type { AuditLog, AuditState } from '../../api/types.ts';

const pageEntries = 50;

/** The audit log from its newest entry back, a page at a time, and whether its chain holds. */
export const useAudit = (): {
  readonly entries: Readonly<Ref<AuditLog['entries']>>;
  readonly state: Readonly<Ref<AuditState | undefined>>;
  readonly hasMore: Readonly<Ref<boolean>>;
  readonly failure: Readonly<Ref<unknown>>;
  more(): Promise<void>;
} => {
  const entries = shallowRef<AuditLog['entries']>([]);
  const state = shallowRef<AuditState>();
  const hasMore = ref(true);
  const failure = ref<unknown>();
  let beforeSeq: number | null = null;
  const more = async (): Promise<void> => {
    try {
      const from = beforeSeq === null ? '' : `&beforeSeq=${beforeSeq}`;
      const [page, now] = await Promise.all([
        ask<AuditLog>(`api/v1/audit?limit=${pageEntries}${from}`),
        ask<AuditState>('api/v1/audit/state'),
      ]);
      entries.value = [...entries.value, ...page.entries];
      beforeSeq = page.nextBeforeSeq;
      hasMore.value = beforeSeq !== null;
      state.value = now;
      failure.value = undefined;
    } catch (error) {
      failure.value = error;
    }
  };
  void more();
  return { entries, state, hasMore, failure, more };
};
