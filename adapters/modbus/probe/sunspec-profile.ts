import { stringify } from 'yaml';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { DecodeProgram } from '../decode.ts';
import { planModel, requestsOf } from '../sunspec/model-plan.ts';
import { resolveEntry } from '../sunspec/model-points.ts';
import { type ModelTable, modelTable, type TablePoint } from '../sunspec/model-table.ts';
import { type SunSpecEntry, sunSpecEntrySchema } from '../sunspec/sunspec-entry.ts';
import type { SunSpecMap } from '../sunspec/sunspec-map.ts';
import type { FoundModel, ReadHolding } from '../sunspec/walk.ts';

export type SunSpecProfileOptions = {
  readonly read: ReadHolding;
  readonly name: string | undefined;
  progress(text: LocalText): void;
};

const maxRegisters = 125;
const measuredMs = 1000;
const setMs = 60_000;
const identityMs = 3_600_000;
const rolloverOfAcc32 = 0x1_0000_0000;

/** Models of settings and ratings, which seldom change. */
const settingModels: ReadonlySet<number> = new Set([120, 121, 123, 702, 703, 704]);

const periodOf = (id: number): number => {
  if (id === 1) return identityMs;
  return settingModels.has(id) || (id >= 705 && id <= 712) ? setMs : measuredMs;
};

/** The profile that reads what a device has implemented, and what was left out of it. */
export const sunSpecProfile = async (
  map: SunSpecMap,
  options: SunSpecProfileOptions,
): Promise<{ readonly document: string; readonly left: readonly LocalText[] }> => {
  const left: LocalText[] = [];
  const groups: Record<string, unknown>[] = [];
  const names = new Set<string>();
  const equipmentClass = classOf(map.models);
  for (const [index, model] of map.models.entries()) {
    const table = modelTable(model.id);
    if (table === undefined) {
      left.push(unknownModel(model));
      continue;
    }
    options.progress({ en: `reading model ${model.id}`, zh: `正在读取模型 ${model.id}` });
    const before = map.models.slice(0, index);
    const occurrence = 1 + before.filter(({ id }) => id === model.id).length;
    for (const part of partsOf(table, model)) {
      const entry = { part, model, occurrence, equipmentClass };
      const { group, absent } = await groupOf(entry, { names, read: options.read });
      if (group !== undefined) groups.push(group);
      if (absent.length > 0) left.push(notImplemented(model, absent));
    }
  }
  const title = `${map.manufacturer} ${map.model}`.trim() || 'SunSpec';
  const profile = {
    profile: options.name ?? slug(`sunspec-${title}`),
    version: 1,
    title: { en: title, zh: title },
    testedOn: 'nothing',
    sunspec: groups,
  };
  const head = [
    `# Written by \`seamwatt probe sunspec\` for ${title}, serial number ${map.serialNumber || 'unknown'}.`,
    '# Points that the device did not implement when it was asked were left out; some come only by day.',
  ];
  return { document: `${head.join('\n')}\n${stringify(profile, { lineWidth: 110 })}`, left };
};

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9.]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64) || 'sunspec';

const classOf = (models: readonly FoundModel[]): string => {
  const has = (first: number, last: number): boolean =>
    models.some(({ id }) => id >= first && id <= last);
  if (has(802, 805) || has(713, 713) || has(124, 124)) return 'storage';
  if (has(101, 113) || has(701, 701)) return 'pv_inverter';
  return has(201, 214) ? 'meter' : 'device';
};

type Part = {
  readonly name: string;
  readonly points: readonly TablePoint[];
  readonly repeat: number | undefined;
};

const partsOf = (table: ModelTable, { id, length }: FoundModel): readonly Part[] => {
  const name = `model${id}`;
  const parts: Part[] = [{ name, points: table.points, repeat: undefined }];
  if (table.repeat !== undefined) {
    // The length is believed: the number that a device gives beside it may be wrong.
    const count = Math.floor((length - table.length) / table.repeat.length);
    if (count > 0) {
      const repeat = Math.min(count, 256);
      parts.push({ name: `${name}-${table.repeat.name}`, points: table.repeat.points, repeat });
    }
  }
  return parts;
};

type GroupInput = {
  readonly part: Part;
  readonly model: FoundModel;
  readonly occurrence: number;
  readonly equipmentClass: string;
};

/** A point as the profile will name it: by its own name where that is free, else with the model in front. */
const wantedOf = (
  point: TablePoint,
  { part, model, occurrence }: GroupInput,
  names: Set<string>,
): { readonly point: string; readonly from?: string } | undefined => {
  const { point: name } = point;
  if (name === undefined) return undefined;
  const isRepeated = part.repeat !== undefined;
  const key = isRepeated ? `${name}.*` : name;
  if (!names.has(key)) {
    names.add(key);
    return { point: name };
  }
  const nth = occurrence === 1 ? '' : `-${occurrence}`;
  const own = `model${model.id}${nth}.${name}`;
  names.add(isRepeated ? `${own}.*` : own);
  return { point: own, from: point.name };
};

