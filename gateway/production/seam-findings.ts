import type { MessageOf, ProductionMessage } from './messages.ts';
import { inOrder } from './order-state.ts';

/** What inspections found of a seam of a panel. Times are UTC epoch ms. */
export type SeamFinding = {
  /** When it was inspected first. */
  readonly inspectedMs: number;
  /** When it was rejected or repaired first; null while it is good without repair. */
  readonly failedMs: number | null;
  /** How much of the seam was inspected, mm; null where nobody told it. */
  readonly lengthMm: number | null;
};

/** What inspections found of a panel. */
export type PanelFindings = {
  /** By the seam's name in small letters. */
  readonly seams: Readonly<Record<string, SeamFinding>>;
  /** Of each seam that is not named; null where nobody told of them, or not which of them was rejected. */
  readonly others: SeamFinding | null;
  /** When each defect was found first. */
  readonly defectsMs: readonly number[];
};

type Inspection = MessageOf<'inspection'>;

/** These look at every seam where they name none; a leg or a macro section without a seam is of none in particular. */
const wholePanelMethods: ReadonlySet<string> = new Set(['VT', 'PT', 'MT']);

const isOfWeld = ({ seam, method }: Inspection): boolean =>
  seam !== undefined || wholePanelMethods.has(method);

/**
 * The inspections that count, oldest first: one that a message of the same sender corrects does not, in whatever order they
 * came. A correction is decided no earlier than what it corrects.
 */
export const standingInspections = (
  messages: Iterable<ProductionMessage>,
): readonly Inspection[] => {
  const inspections = inOrder(messages).filter((message) => message.kind === 'inspection');
  const corrected = new Set(inspections.flatMap((one) => correctedBy(one, inspections) ?? []));
  return inspections.filter((one) => !corrected.has(one));
};

const correctedBy = (
  { source, id, corrects, time }: Inspection,
  inspections: readonly Inspection[],
): Inspection | undefined =>
  corrects === undefined || corrects === id
    ? undefined
    : inspections.find((one) => one.source === source && one.id === corrects && one.time <= time);

/** A correction is of when the inspection was made that it corrects, however many corrections there are between. */
const madeMs = (correction: Inspection, inspections: readonly Inspection[]): number => {
  let first = correction;
  // Corrections in a ring, all of one time, end here.
  for (let steps = 0; steps < inspections.length; steps++) {
    const before = correctedBy(first, inspections);
    if (before === undefined) break;
    first = before;
  }
  return first.time;
};

/**
 * What inspections found of one panel, a pure function of the set of messages about it. A later inspection that accepts makes
 * nothing good that an earlier one rejected: only a correction takes a rejection back. Undefined where no seam was inspected.
 */
export const findingsOf = (messages: readonly ProductionMessage[]): PanelFindings | undefined => {
  const told = inOrder(messages).filter((message) => message.kind === 'inspection');
  const inspections = standingInspections(told)
    .filter(isOfWeld)
    .map((one) => ({ ...one, time: madeMs(one, told) }));
  if (inspections.length === 0) return undefined;
  const repairs = inOrder(messages).filter((message) => message.kind === 'repair');
  const panelLengthMm = inOrder(messages)
    .filter((message) => message.kind === 'panelAssignment')
    .findLast(({ lengthMm }) => lengthMm !== undefined)?.lengthMm;
  const ofAll = inspections.filter(({ seam }) => seam === undefined);
  const seamOf = ({ seam }: { readonly seam?: string | undefined }) => seam?.toLowerCase();
  const named = new Set([...inspections, ...repairs].flatMap((one) => seamOf(one) ?? []));
  const isSomeSeamRejected = ofAll.some(({ result }) => result === 'rejected');
  const findingOf = (seam: string | undefined): SeamFinding | undefined => {
    const own = inspections.filter((one) => seamOf(one) === seam);
    const all = [...own, ...(seam === undefined ? [] : ofAll)];
    const failures = [...inspections.filter(({ result }) => result === 'rejected'), ...repairs]
      .filter((one) => seam !== undefined && seamOf(one) === seam)
      .map(({ time }) => time);
    // Of a panel that was rejected without a seam, none is known to be good.
    if (all.length === 0 || (isSomeSeamRejected && failures.length === 0)) return undefined;
    const lengths = all.flatMap(({ lengthMm }) => lengthMm ?? panelLengthMm ?? []);
    return {
      inspectedMs: Math.min(...all.map(({ time }) => time)),
      failedMs: failures.length === 0 ? null : Math.min(...failures),
      lengthMm: lengths.length < all.length ? null : Math.max(...lengths),
    };
  };
  return {
    seams: Object.fromEntries(
      [...named].sort().flatMap((seam) => {
        const finding = findingOf(seam);
        return finding === undefined ? [] : [[seam, finding]];
      }),
    ),
    others: findingOf(undefined) ?? null,
    defectsMs: defectsOf(inspections),
  };
};

/** What is rejected again at the same place, by whatever method, is the same defect. */
const defectsOf = (inspections: readonly Inspection[]): readonly number[] => {
  const found = new Map<string, number>();
  for (const { result, seam, positionMm, time } of inspections) {
    if (result !== 'rejected') continue;
    const place = JSON.stringify([seam?.toLowerCase() ?? null, positionMm ?? null]);
    found.set(place, Math.min(time, found.get(place) ?? time));
  }
  return [...found.values()];
};
