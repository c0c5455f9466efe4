import { z } from 'zod';
import { expectedWords } from '../core/input-words.ts';

/** Particulars of a panel as messages tell them: ISO 3834-5 and NB/T 47014 ask for them. */

const mostTexts = 200;
const mostTubes = 200;
const mostOthers = 100;

const plain = expectedWords({ en: 'text without control characters', zh: '不含控制字符的文本' });

/** A name, number or short remark. */
export const text = z
  .string()
  .min(1)
  .max(mostTexts)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, plain)
  // A database keeps half of a surrogate pair as another character: two texts would become one.
  .refine(
    (value) => value.isWellFormed(),
    expectedWords({ en: 'well-formed Unicode', zh: '完整的 Unicode 文本' }),
  );

const date = z.iso.date().describe('YYYY-MM-DD, valid to the end of the day');

const band = z.strictObject({
  parameter: text.describe('An essential variable, such as current'),
  unit: text.describe('UCUM'),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** Welding procedure (ISO 15609-1) with what qualified it (ISO 15614-1). */
export const procedureShape = {
  wpsNo: text,
  revision: text.optional(),
  wpqrNo: text.optional(),
  process: text.optional().describe('ISO 4063, such as 135'),
  position: text.optional().describe('ISO 6947'),
  jointType: text.optional(),
  polarity: text.optional(),
  bands: z.array(band).max(mostOthers).optional().describe('Ranges of the essential variables'),
  preheatMinimumCelsius: z.number().min(-50).max(1000).optional(),
  interpassMaximumCelsius: z.number().min(-50).max(1000).optional(),
  postWeldHeatTreatment: text.optional().describe('Such as 620 °C for 1 h, or none'),
  mostRepairs: z.number().int().min(0).max(100).optional().describe('Of one place'),
};

const tube = z.strictObject({
  position: z.number().int().min(1).max(mostTubes).describe('Counts from one edge of the panel'),
  heatNo: text.optional(),
  grade: text.optional(),
  size: text.optional(),
  certificate: text.optional().describe('EN 10204 3.1'),
  pmi: text.optional().describe('Result of the positive material identification'),
});
const fin = z.strictObject({
  position: z.number().int().min(1).max(mostTubes),
  heatNo: text.optional().describe('Heat or lot'),
  grade: text.optional(),
  size: text.optional(),
});
const wire = z.strictObject({
  spoolId: text,
  seam: text.optional().describe('Where it fed one seam only'),
  changePositionMm: z.number().optional().describe('From which position on; 0: from the start'),
  classification: text.optional(),
  diameterMm: z.number().positive().max(10).optional(),
  lot: text.optional(),
});
const gas = z.strictObject({
  batch: text,
  mix: text.optional().describe('ISO 14175, such as M21'),
});
const flux = z.strictObject({ lot: text, bakeRecord: text.optional() });
const person = z.strictObject({
  id: text,
  role: text.optional().describe('operator unless told, or coordinator (ISO 14731)'),
  qualification: text.optional().describe('ISO 14732, TSG Z6002'),
  expires: date.optional(),
});
const equipment = z.strictObject({
  id: text.describe('Serial or inventory number'),
  role: text.optional().describe('power source, feeder, vision and so on'),
  calibrationDue: date.optional().describe('ISO 17662; YYYY-MM-DD'),
  softwareVersion: text.optional().describe('Of the PLC, the vision and so on'),
});

/** Of the panel: its dimensions, what it is made of, with what and by whom. Each list is merged into what was told before. */
export const materialShape = {
  serial: text.optional(),
  offCutId: text.optional().describe('Of what was cut off and is kept for tests'),
  lengthMm: z.number().positive().max(100_000).optional(),
  widthMm: z.number().positive().max(100_000).optional(),
  tubeCount: z.number().int().min(1).max(mostTubes).optional(),
  finCount: z.number().int().min(1).max(mostTubes).optional(),
  tubes: z.array(tube).max(mostTubes).optional(),
  fins: z.array(fin).max(mostTubes).optional(),
  wires: z.array(wire).max(mostOthers).optional(),
  gases: z.array(gas).max(mostOthers).optional(),
  fluxes: z.array(flux).max(mostOthers).optional(),
  personnel: z.array(person).max(mostOthers).optional(),
  equipment: z.array(equipment).max(mostOthers).optional(),
};

export type Tube = z.output<typeof tube>;
export type Fin = z.output<typeof fin>;
export type Wire = z.output<typeof wire>;
export type Gas = z.output<typeof gas>;
export type Flux = z.output<typeof flux>;
export type Person = z.output<typeof person>;
export type Equipment = z.output<typeof equipment>;
const procedure = z.strictObject(procedureShape);
export type Procedure = z.output<typeof procedure>;
