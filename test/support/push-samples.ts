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

// The compiler works on threads of its own, and what has not happened yet is not compiled: warm means that over three panels
// little was allocated, at no more than the rate that is allowed afterwards, not that some rounds ran.
const roundSeconds = 20;
const panelsRounds = 15;
const allowedBytes = (64 * 1024 * panelsRounds * roundSeconds * samplesPerSecond) / samples;
const growth = new Float64Array(panelsRounds).fill(Number.POSITIVE_INFINITY);
for (let round = 0, grown = allowedBytes; grown >= allowedBytes / 2 && round < 300; round++) {
  const heap = process.memoryUsage().heapUsed;
  for (let second = 0; second < roundSeconds; second++) pushSecond();
  growth[round % panelsRounds] = Math.abs(process.memoryUsage().heapUsed - heap);
  grown = growth.reduce((sum, bytes) => sum + bytes, 0);
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
