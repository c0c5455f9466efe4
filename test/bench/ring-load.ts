/** Run as a child of ring.ts: `ring-load.ts push|all|naive|kpis SECONDS` prints CPU nanoseconds per sample. */
import { frameEntry } from '../../gateway/core/entry.ts';
import { ArenaPlan } from '../../gateway/hot-path/arena.ts';
import { pushEwma, reserveEwma } from '../../gateway/hot-path/operators/ewma.ts';
import {
  pushRingIntegral,
  reserveRingIntegral,
} from '../../gateway/hot-path/operators/ring-integral.ts';
import {
  pushSlidingStatistics,
  reserveSlidingStatistics,
} from '../../gateway/hot-path/operators/sliding-statistics.ts';
import { FrameRing } from '../../gateway/hot-path/ring.ts';
import { demoPlant } from '../support/demo-plant.ts';
import { tickAt } from '../support/program-feed.ts';

const groups = 20;
const width = 12;
const window = 128;
const frames = 1000;
/** Seconds of the plant, or a thousand frames: before, the compiler has not seen enough. */
const warmUpRounds = 250;

const [variant = 'all', seconds = '1'] = process.argv.slice(2);

const batch = {
  length: frames,
  seq: new Float64Array(frames),
  kind: new Uint8Array(frames).fill(frameEntry),
  group: new Uint32Array(frames),
  timeMs: Float64Array.from({ length: frames }, (_, frame) => 20 * frame),
  receivedMs: new Float64Array(frames),
  origin: new Uint8Array(frames),
  revision: new Uint16Array(frames),
  offset: Uint32Array.from({ length: frames + 1 }, (_, frame) => frame * width),
  values: new Float64Array(frames * width),
  status: new Uint32Array(frames * width),
  records: [],
};
let bits = 1;
for (let index = 0; index < batch.values.length; index++) {
  bits = (Math.imul(bits, 1_664_525) + 1_013_904_223) >>> 0;
  batch.values[index] = 230 + ((bits >>> 8) / 0x100_0000) * 4;
}
const moveOn = (): void => {
  for (let frame = 0; frame < frames; frame++) {
    batch.timeMs[frame] = (batch.timeMs[frame] as number) + 20 * frames;
  }
};

const ringRound = (withOperators: boolean): (() => number) => {
  const all = { firstChannel: 0, lanes: width };
  const plan = new ArenaPlan();
  const lanes = Array.from({ length: groups }, () => {
    const ring = new FrameRing({ width, minimumCapacity: 2 * window });
    return {
      ring,
      statistics: reserveSlidingStatistics(plan, { ...all, ring }),
      ewma: reserveEwma(plan, { ...all, lambda: 0.2 }),
      integral: reserveRingIntegral(plan, { ...all, gapMs: 1000 }),
    };
  });
  const memory = plan.allocate();
  return () => {
    for (let frame = 0; frame < frames; frame++) {
      for (let group = 0; group < groups; group++) {
        const lane = lanes[group] as (typeof lanes)[number];
        lane.ring.push(batch, frame);
        if (!withOperators) continue;
        pushSlidingStatistics(memory, lane.statistics, lane.ring);
        pushEwma(memory, lane.ewma, lane.ring);
        pushRingIntegral(memory, lane.integral, lane.ring);
      }
    }
    moveOn();
    return frames * groups * width;
  };
};

/** The obvious way: an array of {time, value} a channel, everything computed anew for each sample. */
const naiveRound = (): (() => number) => {
  const samples = new Map<string, { timeMs: number; value: number }[]>();
  let sink = 0;
  return () => {
    for (let frame = 0; frame < 50; frame++) {
      for (let channel = 0; channel < width; channel++) {
        const key = `channel ${channel}`;
        const list = samples.get(key) ?? [];
        samples.set(key, list);
        list.push({
          timeMs: batch.timeMs[frame] ?? 0,
          value: batch.values[frame * width + channel] ?? 0,
        });
        if (list.length > window) list.shift();
        const values = list.map(({ value }) => value);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const ewma = values.reduce((average, value) => average + 0.2 * (value - average));
        const integral = list.reduce((sum, { value, timeMs }, index) => {
          const before = list[index - 1];
          return before === undefined
            ? sum
            : sum + ((timeMs - before.timeMs) * (value + before.value)) / 2;
        }, 0);
        sink += mean + variance + ewma + integral + Math.min(...values) + Math.max(...values);
      }
    }
    if (Number.isNaN(sink)) throw new Error('not a number');
    return 50 * width;
  };
};

const kpiRound = (): (() => number) => {
  const { program, second, samplesPerSecond } = demoPlant(1, 0);
  const ignore = (): undefined => undefined;
  return () => {
    for (let index = 0; index < second.length; index++) program.onEntry(second, index);
    for (let index = 0; index < second.length; index++) {
      second.timeMs[index] = (second.timeMs[index] as number) + 1000;
    }
    program.onTick(tickAt(second.timeMs[0] as number), ignore);
    return samplesPerSecond;
  };
};

const makeRound: Readonly<Record<string, () => () => number>> = {
  push: () => ringRound(false),
  all: () => ringRound(true),
  naive: naiveRound,
  kpis: kpiRound,
};
const round = makeRound[variant]?.();
if (round === undefined) throw new Error(`unknown variant ${variant}`);

for (let warmUp = 0; warmUp < warmUpRounds; warmUp++) round();
const before = process.cpuUsage();
let samples = 0;
let spentUs = 0;
while (spentUs < Number(seconds) * 1e6) {
  samples += round();
  const { user, system } = process.cpuUsage(before);
  spentUs = user + system;
}
console.log(((spentUs * 1000) / samples).toFixed(4));
