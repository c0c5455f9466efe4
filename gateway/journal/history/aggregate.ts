/**
 * Aggregates of one channel over one interval, as fields side by side in a Float64Array. Two of them merge, in any order,
 * to that of both.
 */
export const fieldCount = 18;
export const countField = 0;
/** Measured time within the interval, in ms. */
export const coveredField = 1;
export const sumField = 2;
export const minimumField = 3;
export const maximumField = 4;
export const firstField = 5;
export const firstMsField = 6;
export const lastField = 7;
export const lastMsField = 8;
/** Of the newest sample, usable or not. */
export const statusField = 9;
export const statusMsField = 10;
/**
 * Measured time after the end of a minute, in ms, at most to the end of its quarter hour: a device that is read every quarter of an
 * hour has a row for each sample, not for each minute over which its value holds. Always 0 in longer intervals.
 */
export const heldField = 11;

/*
 * Of registers alone, 0 elsewhere: what became of them from sample to sample, judged as each came. Steps that end in the interval
 * are in it, so that of two neighbours it is the sum.
 */
/** How long the register had stood at the last sample, in ms, at most an hour. */
export const standField = 12;
/** How the first sample follows the one before it: 0 counted on, else one of `joins`, else by how many steps it broke off there. */
export const joinField = 13;
/** Resets, replacements and steps faster than the register can count. */
export const breaksField = 14;
export const rolloversField = 15;
/** Whole steps by which the register went on at breaks without having counted them; may be below 0. */
export const jumpField = 16;
/** Time between the samples around breaks, in ms. */
export const lostField = 17;

export const joins = {
  rollover: Number.POSITIVE_INFINITY,
  /** Nothing is known of before: whoever finds an earlier sample judges by himself. */
  none: Number.NEGATIVE_INFINITY,
} as const;

/** Fields that are times, and what they are without a sample. */
export const timeFields: ReadonlyMap<number, number> = new Map([
  [firstMsField, Number.POSITIVE_INFINITY],
  [lastMsField, Number.NEGATIVE_INFINITY],
  [statusMsField, Number.NEGATIVE_INFINITY],
]);

/** A place in such an array. */
export type Place = { readonly fields: Float64Array; readonly at: number };

/** Aggregates of nothing, for so many channels. */
export const emptyAggregates = (channels: number): Float64Array => {
  const fields = new Float64Array(channels * fieldCount);
  for (let at = 0; at < fields.length; at += fieldCount) {
    fields[at + firstMsField] = Number.POSITIVE_INFINITY;
    fields[at + lastMsField] = Number.NEGATIVE_INFINITY;
    fields[at + statusMsField] = Number.NEGATIVE_INFINITY;
  }
  return fields;
};

export type Sample = { readonly timeMs: number; readonly value: number; readonly status: number };

/** Adds a usable sample. */
export const addSample = ({ fields, at }: Place, { timeMs, value, status }: Sample): void => {
  const count = fields[at + countField] as number;
  if (count === 0 || value < (fields[at + minimumField] as number)) {
    fields[at + minimumField] = value;
  }
  if (count === 0 || value > (fields[at + maximumField] as number)) {
    fields[at + maximumField] = value;
  }
  fields[at + countField] = count + 1;
  fields[at + sumField] = (fields[at + sumField] as number) + value;
  if (timeMs < (fields[at + firstMsField] as number)) {
    fields[at + firstField] = value;
    fields[at + firstMsField] = timeMs;
  }
  if (timeMs >= (fields[at + lastMsField] as number)) {
    fields[at + lastField] = value;
    fields[at + lastMsField] = timeMs;
  }
  addStatus({ fields, at }, timeMs, status);
};

/** Notes a sample without a usable value: only its status counts. */
export const addStatus = ({ fields, at }: Place, timeMs: number, status: number): void => {
  if (timeMs < (fields[at + statusMsField] as number)) return;
  fields[at + statusMsField] = timeMs;
  fields[at + statusField] = status;
};

/** Adds what is of the same interval. */
export const mergeAggregate = (target: Place, source: Place): void => {
  const { fields: into, at } = target;
  const { fields: from, at: start } = source;
  const add = (field: number): void => {
    into[at + field] = (into[at + field] as number) + (from[start + field] as number);
  };
  const count = from[start + countField] as number;
  const own = into[at + countField] as number;
  if (count > 0) {
    const minimum = from[start + minimumField] as number;
    const maximum = from[start + maximumField] as number;
    if (own === 0 || minimum < (into[at + minimumField] as number))
      into[at + minimumField] = minimum;
    if (own === 0 || maximum > (into[at + maximumField] as number))
      into[at + maximumField] = maximum;
  }
  const take = (field: number, timeField: number): void => {
    into[at + field] = from[start + field] as number;
    into[at + timeField] = from[start + timeField] as number;
  };
  const ahead = (field: number): number =>
    (from[start + field] as number) - (into[at + field] as number);
  if (ahead(firstMsField) < 0) {
    take(firstField, firstMsField);
    into[at + joinField] = from[start + joinField] as number;
  }
  if (ahead(lastMsField) >= 0) {
    take(lastField, lastMsField);
    into[at + standField] = from[start + standField] as number;
  }
  if (ahead(statusMsField) >= 0) take(statusField, statusMsField);
  for (const field of summedFields) add(field);
};

const summedFields = [
  ...[countField, coveredField, heldField, sumField],
  ...[breaksField, rolloversField, jumpField, lostField],
] as const;

/** Adds an interval to a longer one in which the whole of it lies, with what it holds. */
export const foldAggregate = (target: Place, source: Place): void => {
  mergeAggregate(target, source);
  foldHeld(target);
};

/** What a minute holds is covered in the longer interval that it is to stand for. */
export const foldHeld = ({ fields, at }: Place): void => {
  fields[at + coveredField] =
    (fields[at + coveredField] as number) + (fields[at + heldField] as number);
  fields[at + heldField] = 0;
};