const groupOf = async (
  input: GroupInput,
  { names, read }: { readonly names: Set<string>; readonly read: ReadHolding },
): Promise<{
  readonly group: Record<string, unknown> | undefined;
  readonly absent: readonly string[];
}> => {
  const { part, model, occurrence, equipmentClass } = input;
  const named = part.points.filter(({ point }) => point !== undefined);
  const base = {
    name: occurrence === 1 ? part.name : `${part.name}-${occurrence}`,
    class: equipmentClass,
    periodMs: periodOf(model.id),
    models: [model.id],
    ...(occurrence === 1 ? {} : { occurrence }),
    ...(part.repeat === undefined ? {} : { repeat: part.repeat }),
  };
  if (named.length === 0) return { group: undefined, absent: [] };
  const probed = sunSpecEntrySchema.parse({ ...base, points: named.map(({ point }) => point) });
  const status = await statusOf(probed, model, read);
  const isThere = (index: number): boolean =>
    status.some((code, channel) => channel % named.length === index && code.isThere);
  const absent: string[] = [];
  const points: unknown[] = [];
  for (const [index, point] of named.entries()) {
    if (!isThere(index) && point.mandatory !== true) {
      absent.push(point.name);
      continue;
    }
    const wanted = wantedOf(point, input, names);
    if (wanted === undefined) continue;
    const rolloverAt = rolloverOf(point, status[index]?.scale);
    const own = { ...wanted, ...(rolloverAt === undefined ? {} : { rolloverAt }) };
    points.push(Object.keys(own).length === 1 ? own.point : own);
    points.push(...bitsOf(point, input, names));
  }
  return { group: points.length === 0 ? undefined : { ...base, points }, absent };
};

const bitsOf = (point: TablePoint, input: GroupInput, names: Set<string>): readonly unknown[] =>
  Object.entries(point.bits ?? {}).flatMap(([bit, text]): unknown[] => {
    const wanted = wantedOf({ ...point, point: text.point }, input, names);
    if (wanted === undefined) return [];
    return wanted.from === undefined
      ? [wanted.point]
      : [{ ...wanted, from: `${point.name}.${bit}` }];
  });

/** A counter of 32 bits starts again at 2^32 of its steps, which are as large as its scale factor says now. */
const rolloverOf = (point: TablePoint, scale: number | undefined): number | undefined =>
  point.type !== 'acc32' || scale === undefined || scale === 0
    ? undefined
    : rolloverOfAcc32 * 10 ** scale;

type PointStatus = { readonly isThere: boolean; readonly scale: number | undefined };

/** Which points of a group the device has now, by a reading of its model. */
const statusOf = async (
  entry: SunSpecEntry,
  model: FoundModel,
  read: ReadHolding,
): Promise<readonly PointStatus[]> => {
  const { variants, channels } = resolveEntry(entry);
  const [variant] = variants;
  if (variant === undefined) return [];
  const plan = planModel(variant, { length: model.length, maxRegisters });
  const data = Buffer.alloc((model.length + 2) * 2);
  for (const { at, length } of requestsOf(plan)) {
    const answer = await read(model.address + at, length);
    if (answer instanceof GatewayError) throw answer;
    answer.copy(data, at * 2);
  }
  const inputs = plan.channels.flatMap((channel) => {
    const point = variant.points[channel]?.point;
    if (point === undefined) return [];
    const { address, scaleFactorAddress } = point;
    return [
      { point, channel, place: address, scaleFactorPlace: scaleFactorAddress, isBitTable: false },
    ];
  });
  const status = new Uint32Array(channels.length).fill(statusCodes.badNotSupported);
  const values = new Float64Array(channels.length);
  new DecodeProgram(inputs, { values, status, intern: () => 1 }).run(data, 0);
  return channels.map((_, channel) => {
    const at = variant.points[channel]?.point.scaleFactorAddress;
    const isRead = plan.channels.includes(channel);
    const code = status[channel];
    const absent: readonly (number | undefined)[] = [
      statusCodes.badNotSupported,
      statusCodes.badNoData,
      statusCodes.badConfigurationError,
    ];
    return {
      isThere: !absent.includes(code),
      scale: isRead && at !== undefined ? data.readInt16BE(at * 2) : undefined,
    };
  });
};

const unknownModel = ({ id }: FoundModel): LocalText => ({
  en: `model ${id} is not known, and left out`,
  zh: `模型 ${id} 未知，已略去`,
});

const notImplemented = ({ id }: FoundModel, names: readonly string[]): LocalText => ({
  en: `model ${id}: not implemented now, and left out: ${names.join(', ')}`,
  zh: `模型 ${id}：目前未实现、已略去的测点：${names.join('、')}`,
});
