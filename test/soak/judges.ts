import { median } from '../bench/row.ts';
import { type Minute, medianThirds, type Place, type SoakRun, slopePerHour } from './series.ts';

export type Verdict = {
  readonly name: string;
  readonly isPassed: boolean;
  readonly seen: string;
  readonly rule: string;
};

/**
 * What memory may grow from the first third to the last one. Resident memory does not count the pages that the kernel
 * keeps of files; what is left to move is when V8 collects, which at 150 to 250 MiB is a few MiB from one median to the
 * next. A leak of one object of 100 bytes a frame would be 380 MB in an hour.
 */
const memoryGrowthShare = 0.05;
const memoryGrowthMebibytes = 10;

/** A queue is in order up to ten seconds of plant load: about 1 100 entries/s. */
const queueSeconds = 10;
const queueEntries = 12_000;
/** A quarter of the staging that the journal has unless told otherwise. */
const stagedMebibytes = 16;
/** What a queue may grow from the first third to the last one, as a share of its bound. */
const queueGrowthShare = 0.05;

const arrivedShare = 0.995;
const loopDelayMs = 20;
/** A minute was whole at most so long before it was read. */
const minuteReadS = 65;

const fixed = (value: number): string => value.toFixed(1);

// Each comparison is one that NaN fails: what was not seen is no pass.

const judgeMemory = ({ samples, warmUpS }: SoakRun): Verdict => {
  const places = samples
    .filter(({ atS }) => atS >= warmUpS)
    .map(({ atS, residentMebibytes }) => ({ atS, value: residentMebibytes }));
  const { first, last } = medianThirds(places);
  const room = Math.max(first * memoryGrowthShare, memoryGrowthMebibytes);
  const slope = slopePerHour(places);
  return {
    name: 'Resident memory',
    isPassed: last - first <= room,
    seen: `${fixed(first)} MiB in the first third, ${fixed(last)} in the last; ${fixed(slope)} MiB/h`,
    rule: `grows by at most ${memoryGrowthShare * 100} % or ${memoryGrowthMebibytes} MiB`,
  };
};

type Queue = { readonly name: string; readonly unit: string; readonly bound: number };

const judgeQueue = (queue: Queue, places: readonly Place[]): Verdict => {
  const { name, unit, bound } = queue;
  const { first, last } = medianThirds(places);
  const most = Math.max(...places.map(({ value }) => value));
  const growth = bound * queueGrowthShare;
  return {
    name: `Queue: ${name}`,
    isPassed: most <= bound && last - first <= growth,
    seen: `at most ${fixed(most)} ${unit}; ${fixed(first)} in the first third, ${fixed(last)} in the last`,
    rule: `at most ${bound} ${unit}, grows by at most ${fixed(growth)}`,
  };
};

const judgeQueues = ({ samples, warmUpS }: SoakRun): readonly Verdict[] => {
  const judged = samples.filter(({ atS }) => atS >= warmUpS);
  const staged = judged.map(({ atS, stagedMebibytes: value }) => ({ atS, value }));
  const ids = [...new Set(samples.flatMap(({ sinks }) => sinks.map(({ id }) => id)))];
  const of = (id: string, key: 'lagEntries' | 'lagMs', scale = 1): readonly Place[] =>
    judged.map(({ atS, sinks }) => {
      const sink = sinks.find((one) => one.id === id);
      return { atS, value: (sink?.[key] ?? Number.NaN) * scale };
    });
  return [
    judgeQueue({ name: 'staging of the journal', unit: 'MiB', bound: stagedMebibytes }, staged),
    ...ids.flatMap((id) => [
      judgeQueue(
        { name: `${id}, entries that wait`, unit: 'entries', bound: queueEntries },
        of(id, 'lagEntries'),
      ),
      judgeQueue(
        { name: `${id}, age of the oldest`, unit: 's', bound: queueSeconds },
        of(id, 'lagMs', 1 / 1000),
      ),
    ]),
  ];
};

const judgeLosses = ({ losses }: SoakRun): Verdict => {
  const some = losses.filter(({ count }) => count !== 0);
  return {
    name: 'Losses and refusals',
    isPassed: losses.length > 0 && some.length === 0,
    seen:
      some.length === 0
        ? `0 in ${losses.length} counters`
        : some.map(({ name, count }) => `${name} ${count}`).join(', '),
    rule: 'all 0',
  };
};

const judgeArrivals = ({ arrivals }: SoakRun): Verdict => {
  const shares = arrivals.map(({ name, due, arrived }) => ({ name, share: arrived / due }));
  return {
    name: 'Frames due that are in the database',
    isPassed: shares.length > 0 && shares.every(({ share }) => share >= arrivedShare),
    seen: shares.map(({ name, share }) => `${name} ${(100 * share).toFixed(2)} %`).join(', '),
    rule: `each >= ${100 * arrivedShare} %`,
  };
};

const judgeLoop = ({ minutes, warmUpS }: SoakRun): Verdict => {
  const judged = minutes.filter(({ atS }) => atS - minuteReadS >= warmUpS);
  const words = (key: 'gatewayP99Ms' | 'controlP99Ms'): string => {
    const values = judged.map((minute: Minute) => minute[key]);
    return `${fixed(median(values))} ms in the median minute, ${fixed(Math.max(...values))} in the worst`;
  };
  return {
    name: 'Delay of the event loop, p99 of each minute',
    isPassed: judged.length > 0 && judged.every(({ gatewayP99Ms }) => gatewayP99Ms < loopDelayMs),
    seen:
      judged.length === 0
        ? 'no whole minute after the warm-up'
        : `${words('gatewayP99Ms')}; control ${words('controlP99Ms')}`,
    rule: `each < ${loopDelayMs} ms, of which 10 are the period of the probe`,
  };
};

/** What a run is worth, one verdict for each promise. */
export const judge = (run: SoakRun): readonly Verdict[] => [
  judgeMemory(run),
  ...judgeQueues(run),
  judgeLosses(run),
  judgeArrivals(run),
  judgeLoop(run),
];

/** One aligned table of verdicts. */
export const verdictTable = (verdicts: readonly Verdict[]): string => {
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  return verdicts
    .map(({ name, isPassed, seen, rule }) =>
      [isPassed ? 'passed' : 'FAILED', name.padEnd(width), `${seen} (${rule})`].join('  '),
    )
    .join('\n');
};
