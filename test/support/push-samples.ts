/**
 * Run as a child with --expose-gc: pushes ten million samples of the demo plant through its program and prints, as JSON, what
 * the garbage collector did meanwhile. Ticks are left out of the measured part, so that only samples are counted.
 */
import { GCProfiler } from 'node:v8';
import { demoPlant } from './demo-plant.ts';

const samples = 10_000_000;
const startMs = 1_700_000_000_000;
const { program, second, samplesPerSecond, advance } = demoPlant(1, startMs);

let pushed = 0;
const pushSecond = (): void => {
  for (let index = 0; index < second.length; index++) program.onEntry(second, index);
  advance();
  pushed += samplesPerSecond;
};

// The compiler works on threads of its own, and what has not happened yet is not compiled: warm means that nothing was
// allocated for three panels, not that some rounds ran.
for (let quietRounds = 0, round = 0; quietRounds < 15 && round < 300; round++) {
  const heap = process.memoryUsage().heapUsed;
  for (let repetition = 0; repetition < 20; repetition++) pushSecond();
  quietRounds = Math.abs(process.memoryUsage().heapUsed - heap) < 4096 ? quietRounds + 1 : 0;
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
