/**
 * Appends to the journal in argv[2] as fast as it is told, until it is killed. Content follows from the number, so that whoever
 * opens the folder afterwards knows what must be there. Writes every acknowledged number to standard output.
 */
import { writeSync } from 'node:fs';
import { originCodes } from '../../../../gateway/core/entry.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { channelCount, frameValues } from './crash-content.ts';

const [, , folder = '', framesPerTurn = '20', syncMs = '20'] = process.argv;
const journal = await openJournal(
  journalOptions(folder, {
    syncMs: Number(syncMs),
    segmentBytes: 128 * 1024,
    maxBytes: 64 * 1024 * 1024,
    memoryBytes: 256 * 1024,
  }),
);
const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};
const values = new Float64Array(channelCount);
const status = new Uint32Array(channelCount);
// Before the first commit this is the last number left out, which no entry has.
let acknowledged = journal.durableSeq;
let turn = 0;

const append = (): void => {
  for (let k = 0; k < Number(framesPerTurn); k++) {
    const seq = journal.nextSeq;
    values.set(frameValues(seq));
    const originCode = seq % 11 === 0 ? originCodes.computed : originCodes.source;
    const input = { group: 1, timeMs: seq, receivedMs: performance.timeOrigin + performance.now() };
    journal.appendFrame({
      ...input,
      originCode,
      revision: 0,
      values,
      status,
      offset: 0,
      length: channelCount,
    });
  }
  turn += 1;
  if (turn % 7 === 0) {
    const timeMs = Date.now();
    journal.appendRecord({ type: 'tick', timeMs, watermarkMs: timeMs, dayStartMs: 0 });
  }
  if (turn % 50 === 0) {
    const text = { en: 'lost', zh: '丢失' };
    const event = { code: 'source-lost', severity: 'error', subject: 'plc', text } as const;
    journal.appendRecord({ type: 'event', timeMs: Date.now(), event });
  }
  if (journal.durableSeq !== acknowledged) {
    acknowledged = journal.durableSeq;
    say(`durable ${acknowledged}`);
  }
};

say(`open ${journal.nextSeq} ${journal.recovery.lastSeq}`);
setInterval(append, 1);
