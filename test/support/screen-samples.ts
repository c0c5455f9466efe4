/**
 * Run as a child with --expose-gc: screens ten million samples of 20 groups of which some stand still, some are out of
 * range, some count, and prints, as JSON, what the garbage collector did meanwhile.
 */
import { GCProfiler } from 'node:v8';
import { Screening } from '../../gateway/runtime/screening/screening.ts';
import { testDirectory, testGroup } from './entry-batch.ts';

const samples = 10_000_000;
const width = 12;
const frozen = { afterMs: 5000, while: { point: 'c0', above: 0 } };
const channels = Array.from({ length: width }, (_, index) => ({
  point: `c${index}`,
  ...(index === 1 ? { unit: 'A', minimum: -10, maximum: 1000, frozen } : {}),
  ...(index === 2 ? { unit: 'W', nature: 'measured' as const, maximum: 50 } : {}),
  ...(index === 3 ? { kind: 'counter' as const, unit: 'Wh', rolloverAt: 2 ** 32 } : {}),
  ...(index === 4 ? { kind: 'boolean' as const } : {}),
  ...(index === 5 ? { unit: 'Cel', maximumRatePerSecond: 1000 } : {}),
  ...(index === 6 ? { heartbeatMs: 3000 } : {}),
}));
const { groups } = testDirectory(
  Array.from({ length: 20 }, (_, index) =>
    testGroup({ equipment: `f${index}`, periodMs: 100, channels }),
  ),
);
const startMs = 1_700_000_000_000.5;
const time = Float64Array.of(startMs);
const screening = new Screening({
  groups,
  sections: {},
  clock: { monotonicMs: () => time[0] as number },
  event: () => undefined,
});
const values = new Float64Array(width);
const status = new Uint32Array(width);
const frame = { groupIndex: 0, timeMs: startMs, receivedMs: startMs, values, status };
let screened = 0;
let frames = 0;

const pushRound = (): void => {
  time[0] = (time[0] ?? 0) + 100;
  frames += 1;
  frame.timeMs = time[0];
  frame.receivedMs = time[0];
  for (let channel = 0; channel < width; channel += 1) values[channel] = (frames + channel) % 97;
  // Events allocate, so there is but one a group: the current stands for good, and the register only counts.
  values[0] = 1;
  values[1] = 180.5;
  values[3] = frames;
  for (const group of groups) screening.frame(group, frame, false);
  screened += groups.length * width;
};

for (let quietRounds = 0, round = 0; quietRounds < 15 && round < 300; round += 1) {
  const heap = process.memoryUsage().heapUsed;
  for (let repetition = 0; repetition < 300; repetition += 1) pushRound();
  quietRounds = Math.abs(process.memoryUsage().heapUsed - heap) < 4096 ? quietRounds + 1 : 0;
}
globalThis.gc?.();
screened = 0;
const profiler = new GCProfiler();
profiler.start();
const heapBefore = process.memoryUsage().heapUsed;
const began = process.cpuUsage();
while (screened < samples) pushRound();
const nanoseconds = process.cpuUsage(began).user * 1000;
const heapAfter = process.memoryUsage().heapUsed;
const collections = profiler.stop()?.statistics.length;
console.log(
  JSON.stringify({
    screened,
    collections,
    heapGrowth: heapAfter - heapBefore,
    nsPerSample: nanoseconds / screened,
  }),
);
