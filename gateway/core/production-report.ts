/**
 * What a machine shows of production by itself, read and not sent: its job orders, and how it judges what it made. A source
 * reports it as often as it reads it; what was told before counts once.
 */

type ReportHead = {
  /** Of the line, as in an equipment path. */
  readonly area: string;
  readonly line: string;
  /** When it happened, UTC epoch ms: the device's time where its clock can be trusted. */
  readonly timeMs: number;
};

/** What a job order asks for, as far as the machine knows. */
export type JobOrderReport = ReportHead & {
  readonly kind: 'jobOrder';
  readonly orderId: string;
  readonly plannedStartMs?: number;
  readonly plannedEndMs?: number;
  /** Items, a whole number. */
  readonly quantity?: number;
  readonly wpsNo?: string;
};

export type JobOrderStatusReport = ReportHead & {
  readonly kind: 'jobOrderStatus';
  readonly orderId: string;
  readonly status: 'released' | 'started' | 'completed' | 'cancelled';
};

/** For which order an item is made. */
export type PanelOrderReport = ReportHead & {
  readonly kind: 'panelAssignment';
  readonly panelId: string;
  readonly orderId: string;
};

/** The machine's own judgement of an item or of one seam of it; no inspection. */
export type MachineResultReport = ReportHead & {
  readonly kind: 'machineResult';
  /** Of the machine; one result has one. */
  readonly resultId: string;
  readonly panelId: string;
  readonly orderId?: string;
  /** Equipment of the seam; left out for the whole item. */
  readonly seam?: string;
  readonly evaluation: 'ok' | 'notOk' | 'notDecidable';
  /** Whether the machine says that it only simulates. */
  readonly isSimulated?: boolean;
};

export type ProductionReport =
  | JobOrderReport
  | JobOrderStatusReport
  | PanelOrderReport
  | MachineResultReport;
