import type { SiteIdentity } from '../core/adapter.ts';
import type { Clock } from '../core/clock.ts';
import type { GatewayError } from '../core/error.ts';
import type { GatewayEvent } from '../core/event.ts';
import type { Log } from '../core/log.ts';
import type { GroupSpec, LocalText } from '../core/point.ts';
import type { Source } from '../core/source.ts';
import type { Continuation } from '../hot-path/program.ts';
import type { JournalOptions } from '../journal/contract.ts';
import type { DeliveryDesk } from './delivery-desk.ts';
import type { MemberChanges } from './exchange.ts';
import type { SinkPart } from './open-sink.ts';
import type { GatewayView } from './view.ts';

/** What a changed site file may change while the gateway runs. */
export type SiteParts = {
  readonly siteName: LocalText;
  readonly siteNote?: LocalText | undefined;
  readonly configurationId: string;
  readonly sources: readonly Source[];
  /** Groups that KPIs and calculated points give. */
  readonly computedGroups: readonly GroupSpec[];
  /** The parsed sections of the site file: those of the KPIs, as `compileSite` takes them, and `screening`. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly sinks: readonly SinkPart[];
};

/** Everything that a gateway is made of, with nothing started yet. */
export type GatewayParts = SiteParts & {
  readonly version: string;
  readonly site: SiteIdentity;
  readonly journal: Omit<JournalOptions, 'log' | 'nowMs' | 'version'>;
  /** How often the state of the KPIs is saved, from 50; a start recomputes what came since. */
  readonly snapshotMs: number;
  readonly ticks: { readonly periodMs: number; readonly allowedLatenessMs: number };
  /** How often the history is stored and aggregated anew; a minute unless given. */
  readonly historyFlushMs?: number;
  readonly log: Log;
  /** Gives the clock; `drain` resolves when what was admitted has gone through. */
  createClock(drain: () => Promise<void>): Clock;
};

/** What another configuration changed. */
export type SiteChange = {
  /** Number of the configuration record from which on it applies. */
  readonly seq: number;
  readonly sources: MemberChanges;
  readonly sinks: MemberChanges;
  readonly computed: Continuation;
};

export type RunningGateway = {
  readonly view: GatewayView;
  readonly deliveries: DeliveryDesk;
  /** Resolves when nothing can be stored any more, until a new process is started. */
  readonly died: Promise<GatewayError>;
  /**
   * Goes over to another configuration at one record of the journal. Sources and sinks that are the same objects as before
   * go on without noticing; KPIs that are the same keep their state. To be called one at a time.
   * @throws GatewayError, with everything as it was before
   */
  reconfigure(parts: SiteParts): Promise<SiteChange>;
  event(event: GatewayEvent): void;
  /** Resolves when the history has read what is journalled now, or after `withinMs`: in lock-step it may be behind. */
  historyRead(withinMs: number): Promise<void>;
  /**
   * Ends sources, flushes, stores cursors and snapshot, ends sinks; within 4.5 s, never throws. Gives in words what was
   * not done and should have been.
   */
  stop(): Promise<readonly string[]>;
};
