import type { ChannelSpec, FrozenRule, RegisteredGroup } from '../../core/point.ts';

/** What the site file says about one kind of points, or all. */
export type PointRule = {
  /** `area/line/equipment/point`, where `*` stands for anything within a part. */
  readonly points: string;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly maximumRatePerSecond?: number | undefined;
  readonly frozen?: FrozenRule | 'off' | undefined;
  readonly heartbeatMs?: number | undefined;
};

export type ScreeningRules = {
  /** Of all polled groups, in place of what follows from their periods. */
  readonly staleMs?: number | undefined;
  /** By source. */
  readonly sources: Readonly<Record<string, { readonly staleMs: number }>>;
  readonly points: readonly PointRule[];
};

const minuteMs = 60_000;

/** How long a measured quantity of this unit may stand still at most; quantities that move slowly are not judged. */
const measuredFrozenMs: ReadonlyMap<string, number> = new Map([
  ['A', 30 * minuteMs],
  ['V', 30 * minuteMs],
  ['W', 30 * minuteMs],
  ['kW', 30 * minuteMs],
  ['MW', 30 * minuteMs],
  ['var', 30 * minuteMs],
  ['kvar', 30 * minuteMs],
  ['VA', 30 * minuteMs],
  ['Hz', 30 * minuteMs],
  ['Cel', 120 * minuteMs],
]);

/** The rule of a channel: its own, else that of its class; undefined where nobody knows whether it may stand still. */
export const frozenRule = (channel: ChannelSpec): FrozenRule | undefined => {
  if (channel.frozen === 'off') return undefined;
  if (channel.frozen !== undefined) return channel.frozen;
  if (channel.kind !== 'number' || channel.nature !== 'measured') return undefined;
  const afterMs = measuredFrozenMs.get(channel.unit);
  return afterMs === undefined ? undefined : { afterMs };
};

/** Three missed reads, but never so few seconds that one slow answer counts. */
const staleMsOfPeriod = (periodMs: number): number => Math.max(3 * periodMs, periodMs + 5000);

/** Silence after which a group is stale; Infinity where frames come on change, so that silence says nothing. */
export const staleMsOf = (group: RegisteredGroup, rules: ScreeningRules): number => {
  const own = rules.sources[group.producer]?.staleMs;
  if (own !== undefined) return own;
  if (comesOnChange(group) || group.periodMs === undefined) return Number.POSITIVE_INFINITY;
  return rules.staleMs ?? staleMsOfPeriod(group.periodMs);
};

export const comesOnChange = (group: RegisteredGroup): boolean =>
  group.comesOnChange ?? group.periodMs === undefined;

const matches = (pattern: string, reference: string): boolean => {
  const parts = pattern.split('*').map((text) => text.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(reference);
};

export const pointReference = (
  { equipment }: Pick<RegisteredGroup, 'equipment'>,
  channel: ChannelSpec,
): string => `${equipment.area}/${equipment.line}/${equipment.equipment}/${channel.point}`;

export const rulesOf = (
  rules: ScreeningRules,
  group: Pick<RegisteredGroup, 'equipment'>,
  channel: ChannelSpec,
): readonly PointRule[] =>
  rules.points.filter(({ points }) => matches(points, pointReference(group, channel)));

/** The channels with what the site file says; of several rules, the last that says something counts. */
export const applyRules = (group: RegisteredGroup, rules: ScreeningRules): readonly ChannelSpec[] =>
  group.channels.map((channel) => {
    const own = rulesOf(rules, group, channel);
    if (own.length === 0) return channel;
    const said = own.flatMap(({ points: _, ...rest }) =>
      Object.entries(rest).filter(([, value]) => value !== undefined),
    );
    return { ...channel, ...Object.fromEntries(said) };
  });
