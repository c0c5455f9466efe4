import { pointLength } from '../profile-point.ts';
import type { ModelVariant } from './model-points.ts';

/** Registers of a model, from its id on. */
export type Segment = { readonly at: number; readonly length: number };

export type ModelPlan = {
  /** Channels that the device has. */
  readonly channels: readonly number[];
  /** Channels that its model is too short for, or does not know. */
  readonly absent: readonly number[];
  /** One request each, in order. */
  readonly segments: readonly Segment[];
  /** Where the scale factors stand, to be read again beside each segment but their own; undefined when one is enough. */
  readonly scaleFactors: Segment | undefined;
  /** Registers that somebody wants. */
  readonly wanted: number;
};

/** Id and length. */
export const headerLength = 2;

type Atom = { readonly at: number; readonly end: number; readonly isScaled: boolean };

/**
 * How the points of a model are read: by one request with id, length and scale factors where it fits into `maxRegisters`.
 * Else by several that end between points and between instances of a repeating block.
 *
 * @param length registers behind id and length, as the device says; Infinity before it has been asked
 */
export const planModel = (
  variant: ModelVariant,
  { length, maxRegisters }: { readonly length: number; readonly maxRegisters: number },
): ModelPlan => {
  const channels: number[] = [];
  const absent: number[] = [];
  for (const [channel, point] of variant.points.entries()) {
    const isThere = point !== undefined && point.end <= headerLength + length;
    (isThere ? channels : absent).push(channel);
  }
  const atoms = atomsOf(variant, channels, maxRegisters);
  const factors = scaleFactorsOf(variant, channels);
  const wanted = new Set<number>();
  for (const { at, end } of [...atoms, ...factors.map(asAtom)]) {
    for (let register = at; register < end; register += 1) wanted.add(register);
  }
  return {
    channels,
    absent,
    wanted: wanted.size,
    ...pack({ atoms, factors, maxRegisters }),
  };
};

const asAtom = (at: number): Atom => ({ at, end: at + 1, isScaled: false });

const scaleFactorsOf = (variant: ModelVariant, channels: readonly number[]): readonly number[] => {
  const found = new Set<number>();
  for (const channel of channels) {
    const at = variant.points[channel]?.point.scaleFactorAddress;
    if (at !== undefined) found.add(at);
  }
  return [...found].sort((a, b) => a - b);
};

/** What is read together: each point of the fixed part, all of an instance of the repeating block where it fits. */
const atomsOf = (
  variant: ModelVariant,
  channels: readonly number[],
  maxRegisters: number,
): readonly Atom[] => {
  const byInstance = new Map<number, Atom>();
  const atoms: Atom[] = [];
  for (const channel of channels) {
    const point = variant.points[channel]?.point;
    if (point === undefined) continue;
    const at = point.address;
    const isScaled = point.scaleFactorAddress !== undefined;
    const atom = { at, end: at + pointLength(point), isScaled };
    const { repeat } = variant;
    if (repeat === undefined || repeat.length > maxRegisters) {
      atoms.push(atom);
      continue;
    }
    const instance = Math.floor((at - repeat.at) / repeat.length);
    const known = byInstance.get(instance) ?? atom;
    byInstance.set(instance, {
      at: Math.min(known.at, atom.at),
      end: Math.max(known.end, atom.end),
      isScaled: known.isScaled || isScaled,
    });
  }
  return [...atoms, ...byInstance.values()].sort((a, b) => a.at - b.at || b.end - a.end);
};

type Packing = {
  readonly atoms: readonly Atom[];
  readonly factors: readonly number[];
  readonly maxRegisters: number;
};

const pack = ({
  atoms,
  factors,
  maxRegisters,
}: Packing): Pick<ModelPlan, 'segments' | 'scaleFactors'> => {
  const first = atoms[0];
  if (first === undefined) return { segments: [], scaleFactors: undefined };
  const all = [...atoms, ...factors.map(asAtom)].sort((a, b) => a.at - b.at || b.end - a.end);
  const end = Math.max(...all.map((atom) => atom.end));
  const start = all[0]?.at ?? 0;
  // The header shows, at each read, that this is still the model that was found.
  if (end <= maxRegisters) return { segments: [{ at: 0, length: end }], scaleFactors: undefined };
  if (end - start <= maxRegisters) {
    return { segments: [{ at: start, length: end - start }], scaleFactors: undefined };
  }
  const segments = fill(all, maxRegisters);
  const at = factors[0];
  const isScaled = atoms.some((atom) => atom.isScaled);
  if (at === undefined || !isScaled) return { segments, scaleFactors: undefined };
  const span = { at, length: (factors.at(-1) ?? at) + 1 - at };
  return { segments, scaleFactors: span };
};

const fill = (atoms: readonly Atom[], maxRegisters: number): readonly Segment[] => {
  const segments: { at: number; end: number }[] = [];
  let open: { at: number; end: number } | undefined;
  for (const atom of atoms) {
    if (open === undefined) {
      const at = atom.end <= maxRegisters ? 0 : atom.at;
      open = { at, end: atom.end };
      segments.push(open);
    } else if (Math.max(open.end, atom.end) - open.at <= maxRegisters) {
      open.end = Math.max(open.end, atom.end);
    } else {
      open = { at: atom.at, end: atom.end };
      segments.push(open);
    }
  }
  return segments.map(({ at, end }) => ({ at, length: end - at }));
};

/** Whether a segment holds another whole. */
export const holds = (outer: Segment, inner: Segment): boolean =>
  inner.at >= outer.at && inner.at + inner.length <= outer.at + outer.length;

/** Scale factors come before all that they scale, and once more after each request that does not bring them itself. */
export const requestsOf = ({ segments, scaleFactors }: ModelPlan): readonly Segment[] => {
  if (scaleFactors === undefined) return segments;
  const steps = segments.flatMap((segment) =>
    holds(segment, scaleFactors) ? [segment] : [segment, scaleFactors],
  );
  const [first] = segments;
  return first !== undefined && holds(first, scaleFactors) ? steps : [scaleFactors, ...steps];
};
