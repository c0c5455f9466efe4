import type { PanelRecord, RecordedDeformation, RecordedSeam } from './panel-record.ts';
import { type ProductFootprint, productFootprint } from './product-footprint.ts';

/** Raised whenever something else is a fact of the same record: what was kept is made again then. */
export const factsVersion = 2;

/** What figures over many panels need of one record. Times are UTC epoch ms. */
export type PanelFacts = {
  readonly id: string;
  readonly panelId: string | null;
  readonly line: string;
  readonly simulated: boolean;
  readonly startMs: number;
  readonly endMs: number;
  /** All seams together, as far as it was seen; null where no seam tells it. */
  readonly weldM: number | null;
  /** The same with the part of the panel that was not seen, reckoned to be welded like the rest. */
  readonly wholeWeldM: number | null;
  /** At least so much of it with valid samples of vision and of the profile; what was not seen has none. */
  readonly inspectedM: number | null;
  readonly deformationMm: number | null;
  /** Left of what the contract allows; below 0 it is exceeded. */
  readonly deformationMarginMm: number | null;
  readonly unmannedPercent: number | null;
  /** Arc time that `unmannedPercent` is a share of. */
  readonly arcHours: number | null;
  /** What was decided on it; null while nobody has. */
  readonly status: 'released' | 'hold' | 'scrap' | null;
  readonly netMassKg: number | null;
  /** Null where its line does not count its carbon. */
  readonly footprint: Pick<ProductFootprint, 'parts'> | null;
};

/** Profiles further apart than three of their usual distances leave a gap. */
const profileGaps = 3;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** A stretch along the panel, mm; `unseenMm` of it passed unseen. */
export type SeenStretch = {
  readonly fromMm: number;
  readonly toMm: number;
  readonly unseenMm: number;
};

/** Where the gateway saw the panel pass: not before the first position, nor where the position jumped. */
export const seenStretch = ({
  positionMm,
  marks,
}: Pick<PanelRecord, 'positionMm' | 'marks'>): SeenStretch => {
  const jumps = marks.find(({ code }) => code === 'position-jumped');
  return {
    fromMm: Math.max(0, positionMm.first ?? 0),
    toMm: positionMm.maximum ?? 0,
    unseenMm: (jumps?.count ?? 0) * (jumps?.mostMm ?? 0),
  };
};

const seenMm = ({ fromMm, toMm, unseenMm }: SeenStretch): number =>
  Math.max(0, toMm - fromMm - unseenMm);

/** Share of what was seen of the panel along which there are profiles. */
export const profileShare = (
  { positionMm, heightsMm }: RecordedDeformation,
  stretch: SeenStretch,
): number => {
  const usable = positionMm.filter((_, index) =>
    (heightsMm[index] ?? []).some((height) => height !== null),
  );
  const steps = usable.slice(1).map((place, index) => place - (usable[index] ?? 0));
  if (steps.length === 0 || seenMm(stretch) <= 0) return 0;
  const most = profileGaps * median(steps);
  const covered = steps.reduce((total, step) => total + (step <= most ? step : 0), 0);
  const [first = 0, last = 0] = [usable[0], usable.at(-1)];
  // A profile stands for what lies around it, at both ends, too.
  const { fromMm, toMm } = stretch;
  const atEnds = [first - fromMm, toMm - last].map((end) => Math.max(0, Math.min(end, most)));
  return Math.min(1, (covered + (atEnds[0] ?? 0) + (atEnds[1] ?? 0)) / seenMm(stretch));
};

const numberOf = (
  results: readonly { readonly point: string; readonly value: number | string | null }[],
  point: string,
): number | null => {
  const value = results.find((result) => result.point === point)?.value;
  return typeof value === 'number' ? value : null;
};

/**
 * Vision and profile are known each by itself: where both were valid at once, at least this much is. A time in which nothing was
 * measured with the arc on lessens both the weld and the share of vision.
 */
const inspectedOf = (seam: RecordedSeam, profile: number): number | null => {
  const weldM = numberOf(seam.results, 'weldLength');
  const vision = seam.results.find(({ point }) => point === 'trackingRms')?.coverage ?? null;
  return weldM === null || vision === null ? null : weldM * Math.max(0, vision + profile - 1);
};

const sumKnown = (values: readonly (number | null)[]): number | null =>
  values.length === 0 || values.includes(null)
    ? null
    : values.reduce((total: number, value) => total + (value ?? 0), 0);

const footprintOf = (record: PanelRecord): PanelFacts['footprint'] =>
  numberOf(record.results, 'panelCarbon') === null
    ? null
    : { parts: productFootprint(record).parts };

export const panelFacts = (id: string, record: PanelRecord): PanelFacts => {
  const { panelId, line, simulated, time, seams, results, deformation, production } = record;
  const stretch = seenStretch(record);
  const profile = deformation === undefined ? null : profileShare(deformation, stretch);
  const inspected = profile === null ? [null] : seams.map((seam) => inspectedOf(seam, profile));
  const disposition = production?.disposition ?? null;
  const weldM = sumKnown(seams.map((seam) => numberOf(seam.results, 'weldLength')));
  const isSeen = weldM !== null && seenMm(stretch) > 0;
  const arcMinutes = numberOf(results, 'unmannedRatio.arcTime');
  return {
    ...{ id, panelId, line, simulated, startMs: time.startMs, endMs: time.endMs, weldM },
    wholeWeldM: isSeen ? (weldM * stretch.toMm) / seenMm(stretch) : null,
    inspectedM: sumKnown(inspected),
    deformationMm: numberOf(results, 'deformation'),
    deformationMarginMm: numberOf(results, 'deformation.margin'),
    unmannedPercent: numberOf(results, 'unmannedRatio'),
    arcHours: arcMinutes === null ? null : arcMinutes / 60,
    status: disposition?.status ?? null,
    netMassKg: disposition?.netMassKg ?? null,
    footprint: footprintOf(record),
  };
};
