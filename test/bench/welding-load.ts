/**
 * Run as a child of welding.ts with --expose-gc: `welding-load.ts program|counts RATE SECONDS` prints what the whole welding
 * program costs, or count, mean and extremes of every channel alone, at 50 Hz times RATE.
 */
import { GCProfiler } from 'node:v8';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import { ArenaPlan } from '../../gateway/hot-path/arena.ts';
import { pushAggregate, reserveAggregate } from '../../gateway/hot-path/operators/aggregate.ts';
import { tickAt } from '../support/program-feed.ts';
import { weldingPlant } from './harness/welding-plant.ts';

export type WeldingLoad = {
  readonly nsPerSample: number;
  readonly samplesPerSecond: number;
  readonly kpis: number;
  /** While frames alone came, without ticks. */
  readonly frames: { readonly samples: number; readonly collections: number };
  readonly bytesPerSample: number;
};

const tickMs = 1000;
/** What the compiler has not seen often enough is slow: a second of plant time costs three times as much at first. */
const warmUpBatches = 500;

const [variant = 'program', rate = '1', seconds = '1'] = process.argv.slice(2);
const plant = weldingPlant(Number(rate));

/** Count, mean, squares and extremes of each channel of each group: about the least that is worth computing. */
const countsOf = (): ((batch: EntryBatch) => void) => {
  const plan = new ArenaPlan();
  const source = plan.reserve(2);
  const bases: number[] = [];
  const firstOf: number[] = [];
  for (const group of plant.groups) {
    firstOf[group.number] = bases.length;
    for (const _ of group.channels) bases.push(reserveAggregate(plan));
  }
  const memory = plan.allocate();
  return (batch) => {
    for (let index = 0; index < batch.length; index++) {
      const first = firstOf[batch.group[index] as number] as number;
      const from = batch.offset[index] as number;
      const width = (batch.offset[index + 1] as number) - from;
      for (let channel = 0; channel < width; channel++) {
        memory[source] = batch.values[from + channel] as number;
        pushAggregate(memory, bases[first + channel] as number, source);
      }
    }
  };
};

const { program } = plant;
const throughProgram = (batch: EntryBatch): void => {
  for (let index = 0; index < batch.length; index++) program.onEntry(batch, index);
};
const isProgram = variant === 'program';
const take = isProgram ? throughProgram : countsOf();
const ignore = (): undefined => undefined;
let nextTickMs = tickMs;
const advance = (): void => {
  plant.advance(take);
  if (!isProgram || plant.timeMs < nextTickMs) return;
  nextTickMs += tickMs;
  program.onTick(tickAt(plant.timeMs), ignore);
};

const heapOf = (): number => process.memoryUsage().heapUsed;

/** Frames alone, and whether anything had to be collected meanwhile. */
const watchFrames = (): WeldingLoad['frames'] => {
  const batches = Math.ceil((Number(seconds) * 1e6) / plant.samplesPerBatch);
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  for (let batch = 0; batch < batches; batch++) plant.advance(take);
  const collections = profiler.stop()?.statistics.length ?? 0;
  nextTickMs = plant.timeMs + tickMs;
  return { samples: batches * plant.samplesPerBatch, collections };
};

for (let batch = 0; batch < warmUpBatches; batch++) advance();
const frames = watchFrames();
globalThis.gc?.();
const heapBefore = heapOf();
const before = process.cpuUsage();
let batches = 0;
let spentUs = 0;
while (spentUs < Number(seconds) * 1e6) {
  for (let turn = 0; turn < 20; turn++) advance();
  batches += 20;
  const { user, system } = process.cpuUsage(before);
  spentUs = user + system;
}
const samples = batches * plant.samplesPerBatch;
const load: WeldingLoad = {
  nsPerSample: (spentUs * 1000) / samples,
  samplesPerSecond: plant.samplesPerBatch / (plant.batchMs / 1000),
  kpis: plant.kpis,
  frames,
  bytesPerSample: Math.max(0, heapOf() - heapBefore) / samples,
};
console.log(JSON.stringify(load));
