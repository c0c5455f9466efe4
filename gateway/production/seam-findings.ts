import { type Inspection, type InspectionTelling, tellingsOf } from './corrections.ts';
import type { MessageOf, ProductionMessage } from './messages.ts';
import { byRank } from './order-state.ts';

/** What inspections found of a seam of a panel. Times are UTC epoch ms, those from which it counts. */
export type SeamFinding = {
  /** When the whole of it was inspected first; null where it was not, or nobody knows whether it is what was rejected. */
  readonly inspectedMs: number | null;
  /** When it was rejected or repaired first; null while it is good without repair. */
  readonly failedMs: number | null;
  /** When any length of it was inspected first. */
  readonly lookedMs: number | null;
  /** How much of the seam was inspected, mm; null where nobody told it. */
  readonly lengthMm: number | null;
};

/** `seam` is in small letters; null where nobody told it. */
export type Defect = { readonly seam: string | null; readonly atMs: number };

/** What inspections found of a panel. */
export type PanelFindings = {
  /** By the seam's name in small letters. */
  readonly seams: Readonly<Record<string, SeamFinding>>;
  /** Of each seam that is not named. */
  readonly others: SeamFinding;
  /** Each once, when it was found first. */
  readonly defects: readonly Defect[];
};

export type ReceivedMessage = {
  readonly message: ProductionMessage;
  /** UTC epoch ms. */
  readonly receivedMs: number;
};

/** These look at the whole of a seam, and at every seam where they name none; what others measure is at a place of one. */
const wholeSeamMethods: ReadonlySet<string> = new Set(['VT', 'PT', 'MT', 'RT', 'UT']);

const isWhole = ({ method }: Inspection): boolean => wholeSeamMethods.has(method.toUpperCase());
const isOfWeld = (one: Inspection): boolean => one.seam !== undefined || isWhole(one);
/** What is measured at a place has a length only where it was told. */
const isLong = (one: Inspection): boolean =>
  isOfWeld(one) && (isWhole(one) || one.lengthMm !== undefined);
const isRejected = ({ result }: Inspection): boolean => result === 'rejected';
const seamOf = ({ seam }: { readonly seam?: string | undefined }) => seam?.toLowerCase() ?? null;
const isUnnamedRejection = (one: Inspection): boolean => isRejected(one) && seamOf(one) === null;

/**
 * What comes just before midnight is stored after it: a finding counts from so long after it came, so that there is one day, and
 * only one, in which it counts.
 */
export const storedWithinMs = 5_000;

/** An inspection that stands, with the times from which what it says counts. */
type Look = {
  readonly one: Inspection;
  readonly seam: string | null;
  readonly lookedMs: number;
  readonly failedMs: number;
  readonly defectMs: number;
};

type CountedMs = (message: ProductionMessage) => number;

/**
 * A correction counts from when that was told which it goes on saying: what it says for the first time counts by its own time,
 * for the day before is over.
 */
const lookOf = (telling: InspectionTelling, countedMs: CountedMs): Look => {
  const one = telling.at(-1) as Inspection;
  const seam = seamOf(one);
  const since = (saidSo: (before: Inspection) => boolean): number => {
    const other = telling.findLastIndex((before) => before !== one && !saidSo(before));
    return Math.min(...telling.slice(other + 1).map(countedMs));
  };
  const isOfSeam = (before: Inspection): boolean => seamOf(before) === seam;
  return {
    ...{ one, seam },
    lookedMs: since(
      (before) =>
        (isWhole(one) ? isWhole(before) : isLong(before)) &&
        // A panel rejected without a seam says of no seam that it counts.
        (isUnnamedRejection(before)
          ? isUnnamedRejection(one)
          : isOfSeam(before) || seamOf(before) === null),
    ),
    failedMs: since((before) => isRejected(before) && isOfSeam(before)),
    defectMs: since((before) => isRejected(before) && isOfWeld(before)),
  };
};

/**
 * What inspections found of the panels that had one id, a pure function of the set of messages about it and when they came. A
 * later inspection that accepts makes nothing good that an earlier one rejected: only a correction takes a rejection back.
 */
