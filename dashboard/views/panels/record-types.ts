import type { LocalText } from '../../api/types.ts';

/** A result of a record: null where there is no usable one. */
export type RecordResult = {
  readonly point: string;
  readonly unit: string;
  readonly value: number | string | null;
  readonly status: number;
  readonly coverage: number | null;
};

type ColumnStatistics = {
  readonly point: string;
  readonly unit: string;
  readonly count: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
};

export type RecordSeam = {
  readonly seam: string;
  readonly results: readonly RecordResult[];
  readonly bins: {
    readonly rows: number;
    readonly sha256: string;
    readonly statistics: readonly ColumnStatistics[];
  } | null;
};

type Row = Readonly<Record<string, unknown>>;

/** What production told; records of version 1 have none. */
export type RecordProduction = {
  readonly order: {
    readonly orderId: string;
    readonly definition: Row | null;
  } | null;
  readonly panel: Row;
  readonly materials: {
    readonly tubes: readonly Row[];
    readonly fins: readonly Row[];
    readonly movements: readonly Row[];
  };
  readonly consumables: {
    readonly wires: readonly Row[];
    readonly gases: readonly Row[];
    readonly fluxes: readonly Row[];
  };
  readonly procedure: Row | null;
  readonly personnel: readonly Row[];
  readonly equipment: readonly Row[];
  readonly inspections: readonly Row[];
  readonly repairs: readonly Row[];
  readonly disposition: Row | null;
  readonly machineResults?: readonly Row[];
  readonly marks: readonly { readonly code: string; readonly subject: string }[];
  readonly missing: readonly string[];
};

/** A record as docs/records.md describes it, as far as the page shows it. */
export type RecordBody = {
  readonly simulated: boolean;
  readonly panelId: string | null;
  readonly line: string;
  readonly time: {
    readonly startMs: number;
    readonly endMs: number;
    readonly closedMs: number;
    readonly closedBy: string;
  };
  readonly positionMm: { readonly maximum: number | null };
  readonly gatewayVersions: readonly string[];
  readonly seams: readonly RecordSeam[];
  readonly results: readonly (RecordResult & { readonly equipment: string })[];
  readonly events: readonly {
    readonly seq: number;
    readonly timeMs: number;
    readonly positionMm: number | null;
    readonly severity: string;
    readonly text: LocalText;
  }[];
  readonly marks: readonly {
    readonly code: string;
    readonly subject?: string;
    readonly count?: number;
    readonly mostMm?: number;
  }[];
  readonly deformation?: {
    readonly positionMm: readonly number[];
    readonly heightsMm: readonly (readonly (number | null)[])[];
  };
  readonly methods?: readonly {
    readonly kpi: string;
    readonly equipment: string;
    readonly parameters: Row;
  }[];
  readonly timeSync?: readonly {
    readonly device: string;
    readonly leastSkewMs: number;
    readonly mostSkewMs: number;
  }[];
  readonly production?: RecordProduction;
};
