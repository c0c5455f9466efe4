/**
 * What a point `operatingState` of an inverter says, numbered as St of the SunSpec models 101 to 113. Profiles of other devices
 * bring their numbers to these.
 */
export const operatingStates = {
  off: 1,
  sleeping: 2,
  starting: 3,
  /** At the maximum power point. */
  running: 4,
  /** Limited: by a command, by temperature, or by its own largest power. */
  throttled: 5,
  shuttingDown: 6,
  fault: 7,
  standby: 8,
} as const;

export const isOperatingState = (code: number): boolean =>
  Number.isInteger(code) && code >= operatingStates.off && code <= operatingStates.standby;

/** Ready to give what the sun gives. */
export const isUpState = (code: number): boolean =>
  code === operatingStates.starting ||
  code === operatingStates.running ||
  code === operatingStates.throttled;

/** Without a state: an inverter that gives more than this share of its largest power is up. */
export const upPowerShare = 0.005;
/** From this share of its largest power on an inverter is at it. */
export const atLimitShare = 0.99;
