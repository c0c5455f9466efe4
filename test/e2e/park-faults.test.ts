// Goal: a fault moves the KPIs that it is about, and no other. Method: the simulated park with the fault and without it, each read
// by a gateway over the wire in lock-step; every computed point is compared each minute, in every bit. The table says which may
// move, which must, and what they say then. Faults of one run begin at different times, and up to a minute only those of the site
// may move that one of the faults which had begun may move; points of other equipment belong to one fault of the run alone. With
// `SEAMWATT_LONG=1` each fault also runs alone.
import { beforeAll, describe, expect, test } from 'vitest';
import { statusCodes } from '../../gateway/core/quality.ts';
import { type FaultRow, faultRuns, minuteMs, parkFaultRows } from '../support/park-fault-rows.ts';
import { type ParkFaultRun, runFaultyPark, startMs } from '../support/park-fault-run.ts';

const isLong = process.env['SEAMWATT_LONG'] === '1';
const takesMs = 120_000;

let clean: ParkFaultRun;

beforeAll(async () => {
  clean = await runFaultyPark([]);
}, takesMs);

/** Points that differ from those of the clean run at any of the instants, and when they first do. */
const movedBetween = (one: ParkFaultRun, other: ParkFaultRun): ReadonlyMap<string, number> => {
  const moved = new Map<string, number>();
  for (const [atMs, samples] of one.computed) {
    const others = other.computed.get(atMs);
    expect(others?.size).toBe(samples.size);
    for (const [path, { value, status }] of samples) {
      const is = others?.get(path);
      const isSame = Object.is(is?.value, value) && is?.status === status;
      if (!isSame && !moved.has(path)) moved.set(path, atMs);
    }
  }
  return moved;
};

/** `gridImport` is that point alone, `gridImport.*` it and its parts and coverage. */
const fits = (path: string, pattern: string): boolean =>
  pattern.endsWith('.*')
    ? path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1))
    : path === pattern;

const beginsMs = ({ faults }: FaultRow): number =>
  Math.min(...faults.map(({ fromMs }) => (typeof fromMs === 'number' ? fromMs : startMs)));

const may = (row: FaultRow, path: string): boolean => row.may.some((one) => fits(path, one));

/** Up to when a point that has a time tells: the row of a quarter hour has the time at which that begins. */
const toldUpToMs = (path: string, atMs: number): number =>
  path.includes('/quarter.') ? atMs + 15 * minuteMs : atMs;

/** Whether what moved is what may, by the faults that had begun when it first moved. */
const expectMoved = (faulty: ParkFaultRun, rows: readonly FaultRow[]): void => {
  const stray = [...movedBetween(clean, faulty)].filter(
    ([path, atMs]) =>
      !rows.some((row) => beginsMs(row) <= toldUpToMs(path, atMs) && may(row, path)),
  );
  expect(stray).toEqual([]);
  const told = faulty.events.filter((event) => !clean.events.includes(event));
  expect(told.toSorted()).toEqual(rows.flatMap(({ events }) => events).toSorted());
};

/** Whether what must move has, and says what it should. */
const expectRow = (faulty: ParkFaultRun, row: FaultRow): void => {
  const moved = movedBetween(clean, faulty);
  expect(row.must.filter((path) => !moved.has(path))).toEqual([]);
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
  // Half an hour is too little to compare: no check is made, and none is passed.
  expect(samples?.get('park/energy/site/meterChecks')?.status).toBe(statusCodes.badNoData);
  expect(samples?.get('park/energy/site/meterSuspect')?.value).toBe(0);
});

test.each(faultRuns)('what is not of the site belongs to one fault of its run alone: %s', (run) => {
  const rows = parkFaultRows.filter((row) => row.run === run);
  const paths = [...(clean.computed.get(startMs + 30 * minuteMs)?.keys() ?? [])];
  const ofEquipment = paths.filter((path) => !path.startsWith('park/energy/site/'));
  expect(ofEquipment.length).toBeGreaterThan(100);
  expect(ofEquipment.filter((path) => rows.filter((row) => may(row, path)).length > 1)).toEqual([]);
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
      expectRow(faulty, row);
    });
  }
});

if (isLong) {
  test.each(parkFaultRows)(
    'alone, it moves nothing else: $name',
    async (row) => {
      const faulty = await runFaultyPark(row.faults);
      expectMoved(faulty, [row]);
      expectRow(faulty, row);
    },
    takesMs,
  );
}

/** What `meterSuspect` names, and what is wrong with it: see docs/formulas.md. */
const liars = [
  {
    name: 'the ratio of the photovoltaic meter is set too high',
    fault: { kind: 'meter-multiplier', meter: 'pv', factor: 2 },
    says: { meterSuspect: 1, 'meterSuspect.wrong': 4, meterChecks: 1 },
    close: { 'meterSuspect.ratio': 2, 'meterChecks.inverterLoss': -1 },
  },
  {
    // It counts nothing out: less than the inverters, which losses are allowed to take.
    name: 'the photovoltaic meter is reversed',
    fault: { kind: 'meter-reversed', meter: 'pv' },
    says: { meterSuspect: 1, 'meterSuspect.wrong': 1, meterChecks: 0 },
    close: { 'meterSuspect.ratio': -1, 'meterChecks.inverterLoss': 1 },
  },
];

// Two hours of evidence, read once a minute.
const lyingMinutes = 8 * 15 + 5;

test.each(liars)(
  'a meter that lies is named over the wire: $name',
  async ({ fault, says, close }) => {
    const faulty = await runFaultyPark([{ device: 'park.plant', ...fault }], {
      ...{ minutes: lyingMinutes, periodMs: minuteMs },
    });
    const now = faulty.computed.get(startMs + lyingMinutes * minuteMs);
    const of = (point: string) => now?.get(`park/energy/site/${point}`)?.value;
    const told = Object.fromEntries(Object.keys(says).map((point) => [point, of(point)]));
    expect(told).toEqual(says);
    for (const [point, value] of Object.entries(close)) {
      expect(of(point), point).toBeCloseTo(value, 1);
    }
  },
  takesMs,
);
