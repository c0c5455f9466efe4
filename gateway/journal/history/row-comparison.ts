import { coveredField, fieldCount, heldField, statusMsField } from './aggregate.ts';

/** Sums of the same times in another order differ by less. */
const toleranceMs = 0.001;

/** Whether there is neither a sample nor measured time in any channel. */
export const isEmpty = (fields: Float64Array): boolean => {
  for (let at = 0; at < fields.length; at += fieldCount) {
    if (Number.isFinite(fields[at + statusMsField])) return false;
    if (coverageAt(fields, at).some((ms) => ms > 0)) return false;
  }
  return true;
};

export const differsInCoverage = (one: Float64Array, other: Float64Array): boolean => {
  for (let at = 0; at < one.length; at += fieldCount) {
    const [covered, held] = coverageAt(one, at);
    const [otherCovered, otherHeld] = coverageAt(other, at);
    if (Math.abs(covered - otherCovered) > toleranceMs) return true;
    if (Math.abs(held - otherHeld) > toleranceMs) return true;
  }
  return false;
};

const coverageAt = (fields: Float64Array, at: number): readonly [covered: number, held: number] => [
  fields[at + coveredField] as number,
  fields[at + heldField] as number,
];
