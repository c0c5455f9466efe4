// Goal: a fault moves the KPIs that it is about, and no other. Method: the simulated park with the fault and without it, each read
// by a gateway over the wire in lock-step; every computed point is compared each minute, in every bit. The table says which may
// move, which must, and what they say then; with `SEAMWATT_LONG=1` all faults of it run.
import { beforeAll, describe, expect, test } from 'vitest';
import { type FaultRow, minuteMs, parkFaultRows } from '../support/park-fault-rows.ts';
import { type ParkFaultRun, runFaultyPark, startMs } from '../support/park-fault-run.ts';

const isLong = process.env['SEAMWATT_LONG'] === '1';
const takesMs = 120_000;

let clean: ParkFaultRun;

beforeAll(async () => {
  clean = await runFaultyPark([]);
}, takesMs);

/** Points that differ from those of the clean run at any of the instants. */
const movedBetween = (one: ParkFaultRun, other: ParkFaultRun): readonly string[] => {
  const moved = new Set<string>();
  for (const [atMs, samples] of one.computed) {
    const others = other.computed.get(atMs);
    expect(others?.size).toBe(samples.size);
    for (const [path, { value, status }] of samples) {
      const is = others?.get(path);
      if (!Object.is(is?.value, value) || is?.status !== status) moved.add(path);
    }
  }
  return [...moved];
};

/** `gridImport` is that point alone, `gridImport.*` it and its parts and coverage. */
const fits = (path: string, pattern: string): boolean =>
  pattern.endsWith('.*')
    ? path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1))
    : path === pattern;

const judge = async ({ faults, may, must, says, events }: FaultRow): Promise<void> => {
  const faulty = await runFaultyPark(faults);
  const moved = movedBetween(clean, faulty);
  const unexpected = moved.filter((path) => !may.some((pattern) => fits(path, pattern)));
  expect(unexpected).toEqual([]);
  expect(must.filter((path) => !moved.includes(path))).toEqual([]);
  for (const { minute, path, from, to } of says) {
    const { value } = faulty.computed.get(startMs + minute * minuteMs)?.get(path) ?? {};
    expect(value, `${path} after ${minute} min`).toBeGreaterThanOrEqual(from);
    expect(value, `${path} after ${minute} min`).toBeLessThanOrEqual(to);
  }
  const told = faulty.events.filter((event) => !clean.events.includes(event));
  expect(told.toSorted()).toEqual([...events].toSorted());
};

describe('over the wire, a fault moves the KPIs that it is about and no other', () => {
  test('there is something to move, and nothing else is told of', () => {
    const samples = clean.computed.get(startMs + 30 * minuteMs);
    const known = [...(samples ?? [])].filter(([, { status }]) => status >>> 31 === 0);
    expect(known.length).toBeGreaterThan(300);
    // Six chargers that give their whole power draw the same for half an hour.
    expect(clean.events).toEqual(['value-frozen park/meters/ev/power']);
  });

  for (const row of parkFaultRows.filter((one) => isLong || !one.isLong)) {
    test(row.name, () => judge(row), takesMs);
  }
});
