import { expect, test } from 'vitest';
import { judge, type Verdict, verdictTable } from '../../soak/judges.ts';
import { medianThirds, type Sample, type SoakRun, slopePerHour } from '../../soak/series.ts';

const seconds = 3600;
const warmUpS = 600;

/** A small generator, so that a good series is as restless as a real one and every run the same. */
const wobble = (index: number): number => ((index * 7919) % 101) / 101;

type Shape = (atS: number, index: number) => number;
type Shapes = {
  readonly resident?: Shape;
  readonly staged?: Shape;
  readonly lagEntries?: Shape;
  readonly lagMs?: Shape;
};

const samplesOf = (shapes: Shapes): readonly Sample[] =>
  Array.from({ length: seconds / 5 }, (_, index) => {
    const atS = (index + 1) * 5;
    const lagEntries = shapes.lagEntries?.(atS, index) ?? 300 + 600 * wobble(index);
    const lagMs = shapes.lagMs?.(atS, index) ?? 300 * wobble(index);
    return {
      atS,
      residentMebibytes: shapes.resident?.(atS, index) ?? 180 + 8 * wobble(index),
      stagedMebibytes: shapes.staged?.(atS, index) ?? 0.4 * wobble(index),
      sinks: [
        { id: 'influx', lagEntries: 200, lagMs: 100 },
        { id: 'broker', lagEntries, lagMs },
      ],
    };
  });

const minutesOf = (gatewayP99Ms: (minute: number) => number): SoakRun['minutes'] =>
  Array.from({ length: seconds / 60 }, (_, index) => ({
    atS: (index + 1) * 60,
    gatewayP99Ms: gatewayP99Ms(index + 1),
    controlP99Ms: 11,
  }));

const good: SoakRun = {
  warmUpS,
  samples: samplesOf({}),
  minutes: minutesOf(() => 12.5),
  arrivals: [{ name: 'weld_seam', due: 3_000_000, arrived: 2_999_000 }],
  losses: [{ name: 'seamwatt_frames_refused_total', count: 0 }],
};

const failed = (run: SoakRun): readonly string[] =>
  judge(run)
    .filter(({ isPassed }) => !isPassed)
    .map(({ name }) => name);

const memory = 'Resident memory';
const staging = 'Queue: staging of the journal';
const entries = 'Queue: broker, entries that wait';
const age = 'Queue: broker, age of the oldest';
const lossesName = 'Losses and refusals';
const arrivals = 'Frames due that are in the database';
const loop = 'Delay of the event loop, p99 of each minute';

test('a run in order passes every judge, and each sink has its own', () => {
  expect(failed(good)).toEqual([]);
  expect(judge(good).map(({ name }) => name)).toEqual([
    memory,
    staging,
    'Queue: influx, entries that wait',
    'Queue: influx, age of the oldest',
    entries,
    age,
    lossesName,
    arrivals,
    loop,
  ]);
});

test('memory that grows slowly and for ever is found', () => {
  const leak = (mebibytesPerHour: number): SoakRun => ({
    ...good,
    samples: samplesOf({
      resident: (atS, index) => 180 + (mebibytesPerHour * atS) / 3600 + 8 * wobble(index),
    }),
  });
  // Between the middles of the first and the last third of the judged time lie 2000 s.
  expect(failed(leak(12))).toEqual([]);
  expect(failed(leak(25))).toEqual([memory]);
});

test('memory may grow while the gateway warms up, and may have peaks', () => {
  const resident: Shape = (atS, index) => (atS < warmUpS ? 80 : index % 20 === 0 ? 260 : 180);
  expect(failed({ ...good, samples: samplesOf({ resident }) })).toEqual([]);
});

test('a large process has a share of itself as room, a small one ten MiB', () => {
  const step = (from: number, by: number): SoakRun => ({
    ...good,
    samples: samplesOf({ resident: (atS) => (atS < 2100 ? from : from + by) }),
  });
  expect(failed(step(400, 19))).toEqual([]);
  expect(failed(step(400, 21))).toEqual([memory]);
  expect(failed(step(100, 9.9))).toEqual([]);
  expect(failed(step(100, 10.1))).toEqual([memory]);
});

