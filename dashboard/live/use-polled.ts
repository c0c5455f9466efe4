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

/** What got no answer is asked again before a long period is over. */
const retryMs = 5000;
const soonerMs = (periodMs: number): number => Math.min(periodMs, retryMs);

/**
 * Asks the same again and again while a view is there, beginning the period when the answer has come. Asked for something
 * else, or at once, while a question is under way, it asks next as soon as that has its answer: however often that is, there
 * are answers. A path of undefined asks nothing.
 * @param subject what the answer is about: of another one no answer is kept
 */
export const usePolled = <Answer>(
  path: () => string | undefined,
  periodMs = 2000,
  subject: () => unknown = () => undefined,
): Polled<Answer> => {
  const answer: Ref<Answer | undefined> = shallowRef();
  const failure = ref<unknown>();
  const abort = new AbortController();
  const { signal } = abort;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isAsking = false;
  let isWaiting = false;
  const refresh = (): void => {
    clearTimeout(timer);
    if (isAsking) {
      isWaiting = true;
      return;
    }
    const asked = path();
    if (asked === undefined) return;
    isAsking = true;
    isWaiting = false;
    const about = subject();
    ask<Answer>(asked, { signal })
      .then(
        (next) => {
          if (subject() !== about) return;
          answer.value = next;
          failure.value = undefined;
        },
        (error: unknown) => {
          if (subject() === about) failure.value = error;
        },
      )
      .finally(() => {
        isAsking = false;
        if (signal.aborted) return;
        if (isWaiting) refresh();
        else
          timer = setTimeout(refresh, failure.value === undefined ? periodMs : soonerMs(periodMs));
      });
  };
  watch(subject, () => {
    answer.value = undefined;
    failure.value = undefined;
  });
  watch(path, refresh, { immediate: true });
  onScopeDispose(() => {
    clearTimeout(timer);
    abort.abort();
  });
  return { answer: readonly(answer) as Readonly<Ref<Answer | undefined>>, failure, refresh };
};
