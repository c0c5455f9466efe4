import { qualityOf } from '../components/format.ts';
import type { Current } from '../live/point-store.ts';
import { type SignalKey, signalsOf } from './spc-rules.ts';

type Reading = Pick<Current, 'value' | 'status'>;

/** What a chart's points tell at a moment; undefined where there is no such point. */
export type ChartNow = {
  readonly value: Reading | undefined;
  readonly signals: Reading | undefined;
  readonly limit: Reading | undefined;
};

export type ChartStanding = {
  /** `learning`: no subgroup has ended yet. `noLimits`: those are being learnt. */
  readonly kind: 'signals' | 'inControl' | 'learning' | 'noLimits' | 'unknown';
  /** The rules that the newest subgroup breaks; some only of kind `signals`. */
  readonly signals: readonly SignalKey[];
};

const numberOf = (reading: Reading | undefined): number | null =>
  reading === undefined || qualityOf(reading) === 'bad' || typeof reading.value !== 'number'
    ? null
    : reading.value;

/** OPC UA BadNoData: the chart works, and has no such number yet. */
const noDataCode = 0x809b;
const codeShift = 16;
const isYetToCome = (reading: Reading | undefined): boolean =>
  reading !== undefined && reading.status >>> codeShift === noDataCode;

/** Whether a chart is in control; that is said only of a subgroup that was judged. */
export const chartStandingOf = ({ value, signals, limit }: ChartNow): ChartStanding => {
  const bits = numberOf(signals);
  const broken = signalsOf(bits);
  if (broken.length > 0) return { kind: 'signals', signals: broken };
  if (numberOf(value) === null) {
    return { kind: isYetToCome(value) ? 'learning' : 'unknown', signals: [] };
  }
  if (numberOf(limit) === null) {
    return { kind: isYetToCome(limit) ? 'noLimits' : 'unknown', signals: [] };
  }
  return { kind: bits === null ? 'unknown' : 'inControl', signals: [] };
};
