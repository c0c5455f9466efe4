import { z } from 'zod';

/** What the numbers of an inverter's state mean for what it can give. */
const codes = (defaults: readonly number[]) =>
  z
    .array(z.int())
    .max(100)
    .default([...defaults]);

/**
 * The defaults are those of the SunSpec models 101 to 113 (St), of Huawei SUN2000 and of Sungrow SG, whose numbers do not meet,
 * so that a plant may have all of them. An inverter with a number that is not listed is in no known state.
 */
export const operatingStatesSchema = z.strictObject({
  /** On its way: ready, and not yet at the maximum power point. */
  starting: codes([3]),
  /** At the maximum power point. */
  running: codes([4, 0x0200, 0]),
  /** Limited: by a command, by temperature, or by its own largest power. */
  throttled: codes([5, 0x0201]),
  /** Off, asleep, shutting down, faulty, standing by. */
  down: codes([
    ...[1, 2, 6, 7, 8],
    ...[0x0300, 0x0303, 0xa000],
    ...[0x1300, 0x1400, 0x1500, 0x8000],
  ]),
});
export type OperatingStates = z.output<typeof operatingStatesSchema>;
export type OperatingState = keyof OperatingStates;

/** The states by their numbers; a number that is listed twice is what it is listed for last. */
export const stateTable = (states: OperatingStates): ReadonlyMap<number, OperatingState> =>
  new Map(
    Object.entries(states).flatMap(([state, numbers]) =>
      numbers.map((number) => [number, state as OperatingState] as const),
    ),
  );

/** Without a state: an inverter that gives more than this share of its largest power is up. */
export const upPowerShare = 0.005;
/** From this share of its largest power on an inverter is at it. */
export const atLimitShare = 0.99;
