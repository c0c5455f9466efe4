import type { DatabaseSync } from 'node:sqlite';
import { GatewayError } from '../core/error.ts';
import type { Checkpoint } from './assembler.ts';
import { type BinTable, decodeBins, packBins, unpackBins } from './bins-file.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { chainStart, hashOf, type Link, type RevisionReason, type StoredLink } from './chain.ts';
import { asJson, type FinishedPanel, finishPanel, type PanelRecord } from './panel-record.ts';
import type { BinsQuery, ChainedRecord, RecordCalls, RecordQuery } from './protocol.ts';

export const recordsFile = 'records.db';

/** What `records.db` is; the version is in the file. */
export const recordsSchema = {
  version: 1,
  migrations: [] as readonly string[],
  tables: `
    CREATE TABLE revision (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL, key TEXT NOT NULL, panel INTEGER NOT NULL,
      revision INTEGER NOT NULL, reason TEXT NOT NULL, panel_id TEXT, line TEXT NOT NULL,
      start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, content TEXT NOT NULL,
      content_hash TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL,
      UNIQUE (key, revision), UNIQUE (id, revision)) STRICT;
    CREATE INDEX revision_of_panel ON revision (panel, revision);
    CREATE INDEX revision_of_panel_id ON revision (panel_id);
    CREATE TABLE bins (sha256 TEXT PRIMARY KEY, packed BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), checkpoint TEXT NOT NULL) STRICT;
    CREATE TRIGGER revision_is_never_changed BEFORE UPDATE ON revision
      BEGIN SELECT RAISE(ABORT, 'a revision is never changed'); END;
    CREATE TRIGGER revision_is_never_deleted BEFORE DELETE ON revision
      BEGIN SELECT RAISE(ABORT, 'a revision is never deleted'); END;
    CREATE TRIGGER bins_are_never_changed BEFORE UPDATE ON bins
      BEGIN SELECT RAISE(ABORT, 'bins are never changed'); END;
    CREATE TRIGGER bins_are_never_deleted BEFORE DELETE ON bins
      BEGIN SELECT RAISE(ABORT, 'bins are never deleted'); END;
  `,
};

type Row = Readonly<Record<string, unknown>>;

const linkOf = (row: Row): StoredLink => ({
  number: Number(row['number']),
  id: String(row['id']),
  key: String(row['key']),
  revision: Number(row['revision']),
  reason: String(row['reason']) as RevisionReason,
  contentHash: String(row['content_hash']),
  previousHash: String(row['previous_hash']),
  hash: String(row['hash']),
  content: String(row['content']),
  isFiledRight: row['filed_right'] !== 0,
});

/** The records of a plant: only ever added to, each revision a link of one chain of hashes. */
export class RecordsDatabase {
  readonly #database: DatabaseSync;

  /** A database with the tables of `recordsSchema`. */
  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  checkpoint(): Checkpoint {
    const row = this.#database.prepare('SELECT checkpoint FROM place').get();
    return row === undefined
      ? { lines: {} }
      : (JSON.parse(String(row['checkpoint'])) as Checkpoint);
  }

