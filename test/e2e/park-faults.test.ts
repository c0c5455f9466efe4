// Goal: a fault moves the KPIs that it is about, and no other. Method: the simulated park with the fault and without it, each read
// by a gateway over the wire in lock-step; every computed point is compared each minute, in every bit. The table says which may
// move, which must, and what they say then; with `SEAMWATT_LONG=1` all faults of it run.
import { beforeAll, describe, expect, test } from 'vitest';
import { type FaultRow, faultRuns, minuteMs, parkFaultRows } from '../support/park-fault-rows.ts';
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

/** Whether what moved is what may; then, for each row, whether what must has, and says what it should. */
const expectMoved = (faulty: ParkFaultRun, rows: readonly FaultRow[]): readonly string[] => {
  const moved = movedBetween(clean, faulty);
  const may = rows.flatMap((row) => row.may);
  expect(moved.filter((path) => !may.some((pattern) => fits(path, pattern)))).toEqual([]);
  const told = faulty.events.filter((event) => !clean.events.includes(event));
  expect(told.toSorted()).toEqual(rows.flatMap(({ events }) => events).toSorted());
  return moved;
};

const expectRow = (faulty: ParkFaultRun, moved: readonly string[], row: FaultRow): void => {
  expect(row.must.filter((path) => !moved.includes(path))).toEqual([]);
  for (const { minute, path, from, to } of row.says) {
    const { value } = faulty.computed.get(startMs + minute * minuteMs)?.get(path) ?? {};
    expect(value, `${path} after ${minute} min`).toBeGreaterThanOrEqual(from);
    expect(value, `${path} after ${minute} min`).toBeLessThanOrEqual(to);
  }
};

test('there is something to move, and nothing else is told of', () => {
  const samples = clean.computed.get(startMs + 30 * minuteMs);
  const known = [...(samples ?? [])].filter(([, { status }]) => status >>> 31 === 0);
  expect(known.length).toBeGreaterThan(300);
  expect(clean.events).toEqual([]);
});

describe.each(faultRuns)('over the wire, faults move the KPIs that they are about: %s', (run) => {
  const rows = parkFaultRows.filter((row) => row.run === run);
  let faulty: ParkFaultRun;
  beforeAll(async () => {
    faulty = await runFaultyPark(rows.flatMap(({ faults }) => faults));
  }, takesMs);

  test('and no other', () => {
    expectMoved(faulty, rows);
  });

  for (const row of rows) {
    test(row.name, () => {
      expectRow(faulty, movedBetween(clean, faulty), row);
    });
  }
});

if (isLong) {
  test.each(parkFaultRows)(
    'alone, it moves nothing else: $name',
    async (row) => {
      const faulty = await runFaultyPark(row.faults);
      expectRow(faulty, expectMoved(faulty, [row]), row);
    },
    takesMs,
  );
}
