import type { EquipmentPath, RegisteredGroup } from '../../gateway/core/point.ts';
import { escapeMeasurement, escapeName, formatTag } from './escape.ts';
import { longestNumberBytes, overrunBytes } from './number-text.ts';
import { createTextPieces, type TextPieces } from './text-pieces.ts';

/** What is the same in every line of a group. */
export type GroupLayout = {
  readonly group: RegisteredGroup;
  /**
   * Piece 0 is measurement and tags up to the space before the first field; piece `c + 1` is `,<field>=` of channel c.
   */
  readonly pieces: TextPieces;
  /** 1 for channels whose values are ids of texts. */
  readonly isText: Uint8Array;
  /** No line of the group is longer, texts not counted. */
  readonly maxLineBytes: number;
};

/** Tags in the order of their keys, as InfluxDB keeps them. */
export const formatPathTags = (
  path: Pick<EquipmentPath, 'enterprise' | 'site'> & Partial<EquipmentPath>,
  simulated: boolean,
): string =>
  [
    formatTag('area', path.area ?? ''),
    formatTag('enterprise', path.enterprise),
    formatTag('equipment', path.equipment ?? ''),
    formatTag('line', path.line ?? ''),
    simulated ? ',simulated=true' : '',
    formatTag('site', path.site),
  ].join('');

/**
 * Names that a field may not have: InfluxDB 1.x and 2.x drop a field called `time` without a word, and 3 refuses one that is
 * called as a tag is.
 */
const reservedNames = new Set([
  'time',
  ...['area', 'enterprise', 'equipment', 'line', 'simulated', 'site'],
]);

/** The field of a point: its name, and `time_` for `time`. */
const fieldName = (point: string): string => (reservedNames.has(point) ? `${point}_` : point);

/** `_status=4294967295i` */
const statusBytes = 19;
/** A space, the digits of an int64 with its sign, a line feed, and what a word may write behind its text. */
const timeBytes = 1 + 20 + 1 + overrunBytes;

export const createGroupLayout = (group: RegisteredGroup, simulated: boolean): GroupLayout => {
  const head = escapeMeasurement(group.equipmentClass) + formatPathTags(group.equipment, simulated);
  const pieces = createTextPieces([
    head,
    ...group.channels.map(({ point }) => `,${escapeName(fieldName(point))}=`),
  ]);
  const [headBytes = 0, ...nameBytes] = pieces.byteLength;
  const fieldBytes = nameBytes.map((bytes) => 2 * bytes + longestNumberBytes + statusBytes);
  return {
    group,
    pieces,
    isText: Uint8Array.from(group.channels, ({ kind }) => (kind === 'string' ? 1 : 0)),
    maxLineBytes: fieldBytes.reduce((sum, bytes) => sum + bytes, headBytes + timeBytes),
  };
};