  /** A panel that was assembled again and reads as before is there already. */
  store({ panels, checkpoint }: RecordCalls['store']['input']): RecordCalls['store']['output'] {
    const finished = panels.map(finishPanel);
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      const added = finished.flatMap((panel) => this.#append(panel) ?? []);
      database
        .prepare('INSERT OR REPLACE INTO place (one, checkpoint) VALUES (1, ?)')
        .run(JSON.stringify(checkpoint));
      database.exec('COMMIT');
      return added;
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  }

  list(query: RecordQuery): RecordCalls['list']['output'] {
    return this.#database
      .prepare(
        `SELECT * FROM revision AS r
           WHERE revision = (SELECT max(revision) FROM revision WHERE panel = r.panel)
             AND (?1 IS NULL OR instr(panel_id, ?1) > 0)
             AND (?2 IS NULL OR end_ms >= ?2) AND (?3 IS NULL OR start_ms < ?3)
             AND (?4 IS NULL OR panel < ?4)
           ORDER BY panel DESC LIMIT ?5`,
      )
      .all(
        query.text ?? null,
        query.fromMs ?? null,
        query.toMs ?? null,
        query.beforePanel ?? null,
        query.limit,
      )
      .map((row) => {
        const { id, revision, hash, content } = linkOf(row);
        const { panelId, line, simulated, time, marks } = JSON.parse(content) as PanelRecord;
        const { startMs, endMs, closedBy } = time;
        return {
          ...{ id, panel: Number(row['panel']), panelId, line, revision, simulated },
          ...{ startMs, endMs, closedBy, marks: marks.length, hash },
        };
      });
  }

  /** The newest revision unless another is asked for. */
  find({ id, revision }: RecordCalls['find']['input']): ChainedRecord | undefined {
    const row = this.#database
      .prepare(
        `SELECT *, (SELECT max(revision) FROM revision WHERE id = ?1) AS revisions FROM revision
           WHERE id = ?1 AND (?2 IS NULL OR revision = ?2) ORDER BY revision DESC LIMIT 1`,
      )
      .get(id, revision ?? null);
    if (row === undefined) return undefined;
    const { content, isFiledRight: _, ...link } = linkOf(row);
    const record = JSON.parse(content) as PanelRecord;
    return { ...link, revisions: Number(row['revisions']), record };
  }

  /** @throws GatewayError STORE_CORRUPT */
  bins({ id, revision, seam }: BinsQuery): BinTable | undefined {
    const found = this.find({ id, revision });
    const bins = found?.record.seams.find((candidate) => candidate.seam === seam)?.bins;
    const file = bins ? this.binsFile(bins.sha256) : undefined;
    if (file === undefined) return undefined;
    if (sha256(file) === bins?.sha256) return decodeBins(file);
    const words = {
      en: `the bins of seam ${seam} of ${id} are not those that were recorded`,
      zh: `${id} 焊缝 ${seam} 的区间数据与记录不符`,
    };
    throw new GatewayError('STORE_CORRUPT', words, { retryable: false });
  }

  /** The file of bins with this SHA-256, unpacked; what came out is not compared with it. */
  binsFile(hash: string): Uint8Array | undefined {
    const row = this.#database.prepare('SELECT packed FROM bins WHERE sha256 = ?').get(hash);
    return row === undefined ? undefined : unpackBins(row['packed'] as Uint8Array);
  }

  /** Every link, from the first on. */
  *links(): Generator<StoredLink> {
    const rows = this.#database
      .prepare(
        `SELECT *, CASE WHEN json_valid(content) THEN
             panel_id IS (content ->> '$.panelId') AND line = (content ->> '$.line')
             AND start_ms = CAST(content ->> '$.time.startMs' AS INTEGER)
             AND end_ms = CAST(content ->> '$.time.endMs' AS INTEGER) ELSE 1 END AS filed_right
           FROM revision ORDER BY number`,
      )
      .iterate();
    for (const row of rows) yield linkOf(row);
  }

  close(): undefined {
    this.#database.close();
  }

  #append({ key, record, bins }: FinishedPanel) {
    const content = canonicalJson(asJson(record));
    const contentHash = sha256(content);
    const before = this.#revisionsOf(key);
    if (before.some((revision) => revision.contentHash === contentHash)) return undefined;
    const keep = this.#database.prepare(
      'INSERT OR IGNORE INTO bins (sha256, packed) VALUES (?, ?)',
    );
    for (const { sha256: hash, file } of bins) keep.run(hash, packBins(file));
    const last = before.at(-1);
    const head = this.#head();
    const link: Link = {
      number: head.number + 1,
      id: last?.id ?? this.#freeId(record.panelId),
      key,
      revision: before.length + 1,
      reason: reasonOf(last),
      contentHash,
      previousHash: head.hash,
    };
    this.#insert(
      { ...link, hash: hashOf(link), content, isFiledRight: true },
      record,
      last?.panel ?? head.panels + 1,
    );
    return { id: link.id, revision: link.revision, reason: link.reason };
  }

  #insert(link: StoredLink, { panelId, line, time }: PanelRecord, panel: number): void {
    this.#database
      .prepare(
        `INSERT INTO revision (number, id, key, panel, revision, reason, panel_id, line, start_ms, end_ms,
             content, content_hash, previous_hash, hash)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[link.number, link.id, link.key, panel, link.revision, link.reason],
        ...[panelId, line, Math.trunc(time.startMs), Math.trunc(time.endMs), link.content],
        ...[link.contentHash, link.previousHash, link.hash],
      );
  }

  #revisionsOf(key: string): readonly {
    readonly id: string;
    readonly panel: number;
    readonly contentHash: string;
    readonly closedBy: string;
  }[] {
    return this.#database
      .prepare(
        `SELECT id, panel, content_hash, content ->> '$.time.closedBy' AS closed_by FROM revision
           WHERE key = ? ORDER BY revision`,
      )
      .all(key)
      .map((row) => ({
        id: String(row['id']),
        panel: Number(row['panel']),
        contentHash: String(row['content_hash']),
        closedBy: String(row['closed_by']),
      }));
  }

  #head(): { readonly number: number; readonly hash: string; readonly panels: number } {
    const row = this.#database
      .prepare(
        `SELECT number, hash, (SELECT max(panel) FROM revision) AS panels FROM revision
           ORDER BY number DESC LIMIT 1`,
      )
      .get();
    if (row === undefined) return { number: 0, hash: chainStart, panels: 0 };
    const { number, hash, panels } = row;
    return { number: Number(number), hash: String(hash), panels: Number(panels) };
  }

  /** The id of the panel, or with a number where a panel of that id was recorded before. */
  #freeId(panelId: string | null): string {
    const name = panelId === null || panelId === '' ? 'unidentified' : panelId;
    const isTaken = this.#database.prepare('SELECT 1 FROM revision WHERE id = ? LIMIT 1');
    for (let count = 1; ; count++) {
      const id = count === 1 ? name : `${name}~${count}`;
      if (isTaken.get(id) === undefined) return id;
    }
  }
}

const reasonOf = (last: { readonly closedBy: string } | undefined): RevisionReason => {
  if (last === undefined) return 'assembled';
  return last.closedBy === 'standstill' ? 'completed' : 'assembled-again';
};
