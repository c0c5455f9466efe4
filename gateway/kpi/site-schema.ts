import { z } from 'zod';
import { pathPartPattern, pointNamePattern } from '../core/point.ts';

const part = pathPartPattern.source.slice(1, -1);
const globPart = '[A-Za-z0-9_*-]+';

/** `area/line/equipment`, where `*` stands for anything within a part. */
const equipmentPattern = z
  .string()
  .regex(new RegExp(`^${globPart}/${globPart}/${globPart}$`), 'expected area/line/equipment');
const equipmentPath = z
  .string()
  .regex(new RegExp(`^${part}/${part}/${part}$`), 'expected area/line/equipment');
const pointPattern = z
  .string()
  .regex(
    new RegExp(`^${globPart}/${globPart}/${globPart}/[A-Za-z0-9_.*-]+$`),
    'expected area/line/equipment/point',
  );

const kpiEntrySchema = z.strictObject({
  kpi: z.string(),
  equipment: equipmentPattern,
  /** Checked by the schema of the KPI. */
  parameters: z.record(z.string(), z.unknown()).default({}),
  /** `10s`, `5min`: in place of the KPI's own, where that is a length of time. Checked by the tier of the KPI. */
  window: z.string().max(20).optional(),
  /** Points to read in place of the KPI's own choice, by the name of the input. */
  inputs: z
    .record(z.string(), z.union([pointPattern, z.array(pointPattern).min(1).max(1000)]))
    .default({}),
});

const calculatedEntrySchema = z.strictObject({
  equipment: equipmentPath,
  point: z.string().regex(pointNamePattern, 'expected a point name'),
  unit: z.string().min(1),
  expression: z.string().min(1).max(1000),
  description: z.strictObject({ en: z.string(), zh: z.string() }).optional(),
});

/** The sections `kpis` and `calculated` of the site file. */
export const kpisSchema = z.array(kpiEntrySchema).max(10_000).default([]);
export const calculatedSchema = z.array(calculatedEntrySchema).max(10_000).default([]);

export type KpiEntry = z.infer<typeof kpiEntrySchema>;
export type CalculatedEntry = z.infer<typeof calculatedEntrySchema>;
