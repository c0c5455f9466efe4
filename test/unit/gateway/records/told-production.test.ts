import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../../gateway/journal/store/database.ts';
import type { ProductionMessage } from '../../../../gateway/production/messages.ts';
import { ProductionDatabase } from '../../../../gateway/production/production-database.ts';
import { productionSchema } from '../../../../gateway/production/production-schema.ts';
import { PanelAssembler } from '../../../../gateway/records/assembler.ts';
import { canonicalJson, sha256 } from '../../../../gateway/records/canonical-json.ts';
import { chainStart, hashOf } from '../../../../gateway/records/chain.ts';
import { factsVersion } from '../../../../gateway/records/panel-facts.ts';
import { RecordsDatabase } from '../../../../gateway/records/records-database.ts';
import { recordsFile, recordsSchema } from '../../../../gateway/records/records-schema.ts';
import { verifyRecords } from '../../../../gateway/records/verify-records.ts';
import { readRecords } from '../../../../gateway/runtime/records/read-records.ts';
import { batchOfEntries, PanelScript, panelLine } from '../../../support/panel-entries.ts';
import { messageOf } from '../../../support/production-messages.ts';

const line = 'seamwatt/demo/welding/mpm01';

const panels = (script: PanelScript) => {
  const { directory } = script.at;
  const assembler = new PanelAssembler({
    checkpoint: { lines: {} },
    group: (number) => directory.groups[number - 1],
    text: (id) => directory.text(id),
  });
  const found = assembler.take(batchOfEntries(script.entries, 1));
  return { panels: found, checkpoint: assembler.checkpoint };
};

const twoPanels = () =>
  panels(new PanelScript(panelLine()).configure().panel('A1', 12).panel('A2', 11).panel('A3', 1));

const opened = () => {
  const told = new DatabaseSync(':memory:');
  told.exec(productionSchema.tables);
  const production = new ProductionDatabase(told);
  const file = new DatabaseSync(':memory:');
  file.exec(recordsSchema.tables);
  let seq = 1;
  /** Stores messages as the gateway has them when it comes to read them. */
  const tell = (...messages: readonly ProductionMessage[]): readonly ProductionMessage[] => {
    production.store({
      messages: messages.map((message) => ({ message, seq: seq++, receivedMs: 0 })),
      place: seq,
    });
    return messages;
  };
  return { file, records: new RecordsDatabase(file, production), tell };
};

const assigned = (panelId: string, more: object = {}): ProductionMessage =>
  messageOf('panelAssignment', { panelId, line, ...more });

