import { z } from 'zod';
import type { ProductionReport } from '../../../gateway/core/production-report.ts';
import { epochMs } from '../sample-time.ts';
import type { Plain } from './structure.ts';

/** Results of OPC 40001-101 (Machinery, result transfer). */

/** ResultEvaluationEnum. */
const evaluations = new Map<number, MachineResult['evaluation']>([
  [1, 'ok'],
  [2, 'notOk'],
  [3, 'notDecidable'],
]);
/** ResultState. */
const completed = 1;

const odd = <Schema extends z.ZodType>(schema: Schema) => schema.nullish().catch(null);

const resultSchema = z.object({
  resultmetadata: z.object({
    resultid: z.string().min(1),
    ispartial: odd(z.boolean()),
    issimulated: odd(z.boolean()),
    resultstate: odd(z.number()),
    stepid: odd(z.string()),
    partid: odd(z.string()),
    jobid: odd(z.string()),
    creationtime: odd(z.date()),
    resultevaluation: odd(z.number()),
  }),
});

export type MachineResult = {
  readonly resultId: string;
  readonly evaluation: 'ok' | 'notOk' | 'notDecidable';
  readonly partId: string;
  readonly jobId: string;
  /** Empty for the whole item. */
  readonly stepId: string;
  readonly isSimulated: boolean | undefined;
  /** By the device, UTC epoch ms; NaN where it does not say. */
  readonly createdMs: number;
};

/** A result that is whole and judged; undefined for anything else. */
export const readResult = (value: Plain): MachineResult | undefined => {
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) return undefined;
  const meta = parsed.data.resultmetadata;
  const evaluation = evaluations.get(meta.resultevaluation ?? 0);
  if (evaluation === undefined || meta.ispartial === true) return undefined;
  if ((meta.resultstate ?? completed) !== completed) return undefined;
  return {
    ...{ resultId: meta.resultid, evaluation, createdMs: epochMs(meta.creationtime) },
    ...{ partId: meta.partid ?? '', jobId: meta.jobid ?? '', stepId: meta.stepid ?? '' },
    isSimulated: meta.issimulated ?? undefined,
  };
};

/** What a result tells of production; nothing where it names no item. */
export const reportsOfResult = (
  { resultId, evaluation, partId, jobId, stepId, isSimulated }: MachineResult,
  head: { readonly area: string; readonly line: string; readonly timeMs: number },
): readonly ProductionReport[] => {
  if (partId === '') return [];
  return [
    ...(jobId === ''
      ? []
      : [{ kind: 'panelAssignment' as const, ...head, panelId: partId, orderId: jobId }]),
    {
      ...{ kind: 'machineResult', ...head, panelId: partId, resultId, evaluation },
      ...(jobId === '' ? {} : { orderId: jobId }),
      ...(stepId === '' ? {} : { seam: stepId }),
      ...(isSimulated === undefined ? {} : { isSimulated }),
    },
  ];
};
