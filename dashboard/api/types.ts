import type { z } from 'zod';
import type * as contract from '../../gateway/api/contract.ts';
import type * as energy from '../../gateway/api/energy-contract.ts';
import type * as series from '../../gateway/api/series-contract.ts';

export type { LiveFailure, LiveValues } from '../../gateway/api/contract.ts';
export type { ExplainedKpi, Why, WhyInput } from '../../gateway/api/why-contract.ts';

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
export type Readiness = z.infer<typeof contract.readiness>;
export type ReloadState = z.infer<typeof contract.reloadState>;
export type History = z.infer<typeof contract.history>;
export type PanelList = z.infer<typeof contract.panelList>;
export type PanelRecord = z.infer<typeof contract.panelRecord>;
export type PanelBins = z.infer<typeof contract.panelBins>;
export type Series = z.infer<typeof series.series>;
export type SeriesOfPoint = z.infer<typeof series.seriesOfPoint>;
export type Samples = z.infer<typeof series.samples>;
export type EnergyMeters = z.infer<typeof energy.energyMeters>;
export type EnergyIntervals = z.infer<typeof energy.energyIntervals>;
export type EnergyTenants = z.infer<typeof energy.energyTenants>;

/** Every answer that is none. */
export type Failure = { readonly error: { readonly code: string; readonly words: LocalText } };
