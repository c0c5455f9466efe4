import type { PanelRecord, RecordedSeam } from '../../records/panel-record.ts';
import type { DossierInput } from './dossier-input.ts';
import type { TimeFormat } from './formats.ts';
import type { Paper } from './paper.ts';
import type { Words } from './words.ts';

/** What every part of the dossier is written with. */
export type Sheet = DossierInput & {
  readonly paper: Paper;
  readonly record: PanelRecord;
  /** Those of the record, the front before the back. */
  readonly seams: readonly RecordedSeam[];
  readonly text: Words;
  readonly time: TimeFormat;
};

/** A table on paper takes no more rows; what is left out is said, and the record itself has it. */
export const mostRows = 200;

/** Seams as people write them: F01, not f01. */
export const seamName = (seam: string): string => seam.toUpperCase();

/** The front before the back, as a data sheet has them; seams of other names behind. */
const faces = 'FB';
const faceOf = (seam: string): number => {
  const face = faces.indexOf(seamName(seam).slice(0, 1));
  return face < 0 ? faces.length : face;
};

export const inOrder = <Seam extends { readonly seam: string }>(
  seams: readonly Seam[],
): readonly Seam[] =>
  seams.toSorted(
    (a, b) => faceOf(a.seam) - faceOf(b.seam) || (a.seam < b.seam ? -1 : a.seam > b.seam ? 1 : 0),
  );
