import type { LocalText, Point } from '../../api/types.ts';

/** What `/api/v1/kpis/{id}/why` says: docs/http.md. */
export type WhyPoint = Pick<
  Point,
  'number' | 'path' | 'unit' | 'kind' | 'decimals' | 'description' | 'labels' | 'latest'
>;

export type WhyInput = WhyPoint & {
  readonly device: string;
  readonly ageMs: number | null;
  readonly raw: string | null;
  readonly why: Why | null;
};

export type WhySource = {
  readonly parameter: string;
  readonly id: string | null;
  readonly value: number | null;
  readonly unit: string | null;
  readonly source: string;
};

export type Why = {
  readonly kpi: string;
  readonly number: number;
  readonly path: string;
  readonly unit: string;
  readonly decimals?: number | undefined;
  readonly description: LocalText;
  readonly formula: LocalText;
  readonly standard: LocalText;
  readonly latest: Point['latest'];
  readonly coverage: number | null;
  readonly window: {
    readonly tier: 'a' | 'b' | 'c';
    readonly rule: LocalText;
    readonly fromMs: number | null;
    readonly toMs: number | null;
  };
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly sources: readonly WhySource[];
  readonly parts: readonly WhyPoint[];
  readonly inputs: readonly WhyInput[];
  readonly inputsLeftOut: number;
};
