import type { OrderState } from './order-state.ts';

/**
 * What production told of one panel: the part `production` of its record. Times are UTC epoch ms, dates `YYYY-MM-DD`; null
 * where nobody told it. Lists are in the order of their positions, else of their ids, else of their times.
 */
export type PanelProduction = {
  readonly order: RecordedOrder | null;
  readonly panel: {
    readonly serial: string | null;
    readonly lengthMm: number | null;
    readonly widthMm: number | null;
    /** Topology: how many tubes and fins it has. */
    readonly tubeCount: number | null;
    readonly finCount: number | null;
    /** Of what was cut off and is kept for tests; left out where nobody told it, as all that came to be told later. */
    readonly offCutId?: string;
  };
  readonly materials: {
    readonly tubes: readonly RecordedTube[];
    readonly fins: readonly RecordedFin[];
    /** Issued and returned for this panel. */
    readonly movements: readonly RecordedMovement[];
  };
  readonly consumables: {
    readonly wires: readonly RecordedWire[];
    readonly gases: readonly { readonly batch: string; readonly mix: string | null }[];
    readonly fluxes: readonly { readonly lot: string; readonly bakeRecord: string | null }[];
  };
  readonly procedure: RecordedProcedure | null;
  readonly personnel: readonly RecordedPerson[];
  readonly equipment: readonly RecordedEquipment[];
  readonly transfers: readonly RecordedTransfer[];
  readonly inspections: readonly RecordedInspection[];
  readonly repairs: readonly RecordedRepair[];
  /** The newest; null while nobody has decided. */
  readonly disposition: RecordedDisposition | null;
  /** What the machine itself judged, which is no inspection; not in records of before it was read. */
  readonly machineResults?: readonly RecordedMachineResult[];
  readonly marks: readonly ProductionMark[];
  /** Mandatory fields that nobody told, in the order of `missingFields`. */
  readonly missing: readonly MissingField[];
  /** What it was made of: by the ids that the senders gave. */
  readonly messages: readonly { readonly source: string; readonly id: string }[];
};

/** What the order asks for, and how it came to be started; how it ended is no matter of a panel. */
export type RecordedOrder = Pick<
  OrderState,
  'orderId' | 'definition' | 'released' | 'started' | 'scheduling'
>;

export type RecordedTube = {
  /** Counts from one edge of the panel, from 1. */
  readonly position: number;
  readonly heatNo: string | null;
  readonly grade: string | null;
  readonly size: string | null;
  /** EN 10204 3.1. */
  readonly certificate: string | null;
  /** Result of the positive material identification. */
  readonly pmi?: string;
};

export type RecordedFin = Omit<RecordedTube, 'certificate' | 'pmi'>;

export type RecordedMovement = {
  readonly timeMs: number;
  readonly movement: 'issue' | 'return';
  readonly material: 'tube' | 'fin' | 'wire' | 'flux' | 'other';
  readonly massKg: number;
  /** Heat, lot or spool. */
  readonly lot: string | null;
};

export type RecordedWire = {
  readonly spoolId: string;
  /** Null where it fed more than one. */
  readonly seam: string | null;
  /** From which position on, mm along the panel. */
  readonly changePositionMm: number | null;
  readonly classification: string | null;
  readonly diameterMm: number | null;
  readonly lot: string | null;
};

/** Welding procedure specification (ISO 15609-1). */
export type RecordedProcedure = {
  readonly wpsNo: string;
  readonly revision: string | null;
  readonly wpqrNo: string | null;
  /** ISO 4063. */
  readonly process: string | null;
  /** ISO 6947. */
  readonly position: string | null;
  readonly jointType: string | null;
  readonly polarity: string | null;
  readonly bands: readonly {
    readonly parameter: string;
    /** UCUM. */
    readonly unit: string;
    readonly minimum: number | null;
    readonly maximum: number | null;
  }[];
  readonly preheatMinimumCelsius?: number;
  readonly interpassMaximumCelsius?: number;
  readonly postWeldHeatTreatment?: string;
  /** Of one place. */
  readonly mostRepairs?: number;
};

export type RecordedPerson = {
  readonly id: string;
  readonly role: string;
  readonly qualification: string | null;
  /** Date. */
  readonly expires: string | null;
};

