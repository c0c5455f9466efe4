import {
  coveredField,
  fieldCount,
  heldField,
  lostField,
  statusMsField,
  sumField,
} from './aggregate.ts';

/** Sums of the same times or values in another order differ by less. */
const toleranceMs = 0.001;
const tolerance = 1e-9;

/** Whether there is neither a sample nor measured time in any channel. */
export const isEmpty = (fields: Float64Array): boolean => {
  for (let at = 0; at < fields.length; at += fieldCount) {
    if (Number.isFinite(fields[at + statusMsField])) return false;
    if ((fields[at + coveredField] as number) > 0 || (fields[at + heldField] as number) > 0) {
      return false;
    }
  }
  return true;
};

const times: ReadonlySet<number> = new Set([coveredField, heldField, lostField]);

/** Whether the aggregates of a minute say something else than before. */
export const differs = (one: Float64Array, other: Float64Array): boolean => {
  if (one.length !== other.length) return true;
  return one.some((value, index) => {
    const now = other[index] as number;
    if (Object.is(value, now)) return false;
    const field = index % fieldCount;
    const apart = Math.abs(value - now);
    if (times.has(field)) return apart > toleranceMs;
    return field !== sumField || apart > tolerance * Math.max(Math.abs(value), Math.abs(now));
  });
};
