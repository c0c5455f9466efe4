import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../core/clock.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { ChannelSpec, PointNumber, RegisteredGroup } from '../../core/point.ts';
import type { SourceFrame } from '../../core/source.ts';
import { DeviceWatch } from './device-watch.ts';
import { GroupScreen, type GroupScreenOptions } from './group-screen.ts';
import type { PointQuality } from './marks.ts';
import { applyRules, staleMsOf } from './rules.ts';
import { parseRules } from './section.ts';

export type ScreeningOptions = {
  readonly groups: readonly RegisteredGroup[];
  /** The parsed sections of the site file, of which `screening` is one. */
  readonly sections: Readonly<Record<string, unknown>>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  event(event: GatewayEvent): void;
};

type GroupRules = Pick<GroupScreenOptions, 'group' | 'channels' | 'staleMs' | 'device'>;

/** A screen with all that decides how it judges. */
type RuledScreen = { readonly rules: GroupRules; readonly screen: GroupScreen };

/** What tells whether a device lives, with the channel that shows it. */
type RuledWatch = { readonly beat: ChannelSpec; readonly watch: DeviceWatch };

/** What another screening can go on with. */
type Kept = {
  /** Monotonic, where all that is part of a screening sees it. */
  readonly now: Float64Array;
  /** By `deviceKey`. */
  readonly watches: ReadonlyMap<string, RuledWatch>;
  /** By group number. */
  readonly screens: ReadonlyMap<number, RuledScreen>;
};

/**
 * Stands between sources and the journal and marks what is not to be believed: stale, frozen, out of physics. What it
 * decides is journalled, so a replay need not decide again.
 */
export class Screening {
  readonly #clock: ScreeningOptions['clock'];
  readonly #kept: Kept;
  /** By group number. */
  readonly #groups: readonly (GroupScreen | undefined)[];
  readonly #screens: readonly GroupScreen[];
  readonly #places: ReadonlyMap<
    PointNumber,
    { readonly screen: GroupScreen; readonly channel: number }
  >;

  /** `before` is of the configuration before: what judges by the same rules goes on with what it knows. */
  constructor(options: ScreeningOptions, before?: Screening) {
    const { groups } = options;
    const rules = parseRules(options.sections);
    this.#clock = options.clock;
    const nothing: Kept = { now: new Float64Array(1), watches: new Map(), screens: new Map() };
    const kept = before === undefined ? nothing : before.#kept;
    const event = telling(options);
    const prepared = groups.map((group) => ({ group, channels: applyRules(group, rules) }));
    const watches = new Map<string, RuledWatch>();
    for (const { group, channels } of prepared) {
      const watch = watchDevice(group, channels, { kept, event });
      if (watch !== undefined) watches.set(deviceKey(group), watch);
    }
    const screens = prepared.map(({ group, channels }) => {
      const device = watches.get(deviceKey(group))?.watch;
      const staleMs = staleMsOf(group, rules);
      return screenGroup({ group, channels, staleMs, device }, { kept, event });
    });
    this.#kept = {
      now: kept.now,
      watches,
      screens: new Map(screens.map((ruled) => [ruled.rules.group.number, ruled])),
    };
    this.#screens = screens.map(({ screen }) => screen);
    const byNumber: (GroupScreen | undefined)[] = [];
    for (const screen of this.#screens) byNumber[screen.group.number] = screen;
    this.#groups = Array.from(byNumber);
    this.#places = new Map(
      this.#screens.flatMap((screen) =>
        screen.group.pointNumbers.map((point, channel) => [point, { screen, channel }] as const),
      ),
    );
  }

  /** The statuses with which the frame is to be journalled; valid until the next call. */
  frame(group: RegisteredGroup, frame: SourceFrame, isLate: boolean): Uint32Array {
    const screen = this.#groups[group.number];
    if (screen === undefined) return frame.status;
    this.#kept.now[0] = this.#clock.monotonicMs();
    return screen.frame(frame, isLate);
  }

  /** Lets time pass: hands out the frames that say what did not come; `emit` says whether there was room for one. */
  tick(
    time: { readonly timeMs: number; readonly watermarkMs: number },
    emit: (group: RegisteredGroup, frame: SourceFrame) => boolean,
  ): void {
    this.#kept.now[0] = this.#clock.monotonicMs();
    for (const screen of this.#screens) {
      const frame = screen.tick(time.timeMs, time.watermarkMs);
      if (frame !== undefined && !emit(screen.group, frame)) screen.refused(frame);
    }
  }

  quality(): readonly PointQuality[] {
    return this.#screens.flatMap((screen) => screen.quality());
  }

  qualityOf(point: PointNumber): PointQuality | undefined {
    const place = this.#places.get(point);
    return place?.screen.qualityOf(place.channel);
  }
}

/** Closes over nothing else: what stays over many changes must not hold on to what went. */
const telling =
  (options: ScreeningOptions) =>
  (event: GatewayEvent): void =>
    options.event(event);

type Making = { readonly kept: Kept; readonly event: (event: GatewayEvent) => void };

const watchDevice = (
  group: RegisteredGroup,
  channels: readonly ChannelSpec[],
  { kept, event }: Making,
): RuledWatch | undefined => {
  const beat = channels.find(({ heartbeatMs }) => heartbeatMs !== undefined);
  if (beat?.heartbeatMs === undefined) return undefined;
  const known = kept.watches.get(deviceKey(group));
  if (known !== undefined && isDeepStrictEqual(known.beat, beat)) return known;
  const { heartbeatMs } = beat;
  return { beat, watch: new DeviceWatch({ subject: deviceName(group), heartbeatMs, event }) };
};

const screenGroup = (rules: GroupRules, { kept, event }: Making): RuledScreen => {
  const known = kept.screens.get(rules.group.number);
  if (known !== undefined && areSame(known.rules, rules)) return known;
  return { rules, screen: new GroupScreen({ ...rules, now: kept.now, event }) };
};

/** Two watches look equal from outside, whatever they know. */
const areSame = (
  { device: watch, ...own }: GroupRules,
  { device, ...other }: GroupRules,
): boolean => watch === device && isDeepStrictEqual(own, other);

const deviceName = (group: RegisteredGroup): string =>
  group.device === undefined ? group.producer : `${group.producer}, ${group.device}`;

const deviceKey = (group: RegisteredGroup): string => `${group.producer}\n${group.device ?? ''}`;
