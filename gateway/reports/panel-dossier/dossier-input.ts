import type { ChainedRecord } from '../../records/protocol.ts';
import type { SeamPath } from './seam-path.ts';

export const dossierLanguages = ['zh', 'en'] as const;
export type DossierLanguage = (typeof dossierLanguages)[number];

/** All that a dossier is made of: the same input gives the same bytes. */
export type DossierInput = {
  readonly chained: ChainedRecord;
  readonly language: DossierLanguage;
  /** IANA zone in which instants are written. */
  readonly timeZone: string;
  /** Of the seams whose bins are at hand. */
  readonly paths: readonly SeamPath[];
};
