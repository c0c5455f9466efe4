import type { SiteIdentity } from '../core/adapter.ts';
import type { LocalText, PointNumber, RegisteredGroup } from '../core/point.ts';
import type {
  Believed,
  RawSamples,
  RegisterInterval,
  RegisterQuery,
  Subject,
} from '../journal/history/history.ts';
import type { RawQuery } from '../journal/history/history-contract.ts';
import type { Tariff } from '../kpi/tariff/tariff-schema.ts';
import type { EventQuery, JournalledEvent } from './latest-events.ts';
import type { LatestValues } from './latest-values.ts';
import type { ProductionView } from './production/site-production.ts';
import type { Readiness } from './readiness.ts';
import type { RecordsView } from './records/panel-records.ts';
import type { PointQuality } from './screening/marks.ts';
import type { GatewayStatus } from './status.ts';

/** One interval of a point's history; `mean` and the extremes are over good and uncertain samples, null without any. */
export type HistoryInterval = {
  readonly startMs: number;
  readonly durationMs: number;
  readonly count: number;
  /** How much of the interval was measured. */
  readonly coveredMs: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly mean: number | null;
  readonly first: number | null;
  readonly last: number | null;
  /** Status of the newest sample. */
  readonly lastStatus: number;
  /** 0 until samples come late or it is aggregated anew; from then on higher with each change. */
  readonly revision: number;
};

export type HistoryQuery = {
  readonly point: PointNumber;
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxIntervals: number;
};

/** What is known of a KPI beyond its values: how to explain it. */
export type KpiExplanation = {
  readonly kpi: string;
  /** Paths of the points it gives. */
  readonly group: RegisteredGroup;
  readonly point: string;
  readonly formula: LocalText;
  readonly standard: LocalText;
  /** What it is computed over: by which tier, how long or over what, and what of that counts. */
  readonly window: {
    readonly tier: 'a' | 'b' | 'c';
    readonly lengthMs?: number;
    readonly over?: 'panel' | 'now' | 'day' | 'week' | 'month' | 'year' | 'always';
    readonly folds?: 'registers' | 'b';
    readonly rule: LocalText;
  };
  readonly description: LocalText;
  /** Paths of the points it is computed from. */
  readonly inputs: readonly string[];
  /** The same by what they are to it, such as `gridPower`: sites name their equipment as they like. */
  readonly inputRoles: Readonly<Record<string, readonly string[]>>;
  /** Parameters with their provenance, as configured (`{"process": "135"}`). */
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** The running gateway as those see it who only look: the API, the pages, reports. */
export interface GatewayView {
  readonly site: SiteIdentity;
  readonly siteName: LocalText;
  readonly siteNote?: LocalText | undefined;
  readonly groups: readonly RegisteredGroup[];
  readonly latest: LatestValues;
  readonly kpis: readonly KpiExplanation[];
  /** The tariff of energy that holds then; undefined where the site names none for that time. */
  tariffAt(timeMs: number): Tariff | undefined;
  /** The gateway's time, UTC epoch ms. */
  nowMs(): number;
  status(): GatewayStatus;
  /** What screening has found at the point since the start; undefined when nothing. */
  qualityOf(point: PointNumber): PointQuality | undefined;
  /** Ready: journal writable and time passing. Reasons are in words, for whoever must act. */
  readiness(): Readiness;
  /** The newest events, newest first; a bounded number is kept. */
  events(query: EventQuery): readonly JournalledEvent[];
  /** Of the panels of a welding line; undefined where the site has none. */
  readonly records?: RecordsView | undefined;
  /** What an MES or people tell of production; undefined where the site has no welding line. */
  readonly production?: ProductionView | undefined;
  history(query: HistoryQuery): Promise<readonly HistoryInterval[]>;
  /** Samples as they were journalled. @throws GatewayError STORE_FAILED */
  raw(query: RawQuery): AsyncIterable<RawSamples>;
  /** @throws GatewayError STORE_FAILED */
  register(query: RegisterQuery): Promise<readonly RegisterInterval[]>;
  /** @throws GatewayError STORE_FAILED */
  believe(subjects: readonly Subject[]): Promise<readonly (readonly Believed[])[]>;
  /** The text behind a dictionary id of a string channel. */
  text(id: number): string | undefined;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
}
