export const minuteMs = 60_000;
export const quarterMs = 900_000;
export const hourMs = 3_600_000;

/**
 * How much later than expected a reading may come, or may have been made, without being told of: nobody takes a time for over before
 * twice as much has passed after its end.
 */
export const slackOf = (holdMs: number): number => Math.max(holdMs, minuteMs);
