import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import type { FrameInput, Journal } from '../../gateway/journal/contract.ts';
import { openJournal } from '../../gateway/journal/journal.ts';
import { testGroup } from '../support/entry-batch.ts';
import { journalOptions } from '../support/journal-options.ts';
import { compile, withFolder } from './harness/c-programs.ts';
import {
  inverterCount,
  lineRegisters,
  PlantSignals,
  seamAddress,
  seamPeriodMs,
  seamRegisters,
} from './plant-signals.ts';
import { type BenchRow, benchRow, type Pair, pairedFigures, type Rows } from './row.ts';

const execute = promisify(execFile);
const mebibyte = 2 ** 20;
const startMs = 1_700_000_000_000;
const batchFrames = 100;
const frameChannels = 10;
const batchSamples = batchFrames * frameChannels;
const rawBytesPerSample = 20;
const slowSyncMs = 50;

const roomy = {
  maxBytes: 2048 * mebibyte,
  stagingBytes: 64 * mebibyte,
  memoryBytes: 16 * mebibyte,
  segmentBytes: 8 * mebibyte,
};

const channels = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `signal${index}`);

const frameInput = (group: RegisteredGroup): FrameInput & { timeMs: number } => ({
  group: group.number,
  timeMs: startMs,
  receivedMs: startMs,
  originCode: 0,
  revision: 0,
  values: new Float64Array(group.channels.length),
  status: new Uint32Array(group.channels.length),
  offset: 0,
  length: group.channels.length,
});

/** Appends 1 000 samples of the size that C writes; false when staging is full. */
const appendBatch = (journal: Journal, frame: FrameInput, number: number): boolean => {
  for (let row = 0; row < batchFrames; row += 1) {
    for (let channel = 0; channel < frameChannels; channel += 1) {
      frame.values[channel] = ((number * 31 + row * 17 + channel * 7919) % 65_536) / 10;
    }
    if (journal.appendFrame(frame) < 0) return false;
  }
  return true;
};

const rateOf = async (
  seconds: number,
  round: (number: number) => Promise<number>,
): Promise<number> => {
  const startedMs = performance.now();
  let samples = 0;
  let number = 0;
  while (performance.now() - startedMs < seconds * 1000) {
    samples += await round(number);
    number += 1;
  }
  return samples / ((performance.now() - startedMs) / 1000);
};

