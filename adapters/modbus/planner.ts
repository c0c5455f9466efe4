import type { Table } from './profile-point.ts';
import type { Limits } from './profile-schema.ts';

/** Registers, or bits in a table of bits, from `address` on; never split over two reads. */
export type Range = { readonly address: number; readonly length: number };

/** One instance of a block. */
export type PlanItem = {
  readonly table: Table;
  readonly periodMs: number;
  /** All ranges go into one read. */
  readonly atomic: boolean;
  readonly ranges: readonly Range[];
};

/** `ranges` are places in the item's own list. */
export type PlannedPart = { readonly item: number; readonly ranges: readonly number[] };

export type PlannedRead = Range & {
  readonly table: Table;
  readonly periodMs: number;
  readonly parts: readonly PlannedPart[];
  /** Registers or bits that somebody wants; the rest of `length` is read for nothing. */
  readonly wanted: number;
  /** Of a SunSpec model: its id; the address then counts from where it will be found. */
  readonly model?: number;
};

export type PlanIssue = {
  readonly item: number;
  readonly found: string;
  readonly expected: string;
};

export type Plan = {
  readonly reads: readonly PlannedRead[];
  readonly issues: readonly PlanIssue[];
};

const addressCount = 0x1_0000;

/** What must not be torn apart: one range, or all of an atomic item. */
type Atom = Range & { readonly item: number; readonly ranges: readonly number[] };

type OpenRead = { address: number; end: number; readonly atoms: Atom[] };

/**
 * Groups the ranges of one device into as few block reads as its limits allow: those of the same table and period whose
 * gap is at most `maxGap` share a read of at most `maxRegisters` or `maxBits`. Forbidden addresses are never read, also
 * not in a gap. Each range is in exactly one read. What cannot be read at all is an issue and in no read.
 */
export const planReads = (items: readonly PlanItem[], limits: Limits): Plan => {
  const issues: PlanIssue[] = [];
  const atomsByKey = new Map<string, Atom[]>();
  for (const [item, wanted] of items.entries()) {
    const key = `${wanted.table} ${wanted.periodMs}`;
    const atoms = atomsByKey.get(key) ?? [];
    atomsByKey.set(key, atoms);
    for (const atom of atomsOf(item, wanted)) {
      const issue = problemOf(atom, wanted.table, limits);
      if (issue === undefined) atoms.push(atom);
      else issues.push({ item, ...issue });
    }
  }
  const reads: PlannedRead[] = [];
  for (const atoms of atomsByKey.values()) {
    const first = items[atoms[0]?.item ?? -1];
    if (first === undefined) continue;
    for (const open of merge(atoms, first.table, limits)) reads.push(close(open, first, items));
  }
  return { reads, issues };
};

/** Most registers or bits in one read of the table. */
export const maxLength = (table: Table, limits: Limits): number =>
  table === 'coil' || table === 'discrete' ? limits.maxBits : limits.maxRegisters;

const atomsOf = (item: number, wanted: PlanItem): readonly Atom[] => {
  if (!wanted.atomic) {
    return wanted.ranges.map((range, index) => ({ ...range, item, ranges: [index] }));
  }
  const address = Math.min(...wanted.ranges.map((range) => range.address));
  const end = Math.max(...wanted.ranges.map((range) => range.address + range.length));
  return [{ address, length: end - address, item, ranges: [...wanted.ranges.keys()] }];
};

const problemOf = (
  atom: Atom,
  table: Table,
  limits: Limits,
): Omit<PlanIssue, 'item'> | undefined => {
  const end = atom.address + atom.length;
  const place = `${table} ${atom.address}-${end - 1}`;
  if (end > addressCount) return { found: place, expected: 'addresses up to 65535' };
  const most = maxLength(table, limits);
  if (atom.length > most) {
    return { found: `${atom.length} at ${place} to read at once`, expected: `at most ${most}` };
  }
  const forbidden = firstForbidden(table, { address: atom.address, end }, limits);
  if (forbidden === undefined) return undefined;
  return {
    found: place,
    expected: `nothing of the forbidden addresses ${forbidden.from}-${forbidden.to}`,
  };
};

const firstForbidden = (
  table: Table,
  span: { readonly address: number; readonly end: number },
  limits: Limits,
): Limits['forbidden'][number] | undefined =>
  limits.forbidden.find(
    (range) => range.table === table && range.from < span.end && range.to >= span.address,
  );

const merge = (atoms: readonly Atom[], table: Table, limits: Limits): readonly OpenRead[] => {
  const most = maxLength(table, limits);
  const sorted = [...atoms].sort((a, b) => a.address - b.address || b.length - a.length);
  const reads: OpenRead[] = [];
  let open: OpenRead | undefined;
  for (const atom of sorted) {
    const end = atom.address + atom.length;
    if (
      open !== undefined &&
      Math.max(open.end, end) - open.address <= most &&
      atom.address - open.end <= limits.maxGap &&
      firstForbidden(table, { address: open.end, end: atom.address }, limits) === undefined
    ) {
      open.atoms.push(atom);
      open.end = Math.max(open.end, end);
    } else {
      open = { address: atom.address, end, atoms: [atom] };
      reads.push(open);
    }
  }
  return reads;
};

const close = (open: OpenRead, first: PlanItem, items: readonly PlanItem[]): PlannedRead => {
  const rangesByItem = new Map<number, number[]>();
  for (const atom of open.atoms) {
    rangesByItem.set(atom.item, [...(rangesByItem.get(atom.item) ?? []), ...atom.ranges]);
  }
  const wanted = new Set<number>();
  for (const [item, ranges] of rangesByItem) {
    for (const index of ranges) {
      const range = items[item]?.ranges[index];
      if (range === undefined) continue;
      for (let i = 0; i < range.length; i += 1) wanted.add(range.address + i);
    }
  }
  return {
    table: first.table,
    periodMs: first.periodMs,
    address: open.address,
    length: open.end - open.address,
    parts: [...rangesByItem].map(([item, ranges]) => ({ item, ranges })),
    wanted: wanted.size,
  };
};
