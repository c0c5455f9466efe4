import type { z } from 'zod';
import type * as access from '../../gateway/api/access-contract.ts';
import type * as contract from '../../gateway/api/contract.ts';
import type * as energy from '../../gateway/api/energy-contract.ts';
import type { journalState } from '../../gateway/api/journal-contract.ts';
import type {
  LiveFailure,
  LiveRequest,
  LiveState,
  LiveValues,
} from '../../gateway/api/live-contract.ts';
import type { readPlan } from '../../gateway/api/plan-contract.ts';
import type * as progress from '../../gateway/api/progress-contract.ts';
import type * as seriesContract from '../../gateway/api/series-contract.ts';

export type { Why, WhyInput } from '../../gateway/api/why-contract.ts';

export type { LiveFailure, LiveRequest, LiveState, LiveValues };
export type LiveMessage = LiveValues | LiveState | LiveFailure;

/** What the gateway says, by the schemas that it says it by. */
export type LocalText = z.infer<typeof contract.localText>;
export type Site = z.infer<typeof contract.site>;
export type Point = z.infer<typeof contract.point>;
export type Kpi = z.infer<typeof contract.kpi>;
export type Device = z.infer<typeof contract.device>;
export type Sink = z.infer<typeof contract.sink>;
export type GatewayEvent = z.infer<typeof contract.event>;
export type DeliveryReceipt = z.infer<typeof contract.deliveryReceipt>;
export type QuarantinedEntry = z.infer<typeof contract.quarantinedEntry>;
export type History = z.infer<typeof contract.history>;
export type PanelList = z.infer<typeof contract.panelList>;
export type PanelRecord = z.infer<typeof contract.panelRecord>;
export type PanelBins = z.infer<typeof contract.panelBins>;
export type SeriesOfPoint = z.infer<typeof seriesContract.seriesOfPoint>;
export type Samples = z.infer<typeof seriesContract.samples>;

export type EnergyMeters = z.infer<typeof energy.energyMeters>;
export type EnergyIntervals = z.infer<typeof energy.energyIntervals>;
export type EnergyTenants = z.infer<typeof energy.energyTenants>;

export type PanelInProgress = z.infer<typeof progress.panelInProgress>;
export type Series = z.infer<typeof seriesContract.series>;

/** Every answer that is none. */
export type Failure = { readonly error: { readonly code: string; readonly words: LocalText } };
export type RetryOutcome = z.infer<typeof contract.retryOutcome>;
export type DropOutcome = z.infer<typeof contract.dropOutcome>;
export type JournalState = z.infer<typeof journalState>;
export type ReadPlan = z.infer<typeof readPlan>;

export type SessionState = z.infer<typeof access.session>;
export type SignIn = z.infer<typeof access.signInRequest>;
export type Permission = SessionState['permissions'][number];
export type Role = SessionState['roles'][number]['role'];
export type User = z.infer<typeof access.user>;
export type UserChange = z.infer<typeof access.userChange>;
export type Token = z.infer<typeof access.token>;
export type MadeToken = z.infer<typeof access.madeToken>;
export type OpenSession = z.infer<typeof access.openSession>;
export type AuditLog = z.infer<typeof access.auditLog>;
export type AuditState = z.infer<typeof access.auditState>;
