import { isGood } from '../core/quality.ts';
import type { PanelRecord, RecordedMethod, RecordedResult } from './panel-record.ts';

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
  /** Where the factor is from; null where the KPI has it. */
  readonly source: string | null;
  /** Null where the amount or the factor is not known. */
  readonly carbonKg: number | null;
  /** Whether what was measured for it is not Good: a part of the panel was not seen, or a mix was not known. */
  readonly isUncertain: boolean;
  /** Measured by the plant, and by a factor of the supplier where it is a material. */
  readonly isPrimary: boolean;
};

export type ProductFootprint = {
  /** Each element once, in the order of `footprintElements`. */
  readonly parts: readonly FootprintPart[];
  /** Electricity and direct CO2: what making it gave off. Null while either is not known. */
  readonly gateToGateKg: number | null;
  /** With the materials; null while any element is not known. */
  readonly totalKg: number | null;
  /** The total by area of the panel, as it was told. */
  readonly totalKgPerM2: number | null;
  /** What the electricity would count with the grid's factor alone. */
  readonly gridOnlyKg: number | null;
};

type Factor = { readonly value: number; readonly source: string; readonly isPrimary: boolean };
type Material = 'tube' | 'fin' | 'wire' | 'gas';

const times = (amount: number | null, factor: number | null): number | null =>
  amount === null || factor === null ? null : amount * factor;

const sumOf = (parts: readonly FootprintPart[]): number | null =>
  parts.reduce<number | null>(
    (sum, { carbonKg }) => (sum === null || carbonKg === null ? null : sum + carbonKg),
    0,
  );

const memberOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

/** As the site configured the KPI `panelCarbon` when the panel was closed. */
const factorOf = (methods: readonly RecordedMethod[], material: Material): Factor | undefined => {
  const method = methods.find(({ kpi }) => kpi === 'panelCarbon');
  const factor = memberOf(memberOf(method?.parameters, 'materials'), material);
  const [value, source] = [memberOf(factor, 'value'), memberOf(factor, 'source')];
  if (typeof value !== 'number' || typeof source !== 'string') return undefined;
  return { value, source, isPrimary: memberOf(factor, 'isPrimary') === true };
};

/** An amount, and whether it is not Good. */
type Known = { readonly value: number | null; readonly isUncertain: boolean };

const resultOf = (results: readonly RecordedResult[], point: string): Known => {
  const result = results.find((one) => one.point === point);
  const value = typeof result?.value === 'number' ? result.value : null;
  return { value, isUncertain: result !== undefined && value !== null && !isGood(result.status) };
};

/** Issued less returned; null where nothing of it was told. */
const issuedOf = (production: PanelRecord['production'], material: 'tube' | 'fin'): Known => {
  const moved = production?.materials.movements.filter((one) => one.material === material) ?? [];
  const massKg = moved.reduce(
    (sum, one) => sum + (one.movement === 'issue' ? one.massKg : -one.massKg),
    0,
  );
  return { value: moved.length === 0 ? null : massKg, isUncertain: false };
};

/** An element whose carbon a KPI has counted: its factor is what follows from it. */
const counted = (
  element: FootprintElement,
  unit: FootprintPart['unit'],
  of: { readonly amount: Known; readonly carbon: Known },
): FootprintPart => {
  const [amount, carbonKg] = [of.amount.value, of.carbon.value];
  return {
    ...{ element, unit, amount, carbonKg, source: null, isPrimary: true },
    factor: amount === null || carbonKg === null || amount <= 0 ? null : carbonKg / amount,
    isUncertain: of.amount.isUncertain || of.carbon.isUncertain,
  };
};

const material = (
  element: FootprintElement,
  unit: FootprintPart['unit'],
  of: { readonly amount: Known; readonly factor: Factor | undefined },
): FootprintPart => {
  const { amount, factor } = of;
  return {
    ...{ element, unit, amount: amount.value, isUncertain: amount.isUncertain },
    factor: factor?.value ?? null,
    source: factor?.source ?? null,
    carbonKg: times(amount.value, factor?.value ?? null),
    isPrimary: factor?.isPrimary ?? false,
  };
};

const areaM2 = (production: PanelRecord['production']): number | null => {
  const { lengthMm = null, widthMm = null } = production?.panel ?? {};
  return lengthMm === null || widthMm === null ? null : (lengthMm * widthMm) / 1e6;
};

/** The footprint of a panel by its record alone: what was measured and told, and the factors that were configured. */
export const productFootprint = ({
  results,
  methods = [],
  production,
}: Pick<PanelRecord, 'results' | 'methods' | 'production'>): ProductFootprint => {
  const of = (point: string): Known => resultOf(results, point);
  const gas = of('panelGasVolume');
  const parts = [
    counted('electricity', 'kW.h', {
      ...{ amount: of('panelEnergy'), carbon: of('panelCarbon.electricity') },
    }),
    counted('gas-direct', 'm3', { amount: gas, carbon: of('panelCarbon.gas') }),
    material('tube', 'kg', {
      ...{ amount: issuedOf(production, 'tube'), factor: factorOf(methods, 'tube') },
    }),
    material('fin', 'kg', {
      ...{ amount: issuedOf(production, 'fin'), factor: factorOf(methods, 'fin') },
    }),
    material('wire', 'kg', { amount: of('panelWireMass'), factor: factorOf(methods, 'wire') }),
    material('gas-upstream', 'm3', { amount: gas, factor: factorOf(methods, 'gas') }),
  ];
  const totalKg = sumOf(parts);
  const area = areaM2(production);
  return {
    ...{ parts, totalKg, gateToGateKg: sumOf(parts.slice(0, 2)) },
    totalKgPerM2: totalKg === null || area === null || area <= 0 ? null : totalKg / area,
    gridOnlyKg: of('panelCarbon.gridOnly').value,
  };
};
