import type { MessageOf, ProductionMessage } from './messages.ts';
import { byRank, inOrder } from './order-state.ts';

export type Inspection = MessageOf<'inspection'>;

/** All that was told of one inspection, as it was told first and then its corrections: the last stands. */
export type InspectionTelling = readonly [...Inspection[], Inspection];

const keyOf = (source: string, id: string): string => JSON.stringify([source, id]);

type Place = {
  readonly one: Inspection;
  readonly root: Inspection;
  /** How many corrections it is away from the root. */
  readonly depth: number;
  /** No earlier than what it corrects, whatever its own clock said. */
  readonly fromMs: number;
};

/**
 * The inspections that messages about one panel tell. A correction is of the same sender; those of one inspection, directly or
 * by way of another correction, are one telling, of which the last stands, in whatever order they came.
 */
export const tellingsOf = (messages: Iterable<ProductionMessage>): readonly InspectionTelling[] => {
  const inspections = inOrder(messages).filter((message) => message.kind === 'inspection');
  const known = new Map(inspections.map((one) => [keyOf(one.source, one.id), one]));
  const tellings = new Map<Inspection, Place[]>();
  for (const one of inspections) {
    const place = placeOf(one, known);
    tellings.set(place.root, [...(tellings.get(place.root) ?? []), place]);
  }
  return [...tellings.values()].map((places) => {
    const sorted = places.toSorted(
      (a, b) => a.fromMs - b.fromMs || a.depth - b.depth || byRank(a.one, b.one),
    );
    return sorted.map(({ one }) => one) as unknown as InspectionTelling;
  });
};

const placeOf = (one: Inspection, known: ReadonlyMap<string, Inspection>): Place => {
  const way = [one];
  for (;;) {
    const { source, corrects } = way.at(-1) as Inspection;
    const next = corrects === undefined ? undefined : known.get(keyOf(source, corrects));
    const at = next === undefined ? -1 : way.indexOf(next);
    if (next !== undefined && at < 0) {
      way.push(next);
      continue;
    }
    // Journals of before rings were refused may have them: the first of one is its root.
    const root = at < 0 ? (way.at(-1) as Inspection) : (inOrder(way.slice(at))[0] as Inspection);
    const steps = way.slice(0, way.indexOf(root) + 1);
    const fromMs = Math.max(...steps.map(({ time }) => time));
    return { one, root, depth: steps.length - 1, fromMs };
  }
};

/** The inspections that count, oldest first. */
export const standingInspections = (messages: Iterable<ProductionMessage>): readonly Inspection[] =>
  inOrder(tellingsOf(messages).map((telling) => telling.at(-1) as Inspection));

/** Why a correction cannot be. */
export type CorrectionProblem = 'correction-early' | 'correction-ring';

/** A longer chain is no longer looked at; a ring in it would lose nothing, its last one stands. */
const mostCorrections = 200;

/** The same sender's inspection of the same panel; undefined where there is none. */
export const correctedBy = (
  { line, corrects, ...of }: Inspection,
  find: (id: string) => ProductionMessage | undefined,
): Inspection | undefined => {
  const found = corrects === undefined ? undefined : find(corrects);
  const isOfPanel =
    found?.kind === 'inspection' && found.line === line && found.panelId === of.panelId;
  return isOfPanel ? found : undefined;
};

/** What is wrong with a correction, from what its sender told before; `find` looks that up. */
export const correctionProblem = (
  message: Inspection,
  find: (id: string) => ProductionMessage | undefined,
): CorrectionProblem | undefined => {
  const corrected = correctedBy(message, find);
  if (corrected !== undefined && corrected.time > message.time) return 'correction-early';
  let one: Inspection | undefined = message;
  for (let steps = 0; one !== undefined && steps < mostCorrections; steps++) {
    if (one.corrects === message.id) return 'correction-ring';
    one = correctedBy(one, find);
  }
  return undefined;
};
