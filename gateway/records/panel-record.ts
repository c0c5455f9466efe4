import type { LocalText } from '../core/point.ts';
import type { PanelProduction } from '../production/panel-production.ts';
import { type ColumnStatistics, statisticsOf } from './bin-statistics.ts';
import { type BinTable, encodeBins } from './bins-file.ts';
import { type Json, sha256 } from './canonical-json.ts';

export const recordFormat = 'seamwatt-panel-record';
export const recordVersion = 2;

/** Why a record is not to be taken as it stands. */
export const markCodes = [
  /** No panel id was there, or the machine gave an empty one. */
  'panel-unidentified',
  /** A seam of the configuration gave no bin. */
  'seam-missing',
  /** Bins name another panel than the one under the torches. */
  'bins-of-another-panel',
  /** Bins came when their panel had long been closed; they are not in a file of bins. */
  'bins-late',
  /** More bins than a record takes. */
  'bins-left-out',
  /** The position went back within the panel. */
  'position-backwards',
  /** The position went on within the panel by more at once than a line travels: what lies between was not measured. */
  'position-jumped',
  /** By their times it began before the panel ahead of it had ended. */
  'overlaps-previous',
  /** Entries of the journal were gone before they were read. */
  'journal-lost',
  /** More events than a record takes. */
  'events-left-out',
  /** Another configuration came into force within the panel. */
  'configuration-changed',
] as const;
export type MarkCode = (typeof markCodes)[number];

export type RecordMark = {
  readonly code: MarkCode;
  /** The seam or the panel that it is about. */
  readonly subject?: string;
  readonly count?: number;
  /** In mm. */
  readonly mostMm?: number;
};

/** How the clock of a device that reads the line stood to the gateway's; ms ahead of it, negative when behind. */
export type RecordedClock = {
  readonly source: string;
  /** Of the source. */
  readonly device: string;
  /** When it was last looked at before the panel was closed. */
  readonly seenMs: number;
  readonly skewMs: number;
  /** The least and the most of the panel. */
  readonly leastSkewMs: number;
  readonly mostSkewMs: number;
};

/** The last value of a KPI of the panel. */
export type RecordedResult = {
  readonly point: string;
  /** UCUM. */
  readonly unit: string;
  /** Null where there is no usable one. */
  readonly value: number | string | null;
  /** OPC UA StatusCode. */
  readonly status: number;
  /** Share of the panel that was measured, 0 to 1; null where the KPI has none. */
  readonly coverage: number | null;
  readonly timeMs: number;
};

export type RecordedSeam = {
  readonly seam: string;
  readonly results: readonly RecordedResult[];
  /** Null where the seam gave none. */
  readonly bins: {
    readonly rows: number;
    /** Of the file of bins. */
    readonly sha256: string;
    readonly statistics: readonly ColumnStatistics[];
  } | null;
};

export type RecordedEvent = {
  readonly seq: number;
  readonly timeMs: number;
  /** Where the panel was then; null while that is not known. */
  readonly positionMm: number | null;
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly text: LocalText;
  readonly details: { readonly [key: string]: string | number | boolean };
};

/** What the machine measured of the panel's shape behind the arcs, from its beginning on; places and heights in mm. */
export type RecordedDeformation = {
  readonly positionMm: readonly number[];
  /** Of each place, across the panel; null where a height is not usable. */
  readonly heightsMm: readonly (readonly (number | null)[])[];
};

/** How a KPI of the line was configured: what is not given is its default. */
export type RecordedMethod = {
  readonly kpi: string;
  /** As in the site file, `area/line/equipment`, `*` for all. */
  readonly equipment: string;
  readonly parameters: { readonly [key: string]: Json };
};

/**
 * What is known of one panel from the journal alone, the same however often it is assembled. Times are UTC epoch ms.
 */
export type PanelRecord = {
  readonly format: typeof recordFormat;
  /** 1 has no part `production`. */
  readonly version: 1 | typeof recordVersion;
  readonly simulated: boolean;
  /** As the machine gave it. */
  readonly panelId: string | null;
  /** `enterprise/site/area/line` */
  readonly line: string;
  readonly time: {
    /** When it came under the torches. */
    readonly startMs: number;
    /** When it last moved on. */
    readonly endMs: number;
    readonly closedMs: number;
    readonly closedBy: 'next-panel' | 'standstill';
  };
  readonly positionMm: {
    readonly first: number | null;
    readonly minimum: number | null;
    readonly maximum: number | null;
  };
  readonly journal: { readonly firstSeq: number; readonly lastSeq: number };
  readonly configurations: readonly {
    readonly configurationId: string;
    readonly programId: string;
  }[];
  readonly gatewayVersions: readonly string[];
  readonly seams: readonly RecordedSeam[];
  readonly results: readonly (RecordedResult & { readonly equipment: string })[];
  readonly events: readonly RecordedEvent[];
  readonly marks: readonly RecordMark[];
  /** Left out where the line has no profile. */
  readonly deformation?: RecordedDeformation;
  /** Status of time synchronisation; left out where no clock of a device of the line could be read. */
  readonly timeSync?: readonly RecordedClock[];
  /** Those with parameters, by the newest configuration; left out where there are none. */
  readonly methods?: readonly RecordedMethod[];
  /** What MES and people told of the panel; from version 2 on always there, with what nobody told as `missing`. */
  readonly production?: PanelProduction;
};

/** A record is JSON through and through; optional members are left out, not undefined. */
export const asJson = (record: PanelRecord): Json => record;

/** A panel as it was collected: a record whose bins are not a file yet. */
export type CollectedPanel = {
  /** The same for every revision of one panel. */
  readonly key: string;
  readonly record: Omit<PanelRecord, 'seams'> & {
    readonly seams: readonly {
      readonly seam: string;
      readonly results: readonly RecordedResult[];
      readonly bins: BinTable | null;
    }[];
  };
};

/** A record with the files that it names. */
export type FinishedPanel = {
  readonly key: string;
  readonly record: PanelRecord;
  readonly bins: readonly { readonly sha256: string; readonly file: Uint8Array }[];
};

/** Takes some tens of milliseconds for a long panel: for a worker. */
export const finishPanel = ({ key, record }: CollectedPanel): FinishedPanel => {
  const files = new Map<string, Uint8Array>();
  const seams = record.seams.map(({ seam, results, bins }): RecordedSeam => {
    if (bins === null) return { seam, results, bins: null };
    const file = encodeBins(bins);
    const hash = sha256(file);
    files.set(hash, file);
    const rows = bins.timeMs.length;
    return { seam, results, bins: { rows, sha256: hash, statistics: statisticsOf(bins) } };
  });
  return {
    key,
    record: { ...record, seams },
    bins: [...files].map(([hash, file]) => ({ sha256: hash, file })),
  };
};
