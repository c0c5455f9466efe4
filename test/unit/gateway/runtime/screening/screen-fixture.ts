import type { GatewayEvent } from '../../../../../gateway/core/event.ts';
import type { RegisteredGroup } from '../../../../../gateway/core/point.ts';
import { absentStatus, statusSymbol } from '../../../../../gateway/core/quality.ts';
import { Screening } from '../../../../../gateway/runtime/screening/screening.ts';
import {
  type TestGroupOptions,
  testDirectory,
  testGroup,
} from '../../../../support/entry-batch.ts';

export type Sample = number | readonly [number, number] | undefined;

/** A screening of some groups whose monotonic clock is the time of the frames unless moved on its own. */
export const screen = (
  specs: readonly (TestGroupOptions & {
    readonly device?: string;
    readonly comesOnChange?: boolean;
  })[],
  sections: Readonly<Record<string, unknown>> = {},
  before?: Screening,
) => {
  const { groups } = testDirectory(
    specs.map(({ device, comesOnChange, ...spec }) => ({
      ...testGroup(spec),
      ...(device === undefined ? {} : { device }),
      ...(comesOnChange === undefined ? {} : { comesOnChange }),
    })),
  );
  const events: GatewayEvent[] = [];
  const clock = { nowMs: 0 };
  const screening = new Screening(
    {
      groups,
      sections,
      clock: { monotonicMs: () => clock.nowMs },
      event: (event) => events.push(event),
    },
    before,
  );
  const groupAt = (index: number): RegisteredGroup => groups[index] as RegisteredGroup;
  return {
    groups,
    events,
    clock,
    screening,
    codes: () => events.map(({ code }) => code),
    /** Symbols of the statuses with which a frame is journalled; a sample is a good value or `[value, status]`. */
    push: (
      timeMs: number,
      samples: readonly Sample[],
      options: { readonly group?: number; readonly isLate?: boolean } = {},
    ): readonly string[] => {
      clock.nowMs = Math.max(clock.nowMs, timeMs);
      const values = Float64Array.from(samples, (sample) =>
        typeof sample === 'number' ? sample : (sample?.[0] ?? 0),
      );
      const status = Uint32Array.from(samples, (sample) =>
        typeof sample === 'number' ? 0 : (sample?.[1] ?? absentStatus),
      );
      const frame = { groupIndex: 0, timeMs, receivedMs: timeMs, values, status };
      const out = screening.frame(groupAt(options.group ?? 0), frame, options.isLate ?? false);
      return [...out].map(statusSymbol);
    },
    /** What is said of groups that are silent: `[group, time, values, symbols]`. */
    tick: (timeMs: number, watermarkMs = timeMs - 2000) => {
      clock.nowMs = Math.max(clock.nowMs, timeMs);
      const said: [number, number, readonly number[], readonly string[]][] = [];
      screening.tick({ timeMs, watermarkMs }, (group, frame) => {
        said.push([
          group.number,
          frame.timeMs,
          [...frame.values],
          [...frame.status].map(statusSymbol),
        ]);
        return true;
      });
      return said;
    },
    marks: (channel: number, group = 0) =>
      screening.qualityOf(groupAt(group).pointNumbers[channel] as never)?.marks ?? {},
    preventedKwh: (channel: number, group = 0): number =>
      screening.qualityOf(groupAt(group).pointNumbers[channel] as never)?.preventedKwh ?? 0,
  };
};
