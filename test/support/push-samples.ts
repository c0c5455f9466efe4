/**
 * Run as a child with --expose-gc: pushes ten million samples of the demo plant through its program and prints, as JSON, what
 * the garbage collector did meanwhile. Ticks are left out of the measured part, so that only samples are counted.
 */
import { GCProfiler } from 'node:v8';
import { demoPlant } from './demo-plant.ts';
import { tickAt } from './program-feed.ts';

const samples = 10_000_000;
const startMs = 1_700_000_000_000;
const { program, second, samplesPerSecond, advance } = demoPlant(1, startMs);
const ignore = (): undefined => undefined;

let pushed = 0;
const pushSecond = (): void => {
  for (let index = 0; index < second.length; index++) program.onEntry(second, index);
  advance();
  pushed += samplesPerSecond;
};

for (let warmUp = 0; warmUp < 300; warmUp++) {
  pushSecond();
  program.onTick(tickAt(second.timeMs[0] ?? 0), ignore);
}
globalThis.gc?.();
pushed = 0;
const profiler = new GCProfiler();
profiler.start();
const heapBefore = process.memoryUsage().heapUsed;
const began = process.hrtime.bigint();
while (pushed < samples) pushSecond();
const nanoseconds = Number(process.hrtime.bigint() - began);
const heapAfter = process.memoryUsage().heapUsed;
const collections = profiler.stop()?.statistics.length;
console.log(
  JSON.stringify({
    pushed,
    collections,
    heapGrowth: heapAfter - heapBefore,
    nsPerSample: nanoseconds / pushed,
  }),
);
