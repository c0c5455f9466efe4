import type { SiteIdentity } from '../core/adapter.ts';
import type { JournalStatistics, RecoveryReport } from '../journal/contract.ts';
import type { AdmissionCounters } from './admission.ts';
import type { PointQuality } from './screening/marks.ts';
import type { SinkStatus } from './sink-pump.ts';
import type { SourceStatus } from './source-supervisor.ts';

/** How the gateway is doing, read off its parts at one moment. */
export type GatewayStatus = {
  readonly version: string;
  readonly site: SiteIdentity;
  readonly bootId: string;
  readonly startedMs: number;
  readonly nowMs: number;
  readonly lastTickMs: number | undefined;
  readonly admission: AdmissionCounters;
  /** Points at which screening has found something since the start. */
  readonly quality: readonly PointQuality[];
  /** Samples that changed no KPI, because they were not later than the newest of their point. */
  readonly ignoredSamples: number;
  readonly journal: {
    readonly nextSeq: number;
    readonly durableSeq: number;
    readonly statistics: JournalStatistics;
    readonly recovery: RecoveryReport;
  };
  readonly sources: readonly SourceStatus[];
  readonly sinks: readonly SinkStatus[];
};
