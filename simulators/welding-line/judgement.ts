import type { JsonObject } from '../plant.ts';
import {
  bandedSignals,
  deformationLimitMm,
  heatInputLimits,
  type Limits,
  lostLimitSeconds,
  openLimitMm,
  outOfBandLimitMm,
  procedureBands,
  trackingLimits,
} from './procedure.ts';
import { type ProcessId, processes, type WeldingProcess } from './process.ts';

export type Evaluation = 'OK' | 'NotOK' | 'NotDecidable';

export type JudgedValue = {
  readonly name: string;
  readonly value: number;
  /** Undefined for what is told alone. */
  readonly limits?: Limits;
};

/** Result of a seam or of the whole panel, with the values that it rests on. */
export type Result = {
  /** F01..B10, or Panel. */
  readonly name: string;
  readonly evaluation: Evaluation;
  readonly values: readonly JudgedValue[];
};

export const violationOf = ({
  value,
  limits,
}: Pick<JudgedValue, 'value' | 'limits'>): 'none' | 'below' | 'above' => {
  if (value < (limits?.low ?? Number.NEGATIVE_INFINITY)) return 'below';
  return value > (limits?.high ?? Number.POSITIVE_INFINITY) ? 'above' : 'none';
};

/**
 * Judges a finished panel by its truth: one result for each seam that was to be welded, then one for the panel. A seam whose torch
 * was disabled all along has none, and leaves the panel undecided where its process welds that face.
 */
export const judgedPanel = (panel: JsonObject): readonly Result[] => {
  const process = processes[panel['process'] as ProcessId];
  const all = Object.entries(panel['seams'] as Record<string, JsonObject>);
  const wanted = all.filter(([, seam]) => Number(seam['wantedSeconds']) > 0);
  const seams = wanted.map(([name, seam]) => judgedSeam(name, seam, { panel, process }));
  const values: readonly JudgedValue[] = [
    { name: 'maxAbsZMm', value: Number(panel['maxAbsZMm']), limits: { high: deformationLimitMm } },
    ...valuesOf(panel, [
      ...['bowMm', 'shrinkageMm', 'heatBalanceIndex', 'weldEnergyKwh'],
      ...['wireKg', 'gasM3', 'corrections', 'interventions', 'weldSeconds'],
    ]),
  ];
  const isBad = seams.some(({ evaluation }) => evaluation === 'NotOK') || values.some(isViolated);
  const due = process.hasBackFace ? all.length : all.length / 2;
  const isWhole = wanted.length >= due;
  const evaluation = isBad ? 'NotOK' : isWhole ? 'OK' : 'NotDecidable';
  return [...seams, { name: 'Panel', evaluation, values }];
};

type SeamOf = { readonly panel: JsonObject; readonly process: WeldingProcess };

const judgedSeam = (name: string, seam: JsonObject, { panel, process }: SeamOf): Result => {
  const openMm = Number(panel['positionMm']) - Number(seam['arcOnLengthMm']);
  const open = { name: 'openLengthMm', value: openMm, limits: { high: openLimitMm } };
  const told = valuesOf(seam, ['arcOnLengthMm', 'arcStarts']);
  if (Number(seam['arcStarts']) === 0) {
    return { name, evaluation: 'NotOK', values: [open, ...told] };
  }
  const tracked = trackingOf(seam);
  const lost: JudgedValue = {
    name: 'seamLostSeconds',
    value: Number(seam['seamLostSeconds']),
    limits: { high: lostLimitSeconds },
  };
  const judged: readonly JudgedValue[] = [
    open,
    {
      name: 'heatInputKjPerMm',
      value: Number(seam['heatInputKjPerMm']),
      limits: heatInputLimits(process),
    },
    ...bandsOf(seam, process),
    ...tracked,
  ];
  const isUnseen = isViolated(lost) || tracked.length === 0;
  const evaluation = judged.some(isViolated) ? 'NotOK' : isUnseen ? 'NotDecidable' : 'OK';
  return { name, evaluation, values: [...judged, lost, ...told] };
};

const isViolated = (value: JudgedValue): boolean => violationOf(value) !== 'none';

/** Of each signal of the procedure its mean by its band, and the length on which it was out of that. */
const bandsOf = (seam: JsonObject, process: WeldingProcess): readonly JudgedValue[] => {
  const bands = procedureBands(process);
  const out = seam['outOfBandMm'] as JsonObject;
  const statistics = {
    currentA: 'current',
    voltageV: 'voltage',
    wireFeedMPerMin: 'wireFeed',
    gasFlowLPerMin: 'gasFlow',
  } as const;
  return bandedSignals.flatMap((signal): readonly JudgedValue[] => {
    const limits = bands[signal];
    if (limits === undefined) return [];
    const { mean } = seam[statistics[signal]] as JsonObject;
    const outMm = Number(out[signal]);
    return [
      { name: signal, value: Number(mean), limits },
      { name: `${signal}OutMm`, value: outMm, limits: { high: outOfBandLimitMm } },
    ];
  });
};

/** Nothing where the vision has never seen the seam under the arc. */
const trackingOf = (seam: JsonObject): readonly JudgedValue[] => {
  const tracking = seam['tracking'] as JsonObject;
  if (Number(tracking['samples']) === 0) return [];
  return Object.entries(trackingLimits).map(([name, limits]) => ({
    name,
    value: Number(tracking[name]),
    limits,
  }));
};

const valuesOf = (from: JsonObject, names: readonly string[]): readonly JudgedValue[] =>
  names.map((name) => ({ name, value: Number(from[name]) }));
