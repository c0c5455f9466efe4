import type { ProfilePoint } from '../profile-point.ts';
import {
  type ModelTable,
  type ModelType,
  modelTable,
  type TablePoint,
  tablePointLength,
} from './model-table.ts';
import { type SunSpecEntry, type WantedPoint, wantedPoint } from './sunspec-entry.ts';

/** A point in one model; `end` is where what must be there to read it ends, in registers from the id of the model. */
export type ModelPoint = { readonly point: ProfilePoint; readonly end: number };

/** The points of a group in one of its models: parallel to its channels, undefined where this model has none of it. */
export type ModelVariant = {
  readonly model: number;
  readonly points: readonly (ModelPoint | undefined)[];
  /** Of the repeating block: what must not be torn apart by two requests. */
  readonly repeat: { readonly at: number; readonly length: number } | undefined;
};

export type SunSpecGroup = {
  readonly entry: SunSpecEntry;
  readonly channels: readonly ProfilePoint[];
  readonly variants: readonly ModelVariant[];
};

type EntryIssue = { readonly path: readonly (string | number)[]; readonly message: string };

/** Not implemented, by type (SunSpec Device Information Model Specification V1.1 §4); any NaN and an empty text are so anyway. */
const notImplemented: Readonly<Record<ModelType, ProfilePoint['invalid']>> = {
  int16: [0x8000],
  uint16: [0xffff],
  enum16: [0xffff],
  bitfield16: [0xffff],
  sunssf: [0x8000],
  int32: [0x8000_0000],
  uint32: [0xffff_ffff],
  bitfield32: [0xffff_ffff],
  float32: [],
  uint64: ['0xFFFFFFFFFFFFFFFF'],
  // A 0 is a reading where every device must count, and else no more than "not counted".
  acc32: [0],
  acc64: [0],
  string: [],
};

const valueTypes: Readonly<Record<ModelType, ProfilePoint['type']>> = {
  int16: 'i16',
  uint16: 'u16',
  enum16: 'u16',
  bitfield16: 'bitfield',
  sunssf: 'i16',
  int32: 'i32',
  uint32: 'u32',
  bitfield32: 'u32',
  float32: 'f32',
  uint64: 'u64',
  acc32: 'u32',
  acc64: 'u64',
  string: 'string',
};

const decimalsByUnit: Readonly<Record<string, number>> = {
  W: 0,
  VA: 0,
  var: 0,
  Wh: 0,
  Hz: 2,
  V: 1,
  A: 1,
  '%': 1,
  Cel: 1,
};

const rolloverOfAcc32 = 0x1_0000_0000;

/** A point of the table by what a site calls it, by its own name, or one of its bits. */
type Found = { readonly point: TablePoint; readonly bit: number | undefined };

const findPoint = (points: readonly TablePoint[], wanted: WantedPoint): Found | undefined => {
  if (wanted.from !== undefined) {
    const [own, bit] = wanted.from.split('.');
    const point = points.find(({ name, type }) => name === own && type !== 'sunssf');
    if (point === undefined || bit === undefined) return point && { point, bit: undefined };
    return point.bits?.[bit] && { point, bit: Number(bit) };
  }
  for (const point of points) {
    if (point.point === wanted.point) return { point, bit: undefined };
    for (const [bit, { point: name }] of Object.entries(point.bits ?? {})) {
      if (name === wanted.point) return { point, bit: Number(bit) };
    }
  }
  return undefined;
};

const describe = ({ point, bit }: Found, wanted: WantedPoint): ProfilePoint['description'] => {
  if (wanted.description !== undefined) return wanted.description;
  if (bit !== undefined) {
    const text = point.bits?.[bit];
    if (text !== undefined) return { en: text.en, zh: text.zh };
  }
  return { en: point.en ?? point.name, zh: point.zh ?? point.name };
};

const isCounter = ({ type, counter }: TablePoint): boolean =>
  type === 'acc32' || type === 'acc64' || counter === true;

const kindOf = ({ point, bit }: Found): Pick<ProfilePoint, 'type' | 'kind' | 'labels' | 'mask'> => {
  const type = valueTypes[point.type];
  if (bit !== undefined) return { type, kind: 'boolean', mask: 2 ** bit };
  if (point.labels !== undefined) return { type: 'enum', labels: point.labels };
  return isCounter(point) ? { type, kind: 'counter' } : { type };
};

const invalidOf = ({ point }: Found, wanted: WantedPoint): ProfilePoint['invalid'] => {
  if (wanted.invalid !== undefined) return wanted.invalid;
  const isAccumulator = point.type === 'acc32' || point.type === 'acc64';
  return isAccumulator && point.mandatory === true ? [] : notImplemented[point.type];
};

type Place = {
  readonly table: ModelTable;
  readonly base: number;
  readonly end: number;
  readonly suffix: string;
};

