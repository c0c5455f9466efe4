import type { EntryBatch } from '../core/entry.ts';
import { absentStatus, isBad, isLastUsable } from '../core/quality.ts';
import type { Conversion } from '../hot-path/units.ts';
import type { GroupRole } from './group-roles.ts';
import type { RecordedDeformation } from './panel-record.ts';

/** A frame of the profile behind the arcs. Undefined: the frame says nothing of it; NaN: what it says is of no use. */
export type ProfileFrame = {
  readonly placeMm: number | undefined;
  readonly heightsMm: readonly (number | undefined)[];
};

/** More profiles are not taken: 25.6 m at one each 50 mm, as with the KPIs over them. */
const mostProfiles = 512;
/** The profile is taken behind the arcs; what stands further on is the last one of the panel before. */
const aheadMm = 100;

export const profileFrame = (
  batch: EntryBatch,
  index: number,
  { place, heights }: Extract<GroupRole, { kind: 'profile' }>,
): ProfileFrame => {
  const from = batch.offset[index] as number;
  const length = (batch.offset[index + 1] as number) - from;
  const read = ({ channel, multiply, divide }: Conversion & { readonly channel: number }) => {
    const status = channel < length ? (batch.status[from + channel] as number) : absentStatus;
    if (status === absentStatus) return undefined;
    if (isBad(status) || isLastUsable(status)) return Number.NaN;
    return ((batch.values[from + channel] as number) * multiply) / divide;
  };
  return { placeMm: read(place), heightsMm: heights.map(read) };
};

/** The profiles of one panel, each once, although a machine shows one until it takes the next. */
export class DeformationCollector {
  readonly #positionMm: number[] = [];
  readonly #heightsMm: (number | null)[][] = [];
  /** As last told: a height that comes on change and did not change is still true. */
  #current: (number | null)[] = [];
  #placeMm: number | undefined;

  add({ placeMm, heightsMm }: ProfileFrame, furthestMm: number | null): void {
    const isNew = placeMm !== undefined && placeMm !== this.#placeMm;
    if (isNew) {
      this.#keep();
      const isOfPanel =
        Number.isFinite(placeMm) &&
        placeMm <= (furthestMm ?? 0) + aheadMm &&
        placeMm > (this.#positionMm.at(-1) ?? Number.NEGATIVE_INFINITY);
      this.#placeMm = isOfPanel ? placeMm : undefined;
    }
    for (const [column, height] of heightsMm.entries()) {
      if (height === undefined) continue;
      this.#current[column] = Number.isFinite(height) ? height : null;
    }
  }

  /** What there is so far; nothing without a profile. */
  recorded(): { readonly deformation?: RecordedDeformation } {
    const positionMm = [...this.#positionMm];
    const heightsMm = this.#heightsMm.map((heights) => [...heights]);
    if (this.#placeMm !== undefined && positionMm.length < mostProfiles) {
      positionMm.push(this.#placeMm);
      heightsMm.push(this.#filled());
    }
    return positionMm.length === 0 ? {} : { deformation: { positionMm, heightsMm } };
  }

  /** The profile is complete when the next one begins. */
  #keep(): void {
    if (this.#placeMm === undefined || this.#positionMm.length >= mostProfiles) return;
    this.#positionMm.push(this.#placeMm);
    this.#heightsMm.push(this.#filled());
  }

  #filled(): (number | null)[] {
    return Array.from(this.#current, (height) => height ?? null);
  }
}