test('a queue that is beyond its bound once is found', () => {
  const once =
    (value: number): Shape =>
    (atS) =>
      atS === 2000 ? value : 0;
  expect(failed({ ...good, samples: samplesOf({ staged: once(16.1) }) })).toEqual([staging]);
  expect(failed({ ...good, samples: samplesOf({ lagEntries: once(12_001) }) })).toEqual([entries]);
  expect(failed({ ...good, samples: samplesOf({ lagMs: once(10_001) }) })).toEqual([age]);
});

test('a queue that grows below its bound is found', () => {
  const growing =
    (perHour: number): Shape =>
    (atS) =>
      (perHour * atS) / 3600;
  expect(failed({ ...good, samples: samplesOf({ staged: growing(2) }) })).toEqual([staging]);
  expect(failed({ ...good, samples: samplesOf({ lagEntries: growing(2000) }) })).toEqual([entries]);
  expect(failed({ ...good, samples: samplesOf({ lagMs: growing(1500) }) })).toEqual([age]);
});

test('a sink that is not told of any more is found', () => {
  const samples = good.samples.map((sample) => ({ ...sample, sinks: sample.sinks.slice(0, 1) }));
  const first = good.samples[0] as Sample;
  expect(failed({ ...good, samples: [first, ...samples] })).toEqual([entries, age]);
});

test('one loss is found and named', () => {
  const losses = [...good.losses, { name: 'seamwatt_sink_lost_entries_total', count: 1 }];
  expect(failed({ ...good, losses })).toEqual([lossesName]);
  const verdict = judge({ ...good, losses }).find(({ name }) => name === lossesName);
  expect(verdict?.seen).toBe('seamwatt_sink_lost_entries_total 1');
});

test('the class of which frames are missing is found among others that are complete', () => {
  const line = { name: 'weld_line', due: 30_000, arrived: 29_849 };
  expect(failed({ ...good, arrivals: [...good.arrivals, line] })).toEqual([arrivals]);
  const enough = { ...line, arrived: 29_850 };
  expect(failed({ ...good, arrivals: [...good.arrivals, enough] })).toEqual([]);
});

test('a single unpunctual minute is found, but not one of the warm-up', () => {
  const at = (late: number): SoakRun => ({
    ...good,
    minutes: minutesOf((minute) => (minute === late ? 20 : 12.5)),
  });
  expect(failed(at(30))).toEqual([loop]);
  // Read at 660 s, it may have begun at 595 s.
  expect(failed(at(11))).toEqual([]);
  expect(failed(at(12))).toEqual([loop]);
  const verdict = judge(at(30)).find(({ name }) => name === loop);
  expect(verdict?.seen).toBe(
    '12.5 ms in the median minute, 20.0 in the worst; control 11.0 ms in the median minute, 11.0 in the worst',
  );
});

test('what was not seen is no pass', () => {
  const samples = samplesOf({ resident: () => Number.NaN, staged: () => Number.NaN });
  const losses = [{ name: 'seamwatt_frames_refused_total', count: Number.NaN }];
  const unseen = { ...good, samples, losses, minutes: minutesOf(() => Number.NaN) };
  expect(failed(unseen)).toEqual([memory, staging, lossesName, loop]);
  const nothing = { warmUpS, samples: [], minutes: [], arrivals: [], losses: [] };
  expect(failed(nothing)).toEqual([memory, staging, lossesName, arrivals, loop]);
});

test('the slope is that of the line, in an hour', () => {
  const places = [0, 10, 20, 40].map((atS) => ({ atS, value: 7 + atS / 360 }));
  expect(slopePerHour(places)).toBeCloseTo(10, 10);
  expect(slopePerHour([{ atS: 1, value: 1 }])).toBeNaN();
});

test('thirds are those of the time, and the middle belongs to neither', () => {
  const places = [1, 2, 3, 90, 91, 92, 7, 8, 9, 10].map((value, atS) => ({ atS, value }));
  expect(medianThirds(places)).toEqual({ first: 2, last: 9 });
});

test('the table names what failed', () => {
  const verdicts: readonly Verdict[] = [
    { name: 'a', isPassed: true, seen: '1 MiB', rule: 'at most 2' },
    { name: 'longer', isPassed: false, seen: '3', rule: 'at most 2' },
  ];
  expect(verdictTable(verdicts)).toBe(
    'passed  a       1 MiB (at most 2)\nFAILED  longer  3 (at most 2)',
  );
});
