import type { DataValue } from 'node-opcua-client';
import { pathPartPattern, pointNamePattern } from '../../gateway/core/point.ts';
import { inChunks } from './chunks.ts';
import type { Connection } from './connection.ts';
import type { BrowsedVariable } from './probe-browse.ts';

/** An entry of `equipment` as it can be pasted into a site file. */
export type ProposedEquipment = {
  readonly area: string;
  readonly line: string;
  readonly equipment: string;
  readonly class: string;
  readonly namespaceUri: string;
  readonly points: readonly Readonly<Record<string, unknown>>[];
};

export type Proposal = {
  readonly equipment: readonly ProposedEquipment[];
  /** Variables whose values are no numbers, texts or arrays of numbers. */
  readonly skipped: readonly string[];
};

/** Units of UNECE recommendation 20, as OPC UA names them, in UCUM. */
const ucumByUnece = new Map([
  ['AMP', 'A'],
  ['VLT', 'V'],
  ['WTT', 'W'],
  ['KWT', 'kW'],
  ['MAW', 'MW'],
  ['WHR', 'Wh'],
  ['KWH', 'kWh'],
  ['D44', 'var'],
  ['D46', 'VA'],
  ['HTZ', 'Hz'],
  ['CEL', 'Cel'],
  ['KEL', 'K'],
  ['MMT', 'mm'],
  ['MTR', 'm'],
  ['2X', 'm/min'],
  ['MTS', 'm/s'],
  ['L2', 'L/min'],
  ['MQH', 'm3/h'],
  ['BAR', 'bar'],
  ['PAL', 'Pa'],
  ['SEC', 's'],
  ['C26', 'ms'],
  ['P1', '%'],
  ['C62', '1'],
]);

const valuesPerCall = 200;
const mostElements = 1000;

/** Reads what the variables hold now, and proposes points for those that can be read. */
export const proposePoints = async (
  connection: Connection,
  variables: readonly BrowsedVariable[],
  namespaces: readonly string[],
): Promise<Proposal> => {
  const values = await readAll(
    connection,
    variables.map(({ nodeId }) => nodeId),
  );
  const units = await readUnits(connection, variables);
  const groups = new Map<string, Group>();
  const skipped: string[] = [];
  for (const [i, variable] of variables.entries()) {
    const shape = shapeOf(values[i]);
    const namespaceUri = namespaces[variable.namespaceIndex];
    if (shape === undefined || namespaceUri === undefined) {
      skipped.push(variable.nodeId);
      continue;
    }
    const key = JSON.stringify([variable.parents, namespaceUri]);
    const group = groups.get(key) ?? { namespaceUri, parents: variable.parents, points: [] };
    groups.set(key, group);
    const text = variable.browseName;
    group.points.push({
      point: unique(
        pointName(variable.browseName),
        group.points.map(({ point }) => point),
      ),
      node: variable.identifier,
      ...shape,
      ...(units.get(variable.nodeId) === undefined ? {} : { unit: units.get(variable.nodeId) }),
      description: { en: text, zh: text },
    });
  }
  return { equipment: name([...groups.values()]), skipped };
};

type Group = {
  readonly namespaceUri: string;
  readonly parents: readonly string[];
  readonly points: ({ readonly point: string } & Readonly<Record<string, unknown>>)[];
};

const readAll = async (
  { library, session }: Connection,
  nodeIds: readonly string[],
): Promise<readonly DataValue[]> => {
  const values: DataValue[] = [];
  const attributeId = library.AttributeIds.Value;
  for (const chunk of inChunks(nodeIds, valuesPerCall)) {
    values.push(...(await session.read(chunk.map((nodeId) => ({ nodeId, attributeId })))));
  }
  return values;
};

const readUnits = async (
  connection: Connection,
  variables: readonly BrowsedVariable[],
): Promise<ReadonlyMap<string, string>> => {
  const measured = variables.flatMap(({ nodeId, unitsNodeId }) =>
    unitsNodeId === undefined ? [] : [{ nodeId, unitsNodeId }],
  );
  const values = await readAll(
    connection,
    measured.map(({ unitsNodeId }) => unitsNodeId),
  );
  const units = new Map<string, string>();
  for (const [i, { nodeId }] of measured.entries()) {
    const unit = unitOf(values[i]?.value.value);
    if (unit !== undefined) units.set(nodeId, unit);
  }
  return units;
};

/** EUInformation (OPC UA Part 8 §5.6.3): the UNECE code in three bytes, and a symbol for people. */
const unitOf = (value: unknown): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined;
  const { unitId, displayName } = value as {
    readonly unitId?: unknown;
    readonly displayName?: { readonly text?: unknown } | null;
  };
  const code = typeof unitId === 'number' && unitId > 0 ? uneceCode(unitId) : '';
  const symbol = displayName?.text;
  const isSymbol = typeof symbol === 'string' && /^[\x21-\x7e]{1,32}$/.test(symbol);
  return ucumByUnece.get(code) ?? (isSymbol ? symbol : undefined);
};

const uneceCode = (unitId: number): string =>
  [16, 8, 0]
    .map((shift) => (unitId >> shift) & 0xff)
    .filter((byte) => byte !== 0)
    .map((byte) => String.fromCharCode(byte))
    .join('');

/** Built-in types (OPC UA Part 6 §5.1.2). */
const shapeOf = (data: DataValue | undefined): Readonly<Record<string, unknown>> | undefined => {
  const variant = data?.value;
  if (variant === undefined) return undefined;
  const type: number = variant.dataType;
  const arrayType: number = variant.arrayType;
  if (arrayType !== 0) {
    const count = (variant.value as ArrayLike<unknown> | null)?.length ?? 0;
    const isUsable = type >= 1 && type <= 11 && count > 0 && count <= mostElements;
    return isUsable ? { arrayElements: { count } } : undefined;
  }
  if (type === 1) return { kind: 'boolean' };
  if ((type >= 2 && type <= 11) || type === 13) return {};
  return type === 12 || type === 21 ? { kind: 'string' } : undefined;
};

const cleaned = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9_-]+/g, '_')
    .replaceAll(/^[_-]+|_+$/g, '')
    .slice(0, 48);

const pointName = (browseName: string): string => {
  const text = cleaned(browseName);
  const named = pointNamePattern.test(text) ? text : `p_${text}`;
  return named.charAt(0).toLowerCase() + named.slice(1);
};

const equipmentName = (text: string): string => {
  const named = cleaned(text);
  return (pathPartPattern.test(named) ? named : 'device').toLowerCase();
};

const unique = (wanted: string, taken: readonly string[]): string => {
  if (!taken.includes(wanted)) return wanted;
  for (let i = 2; ; i += 1) if (!taken.includes(`${wanted}_${i}`)) return `${wanted}_${i}`;
};

/** Equipment is named after the node above its points; where names clash, by a number. */
const name = (groups: readonly Group[]): readonly ProposedEquipment[] => {
  const names: string[] = [];
  return groups.map(({ namespaceUri, parents, points }) => {
    const equipment = unique(equipmentName(parents.at(-1) ?? 'objects'), names);
    names.push(equipment);
    return { area: 'area', line: 'line', equipment, class: 'device', namespaceUri, points };
  });
};
