import type { Clock } from '../../core/clock.ts';
import type { GatewayEvent } from '../../core/event.ts';
import type { PointNumber, RegisteredGroup } from '../../core/point.ts';
import type { SourceFrame } from '../../core/source.ts';
import { DeviceWatch } from './device-watch.ts';
import { GroupScreen } from './group-screen.ts';
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

/**
 * Stands between sources and the journal and marks what is not to be believed: stale, frozen, out of physics. What it
 * decides is journalled, so a replay need not decide again.
 */
export class Screening {
  readonly #clock: ScreeningOptions['clock'];
  /** Monotonic, where all that is part of this sees it. */
  readonly #now = new Float64Array(1);
  /** By group number. */
  readonly #groups: readonly (GroupScreen | undefined)[];
  readonly #screens: readonly GroupScreen[];
  readonly #places: ReadonlyMap<
    PointNumber,
    { readonly screen: GroupScreen; readonly channel: number }
  >;

  constructor(options: ScreeningOptions) {
    const { groups } = options;
    const rules = parseRules(options.sections);
    this.#clock = options.clock;
    const prepared = groups.map((group) => ({ group, channels: applyRules(group, rules) }));
    const devices = new Map<string, DeviceWatch>();
    for (const { group, channels } of prepared) {
      const beat = channels.find(({ heartbeatMs }) => heartbeatMs !== undefined);
      if (beat?.heartbeatMs === undefined) continue;
      const subject = deviceName(group);
      const { heartbeatMs } = beat;
      devices.set(
        deviceKey(group),
        new DeviceWatch({ subject, heartbeatMs, event: (event) => options.event(event) }),
      );
    }
    this.#screens = prepared.map(
      ({ group, channels }) =>
        new GroupScreen({
          group,
          channels,
          staleMs: staleMsOf(group, rules),
          device: devices.get(deviceKey(group)),
          now: this.#now,
          event: (event) => options.event(event),
        }),
    );
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
    this.#now[0] = this.#clock.monotonicMs();
    return screen.frame(frame, isLate);
  }

  /** Lets time pass: hands out the frames that say what did not come; `emit` says whether there was room for one. */
  tick(
    time: { readonly timeMs: number; readonly watermarkMs: number },
    emit: (group: RegisteredGroup, frame: SourceFrame) => boolean,
  ): void {
    this.#now[0] = this.#clock.monotonicMs();
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

const deviceName = (group: RegisteredGroup): string =>
  group.device === undefined ? group.producer : `${group.producer}, ${group.device}`;

const deviceKey = (group: RegisteredGroup): string => `${group.producer}\n${group.device ?? ''}`;
