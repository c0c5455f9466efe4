/** A permanent number from the append-only point table: never reused, also after a restart or a changed configuration. */
export type PointNumber = number & { readonly __brand: 'PointNumber' };
/** A permanent number from the append-only group table. */
export type GroupNumber = number & { readonly __brand: 'GroupNumber' };

/** A text in both first languages of the product. */
export type LocalText = { readonly en: string; readonly zh: string };

export const noText: LocalText = { en: '', zh: '' };

/**
 * Where a piece of equipment stands in the plant, after ISA-95 (IEC 62264-1 §5.3, equipment hierarchy). Each part is
 * `[A-Za-z0-9][A-Za-z0-9_-]*`, so that a path is an MQTT topic and a tag value as it stands.
 */
export type EquipmentPath = {
  readonly enterprise: string;
  readonly site: string;
  readonly area: string;
  readonly line: string;
  readonly equipment: string;
};

export const pathPartPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
/** Point names may be grouped by dots (`deformation.z.01`). */
export const pointNamePattern = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$/;

/** `enterprise/site/area/line/equipment` */
export const formatEquipmentPath = (path: EquipmentPath): string =>
  `${path.enterprise}/${path.site}/${path.area}/${path.line}/${path.equipment}`;

/** `enterprise/site/area/line/equipment/point`: how a point is named in configuration, API and messages. */
export const formatPointPath = (path: EquipmentPath, point: string): string =>
  `${formatEquipmentPath(path)}/${point}`;

/** What the numbers of a channel are; all travel as float64. Strings travel as ids of the journalled dictionary. */
export type ValueKind = 'number' | 'counter' | 'boolean' | 'enum' | 'string';

/** When a value that does not move is taken for frozen: to the last bit the same for `afterMs`, where the rule applies. */
export type FrozenRule = {
  readonly afterMs: number;
  /** Only a value further from 0 than this, in `unit`; an idle machine may rightly stand at 0. 0 unless given. */
  readonly beyond?: number | undefined;
  /** Only while another channel of the group is above, below, or between. */
  readonly while?:
    | {
        readonly point: string;
        readonly above?: number | undefined;
        readonly below?: number | undefined;
      }
    | undefined;
};

/** One point as it stands in a frame of its group. */
export type ChannelSpec = {
  /** Within its equipment. */
  readonly point: string;
  readonly kind: ValueKind;
  /** UCUM code (`kJ/mm`, `Cel`, `%`, `1` for none). */
  readonly unit: string;
  readonly description: LocalText;
  /** Only of kind enum: what each number means. */
  readonly labels?: Readonly<Record<string, LocalText>>;
  /** Only of kind counter: the value at which the register starts again at 0 (2^32 for a u32 in its own unit). */
  readonly rolloverAt?: number;
  /** Change below which the state lane keeps quiet, in `unit`. */
  readonly deadband?: number;
  /** Digits after the point for people; storage keeps all. */
  readonly decimals?: number;
  /** Outside of these physical limits a sample is marked BadOutOfRange. */
  readonly minimum?: number;
  readonly maximum?: number;
  /**
   * A faster change, in `unit` a second, is physically impossible: the sample is marked BadOutOfRange. Of a counter: how
   * fast it can count; a faster step is a replaced register.
   */
  readonly maximumRatePerSecond?: number;
  /** `measured` by a sensor, so that it never stands still for long; `set` by somebody. Not known: not judged. */
  readonly nature?: 'measured' | 'set';
  /** Replaces what follows from `nature`. */
  readonly frozen?: FrozenRule | 'off';
  /** Changes at least so often while its device works: when it stands, all that the device says is old. */
  readonly heartbeatMs?: number;
  /** Only of kind counter: starts again at 0 by design, as with each panel. */
  readonly restarts?: boolean;
};

/** The points of one equipment that are read together; a frame is a group at one timestamp. */
export type GroupSpec = {
  readonly equipment: EquipmentPath;
  /** Measurement of the equipment in InfluxDB: `weld_seam`, `weld_line`, `pv_inverter`, `storage`, `charger`, `meter`, `park`, `weather_station`. */
  readonly equipmentClass: string;
  /** Unique within the equipment (`signals`, `kpi`). */
  readonly name: string;
  /** The source (or `kpi`, `calculated`) that produces it. */
  readonly producer: string;
  /** The member of its producer that it is read from: groups of one device stand still together. */
  readonly device?: string;
  /** Nominal distance of two frames; undefined when frames come on change. */
  readonly periodMs?: number;
  /** Frames come when something changes, whatever the period, so that their absence says nothing. */
  readonly comesOnChange?: boolean;
  readonly channels: readonly ChannelSpec[];
};

/** A group with its permanent numbers. */
export type RegisteredGroup = GroupSpec & {
  readonly number: GroupNumber;
  /** Parallel to `channels`. */
  readonly pointNumbers: readonly PointNumber[];
};

/** `enterprise/site/area/line/equipment#name`: the key of a group in the permanent table. */
export const groupKey = (group: GroupSpec): string =>
  `${formatEquipmentPath(group.equipment)}#${group.name}`;

/** Looks groups up by number: the current configuration's, and older ones for history. */
export interface GroupDirectory {
  byNumber(group: GroupNumber): RegisteredGroup | undefined;
  all(): readonly RegisteredGroup[];
  /** The text behind a dictionary id of a string channel. */
  text(id: number): string | undefined;
}