/** A file of version 1 with one record, as version 1 of the gateway left it. */
const versionOne = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-records-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [panel] = twoPanels().panels;
  if (panel === undefined) throw new Error('no panel');
  const { key, record } = panel;
  const old = { ...record, version: 1, seams: [] };
  const content = canonicalJson(old);
  const link = {
    ...{ number: 1, id: 'A1', key, revision: 1, reason: 'assembled' as const },
    ...{ contentHash: sha256(content), previousHash: chainStart },
  };
  const file = new DatabaseSync(join(folder, recordsFile));
  const tables = recordsSchema.tables.slice(0, recordsSchema.tables.indexOf('CREATE TABLE trait'));
  file.exec(`${tables} PRAGMA user_version = 1;`);
  const { line: path, time, panelId } = record;
  file
    .prepare(`INSERT INTO revision VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
    .run(
      ...[1, 'A1', key, 1, 'assembled', panelId, path, time.startMs, time.endMs, content],
      ...[link.contentHash, chainStart, hashOf(link)],
    );
  file.close();
  return folder;
};

describe('records of which production tells', () => {
  it('have what was told before, and a further revision for what is told after', () => {
    const { records, tell } = opened();
    tell(assigned('A1', { tubes: [{ position: 1, heatNo: 'H-1' }] }));
    records.store(twoPanels());
    expect(records.find({ id: 'A1' })?.record.production?.materials.tubes[0]?.heatNo).toBe('H-1');
    expect(records.find({ id: 'A2' })?.record.production?.missing).toContain('job-order');

    const { checkpoint } = twoPanels();
    const told = tell(messageOf('disposition', { panelId: 'A1', line, status: 'hold', who: 'I' }));
    expect(records.store({ panels: [], told, checkpoint })).toEqual([
      { id: 'A1', revision: 2, reason: 'production-told' },
    ]);
    const { record, previousHash, hash } = records.find({ id: 'A1' }) ?? expect.fail('no A1');
    expect(record.production?.disposition?.status).toBe('hold');
    expect(records.find({ id: 'A1', revision: 1 })?.record.production?.disposition).toBeNull();
    expect(verifyRecords(records)).toMatchObject({ ok: true, revisions: 3, panels: 2, head: hash });
    expect(previousHash).toBe(records.find({ id: 'A2' })?.hash);

    // Read again after a restart, nothing is new.
    expect(records.store({ panels: [], told, checkpoint })).toEqual([]);
    const { panels: again } = twoPanels();
    expect(records.store({ panels: again, told, checkpoint })).toEqual([]);
  });

  it('are not made for panels that were never welded, nor for another line', () => {
    const { records, tell } = opened();
    const { panels: welded, checkpoint } = twoPanels();
    records.store({ panels: welded, checkpoint });
    const told = tell(
      assigned('B9'),
      assigned('A1', { line: 'seamwatt/demo/welding/mpm02', serial: '7' }),
    );
    expect(records.store({ panels: [], told, checkpoint })).toEqual([]);
  });

  it('mark an id that came before', () => {
    const { records, tell } = opened();
    tell(assigned('A1', { serial: '7' }));
    records.store(
      panels(
        new PanelScript(panelLine())
          .configure()
          .panel('A1', 20)
          .position('', 0)
          .panel('A1', 12)
          .panel('A2', 1),
      ),
    );
    const marks = (id: string) => records.find({ id })?.record.production?.marks;
    expect(marks('A1')).toEqual([]);
    expect(marks('A1~2')).toEqual([{ code: 'panel-id-repeated', subject: 'A1' }]);
  });

  it('are found by heat, spool, WPS and order of their newest revision', () => {
    const { records, tell } = opened();
    tell(
      assigned('A1', {
        ...{ orderId: 'WO-1', tubes: [{ position: 1, heatNo: 'H-1' }] },
        wires: [{ spoolId: 'S-1', lot: 'L-1' }],
        gases: [{ batch: 'G-1' }],
      }),
      assigned('A2', { orderId: 'WO-1', procedure: { wpsNo: 'WPS-7' } }),
    );
    records.store(twoPanels());
    const ids = (query: Omit<Parameters<RecordsDatabase['list']>[0], 'limit'>) =>
      records.list({ ...query, limit: 9 }).map(({ id }) => id);
    expect(ids({ order: 'WO-1' })).toEqual(['A2', 'A1']);
    expect(ids({ heat: 'H-1' })).toEqual(['A1']);
    expect(ids({ heat: 'L-1' })).toEqual(['A1']);
    expect(ids({ heat: 'G-1', spool: 'S-1', order: 'WO-1' })).toEqual(['A1']);
    expect(ids({ heat: 'H-1', wps: 'WPS-7' })).toEqual([]);
    expect(ids({ wps: 'WPS-7', text: 'A' })).toEqual(['A2']);
    expect(ids({ heat: '%' })).toEqual([]);

    const told = tell(assigned('A1', { tubes: [{ position: 1, heatNo: 'H-2' }], time: 2e12 }));
    records.store({ panels: [], told, checkpoint: { lines: {} } });
    expect(ids({ heat: 'H-1' })).toEqual([]);
    expect(ids({ heat: 'H-2' })).toEqual(['A1']);
  });

  it('do not verify when what they are found by is not what they say', () => {
    const { file, records, tell } = opened();
    tell(assigned('A1', { tubes: [{ position: 1, heatNo: 'H-1' }] }));
    records.store(twoPanels());
    expect(verifyRecords(records).ok).toBe(true);
    file.exec("UPDATE trait SET value = 'H-9'");
    expect(verifyRecords(records).problems).toEqual([
      { kind: 'link-changed', number: 1, id: 'A1' },
    ]);
  });

  it('do not verify when what figures count is not what they say', () => {
    const { file, records } = opened();
    records.store(twoPanels());
    expect(verifyRecords(records).ok).toBe(true);
    file.exec(
      `UPDATE panel_facts SET facts = json_set(facts, '$.status', 'released') WHERE panel = 2`,
    );
    expect(verifyRecords(records).problems).toEqual([
      { kind: 'link-changed', number: 2, id: 'A2' },
    ]);
  });

  it('have facts for figures, of the newest revision, in pages and without a whole record being read', () => {
    const { file, records, tell } = opened();
    records.store(twoPanels());
    const told = tell(messageOf('disposition', { panelId: 'A1', line, status: 'scrap', who: 'I' }));
    records.store({ panels: [], told, checkpoint: { lines: {} } });
    const ever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
    const read: string[] = [];
    const prepare = file.prepare.bind(file);
    file.prepare = (sql) => {
      read.push(sql);
      return prepare(sql);
    };
    const first = records.facts({ ...ever, limit: 1 });
    const second = records.facts({ ...ever, limit: 1, after: first.after ?? undefined });
    expect([...first.facts, ...second.facts].map(({ id, status }) => [id, status])).toEqual([
      ['A1', 'scrap'],
      ['A2', null],
    ]);
    expect(records.facts({ ...ever, limit: 3 }).after).toBeNull();
    expect(records.facts({ fromMs: 0, toMs: first.facts[0]?.endMs ?? 0, limit: 9 }).facts).toEqual(
      [],
    );
    expect(read.filter((sql) => sql.includes('content'))).toEqual([]);
  });
});

describe('records of version 1', () => {
  it('verify and are listed before a gateway of this version has run', () => {
    const folder = versionOne();
    const { verified, listed } =
      readRecords(folder, (reading) => ({
        verified: reading.verify(),
        listed: reading.list({ limit: 9 }),
      })) ?? expect.fail('no records');
    expect(verified).toMatchObject({ ok: true, revisions: 1 });
    expect(listed.map(({ id }) => id)).toEqual(['A1']);
  });

  it('are brought forward with a copy kept, verify as they are, and take what is told now', () => {
    const folder = versionOne();
    const path = join(folder, recordsFile);
    const { database, migrated } = openDatabase({ path, ...recordsSchema });
    expect(migrated).toHaveLength(1);
    const told = new DatabaseSync(':memory:');
    told.exec(productionSchema.tables);
    const production = new ProductionDatabase(told);
    const records = new RecordsDatabase(database, production);
    const before = records.find({ id: 'A1' }) ?? expect.fail('no A1');
    expect([before.record.version, before.record.production]).toEqual([1, undefined]);
    expect(verifyRecords(records)).toMatchObject({ ok: true, revisions: 1, head: before.hash });
    const ever = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, limit: 9 };
    expect(records.facts(ever).facts).toMatchObject([{ id: 'A1', status: null }]);
    // Made of the record once, and kept.
    expect(database.prepare('SELECT version FROM panel_facts').get()).toEqual({
      version: factsVersion,
    });
    const message = assigned('A1', { tubes: [{ position: 1, heatNo: 'H-1' }] });
    production.store({ messages: [{ message, seq: 1, receivedMs: 0 }], place: 1 });
    records.store({ panels: [], told: [message], checkpoint: { lines: {} } });
    const after = records.find({ id: 'A1' });
    expect(after).toMatchObject({
      revision: 2,
      reason: 'production-told',
      previousHash: before.hash,
    });
    expect(after?.record.version).toBe(2);
    expect(records.list({ heat: 'H-1', limit: 9 })).toHaveLength(1);
    expect(verifyRecords(records)).toMatchObject({ ok: true, revisions: 2 });
    records.close();
    const copy = new DatabaseSync(`${path}.v1-1`, { readOnly: true });
    expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    copy.close();
  });

  it('have after the migration the tables of a new file', () => {
    const folder = versionOne();
    openDatabase({ path: join(folder, recordsFile), ...recordsSchema }).database.close();
    const tablesOf = (file: DatabaseSync): readonly unknown[] =>
      file
        .prepare('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name')
        .all()
        .map(({ type, name, sql }) => [type, name, String(sql).replaceAll(/\s+/g, ' ')]);
    const migrated = new DatabaseSync(join(folder, recordsFile));
    const fresh = new DatabaseSync(':memory:');
    fresh.exec(recordsSchema.tables);
    expect(tablesOf(migrated)).toEqual(tablesOf(fresh));
    migrated.close();
  });
});
