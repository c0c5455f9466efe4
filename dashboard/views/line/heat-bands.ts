import type { Band } from '../../line/bar-scale.ts';
import type { Seam } from '../../line/use-line.ts';

const roomAbove = 1.25;

/** The band of a seam's own procedure. */
export const heatBandOf = ({ bands }: Pick<Seam, 'bands'>): Band => bands['arcEnergy'] ?? {};

/** Where the bars of all seams end: one scale, so that they can be compared. */
export const heatScaleTo = (seams: readonly Pick<Seam, 'bands'>[]): number => {
  const maxima = seams.flatMap((seam) => heatBandOf(seam).maximum ?? []);
  return roomAbove * (maxima.length === 0 ? 1 : Math.max(...maxima));
};
