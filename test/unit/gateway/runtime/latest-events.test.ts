import { expect, it, onTestFinished } from 'vitest';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import { LatestEvents, runEventReader } from '../../../../gateway/runtime/latest-events.ts';
import { EntryBatchBuilder } from '../../../support/entry-batch.ts';
import { testFolder } from '../../../support/journal.ts';
import { journalOptions, silentLog } from '../../../support/journal-options.ts';

const eventOf = (code: string): GatewayEvent => ({
  code,
  severity: 'info',
  subject: 'plc',
  text: { en: code, zh: code },
});

it('keeps the newest 1000', () => {
  const events = new LatestEvents();
  for (let first = 1; first < 1500; first += 100) {
    const builder = new EntryBatchBuilder(first);
    for (let index = 0; index < 100; index += 1) {
      builder.record({ type: 'event', timeMs: index, event: eventOf('any') });
    }
    events.read(builder.build());
  }
  const all = events.list({ limit: 5000, afterSeq: 0 });
  expect(all).toHaveLength(1000);
  expect([all[0]?.seq, all.at(-1)?.seq]).toEqual([1500, 501]);
  expect(events.list({ limit: 3, afterSeq: 1498 }).map(({ seq }) => seq)).toEqual([1500, 1499]);
});

it('has those of earlier runs, and then what comes', async () => {
  const folder = testFolder();
  const first = await openJournal(journalOptions(folder));
  first.appendRecord({ type: 'event', timeMs: 1, event: eventOf('before') });
  await first.close();
  const journal = await openJournal(journalOptions(folder));
  const ending = new AbortController();
  const events = new LatestEvents();
  const reading = runEventReader({ journal, events, log: silentLog, signal: ending.signal });
  onTestFinished(async () => {
    ending.abort();
    await reading;
    await journal.close();
  });
  const codes = (): readonly string[] =>
    events.list({ limit: 10, afterSeq: 0 }).map(({ event }) => event.code);
  await expect.poll(codes).toEqual(['before']);
  journal.appendRecord({ type: 'event', timeMs: 2, event: eventOf('after') });
  await expect.poll(codes).toEqual(['after', 'before']);
});