export type RecordedEquipment = {
  readonly id: string;
  readonly role: string | null;
  /** Date. */
  readonly calibrationDue: string | null;
  readonly softwareVersion?: string;
};

export type RecordedTransfer = {
  readonly timeMs: number;
  readonly mode: 'crane' | 'other';
  readonly means: string | null;
  readonly distanceM: number;
  readonly from: string | null;
  readonly to: string | null;
};

export type RecordedInspection = {
  readonly timeMs: number;
  /** VT, PT, MT, leg, throat, macro, ball, dimensions, deformation, or the sender's own word. */
  readonly method: string;
  readonly result: 'accepted' | 'rejected';
  readonly standard: string | null;
  readonly seam: string | null;
  readonly positionMm: number | null;
  readonly value: number | null;
  /** UCUM, of the value. */
  readonly unit: string | null;
  /** Number of the non-conformance report. */
  readonly ncr: string | null;
  readonly who: string;
  /** Inspected of each seam that it is about. */
  readonly lengthMm?: number;
  /** Id of the message in place of which it stands. */
  readonly corrects?: string;
};

export type RecordedRepair = {
  readonly timeMs: number;
  readonly ncr: string | null;
  readonly seam: string;
  readonly positionMm: number;
  readonly lengthMm: number | null;
  readonly wpsNo: string | null;
  /** The welder. */
  readonly who: string;
  readonly reinspection: 'accepted' | 'rejected' | 'open' | null;
};

/** The machine's own judgement of a seam, or of the panel. */
export type RecordedMachineResult = {
  readonly timeMs: number;
  /** Of the machine. */
  readonly resultId: string;
  /** Null of the whole panel. */
  readonly seam: string | null;
  readonly evaluation: 'ok' | 'notOk' | 'notDecidable';
  /** Whether the machine said that it simulates; null where it did not say. */
  readonly isSimulated: boolean | null;
  /** Who told it. */
  readonly source: string;
};

export type RecordedDisposition = {
  readonly timeMs: number;
  readonly status: 'released' | 'hold' | 'scrap';
  readonly who: string;
  readonly reason: string | null;
  readonly netMassKg: number | null;
};

/** Why what production told is not to be taken as it stands. */
export const productionMarkCodes = [
  /** Two orders claim the panel; `subject` is the one that does not count, being the older claim. */
  'panel-claimed-twice',
  /** The order is known by its number only. */
  'order-undefined',
  /** The order was told with different contents; the newest counts. */
  'order-redefined',
  /** Of the order more was told than counts: the newest does. */
  'order-shortened',
  /** An inspection, a repair or a spool names a seam that the panel has not; `subject` is the name. */
  'seam-unknown',
  /** The procedure is another than the order asks for. */
  'procedure-not-ordered',
  /** Released with an inspection that was rejected and neither repeated with success nor repaired; `subject` is its method. */
  'released-though-rejected',
  /** Run out before the panel began. */
  'qualification-expired',
  'calibration-overdue',
  /** A panel of this id was welded before: what was told of the id may be about either. */
  'panel-id-repeated',
] as const;
export type ProductionMarkCode = (typeof productionMarkCodes)[number];

export type ProductionMark = {
  readonly code: ProductionMarkCode;
  readonly subject: string;
};

/** Mandatory on a weld data sheet (ISO 3834-5, EN 12952, NB/T 47014), as far as the machine cannot tell it. */
export const missingFields = [
  'job-order',
  'drawing',
  'drawing-revision',
  'dimensions',
  'topology',
  /** Of at least one tube, or of all. */
  'tube-heats',
  'tube-certificates',
  'fin-heats',
  'wire-spool',
  'wire-change-position',
  'gas-batch',
  /** Of submerged arc welding. */
  'flux-lot',
  'flux-bake-record',
  'wps',
  'wps-revision',
  'wpqr',
  'process',
  'wps-bands',
  'operator',
  'operator-qualification',
  'operator-expiry',
  'equipment',
  'calibration-due',
  'inspection',
  'deformation-map',
  /** Something was rejected without a report. */
  'ncr',
  /** There is a report without a repair, and the panel is not scrapped. */
  'repair',
  /** Who releases, holds or scraps it. */
  'disposition',
] as const;
export type MissingField = (typeof missingFields)[number];
