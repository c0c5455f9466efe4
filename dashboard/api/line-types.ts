import type { LocalText } from './types.ts';

/** The panel under the torches, `/api/v1/lines/{line}/panel-in-progress`. */
export type PanelInProgress = {
  readonly line: string;
  readonly nowMs: number;
  readonly panel: {
    readonly key: string;
    readonly panelId: string | null;
    readonly startMs: number;
    readonly movedMs: number | null;
    readonly positionMm: number | null;
    readonly furthestMm: number | null;
    readonly lengthMm: number | null;
    readonly isAtRest: boolean;
    readonly order: string | null;
    readonly wps: string | null;
  };
  readonly throughSeq: number;
  readonly isWhole: boolean;
  readonly binMm: number | null;
  readonly seams: readonly {
    readonly seam: string;
    readonly rows: number;
    readonly fromRow: number;
    readonly positionMm: readonly (number | null)[];
    readonly timeMs: readonly number[];
    readonly state: readonly number[];
    readonly columns: readonly {
      readonly point: string;
      readonly unit: string;
      readonly values: readonly (number | string | null)[];
    }[];
  }[];
  readonly deformation: {
    readonly positionMm: readonly number[];
    readonly heightsMm: readonly (readonly (number | null)[])[];
  } | null;
  readonly prediction: {
    readonly value: number | null;
    readonly lower: number | null;
    readonly upper: number | null;
    readonly status: number;
  } | null;
  readonly notDerivable: readonly LocalText[];
};

/** What points were over a time, `/api/v1/series`. */
export type Series = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly source: 'samples' | 'rollups';
  readonly series: readonly {
    readonly number: number;
    readonly timeMs: readonly number[];
    readonly values: readonly (number | string | null)[];
    readonly status: readonly number[];
  }[];
};
