import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GroupSpec } from '../../../../gateway/core/point.ts';
import { openJournal } from '../../../../gateway/journal/journal.ts';
import {
  appendValues,
  plainEntries,
  plainGroup,
  testFolder,
  testJournal,
} from '../../../support/journal.ts';
import { journalOptions } from '../../../support/journal-options.ts';

const withUnit = (group: GroupSpec, unit: string): GroupSpec => ({
  ...group,
  channels: group.channels.map((channel, index) => (index === 0 ? { ...channel, unit } : channel)),
});

describe('permanent numbers', { timeout: 20_000 }, () => {
  it('stay through restarts and are never given twice', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    const [a, b] = await first.registerGroups([plainGroup('f01', 2), plainGroup('f02', 2)]);
    await first.close();
    const second = await testJournal(folder);
    const [c, d] = await second.registerGroups([plainGroup('f03', 2), plainGroup('f01', 2)]);
    expect(d).toEqual(a);
    const numbers = [a, b, c].flatMap((group) => group?.pointNumbers ?? []);
    expect(new Set(numbers).size).toBe(6);
    expect(new Set([a?.number, b?.number, c?.number]).size).toBe(3);
    expect(second.knownGroups()).toHaveLength(3);
  });

  it('change with the unit of a point, and come back with it', async () => {
    const journal = await testJournal(testFolder());
    const group = plainGroup('f01', 2);
    const [before] = await journal.registerGroups([group]);
    const [changed] = await journal.registerGroups([withUnit(group, 'kW')]);
    const [back] = await journal.registerGroups([group]);
    expect(changed?.pointNumbers[0]).not.toBe(before?.pointNumbers[0]);
    expect(changed?.pointNumbers[1]).toBe(before?.pointNumbers[1]);
    expect(changed?.number).not.toBe(before?.number);
    expect(back).toEqual(before);
  });

  it('of a group change with its list of points, so that old frames keep their meaning', async () => {
    const journal = await testJournal(testFolder());
    const [two] = await journal.registerGroups([plainGroup('f01', 2)]);
    const [three] = await journal.registerGroups([plainGroup('f01', 3)]);
    expect(three?.number).not.toBe(two?.number);
    expect(three?.pointNumbers.slice(0, 2)).toEqual(two?.pointNumbers);
  });

  it('do not change with a description, which is kept up to date', async () => {
    const journal = await testJournal(testFolder());
    const group = plainGroup('f01', 1);
    const [before] = await journal.registerGroups([group]);
    const channels = group.channels.map((channel) => ({
      ...channel,
      description: { en: 'Welding current', zh: '焊接电流' },
    }));
    const [after] = await journal.registerGroups([{ ...group, channels }]);
    expect(after?.number).toBe(before?.number);
    expect(journal.knownGroups()).toEqual([after]);
  });

  it('are restored from configuration records when their database is damaged', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    const [a] = await first.registerGroups([plainGroup('f01', 2)]);
    const id = first.intern('P-1');
    const groups = [a ?? expect.fail('no group')];
    first.appendRecord({
      type: 'configuration',
      configurationId: 'x',
      programId: 'x',
      timeMs: 1,
      groups,
      computation: {},
    });
    await first.close();
    writeFileSync(
      join(folder, 'journal.db'),
      'this is not a database, but it is long enough to be read',
    );
    const second = await testJournal(folder);
    expect(second.recovery.setAside).toEqual([expect.stringContaining('journal.db.damaged-1')]);
    expect(existsSync(join(folder, 'journal.db.damaged-1'))).toBe(true);
    expect(second.knownGroups()).toEqual(groups);
    expect(second.text(id)).toBe('P-1');
    const [again, other] = await second.registerGroups([
      plainGroup('f01', 2),
      plainGroup('f02', 1),
    ]);
    expect(again).toEqual(a);
    expect(other?.number).not.toBe(a?.number);
  });
});

