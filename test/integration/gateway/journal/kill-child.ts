/** Does with the journal in argv[2] everything that writes, once and always in the same order, and tells what was acknowledged. */
import { writeSync } from 'node:fs';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';
import { plainGroup } from '../../../support/plain-group.ts';

const [, , folder = ''] = process.argv;
const hourMs = 3_600_000;
let nowMs = 1_760_000_000_000;
const say = (what: string, value: number): void => {
  writeSync(1, `${what} ${value}\n`);
};
const journal = await openJournal(
  journalOptions(folder, {
    syncMs: 10_000,
    // Retention by age takes of the raw entries, an hour a round.
    maxAgeMs: { raw: 2 * hourMs, kpi: 1e12, event: 1e12, record: 1e12 },
    nowMs: () => nowMs,
  }),
);
const [group] = await journal.registerGroups([plainGroup('f01', 3)]);
if (group === undefined) throw new Error('no group');
say('group', group.number);
const signal = AbortSignal.timeout(20_000);
for (let round = 0; round < 6; round++) {
  nowMs += hourMs;
  for (let k = 0; k < 30; k++) {
    journal.appendFrame({
      group: group.number,
      timeMs: nowMs,
      receivedMs: nowMs,
      originCode: k % 4 === 0 ? 1 : 0,
      revision: 0,
      values: Float64Array.of(round, k, Math.sqrt(k)),
      status: new Uint32Array(3),
      offset: 0,
      length: 3,
    });
  }
  const text = { en: 'lost', zh: '丢失' };
  const event = { code: 'x', severity: 'info', subject: 's', text } as const;
  journal.appendRecord({ type: 'event', timeMs: nowMs, event });
  journal.intern(`text-${round}`);
  say('issued', journal.nextSeq - 1);
  await journal.flush();
  say('durable', journal.durableSeq);
  const cursor = await journal.openCursor('sink:x', { from: 'stored', persist: true });
  const batch = await cursor.next({ maxEntries: 20, signal, waitMs: 0 });
  if (batch !== undefined) {
    const seq = batch.seq[batch.length - 1] ?? 0;
    cursor.commit(seq);
    await journal.quarantine('x', [{ seq, reason: 'no', batch, index: batch.length - 1 }]);
    say('quarantined', round + 1);
    await cursor.close();
    say('stored', seq);
  }
  const snapshotSeq = journal.nextSeq - 1;
  await journal.saveSnapshot('hot-path', snapshotSeq, Uint8Array.of(round, 1, 2));
  say('snapshot', snapshotSeq);
}
await journal.close();
say('closed', 1);