export const findingsOf = (received: readonly ReceivedMessage[]): readonly PanelFindings[] => {
  const receivedMs = new Map(received.map(({ message, receivedMs: atMs }) => [message, atMs]));
  const countedMs: CountedMs = (message) =>
    Math.max(message.time, (receivedMs.get(message) ?? message.time) + storedWithinMs);
  const messages = received.map(({ message }) => message).sort(byRank);
  const starts = startsOf(messages);
  const tellings = tellingsOf(messages);
  return starts.flatMap((fromMs, index) => {
    const isWithin = ({ time }: ProductionMessage): boolean =>
      time >= fromMs && time < (starts[index + 1] ?? Number.POSITIVE_INFINITY);
    const looks = tellings
      .filter(([first]) => isWithin(first))
      .map((telling) => lookOf(telling, countedMs))
      .filter(({ one }) => isOfWeld(one));
    return looks.length === 0 ? [] : [ofPanel(looks, messages.filter(isWithin), countedMs)];
  });
};

/** Another panel of an id begins with the assignment that follows the release or the scrapping of the one before. */
const startsOf = (messages: readonly ProductionMessage[]): readonly number[] => {
  const starts = [Number.NEGATIVE_INFINITY];
  let isOver = false;
  for (const message of messages) {
    if (message.kind === 'disposition') isOver = message.status !== 'hold';
    else if (message.kind === 'panelAssignment' && isOver) {
      starts.push(message.time);
      isOver = false;
    }
  }
  return starts;
};

/** Of one panel; `messages` are those within its time, oldest first. */
const ofPanel = (
  looks: readonly Look[],
  messages: readonly ProductionMessage[],
  countedMs: CountedMs,
): PanelFindings => {
  const repairs = messages.filter((message) => message.kind === 'repair');
  const panelLengthMm = messages
    .filter((message) => message.kind === 'panelAssignment')
    .findLast(({ lengthMm }) => lengthMm !== undefined)?.lengthMm;
  const named = new Set([
    ...looks.flatMap(({ seam }) => seam ?? []),
    ...repairs.flatMap((one) => seamOf(one) ?? []),
  ]);
  const findingOf = (seam: string | null): SeamFinding => {
    const own = looks.filter((look) => look.seam === seam || look.seam === null);
    const failures = seam === null ? [] : failuresOf(seam, looks, repairs, countedMs);
    // Of a panel that was rejected without a seam, none is known to be good.
    const isUndecided =
      failures.length === 0 && own.some((look) => look.seam === null && isRejected(look.one));
    const whole = isUndecided ? [] : own.filter(({ one }) => isWhole(one));
    return {
      inspectedMs: earliest(whole.map(({ lookedMs }) => lookedMs)),
      failedMs: earliest(failures),
      ...lengthOf(own, panelLengthMm),
    };
  };
  return {
    seams: Object.fromEntries([...named].sort().map((seam) => [seam, findingOf(seam)])),
    others: findingOf(null),
    defects: defectsOf(looks),
  };
};

const earliest = (times: readonly number[]): number | null =>
  times.length === 0 ? null : Math.min(...times);

const failuresOf = (
  seam: string,
  looks: readonly Look[],
  repairs: readonly MessageOf<'repair'>[],
  countedMs: CountedMs,
): readonly number[] => [
  ...looks
    .filter((look) => look.seam === seam && isRejected(look.one))
    .map((look) => look.failedMs),
  ...repairs.filter((one) => seamOf(one) === seam).map(countedMs),
];

const lengthOf = (
  looks: readonly Look[],
  panelLengthMm: number | undefined,
): Pick<SeamFinding, 'lookedMs' | 'lengthMm'> => {
  const long = looks.filter(({ one }) => isLong(one));
  const lengths = long.flatMap(({ one }) => one.lengthMm ?? panelLengthMm ?? []);
  const isKnown = lengths.length > 0 && lengths.length === long.length;
  return {
    lookedMs: earliest(long.map(({ lookedMs }) => lookedMs)),
    lengthMm: isKnown ? Math.max(...lengths) : null,
  };
};

/** What is rejected again at the same place, by whatever method, is the same defect. */
const defectsOf = (looks: readonly Look[]): readonly Defect[] => {
  const found = new Map<string, Defect>();
  for (const { one, seam, defectMs } of looks) {
    if (!isRejected(one)) continue;
    const place = JSON.stringify([seam, one.positionMm ?? null]);
    const atMs = Math.min(defectMs, found.get(place)?.atMs ?? defectMs);
    found.set(place, { seam, atMs });
  }
  return [...found.values()];
};
