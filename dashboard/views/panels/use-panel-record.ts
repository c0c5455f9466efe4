import { onScopeDispose, type Ref, readonly, ref, shallowRef, watch } from 'vue';
import type { z } from 'zod';
import type { panelFootprint } from '../../../gateway/api/footprint-contract.ts';
import { ask } from '../../api/client.ts';
import type { PanelBins, PanelRecord } from '../../api/types.ts';
import { binStateOf } from '../../line/bin-state.ts';
import { StripModel } from '../../line/strip-model.ts';
import { binColumns } from '../../line/use-panel-in-progress.ts';
import type { RecordBody } from './record-types.ts';

export type Footprint = z.infer<typeof panelFootprint>;

export type FoundRecord = Omit<PanelRecord, 'record'> & { readonly record: RecordBody };

export type RecordAsked = {
  readonly found: Readonly<Ref<FoundRecord | undefined>>;
  readonly footprint: Readonly<Ref<Footprint | undefined>>;
  readonly failure: Readonly<Ref<unknown>>;
  readonly strip: StripModel;
  /** Of how many seams the bins have come. */
  readonly stripSeams: Readonly<Ref<number>>;
};

const numbers = (bins: PanelBins, name: string): readonly (number | null)[] => {
  const column = bins.columns.find(({ point }) => point === name);
  return (column?.values ?? []).map((value) => (typeof value === 'number' ? value : null));
};

/** A seam's bins of a record as the strip takes them. */
export const laneOf = (seam: string, bins: PanelBins) => {
  const [lengths, arcs, losts, deviations] = [
    ...['bin.length', 'bin.arcOnLength', 'bin.lostLength', 'bin.wpsDeviations'],
  ].map((name) => numbers(bins, name));
  const state = bins.timeMs.map((_, row) =>
    binStateOf({
      lengthMm: lengths?.[row] ?? null,
      arcOnMm: arcs?.[row] ?? null,
      lostMm: losts?.[row] ?? null,
      deviations: deviations?.[row] ?? null,
    }),
  );
  const columns = bins.columns.filter(({ point }) => binColumns.some((name) => name === point));
  return { seam, fromRow: 0, positionMm: numbers(bins, 'bin.position'), state, columns };
};

/** Of how many seams the bins can come: a record may have seams without any. */
export const seamsWithBins = ({ seams }: Pick<RecordBody, 'seams'>): number =>
  seams.filter(({ bins }) => bins !== null).length;

/** A record with its footprint, then the bins of its seams one after the other: they are by far the most of it. */
export const usePanelRecord = (
  id: () => string,
  revision: () => number | undefined,
): RecordAsked => {
  const found = shallowRef<FoundRecord>();
  const footprint = shallowRef<Footprint>();
  const failure = ref<unknown>();
  const stripSeams = ref(0);
  const strip = new StripModel();
  let abort = new AbortController();

  const load = async (signal: AbortSignal): Promise<void> => {
    const base = `api/v1/panels/${encodeURIComponent(id())}`;
    const asked = revision();
    const query = asked === undefined ? '' : `?revision=${asked}`;
    const [record, footprintOf] = await Promise.all([
      ask<FoundRecord>(`${base}${query}`, { signal }),
      ask<Footprint>(`${base}/footprint${query}`, { signal }),
    ]);
    found.value = record;
    footprint.value = footprintOf;
    for (const { seam, bins } of record.record.seams) {
      if (bins === null) continue;
      const own = await ask<PanelBins>(`${base}/bins/${encodeURIComponent(seam)}${query}`, {
        signal,
      });
      strip.apply([laneOf(seam, own)], false);
      stripSeams.value += 1;
    }
  };
  watch(
    [id, revision],
    () => {
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      // Nothing of another panel or revision stands where this one may not come.
      found.value = undefined;
      footprint.value = undefined;
      strip.apply([], true);
      stripSeams.value = 0;
      failure.value = undefined;
      load(signal).catch((error: unknown) => {
        if (!signal.aborted) failure.value = error;
      });
    },
    { immediate: true },
  );
  onScopeDispose(() => abort.abort());
  return {
    found: readonly(found) as RecordAsked['found'],
    footprint: readonly(footprint) as RecordAsked['footprint'],
    ...{ failure, strip, stripSeams },
  };
};
