type Row = {
  readonly lengthMm: number | null;
  readonly arcOnMm: number | null;
  readonly lostMm: number | null;
  readonly deviations: number | null;
};

/**
 * The state of a bin as the gateway gives it of a panel in progress: 0 conforming, 1 out of the procedure, 2 seam lost, 3 arc out,
 * 4 not measured, 5 not judged for want of bands. What is worse goes first; a bin is what at least half of it is, as in the dossier.
 */
export const binStateOf = ({
  lengthMm,
  arcOnMm,
  lostMm,
  deviations,
}: Row): 0 | 1 | 2 | 3 | 4 | 5 => {
  if (arcOnMm === null || lengthMm === null) return 4;
  if (arcOnMm < lengthMm / 2) return 3;
  if (lostMm !== null && lostMm >= lengthMm / 2) return 2;
  if (deviations === null) return 5;
  return deviations > 0 ? 1 : 0;
};
