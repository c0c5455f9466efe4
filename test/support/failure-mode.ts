/** Where failures begin, mm: all is settled, and charts have begun. */
export const onsetMm = 1000;
/** Where the longest stretch ends, mm. */
export const stretchMm = 4000;

export type FailureMode = {
  readonly mode: string;
  readonly fault: Readonly<Record<string, unknown>>;
  /** Where the panel is looked at from, mm: where the failure begins. */
  readonly fromMm: number;
  readonly toMm: number;
  readonly seams: readonly string[];
  /** Points that must leave their band on every one of the seams, and within how many mm. */
  readonly moves: Readonly<Record<string, number>>;
  /** The same of the line. */
  readonly lineMoves?: Readonly<Record<string, number>>;
  /** KPIs of these seams that may move as well, by what the failure does to the weld. */
  readonly coupled: readonly string[];
  readonly lineCoupled?: readonly string[];
};

/** A mode that begins at the onset and is looked at for 700 mm, unless told. */
export const inMode = (
  mode: string,
  fault: Readonly<Record<string, unknown>>,
  more: Pick<FailureMode, 'seams' | 'moves' | 'coupled'> & Partial<FailureMode>,
): FailureMode => ({
  ...{ mode, fromMm: onsetMm, toMm: onsetMm + 700, ...more },
  fault: { fromMm: onsetMm, ...fault },
});