const toModelPoint = (found: Found, wanted: WantedPoint, place: Place): ModelPoint => {
  const { point, bit } = found;
  const { from: _from, description: _description, ...own } = wanted;
  const decimals = decimalsByUnit[point.unit ?? ''];
  const scaleFactor = place.table.points.find(({ name }) => name === point.sf);
  const profilePoint: ProfilePoint = {
    address: place.base + point.at,
    order: 'ABCD',
    scale: 1,
    offset: 0,
    unit: bit === undefined ? (point.unit ?? '1') : '1',
    ...kindOf(found),
    ...(bit === undefined ? {} : { shift: bit }),
    ...(point.type === 'string' ? { length: point.size } : {}),
    ...(scaleFactor === undefined ? {} : { scaleFactorAddress: scaleFactor.at }),
    ...(point.minimum === undefined ? {} : { minimum: point.minimum }),
    ...(point.maximum === undefined ? {} : { maximum: point.maximum }),
    ...(point.type === 'acc32' ? { rolloverAt: rolloverOfAcc32 } : {}),
    ...(decimals === undefined || bit !== undefined ? {} : { decimals }),
    ...own,
    sign: wanted.sign ?? 1,
    invalid: [...invalidOf(found, wanted)],
    point: `${wanted.point}${place.suffix}`,
    description: describe(found, wanted),
  };
  return { point: profilePoint, end: place.end };
};

const digits = (count: number): number => Math.max(2, String(count).length);

const resolveVariant = (entry: SunSpecEntry, model: number, table: ModelTable): ModelVariant => {
  const behindFixed = 2 + table.length;
  const points: (ModelPoint | undefined)[] = [];
  if (entry.repeat === undefined) {
    for (const wanted of entry.points.map(wantedPoint)) {
      const found = findPoint(table.points, wanted);
      // A device may leave off what comes last in a model (a pad, a text): judged by each point.
      const end = found === undefined ? 0 : found.point.at + tablePointLength(found.point);
      points.push(found && toModelPoint(found, wanted, { table, base: 0, end, suffix: '' }));
    }
    return { model, points, repeat: undefined };
  }
  const length = table.repeat?.length ?? 1;
  for (let index = 0; index < entry.repeat; index += 1) {
    const base = behindFixed + index * length;
    const suffix = `.${String(index + 1).padStart(digits(entry.repeat), '0')}`;
    for (const wanted of entry.points.map(wantedPoint)) {
      const found = findPoint(table.repeat?.points ?? [], wanted);
      const place = { table, base, end: base + length, suffix };
      points.push(found && toModelPoint(found, wanted, place));
    }
  }
  return { model, points, repeat: { at: behindFixed, length } };
};

/** What makes a channel: it must not depend on which of the models the device has. */
const channelKey = ({ type, kind, unit, labels }: ProfilePoint): string => {
  const isText = type === 'string';
  const meaning = kind ?? (labels === undefined ? (isText ? 'string' : 'number') : 'enum');
  return JSON.stringify([meaning, unit, labels]);
};

/** What is wrong with an entry of a profile; empty when it can be read. */
export const entryIssues = (entry: SunSpecEntry): readonly EntryIssue[] => {
  const issues: EntryIssue[] = [];
  for (const [index, model] of entry.models.entries()) {
    const table = modelTable(model);
    if (table === undefined) {
      issues.push({ path: ['models', index], message: 'a model that is known' });
    } else if (entry.repeat !== undefined && table.repeat === undefined) {
      issues.push({ path: ['repeat'], message: `nothing: model ${model} has no repeating block` });
    }
  }
  if (issues.length > 0) return issues;
  const names = entry.points.map((point) => wantedPoint(point).point);
  for (const [index, point] of entry.points.entries()) {
    const message = pointProblem(entry, wantedPoint(point));
    if (message !== undefined) issues.push({ path: ['points', index], message });
    else if (names.indexOf(wantedPoint(point).point) !== index) {
      issues.push({
        path: ['points', index],
        message: 'a name that no other point of the group has',
      });
    }
  }
  return issues;
};

const pointProblem = (entry: SunSpecEntry, wanted: WantedPoint): string | undefined => {
  const found: ModelPoint[] = [];
  for (const model of entry.models) {
    const table = modelTable(model);
    if (table === undefined) continue;
    const points = entry.repeat === undefined ? table.points : (table.repeat?.points ?? []);
    const one = findPoint(points, wanted);
    if (one === undefined) continue;
    found.push(toModelPoint(one, wanted, { table, base: 0, end: 0, suffix: '' }));
    if (one.point.en === undefined && one.bit === undefined && wanted.description === undefined) {
      return `a description: the model has none of ${one.point.name}`;
    }
  }
  const [first, ...others] = found;
  if (first === undefined) {
    const where = entry.repeat === undefined ? '' : ' in its repeating block';
    return `a point of model ${entry.models.join(' or ')}${where}`;
  }
  return others.some(({ point }) => channelKey(point) !== channelKey(first.point))
    ? 'the same kind, unit and labels in every one of the models'
    : undefined;
};

/** The points of an entry that has no issues, in each of its models. */
export const resolveEntry = (entry: SunSpecEntry): SunSpecGroup => {
  const variants = entry.models.flatMap((model) => {
    const table = modelTable(model);
    return table === undefined ? [] : [resolveVariant(entry, model, table)];
  });
  const count = variants[0]?.points.length ?? 0;
  const channels = Array.from({ length: count }, (_, channel) => {
    const point = variants.map(({ points }) => points[channel]).find((one) => one !== undefined);
    if (point === undefined) throw new RangeError(`${entry.name}: no model has point ${channel}`);
    return point.point;
  });
  return { entry, channels, variants };
};
