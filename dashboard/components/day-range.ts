import { dateAfter, timeOfWall } from './zone-time.ts';

/**
 * From the beginning of one day of the site to the end of another, days as `2024-06-20`, UTC epoch ms; undefined where a day is
 * not filled in.
 */
export const dayRange = (
  from: string,
  to: string,
  timeZone: string,
): { readonly fromMs: number | undefined; readonly toMs: number | undefined } => ({
  fromMs: timeOfWall(from, timeZone),
  toMs: timeOfWall(to, timeZone) === undefined ? undefined : timeOfWall(dateAfter(to, 1), timeZone),
});
