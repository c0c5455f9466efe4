import { onScopeDispose, type Ref, reactive, readonly, ref, shallowRef, watch } from 'vue';
import { ask } from '../../api/client.ts';
import type { PanelList } from '../../api/types.ts';
import { dayStartMs } from '../../components/day-start.ts';

/** As people fill it in; empty asks for nothing. */
export type PanelFilter = {
  text: string;
  /** Days of the site, `2024-06-20`. */
  from: string;
  to: string;
  heat: string;
  spool: string;
  wps: string;
  order: string;
};

export type FoundPanel = PanelList['panels'][number];

export type PanelSearch = {
  readonly filter: PanelFilter;
  readonly panels: Readonly<Ref<readonly FoundPanel[]>>;
  /** Whether older ones may be asked for. */
  readonly isMore: Readonly<Ref<boolean>>;
  readonly isAsking: Readonly<Ref<boolean>>;
  readonly failure: Readonly<Ref<unknown>>;
  askMore(): void;
};

const pageLength = 25;
const typingMs = 300;
const refreshMs = 10_000;

export const queryOf = (filter: PanelFilter, timeZone: string): URLSearchParams => {
  const query = new URLSearchParams({ limit: String(pageLength) });
  for (const name of ['text', 'heat', 'spool', 'wps', 'order'] as const) {
    const value = filter[name].trim();
    if (value !== '') query.set(name, value);
  }
  const fromMs = dayStartMs(filter.from, timeZone);
  const toMs = dayStartMs(filter.to, timeZone, 1);
  if (fromMs !== undefined) query.set('fromMs', String(fromMs));
  if (toMs !== undefined) query.set('toMs', String(toMs));
  return query;
};

/** Finds panels while somebody fills in the filter; the newest are asked for again and again, until older ones are looked at. */
export const usePanelSearch = (timeZone: string): PanelSearch => {
  const filter = reactive<PanelFilter>({
    ...{ text: '', from: '', to: '', heat: '', spool: '', wps: '', order: '' },
  });
  const panels = shallowRef<readonly FoundPanel[]>([]);
  const next = ref<number | null>(null);
  const isAsking = ref(false);
  const isMore = ref(false);
  const failure = ref<unknown>();
  let abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const question = (isFurther: boolean): string => {
    const query = queryOf(filter, timeZone);
    if (isFurther && next.value !== null) query.set('beforePanel', String(next.value));
    return `api/v1/panels?${query}`;
  };
  const askPage = async (isFurther: boolean): Promise<void> => {
    clearTimeout(timer);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    isAsking.value = true;
    try {
      const page = await ask<PanelList>(question(isFurther), { signal });
      panels.value = isFurther ? [...panels.value, ...page.panels] : page.panels;
      next.value = page.nextBeforePanel;
      isMore.value = next.value !== null;
      failure.value = undefined;
    } catch (error) {
      if (signal.aborted) return;
      failure.value = error;
    }
    isAsking.value = false;
    if (panels.value.length <= pageLength) timer = setTimeout(() => void askPage(false), refreshMs);
  };
  watch(
    filter,
    () => {
      clearTimeout(timer);
      timer = setTimeout(() => void askPage(false), typingMs);
    },
    { flush: 'sync' },
  );
  void askPage(false);
  onScopeDispose(() => {
    clearTimeout(timer);
    abort.abort();
  });
  return {
    ...{ filter, panels },
    ...{ isMore: readonly(isMore), isAsking: readonly(isAsking), failure: readonly(failure) },
    askMore: () => void askPage(true),
  };
};
