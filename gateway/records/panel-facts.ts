import type { PanelRecord, RecordedDeformation, RecordedSeam } from './panel-record.ts';

/** What figures over many panels need of one record. Times are UTC epoch ms. */
export type PanelFacts = {
  readonly id: string;
  readonly panelId: string | null;
  readonly line: string;
  readonly simulated: boolean;
  readonly startMs: number;
  readonly endMs: number;
  /** All seams together; null where no seam tells it. */
  readonly weldM: number | null;
  /** Of it, at least so much with valid samples of vision and of the profile. */
  readonly inspectedM: number | null;
  readonly deformationMm: number | null;
  /** Left of what the contract allows; below 0 it is exceeded. */
  readonly deformationMarginMm: number | null;
  readonly unmannedPercent: number | null;
  /** What was decided on it; null while nobody has. */
  readonly status: 'released' | 'hold' | 'scrap' | null;
  readonly netMassKg: number | null;
};

/** Profiles further apart than three of their usual distances leave a gap. */
const profileGaps = 3;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Share of the panel's length along which there are profiles. */
export const profileShare = (
  { positionMm, heightsMm }: RecordedDeformation,
  lengthMm: number,
): number => {
  const usable = positionMm.filter((_, index) =>
    (heightsMm[index] ?? []).some((height) => height !== null),
  );
  const steps = usable.slice(1).map((place, index) => place - (usable[index] ?? 0));
  if (steps.length === 0 || lengthMm <= 0) return 0;
  const most = profileGaps * median(steps);
  const covered = steps.reduce((total, step) => total + (step <= most ? step : 0), 0);
  const [first = 0, last = 0] = [usable[0], usable.at(-1)];
  // A profile stands for what lies around it, at both ends, too.
  const atEnds = Math.min(first, most) + Math.max(0, Math.min(lengthMm - last, most));
  return Math.min(1, (covered + atEnds) / lengthMm);
};

const numberOf = (
  results: readonly { readonly point: string; readonly value: number | string | null }[],
  point: string,
): number | null => {
  const value = results.find((result) => result.point === point)?.value;
  return typeof value === 'number' ? value : null;
};

/** Vision and profile are known each by itself: where both were valid at once, at least this much is. */
const inspectedOf = (seam: RecordedSeam, profile: number): number | null => {
  const weldM = numberOf(seam.results, 'weldLength');
  const vision = seam.results.find(({ point }) => point === 'trackingRms')?.coverage ?? null;
  return weldM === null || vision === null ? null : weldM * Math.max(0, vision + profile - 1);
};

const sumKnown = (values: readonly (number | null)[]): number | null =>
  values.length === 0 || values.includes(null)
    ? null
    : values.reduce((total: number, value) => total + (value ?? 0), 0);

export const panelFacts = (id: string, record: PanelRecord): PanelFacts => {
  const { panelId, line, simulated, time, seams, results, deformation, production } = record;
  const profile =
    deformation === undefined ? null : profileShare(deformation, record.positionMm.maximum ?? 0);
  const inspected = profile === null ? [null] : seams.map((seam) => inspectedOf(seam, profile));
  const disposition = production?.disposition ?? null;
  return {
    ...{ id, panelId, line, simulated, startMs: time.startMs, endMs: time.endMs },
    weldM: sumKnown(seams.map((seam) => numberOf(seam.results, 'weldLength'))),
    inspectedM: sumKnown(inspected),
    deformationMm: numberOf(results, 'deformation'),
    deformationMarginMm: numberOf(results, 'deformation.margin'),
    unmannedPercent: numberOf(results, 'unmannedRatio'),
    status: disposition?.status ?? null,
    netMassKg: disposition?.netMassKg ?? null,
  };
};
