import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** SunSpec Device Information Model Specification V1.1 §4: the types that the models here use. */
const modelTypes = [
  'int16',
  'uint16',
  'enum16',
  'bitfield16',
  'sunssf',
  'int32',
  'uint32',
  'acc32',
  'bitfield32',
  'float32',
  'uint64',
  'acc64',
  'string',
] as const;
export type ModelType = (typeof modelTypes)[number];

const localText = z.strictObject({ en: z.string().min(1), zh: z.string().min(1) });
const siteName = z.string().regex(/^[a-z][A-Za-z0-9]*$/);

const tablePointSchema = z.strictObject({
  /** As the model has it. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/),
  /** Registers from the id of the model, or from the beginning of the repeating block. */
  at: z.int().min(0).max(1000),
  type: z.enum(modelTypes),
  /** Registers of a string. */
  size: z.int().min(1).max(64).optional(),
  /** Name of its scale factor, in the fixed part of the model. */
  sf: z.string().optional(),
  unit: z.string().optional(),
  /** Every device with the model has it: an accumulator of 0 is then a reading. */
  mandatory: z.literal(true).optional(),
  /** An integer that only counts up. */
  counter: z.literal(true).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  /** What a site calls it; without one a profile gives its own name. */
  point: siteName.optional(),
  en: z.string().optional(),
  zh: z.string().optional(),
  labels: z.record(z.string().regex(/^\d+$/), localText).optional(),
  /** Of a bitfield: what its bits say, each a point of its own. */
  bits: z
    .record(z.string().regex(/^\d+$/), localText.extend({ point: siteName }).strict())
    .optional(),
});

const tableSchema = z.strictObject({
  models: z.array(z.int().min(1).max(65_534)).min(1),
  title: localText,
  /** Registers of the fixed part behind id and length. */
  length: z.int().min(1),
  points: z.array(tablePointSchema).min(1),
  repeat: z
    .strictObject({
      name: siteName,
      length: z.int().min(1).max(125),
      points: z.array(tablePointSchema).min(1),
    })
    .optional(),
});

/** One model, or several of the same layout, as data: `models/*.yaml`. */
export type ModelTable = z.output<typeof tableSchema>;
export type TablePoint = z.output<typeof tablePointSchema>;

const folder = fileURLToPath(new URL('./models', import.meta.url));

/** Each file says by a line of its own of which models it is: a site has a few of them, and parsing all takes its start. */
const modelsLine = /^models: \[([\d, ]+)\]$/m;

/** Makes a table at its first use. */
type TableOf = () => ModelTable;

const tableIn = (text: string): TableOf => {
  let table: ModelTable | undefined;
  return () => {
    table ??= tableSchema.parse(parse(text));
    return table;
  };
};

let tables: ReadonlyMap<number, TableOf> | undefined;

/** Read at the first use: a site without SunSpec devices needs none of it. */
const allTables = (): ReadonlyMap<number, TableOf> => {
  if (tables !== undefined) return tables;
  const found = new Map<number, TableOf>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const table = tableIn(text);
    for (const id of modelsLine.exec(text)?.[1]?.split(',') ?? []) found.set(Number(id), table);
  }
  tables = found;
  return found;
};

/** What is known of a model; undefined where nothing is. */
export const modelTable = (id: number): ModelTable | undefined => allTables().get(id)?.();

/** Models that can be read, in order. */
export const knownModels = (): readonly number[] => [...allTables().keys()].sort((a, b) => a - b);

const registers: Readonly<Record<Exclude<ModelType, 'string'>, number>> = {
  int16: 1,
  uint16: 1,
  enum16: 1,
  bitfield16: 1,
  sunssf: 1,
  int32: 2,
  uint32: 2,
  acc32: 2,
  bitfield32: 2,
  float32: 2,
  uint64: 4,
  acc64: 4,
};

export const tablePointLength = ({ type, size }: TablePoint): number =>
  type === 'string' ? (size ?? 1) : registers[type];
