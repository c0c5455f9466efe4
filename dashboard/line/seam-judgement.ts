import { type Band, sideOf } from './bar-scale.ts';
import { gapLimitsMm, leastConfidence, offsetLimitsMm } from './limits.ts';

/** 0 as it should be, 1 worth a look, 2 to be acted on soon, 3 at once. */
export type Level = 0 | 1 | 2 | 3;

export type Finding =
  | 'noValue'
  | 'arcOut'
  | 'arcOutUnsure'
  | 'seamLost'
  | 'fault'
  | 'currentOut'
  | 'voltageOut'
  | 'gasOut'
  | 'offset'
  | 'gap'
  | 'confidence';

/** What a torch shows at a moment; null where there is no usable value, undefined where there is no such point. */
export type SeamNow = {
  readonly arcOn: number | null | undefined;
  readonly seamFound: number | null | undefined;
  readonly fault: number | null | undefined;
  readonly enabled: number | null | undefined;
  readonly current: number | null | undefined;
  readonly voltage: number | null | undefined;
  readonly gasFlow: number | null | undefined;
  readonly offsetY: number | null | undefined;
  readonly gap: number | null | undefined;
  readonly confidence: number | null | undefined;
  /** Whether a point has no value since its device does not answer: that is trouble with and without an arc. */
  readonly isUnreachable: boolean;
};

export type SeamBands = Readonly<Record<string, Band | undefined>>;

export type Judgement = { readonly level: Level; readonly findings: readonly Finding[] };

const isOut = (band: Band | undefined, value: number | null | undefined): boolean =>
  band !== undefined && typeof value === 'number' && sideOf(band, value) !== 0;

const exceeds = (
  value: number | null | undefined,
  limits: { readonly warn: number; readonly wrong: number },
): Level => {
  if (typeof value !== 'number') return 0;
  const size = Math.abs(value);
  return size > limits.wrong ? 2 : size > limits.warn ? 1 : 0;
};

/** Whether a value that means something in this state is not known. */
const isBlind = (now: SeamNow): boolean => {
  if (now.isUnreachable || now.arcOn === null || now.fault === null) return true;
  if (now.arcOn === 0) return false;
  const always = [now.current, now.voltage, now.gasFlow, now.seamFound];
  // A camera that has lost the seam cannot say where it is.
  const ofCamera = now.seamFound === 0 ? [] : [now.offsetY, now.gap, now.confidence];
  return [...always, ...ofCamera].includes(null);
};

/**
 * What is abnormal about a seam, worst first; what is not known is abnormal too. Without an arc its current, voltage, gas and
 * place mean nothing: then only that it should burn and does not is said, and not while the line does not weld. `isWelding` is
 * null where the line does not say what it does.
 */
export const judgeSeam = (now: SeamNow, bands: SeamBands, isWelding: boolean | null): Judgement => {
  const found: [Level, Finding][] = [];
  if (isBlind(now)) found.push([2, 'noValue']);
  if (now.fault === 1) found.push([3, 'fault']);
  if (now.enabled !== 0 && now.arcOn === 0) {
    if (isWelding === null) found.push([2, 'arcOutUnsure']);
    else if (isWelding) found.push([3, 'arcOut']);
  }
  if (now.arcOn === 1) {
    if (now.seamFound === 0) found.push([3, 'seamLost']);
    if (isOut(bands['current'], now.current)) found.push([2, 'currentOut']);
    if (isOut(bands['voltage'], now.voltage)) found.push([2, 'voltageOut']);
    if (isOut(bands['gasFlow'], now.gasFlow)) found.push([2, 'gasOut']);
    found.push([exceeds(now.offsetY, offsetLimitsMm), 'offset']);
    found.push([exceeds(now.gap, gapLimitsMm), 'gap']);
    const isUnsure = typeof now.confidence === 'number' && now.confidence < leastConfidence;
    found.push([isUnsure ? 1 : 0, 'confidence']);
  }
  const abnormal = found.filter(([level]) => level > 0).sort(([one], [other]) => other - one);
  return {
    level: abnormal[0]?.[0] ?? 0,
    findings: abnormal.map(([, finding]) => finding),
  };
};
