import type { PointNumber } from '../../core/point.ts';

/** Why a sample was marked, or would have misled somebody who adds up without looking. */
export const markReasons = [
  /** The device, or the adapter that reads it, says that the value is not good. */
  'source',
  /** Outside of the physical limits. */
  'range',
  /** Changed faster than is physically possible. */
  'rate',
  /** Did not move for too long. */
  'frozen',
  /** A register that stands although it must count. */
  'standing',
  /** The whole device stands still, its heartbeat too. */
  'stopped',
  /** Nothing came. */
  'stale',
  /** Came after its watermark. */
  'late',
  /** The register began again at 0. */
  'reset',
  /** The register is another one. */
  'replaced',
] as const;
export type MarkReason = (typeof markReasons)[number];

/** Places in `markReasons`. */
export const reasonCodes = {
  source: 0,
  range: 1,
  rate: 2,
  frozen: 3,
  standing: 4,
  stopped: 5,
  stale: 6,
  late: 7,
  reset: 8,
  replaced: 9,
} as const satisfies Readonly<Record<MarkReason, number>>;

/** What screening has found at one point since the start. */
export type PointQuality = {
  readonly point: PointNumber;
  /** `enterprise/site/area/line/equipment/point` */
  readonly path: string;
  /** Samples by reason; only reasons that occurred. */
  readonly marks: Readonly<Partial<Record<MarkReason, number>>>;
  /** Energy that adding up without looking would have counted and nobody measured. */
  readonly preventedKwh: number;
};
