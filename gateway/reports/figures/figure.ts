import type { LocalText } from '../../core/point.ts';

export const figureIds = [
  'deviceDigitalisation',
  'inLineInspection',
  'inspectedPanels',
  'materialUtilisation',
  'automaticScheduling',
  'carbonCoverage',
  'efficiencyGain',
  'perCapitaOutput',
  'craneTransfers',
  'transferDistance',
  'straightPanels',
  'unmannedRatio',
] as const;
export type FigureId = (typeof figureIds)[number];

/** What a figure would need and has not. Where there is a value all the same, it is of what there is. */
export const missingCodes = [
  'devices',
  'device-history',
  'records',
  'panels',
  'vision',
  'production',
  'dispositions',
  'net-mass',
  'material-movements',
  'orders',
  'product-footprint',
  'production-time',
  'baseline',
  'people',
  'transfers',
  'deformation',
  'unmanned-ratio',
  'net-issue',
  'panels-left-out',
  'orders-left-out',
  'devices-left-out',
  'messages-left-out',
] as const;
export type MissingCode = (typeof missingCodes)[number];

/** Why a panel, an order or a device does not count. */
export const reasonCodes = [
  'not-connected',
  'too-little-data',
  'not-fully-inspected',
  'hold',
  'scrap',
  'undecided',
  'no-net-mass',
  'released-by-hand',
  'started-by-hand',
  'not-told-by-whom',
  'overridden',
  'never-released',
  'footprint-incomplete',
  'crane',
  'bent',
  'not-measured',
] as const;
export type ReasonCode = (typeof reasonCodes)[number];

/** A panel, an order or a device behind a figure. */
export type Member = {
  readonly id: string;
  /** What it adds, in the unit of the numerator; null where it only counts. */
  readonly amount: number | null;
  readonly reason: ReasonCode | null;
};

export type Missing = {
  readonly code: MissingCode;
  /** Which ones lack it; empty where nothing has it. */
  readonly members: readonly string[];
  /** How many more there are that are not named. */
  readonly leftOut: number;
};

/** What the plant was before, frozen; from the site file. */
export type Baseline = {
  readonly value: number;
  /** UCUM, with what stands for a panel in braces. */
  readonly unit: string;
  /** Date since when it is not changed any more. */
  readonly frozen: string;
  readonly provenance: LocalText;
  readonly simulated: boolean;
};

export type Quantity = {
  /** Null where it is not known. */
  readonly value: number | null;
  readonly unit: string;
};

/** A headline figure: never a number without what it is made of. */
export type Figure = {
  readonly id: FigureId;
  /** Null where it cannot be computed; never 0 instead. */
  readonly value: number | null;
  readonly unit: string;
  readonly numerator: Quantity;
  readonly denominator: Quantity;
  readonly counted: readonly Member[];
  readonly notCounted: readonly Member[];
  /** Neither: something about them is not known. */
  readonly unknown: readonly Member[];
  readonly missing: readonly Missing[];
  readonly baseline: Baseline | null;
  /** Further numbers of the figure by name. */
  readonly parts: Readonly<Record<string, Quantity>>;
};

/** From the first instant up to but without the last, UTC epoch ms. */
export type Window = { readonly fromMs: number; readonly toMs: number };

export type FigureReport = Window & {
  /** Whether the site's data is simulated. */
  readonly simulated: boolean;
  readonly figures: readonly Figure[];
};

export type FigureDraft = Pick<Figure, 'id' | 'unit' | 'numerator' | 'denominator'> &
  Partial<Figure>;

const finite = (value: number | null | undefined): number | null =>
  value === null || value === undefined || !Number.isFinite(value) ? null : value;

export const figureOf = (draft: FigureDraft): Figure => ({
  ...{ counted: [], notCounted: [], unknown: [], missing: [], baseline: null, parts: {} },
  ...draft,
  value: finite(draft.value),
});

/** `scale * numerator / denominator`; nothing of nothing is not known. */
export const share = (numerator: number | null, denominator: number | null, scale = 100) =>
  numerator === null || denominator === null || denominator === 0
    ? null
    : (scale * numerator) / denominator;

export const count = (value: number | null): Quantity => ({ value, unit: '1' });

export const member = (
  id: string,
  reason: ReasonCode | null = null,
  amount: number | null = null,
): Member => ({ id, amount, reason });

export const missingOf = (code: MissingCode, members: readonly string[] = []): Missing => ({
  ...{ code, members, leftOut: 0 },
});

/** Nothing where none lacks it. */
export const lacking = (code: MissingCode, members: readonly string[]): readonly Missing[] =>
  members.length === 0 ? [] : [missingOf(code, members)];

/** Nothing where nothing is left out. */
export const leftOutOf = (code: MissingCode, leftOut: number): readonly Missing[] =>
  leftOut > 0 ? [{ code, members: [], leftOut }] : [];

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
