/**
 * Floods a journal on a slow disk from one group while another goes on at its pace, and prints what that cost as JSON. The
 * same loop without a journal is the control for the delay of the event loop.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { plainGroup } from '../../../support/plain-group.ts';

const [, , folder = '', controlMs = '1500', floodMs = '4000'] = process.argv;
const channels = 16;
const framesPerTurn = 400;
const stagingBytes = 4 * 1024 * 1024;
const journal = await openJournal(
  journalOptions(folder, {
    stagingBytes,
    memoryBytes: 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
    slowSyncMs: 100,
  }),
);
const [flooding, steady] = await journal.registerGroups([
  plainGroup('f01', channels),
  plainGroup('f02', 1),
]);
if (flooding === undefined || steady === undefined) throw new Error('no groups');
await journal.scrubbed();

const values = new Float64Array(channels);
const status = new Uint32Array(channels);
const frame = { timeMs: 0, receivedMs: 0, originCode: 0, revision: 0, values, status, offset: 0 };
const fill = (): void => {
  for (let k = 0; k < channels; k++) values[k] = Math.random();
};

/** Turns until `ms` have passed; gives how late the loop was, the most memory and the most that was staged. */
const turn = async (
  ms: number,
  work: () => void,
): Promise<{ readonly p99Ms: number; readonly rssBytes: number; readonly stagedBytes: number }> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const endMs = performance.now() + ms;
  let rssBytes = 0;
  let stagedBytes = 0;
  while (performance.now() < endMs) {
    for (let k = 0; k < framesPerTurn; k++) work();
    rssBytes = Math.max(rssBytes, process.memoryUsage.rss());
    stagedBytes = Math.max(stagedBytes, journal.statistics().stagedBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  delay.disable();
  return { p99Ms: delay.percentile(99) / 1e6, rssBytes, stagedBytes };
};

const scratch = new Float64Array(channels);
const control = await turn(Number(controlMs), () => {
  fill();
  scratch.set(values);
});
let offered = 0;
let refused = 0;
const flood = (): void => {
  fill();
  offered += 1;
  if (journal.appendFrame({ ...frame, group: flooding.number, length: channels }) < 0) refused += 1;
};
const first = await turn(Number(floodMs) / 2, flood);
const second = await turn(Number(floodMs) / 2, flood);
await journal.flush();
const admittedAfter = journal.appendFrame({ ...frame, group: steady.number, length: 1 }) > 0;
const { refusedFrames, appendedEntries, stagedBytes } = journal.statistics();
await journal.close();
process.stdout.write(
  JSON.stringify({
    control,
    first,
    second,
    offered,
    refused,
    stagingBytes,
    counted: refusedFrames.get(flooding.number) ?? 0,
    countedSteady: refusedFrames.get(steady.number) ?? 0,
    appendedEntries,
    leftBytes: stagedBytes,
    admittedAfter,
  }),
);
