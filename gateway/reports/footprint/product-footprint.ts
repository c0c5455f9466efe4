import { type PanelFacts, panelFacts } from '../../records/panel-facts.ts';
import type { ChainedRecord } from '../../records/protocol.ts';
import type { FootprintConfig, FootprintFactor } from './footprint-config.ts';

/** What the footprint of a panel is made of (ISO 14067, partial, cradle to gate; declared unit: one panel). */
export const footprintElements = [
  'electricity',
  'gas-direct',
  'tube',
  'fin',
  'wire',
  'gas-upstream',
] as const;
export type FootprintElement = (typeof footprintElements)[number];

export type FootprintPart = {
  readonly element: FootprintElement;
  /** Null where nobody measured or told it. */
  readonly amount: number | null;
  /** UCUM, of the amount. */
  readonly unit: 'kW.h' | 'm3' | 'kg';
  /** kg CO2e by unit of the amount; of electricity the mean over the panel. Null where none is given. */
  readonly factor: number | null;
  /** Where the factor is from. */
  readonly source: string | null;
  /** Null where the amount or the factor is not known. */
  readonly carbonKg: number | null;
  /** Measured by the plant, and by a factor of its own or of the supplier where it is a material. */
  readonly isPrimary: boolean;
};

export type ProductFootprint = {
  /** Each element once, in the order of `footprintElements`. */
  readonly parts: readonly FootprintPart[];
  /** Electricity and direct CO2: what making it gave off. Null while either is not known. */
  readonly gateToGateKg: number | null;
  /** With the materials; null while any element is not known. */
  readonly totalKg: number | null;
  /** What the electricity would count with the grid's factor alone. */
  readonly gridOnlyKg: number | null;
};

const times = (amount: number | null, factor: number | null): number | null =>
  amount === null || factor === null ? null : amount * factor;

const sumOf = (parts: readonly FootprintPart[]): number | null =>
  parts.reduce<number | null>(
    (sum, { carbonKg }) => (sum === null || carbonKg === null ? null : sum + carbonKg),
    0,
  );

/** An element whose carbon was measured with the panel: the factor is what follows from it. */
const measured = (
  element: FootprintElement,
  unit: FootprintPart['unit'],
  of: {
    readonly amount: number | null;
    readonly carbonKg: number | null;
    readonly source: string;
  },
): FootprintPart => {
  const { amount, carbonKg } = of;
  const factor = amount === null || carbonKg === null || amount <= 0 ? null : carbonKg / amount;
  const source = carbonKg === null ? null : of.source;
  return { ...{ element, unit, amount, carbonKg, factor, source }, isPrimary: true };
};

const material = (
  element: FootprintElement,
  unit: FootprintPart['unit'],
  of: { readonly amount: number | null; readonly factor: FootprintFactor | undefined },
): FootprintPart => {
  const factor = of.factor?.value ?? null;
  return {
    ...{ element, unit, amount: of.amount, factor },
    source: of.factor?.source ?? null,
    carbonKg: times(of.amount, factor),
    isPrimary: of.factor?.isPrimary ?? false,
  };
};

/** The footprint of a panel by what its record tells and the factors of the site. */
export const productFootprint = (
  { carbon }: Pick<PanelFacts, 'carbon'>,
  factors: FootprintConfig,
): ProductFootprint => {
  const { energyKwh, electricityKg, gridOnlyKg, gasM3, gasKg, wireKg, tubeKg, finKg } = carbon;
  const parts = [
    measured('electricity', 'kW.h', {
      ...{ amount: energyKwh, carbonKg: electricityKg },
      source: 'panelCarbon: carbonIntensity of each minute',
    }),
    measured('gas-direct', 'm3', {
      ...{ amount: gasM3, carbonKg: gasKg },
      source: 'panelCarbon: CO2 in the shielding gas',
    }),
    material('tube', 'kg', { amount: tubeKg, factor: factors.tube }),
    material('fin', 'kg', { amount: finKg, factor: factors.fin }),
    material('wire', 'kg', { amount: wireKg, factor: factors.wire }),
    material('gas-upstream', 'm3', { amount: gasM3, factor: factors.gas }),
  ];
  return { parts, gateToGateKg: sumOf(parts.slice(0, 2)), totalKg: sumOf(parts), gridOnlyKg };
};

/** The same of a record as it is kept. */
export const recordFootprint = (
  { id, record }: Pick<ChainedRecord, 'id' | 'record'>,
  factors: FootprintConfig,
): ProductFootprint => productFootprint(panelFacts(id, record), factors);
