import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Journal } from '../../../../../gateway/journal/contract.ts';
import { openJournal } from '../../../../../gateway/journal/journal.ts';
import { instantReader } from '../../../../../gateway/production/instant.ts';
import {
  messageSchema,
  type ProductionMessage,
} from '../../../../../gateway/production/messages.ts';
import { ProductionDesk } from '../../../../../gateway/runtime/production/production-desk.ts';
import { ProductionStore } from '../../../../../gateway/runtime/production/production-store.ts';
import { testFolder } from '../../../../support/journal.ts';
import { journalOptions, silentLog } from '../../../../support/journal-options.ts';
import { baseMs, line, messageOf } from '../../../../support/production-messages.ts';

const openedIn = async (folder: string) => {
  const journal = await openJournal(journalOptions(folder));
  const store = await ProductionStore.open({ folder, journal, log: silentLog });
  let isClosed = false;
  const close = async (): Promise<void> => {
    if (isClosed) return;
    isClosed = true;
    await store.close();
    await journal.close();
  };
  onTestFinished(close);
  return { journal, store, close };
};

const deskOf = (
  journal: Pick<Journal, 'openCursor' | 'nextSeq' | 'appendRecord' | 'flush' | 'durableSeq'>,
  store: ProductionStore,
): ProductionDesk =>
  new ProductionDesk({
    ...{ journal, store, log: silentLog, clock: { nowMs: () => baseMs }, lines: () => [line] },
    ...{ schema: messageSchema(instantReader('UTC')), stored: async () => undefined },
    seams: () => ['F01', 'F02'],
  });

const order = (orderId: string): Record<string, unknown> => {
  const { line: _, ...sent } = messageOf('jobOrder', { orderId });
  return sent;
};

const orderIds = async (store: ProductionStore) =>
  (await store.orders({ limit: 99 })).map(({ orderId }) => orderId).sort();

describe('what production told, over restarts', () => {
  it('is there again, with what a kill left in the journal only', async () => {
    const folder = testFolder();
    const first = await openedIn(folder);
    await deskOf(first.journal, first.store).take([order('WO-1')]);
    // Journalled, and killed before it was stored.
    const message: ProductionMessage = messageOf('jobOrder', { orderId: 'WO-2' });
    first.journal.appendRecord({ type: 'production', timeMs: baseMs, message });
    await first.journal.flush();
    await first.close();

    const second = await openedIn(folder);
    expect(await orderIds(second.store)).toEqual(['WO-1', 'WO-2']);
    const { line: _, ...sent } = message;
    const [outcome] = await deskOf(second.journal, second.store).take([sent]);
    expect(outcome?.outcome).toBe('duplicate');
  });

  it('is made again from the journal when its file is gone or damaged', async () => {
    const folder = testFolder();
    const first = await openedIn(folder);
    await deskOf(first.journal, first.store).take([order('WO-1'), order('WO-2')]);
    await first.close();
    for (const suffix of ['', '-wal', '-shm']) {
      rmSync(join(folder, `production.db${suffix}`), { force: true });
    }
    const second = await openedIn(folder);
    expect(await orderIds(second.store)).toEqual(['WO-1', 'WO-2']);
    await second.close();
    writeFileSync(join(folder, 'production.db'), 'rubbish '.repeat(1_000));
    const third = await openedIn(folder);
    expect(await orderIds(third.store)).toEqual(['WO-1', 'WO-2']);
  });

  it('is not asked for twice: the journal is read on from where it was stored', async () => {
    const folder = testFolder();
    const first = await openedIn(folder);
    await deskOf(first.journal, first.store).take([order('WO-1')]);
    const places: number[] = [];
    const { journal } = first;
    const watching = {
      ...{ nextSeq: journal.nextSeq, durableSeq: journal.durableSeq },
      appendRecord: journal.appendRecord.bind(journal),
      flush: journal.flush.bind(journal),
      openCursor: (name: string, options: Parameters<Journal['openCursor']>[1]) => {
        places.push(Number(options.from));
        return journal.openCursor(name, options);
      },
    };
    await first.store.close();
    const store = await ProductionStore.open({ folder, journal: watching, log: silentLog });
    expect(places[0]).toBeGreaterThan(1);
    expect(await orderIds(store)).toEqual(['WO-1']);
    await store.close();
  });
});

describe('a desk that takes messages', () => {
  it('answers none of them before all are durable', async () => {
    const { journal, store } = await openedIn(testFolder());
    const outcomes = await deskOf(journal, store).take([order('WO-1'), order('WO-2')]);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
    const [newest] = await store.messages({ limit: 1 });
    expect(journal.durableSeq).toBeGreaterThanOrEqual(newest?.seq ?? Number.POSITIVE_INFINITY);
  });

  it('takes the same message once, however many senders press at once', async () => {
    const { journal, store } = await openedIn(testFolder());
    const desk = deskOf(journal, store);
    const message = order('WO-1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => desk.take([message])));
    const outcomes = answers.flat().map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'duplicate')).toHaveLength(19);
  });

  it('takes what names a seam that the line has not, and tells the sender', async () => {
    const { journal, store } = await openedIn(testFolder());
    const repair = (id: string, seam: string) => {
      const { line: _, ...sent } = messageOf('repair', {
        ...{ panelId: 'P-1', seam, positionMm: 10, who: 'W', id },
      });
      return sent;
    };
    const outcomes = await deskOf(journal, store).take([repair('1', 'f02'), repair('2', 'F09')]);
    expect(outcomes).toMatchObject([
      { outcome: 'accepted', notes: ['panel-unknown'] },
      { outcome: 'accepted', notes: ['panel-unknown', 'seam-unknown'] },
    ]);
    expect(await store.messages({ limit: 9 })).toHaveLength(2);
  });

  it('lets only so many requests wait', async () => {
    const { journal, store } = await openedIn(testFolder());
    const desk = deskOf(journal, store);
    const answers = await Promise.allSettled(
      Array.from({ length: 33 }, (_, index) => desk.take([order(`WO-${index}`)])),
    );
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(answers.at(-1)).toMatchObject({ reason: { code: 'UNAVAILABLE', retryable: true } });
    expect(await desk.take([order('WO-99')])).toMatchObject([{ outcome: 'accepted' }]);
  });

  it('says so when the journal takes nothing, and takes the same message later', async () => {
    const { journal, store } = await openedIn(testFolder());
    const full = {
      ...{ nextSeq: 1, durableSeq: 0, appendRecord: () => -1 },
      flush: () => journal.flush(),
      openCursor: journal.openCursor.bind(journal),
    };
    const message = order('WO-1');
    const [refused] = await deskOf(full, store).take([message]);
    expect(refused).toMatchObject({ outcome: 'refused', code: 'UNAVAILABLE' });
    const [taken] = await deskOf(journal, store).take([message]);
    expect(taken).toMatchObject({ outcome: 'accepted' });
  });
});