describe('snapshots', { timeout: 20_000 }, () => {
  it('keep the newest two of a name and load the newest that is not too new', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder);
    const seqs = [];
    for (let k = 0; k < 4; k++) {
      const seq = journal.appendRecord({ type: 'tick', timeMs: k, watermarkMs: k, dayStartMs: 0 });
      await journal.saveSnapshot('hot-path', seq, Uint8Array.of(k, 255, 0));
      expect(journal.durableSeq).toBeGreaterThanOrEqual(seq);
      seqs.push(seq);
    }
    expect(readdirSync(join(folder, 'snapshots'))).toHaveLength(2);
    expect(await journal.loadSnapshot('hot-path')).toEqual({
      seq: seqs[3],
      bytes: Uint8Array.of(3, 255, 0),
    });
    expect((await journal.loadSnapshot('hot-path', seqs[2]))?.seq).toBe(seqs[2]);
    expect(await journal.loadSnapshot('hot-path', seqs[1])).toBeUndefined();
    expect(await journal.loadSnapshot('other')).toBeUndefined();
  });

  it('fall back to the one before when the newest is damaged', async () => {
    const folder = testFolder();
    const journal = await testJournal(folder);
    await journal.saveSnapshot('hot-path', 0, Uint8Array.of(1));
    await journal.saveSnapshot('hot-path', 1, Uint8Array.of(2));
    const newest = readdirSync(join(folder, 'snapshots')).sort().at(-1) ?? expect.fail('none');
    const path = join(folder, 'snapshots', newest);
    const bytes = readFileSync(path);
    bytes.writeUInt8(7, bytes.length - 1);
    writeFileSync(path, bytes);
    expect(await journal.loadSnapshot('hot-path')).toEqual({ seq: 0, bytes: Uint8Array.of(1) });
  });

  it('take away at the next saving what a kill in the middle of saving has left', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    await first.saveSnapshot('hot-path', 0, Uint8Array.of(1));
    await first.close();
    const [kept] = readdirSync(join(folder, 'snapshots'));
    writeFileSync(join(folder, 'snapshots', 'hot-path@00000000000001.snap.part'), 'SWSNAP1');
    const second = await testJournal(folder);
    expect(await second.loadSnapshot('hot-path')).toEqual({ seq: 0, bytes: Uint8Array.of(1) });
    await second.saveSnapshot('hot-path', 0, Uint8Array.of(2));
    expect(readdirSync(join(folder, 'snapshots'))).toEqual([kept]);
    expect(await second.loadSnapshot('hot-path')).toEqual({ seq: 0, bytes: Uint8Array.of(2) });
  });
});

describe('quarantine', { timeout: 20_000 }, () => {
  it('keeps refused entries with their content through a restart until they are removed', async () => {
    const folder = testFolder();
    const first = await testJournal(folder);
    const [group] = await first.registerGroups([plainGroup('f01', 2)]);
    if (group === undefined) throw new Error('no group');
    const seq = appendValues(first, group, { timeMs: 5, values: [1.5, -0] });
    const batch = first.openBatch;
    const index = batch.length - 1;
    const [expected] = plainEntries(batch).slice(index);
    await first.quarantine('influx', [
      { seq, reason: 'field type conflict', batch, index },
      { seq: 1, reason: 'no such thing', batch, index: 0 },
    ]);
    await first.close();
    const second = await testJournal(folder);
    const [kept, boot] = await second.listQuarantine({ sinkId: 'influx', limit: 10 });
    expect(kept).toMatchObject({ sinkId: 'influx', seq, reason: 'field type conflict' });
    expect(plainEntries(kept?.entry ?? expect.fail('none'))).toEqual([expected]);
    expect(boot?.entry.records[0]).toMatchObject({ type: 'boot' });
    expect(await second.listQuarantine({ sinkId: 'mqtt', limit: 10 })).toEqual([]);
    expect(await second.listQuarantine({ afterId: kept?.id ?? 0, limit: 10 })).toHaveLength(1);
    expect(await second.settleQuarantined('mqtt', [kept?.id ?? 0], 'dropped')).toBe(0);
    expect(await second.settleQuarantined('influx', [kept?.id ?? 0, 999], 'dropped')).toBe(1);
    expect(await second.listQuarantine({ limit: 10 })).toHaveLength(1);
  });
});

describe('store version', { timeout: 20_000 }, () => {
  it('of a newer gateway is refused in words', async () => {
    const folder = testFolder();
    await (await testJournal(folder)).close();
    writeFileSync(join(folder, 'version.json'), '{"store":"seamwatt-journal","version":2}');
    await expect(openJournal(journalOptions(folder))).rejects.toMatchObject({
      code: 'STORE_VERSION',
      message: expect.stringContaining('written by a newer gateway'),
    });
    writeFileSync(join(folder, 'version.json'), '{"store":"seamwatt-journal","version":1}');
    await testJournal(folder);
  });

  it('of something else is refused', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'version.json'), '{"name":"other"}');
    await expect(openJournal(journalOptions(folder))).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
    });
  });
});