/** Each batch durable before the next; and batches as they come, made durable together. */
const appendRates = (seconds: number) =>
  withFolder(async (folder) => {
    const journal = await openJournal(journalOptions(folder, { ...roomy, syncMs: 20 }));
    const [group] = await journal.registerGroups([
      testGroup({ equipment: 'f01', channels: channels(frameChannels) }),
    ]);
    const frame = frameInput(group as RegisteredGroup);
    const oneByOne = await rateOf(seconds, async (number) => {
      appendBatch(journal, frame, number);
      await journal.flush();
      return batchSamples;
    });
    let refused = 0;
    const startedMs = performance.now();
    const together = await rateOf(seconds, async (number) => {
      const admitted = appendBatch(journal, frame, number);
      if (!admitted) refused += 1;
      // A turn of the loop for what arrives; when the disk falls behind, it is waited for as a source would be refused.
      if (!admitted) await journal.flush();
      else if (number % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
      return admitted ? batchSamples : 0;
    });
    const appendMs = performance.now() - startedMs;
    await journal.flush();
    const wholeMs = performance.now() - startedMs;
    await journal.close();
    return { oneByOne, together: (together * appendMs) / wholeMs, refused };
  });

const besideC = async (program: string, quick: boolean): Promise<readonly BenchRow[]> => {
  const seconds = quick ? 0.5 : 1.5;
  const single: Pair[] = [];
  const group: Pair[] = [];
  for (let turn = 0; turn < (quick ? 1 : 3); turn += 1) {
    const reference = await withFolder(async (folder) => {
      const { stdout } = await execute(program, [join(folder, 'log'), String(seconds)]);
      return (JSON.parse(stdout) as { perSecond: number }).perSecond;
    });
    const { oneByOne, together } = await appendRates(seconds);
    single.push({ ours: oneByOne, reference });
    group.push({ ours: together, reference });
  }
  return [
    benchRow({
      name: 'Journal, each 1 000 samples durable before the next, beside append and fdatasync in C',
      ...pairedFigures(single),
      unit: 'samples/s',
      better: 'more',
      goal: { ratio: 0.85 },
    }),
    benchRow({
      name: 'Journal, group commit, beside append and fdatasync in C',
      ...pairedFigures(group),
      unit: 'samples/s',
      better: 'more',
      goal: { ratio: 4 },
    }),
  ];
};

/** Plant load on a disk of which each sync takes 50 ms: how long the event loop was held up. */
const loopDelay = (seconds: number): Promise<BenchRow> =>
  withFolder(async (folder) => {
    const journal = await openJournal(journalOptions(folder, { ...roomy, slowSyncMs }));
    const groups = await journal.registerGroups(
      Array.from({ length: 20 }, (_, seam) =>
        testGroup({ equipment: `f${seam}`, channels: channels(frameChannels) }),
      ),
    );
    const frames = groups.map(frameInput);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    await sleep(200);
    const before = journal.statistics().syncs;
    delay.enable();
    const timer = setInterval(() => {
      for (const frame of frames) journal.appendFrame(frame);
    }, seamPeriodMs);
    await sleep(seconds * 1000);
    clearInterval(timer);
    delay.disable();
    const syncs = journal.statistics().syncs - before;
    await journal.close();
    const maxMs = delay.max / 1e6;
    return benchRow({
      name: 'Journal, longest hold-up of the event loop beside one fsync of a slow disk',
      ours: maxMs,
      reference: slowSyncMs,
      unit: 'ms',
      better: 'less',
      goal: { ratio: 1 },
      note: `p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms, ${syncs} syncs of ${slowSyncMs} ms`,
    });
  });

type Signal = {
  readonly frame: FrameInput & { timeMs: number };
  readonly registers: () => Buffer;
  readonly everySteps: number;
  readonly read: (registers: Buffer, values: Float64Array) => void;
};

const readWords = (registers: Buffer, values: Float64Array): void => {
  for (let word = 0; word < values.length; word += 1) {
    values[word] = registers.readUInt16BE(word * 2) / 100;
  }
};

/** Eight signals, and a word of bits that makes two more channels. */
const readSeam = (registers: Buffer, values: Float64Array): void => {
  readWords(registers, values.subarray(0, seamRegisters - 1));
  const bits = registers.readUInt16BE((seamRegisters - 1) * 2);
  values[seamRegisters - 1] = bits & 1;
  values[seamRegisters] = (bits >> 1) & 1;
};

const readInverter = (registers: Buffer, values: Float64Array): void => {
  values[0] = registers.readUInt32BE(0);
  readWords(registers.subarray(4), values.subarray(1));
};

const plantSignals = async (journal: Journal, plant: PlantSignals): Promise<readonly Signal[]> => {
  const view = (read: Buffer | undefined): Buffer => read ?? Buffer.alloc(0);
  const seams = Array.from({ length: 20 }, (_, seam) => ({
    spec: testGroup({ equipment: `seam${seam}`, channels: channels(10) }),
    registers: () => view(plant.line.read(seamAddress + seam * seamRegisters, seamRegisters)),
    everySteps: 1,
    read: readSeam,
  }));
  const line = {
    spec: testGroup({ equipment: 'line', channels: channels(lineRegisters - 3) }),
    registers: () => view(plant.line.read(3, lineRegisters - 3)),
    everySteps: 5,
    read: readWords,
  };
  const inverters = Array.from({ length: inverterCount }, (_, index) => ({
    spec: testGroup({ equipment: `inverter${index}`, channels: channels(60) }),
    registers: () => view(plant.inverters[index]?.read(0, 61)),
    everySteps: 50,
    read: readInverter,
  }));
  const all = [...seams, line, ...inverters];
  const groups = await journal.registerGroups(all.map(({ spec }) => spec));
  return all.map(({ registers, everySteps, read }, index) => ({
    ...{ registers, everySteps, read },
    frame: frameInput(groups[index] as RegisteredGroup),
  }));
};

/** The plant load, committed every 200 ms of its time as it would be, and what it takes on the disk. */
const bytesPerSample = (plantSeconds: number): Promise<BenchRow> =>
  withFolder(async (folder) => {
    const journal = await openJournal(journalOptions(folder, { ...roomy, syncMs: 10_000 }));
    const plant = new PlantSignals();
    const signals = await plantSignals(journal, plant);
    let samples = 0;
    for (let step = 0; step < plantSeconds * 50; step += 1) {
      plant.advance();
      for (const { frame, registers, everySteps, read } of signals) {
        if (step % everySteps !== 0) continue;
        read(registers(), frame.values);
        // Milliseconds with their fraction, as the gateway stamps them.
        frame.timeMs = startMs + step * seamPeriodMs + ((step * 7) % 16) / 8;
        journal.appendFrame({ ...frame, receivedMs: frame.timeMs });
        samples += frame.length;
      }
      if (step % 10 === 9) await journal.flush();
    }
    await journal.flush();
    const { writtenBytes } = journal.statistics();
    await journal.close();
    const perSample = writtenBytes / samples;
    const gigabytesADay = (writtenBytes / plantSeconds) * 86_400 * 1e-9;
    const perSecond = Math.round(samples / plantSeconds).toLocaleString('en');
    return benchRow({
      name: 'Journal, bytes a sample at plant load, beside value, time and status as they are',
      ours: perSample,
      reference: rawBytesPerSample,
      unit: 'bytes',
      better: 'less',
      goal: { atMost: 4 },
      note: `${gigabytesADay.toFixed(2)} GB a day at ${perSecond} samples/s`,
    });
  });

/** The log on this machine's disk, in processes' own temporary folder. */
export const rows: Rows = async ({ quick }) => {
  const besides = await withFolder(async (folder) =>
    besideC(await compile('c/append.c', folder), quick),
  );
  return [...besides, await loopDelay(quick ? 2 : 5), await bytesPerSample(quick ? 20 : 60)];
};
