import { onScopeDispose, type Ref, readonly, ref, shallowRef, watch } from 'vue';
import { ask } from '../api/client.ts';

export type Polled<Answer> = {
  /** Undefined until the first answer has come. */
  readonly answer: Readonly<Ref<Answer | undefined>>;
  /** Why the last question got no answer. */
  readonly failure: Readonly<Ref<unknown>>;
  /** Asks now, and from then on again after each period. */
  refresh(): void;
};

/**
 * Asks the same again and again while a view is there, beginning the period when the answer has come. A path that is a
 * function is asked anew when it changes; undefined asks nothing.
 */
export const usePolled = <Answer>(
  path: () => string | undefined,
  periodMs = 2000,
): Polled<Answer> => {
  const answer: Ref<Answer | undefined> = shallowRef();
  const failure = ref<unknown>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = new AbortController();
  const refresh = (): void => {
    clearTimeout(timer);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const asked = path();
    if (asked === undefined) return;
    ask<Answer>(asked, { signal })
      .then(
        (next) => {
          if (signal.aborted) return;
          answer.value = next;
          failure.value = undefined;
        },
        (error: unknown) => {
          if (!signal.aborted) failure.value = error;
        },
      )
      .finally(() => {
        if (!signal.aborted) timer = setTimeout(refresh, periodMs);
      });
  };
  watch(path, refresh, { immediate: true });
  onScopeDispose(() => {
    clearTimeout(timer);
    abort.abort();
  });
  return { answer: readonly(answer) as Readonly<Ref<Answer | undefined>>, failure, refresh };
};
