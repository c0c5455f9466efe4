import { onScopeDispose, type Ref, readonly, ref, shallowRef, watch } from 'vue';
import { ask, RequestFailure } from '../api/client.ts';
import type { PanelInProgress } from '../api/types.ts';
import type { FollowState } from './follow-note.ts';
import { StripModel } from './strip-model.ts';

/** Of the bins, what the cursor shows. */
export const binColumns = [
  'bin.current.mean',
  'bin.voltage.mean',
  'bin.heatInput',
  'bin.gap.maximum',
  'bin.trackingError.maximum',
  'bin.gasFlow.mean',
] as const;

/** A bin of 10 mm closes each 0.75 s at 0.8 m/min. */
const periodMs = 1000;

/** Without its rows, which go into the strip. */
export type Progress = Omit<PanelInProgress, 'seams'>;

export type PanelFollowing = {
  readonly progress: Readonly<Ref<Progress | undefined>>;
  readonly strip: StripModel;
  /** `none`: there is no panel under the torches yet. */
  readonly state: Readonly<Ref<FollowState>>;
};

/** Follows the panel under the torches: all of it at first, then only the bins that closed since. */
export const usePanelInProgress = (linePath: () => string | undefined): PanelFollowing => {
  const progress = shallowRef<Progress>();
  const state = ref<FollowState>('asking');
  const strip = new StripModel();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let abort = new AbortController();
  let throughSeq = 0;

  const take = ({ seams, ...rest }: PanelInProgress): void => {
    throughSeq = rest.throughSeq;
    const hasRows = seams.some(({ timeMs }) => timeMs.length > 0);
    if (rest.isWhole || hasRows) strip.apply(seams, rest.isWhole);
    progress.value = rest;
    state.value = 'there';
  };
  const clear = (): void => {
    throughSeq = 0;
    progress.value = undefined;
    strip.apply([], true);
  };
  /** What is known stays to be seen while there is no answer, and goes with the panel. */
  const fail = (error: unknown): void => {
    const isNone = error instanceof RequestFailure && error.status === 404;
    state.value = isNone ? 'none' : 'failed';
    if (isNone) clear();
    throughSeq = 0;
  };
  const follow = (path: string, signal: AbortSignal): void => {
    const address = `api/v1/lines/${encodeURIComponent(path)}/panel-in-progress?afterSeq=${throughSeq}&columns=${binColumns.join(',')}`;
    ask<PanelInProgress>(address, { signal })
      .then(
        (answer) => {
          if (!signal.aborted) take(answer);
        },
        (error: unknown) => {
          if (!signal.aborted) fail(error);
        },
      )
      .finally(() => {
        if (signal.aborted) return;
        const isMore = state.value === 'there' && progress.value?.isMore === true;
        timer = setTimeout(() => follow(path, signal), isMore ? 0 : periodMs);
      });
  };
  const end = (): void => {
    clearTimeout(timer);
    abort.abort();
  };
  watch(
    linePath,
    (path) => {
      end();
      abort = new AbortController();
      clear();
      state.value = 'asking';
      if (path !== undefined) follow(path, abort.signal);
    },
    { immediate: true },
  );
  onScopeDispose(end);
  return {
    progress: readonly(progress) as PanelFollowing['progress'],
    strip,
    state: readonly(state),
  };
};
