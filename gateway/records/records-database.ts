import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { GatewayError } from '../core/error.ts';
import type { ProductionMessage } from '../production/messages.ts';
import { panelProduction } from '../production/panel-fold.ts';
import type { PanelProduction } from '../production/panel-production.ts';
import type { PanelName } from '../production/production-database.ts';
import type { Checkpoint } from './assembler.ts';
import { type BinTable, decodeBins, packBins, unpackBins } from './bins-file.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { chainStart, hashOf, type Link, type RevisionReason, type StoredLink } from './chain.ts';
import { type PanelFacts, panelFacts } from './panel-facts.ts';
import {
  asJson,
  type FinishedPanel,
  finishPanel,
  type PanelRecord,
  recordVersion,
} from './panel-record.ts';
import type { BinsQuery, ChainedRecord, FactsQuery, RecordCalls, RecordQuery } from './protocol.ts';
import { traitKinds, traitsOf } from './traits.ts';

export const recordsFile = 'records.db';

const traitTable = `
    CREATE TABLE trait (
      kind TEXT NOT NULL, value TEXT NOT NULL, panel INTEGER NOT NULL,
      PRIMARY KEY (kind, value, panel)) STRICT, WITHOUT ROWID;
    CREATE INDEX trait_of_panel ON trait (panel);
`;

/** What `records.db` is; the version is in the file. */
export const recordsSchema = {
  version: 2,
  // Records of version 1 have nothing to be looked up by but their panel.
  migrations: [traitTable] as readonly string[],
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
    ${traitTable}
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

/** What production tells of panels. */
export type ProductionOf = {
  panel(
    name: PanelName,
    about: { readonly startMs: number; readonly isRepeated: boolean },
  ): PanelProduction;
  touched(messages: readonly ProductionMessage[]): readonly PanelName[];
};

const nothingTold: ProductionOf = {
  panel: (_name, about) => panelProduction({ ...about, messages: [], ofOrder: () => [] }),
  touched: () => [],
};

/** The records of a plant: only ever added to, each revision a link of one chain of hashes. */
export class RecordsDatabase {
  readonly #database: DatabaseSync;
  readonly #production: ProductionOf;

  /** A database with the tables of `recordsSchema`. */
  constructor(database: DatabaseSync, production = nothingTold) {
    this.#database = database;
    this.#production = production;
  }

  checkpoint(): Checkpoint {
    const row = this.#database.prepare('SELECT checkpoint FROM place').get();
    return row === undefined
      ? { lines: {} }
      : (JSON.parse(String(row['checkpoint'])) as Checkpoint);
  }

  /**
   * A panel that was assembled again and reads as before is there already. Panels of which `told` tells something new have a
   * further revision.
   */
  store({
    panels,
    told = [],
    checkpoint,
  }: RecordCalls['store']['input']): RecordCalls['store']['output'] {
    const finished = panels.map(finishPanel);
    const database = this.#database;
    database.exec('BEGIN IMMEDIATE');
    try {
      const added = [
        ...finished.flatMap((panel) => this.#append(panel) ?? []),
        ...this.#production.touched(told).flatMap((name) => this.#amend(name)),
      ];
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
             AND NOT EXISTS (SELECT 1 FROM json_each(?6) AS wanted WHERE NOT EXISTS (
               SELECT 1 FROM trait WHERE kind = wanted.key AND trait.value = wanted.value AND panel = r.panel))
           ORDER BY panel DESC LIMIT ?5`,
      )
      .all(
        ...[query.text ?? null, query.fromMs ?? null, query.toMs ?? null],
        ...[query.beforePanel ?? null, query.limit],
        // Those that are not asked for are no members of the JSON.
        JSON.stringify(Object.fromEntries(traitKinds.map((kind) => [kind, query[kind]]))),
      )
      .map((row) => {
        const { id, revision, hash, content } = linkOf(row);
        const record = JSON.parse(content) as PanelRecord;
        const { panelId, line, simulated, time } = record;
        const marks = record.marks.length + (record.production?.marks.length ?? 0);
        const { startMs, endMs, closedBy } = time;
        return {
          ...{ id, panel: Number(row['panel']), panelId, line, revision, simulated },
          ...{ startMs, endMs, closedBy, marks, hash },
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

  /** What figures need of panels that ended in a time, by their newest revisions; oldest first. */
  facts({ fromMs, toMs, limit }: FactsQuery): readonly PanelFacts[] {
    const rows = this.#database
      .prepare(
        `SELECT id, content FROM revision AS r
           WHERE revision = (SELECT max(revision) FROM revision WHERE panel = r.panel)
             AND end_ms >= ?1 AND end_ms < ?2
           ORDER BY panel LIMIT ?3`,
      )
      .iterate(fromMs, toMs, limit);
    // One record after the other: all of them would be hundreds of megabytes.
    return Array.from(rows, ({ id, content }) =>
      panelFacts(String(id), JSON.parse(String(content)) as PanelRecord),
    );
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
             AND end_ms = CAST(content ->> '$.time.endMs' AS INTEGER) ELSE 1 END AS filed_right,
             json_valid(content)
             AND revision = (SELECT max(revision) FROM revision WHERE panel = r.panel) AS newest
           FROM revision AS r ORDER BY number`,
      )
      .iterate();
    for (const row of rows) {
      const link = linkOf(row);
      const isFound = row['newest'] === 0 || this.#isFoundByTraits(Number(row['panel']), link);
      yield { ...link, isFiledRight: link.isFiledRight && isFound };
    }
  }

  close(): undefined {
    this.#database.close();
  }

  #isFoundByTraits(panel: number, { content }: StoredLink): boolean {
    const stored = this.#database
      .prepare('SELECT kind, value FROM trait WHERE panel = ? ORDER BY kind, value')
      .all(panel)
      .map(({ kind, value }) => `${kind} ${value}`);
    const said = traitsOf((JSON.parse(content) as PanelRecord).production);
    return isDeepStrictEqual(stored, said.map(({ kind, value }) => `${kind} ${value}`).sort());
  }

  #append({ key, record: collected, bins }: FinishedPanel) {
    const before = this.#revisionsOf(key);
    const last = before.at(-1);
    const head = this.#head();
    const panel = last?.panel ?? head.panels + 1;
    const record = this.#withProduction(collected, panel);
    const content = canonicalJson(asJson(record));
    const contentHash = sha256(content);
    if (before.some((revision) => revision.contentHash === contentHash)) return undefined;
    const keep = this.#database.prepare(
      'INSERT OR IGNORE INTO bins (sha256, packed) VALUES (?, ?)',
    );
    for (const { sha256: hash, file } of bins) keep.run(hash, packBins(file));
    const id = last?.id ?? this.#freeId(record.panelId);
    const about = { id, key, revision: before.length + 1, reason: reasonOf(last) };
    return this.#chain(about, record, panel);
  }

  /** Further revisions of the panels of a name where production tells otherwise than in their newest. */
  #amend({ line, panelId }: PanelName) {
    const newest = this.#database
      .prepare(
        `SELECT * FROM revision AS r WHERE panel_id = ? AND line = ?
           AND revision = (SELECT max(revision) FROM revision WHERE panel = r.panel)
           ORDER BY panel`,
      )
      .all(panelId, line);
    return newest.flatMap((row) => {
      const { id, key, revision, contentHash, content } = linkOf(row);
      const panel = Number(row['panel']);
      const before = JSON.parse(content) as PanelRecord;
      const record = this.#withProduction({ ...before, version: recordVersion }, panel);
      if (sha256(canonicalJson(asJson(record))) === contentHash) return [];
      const about = { id, key, revision: revision + 1, reason: 'production-told' as const };
      return [this.#chain(about, record, panel)];
    });
  }

  #withProduction(record: PanelRecord, panel: number): PanelRecord {
    const { line, panelId } = record;
    const isRepeated =
      this.#database
        .prepare('SELECT 1 FROM revision WHERE panel_id = ? AND line = ? AND panel < ? LIMIT 1')
        .get(panelId, line, panel) !== undefined;
    const about = { startMs: record.time.startMs, isRepeated };
    return {
      ...record,
      production: this.#production.panel({ line, panelId: panelId ?? '' }, about),
    };
  }

  #chain(
    about: Pick<Link, 'id' | 'key' | 'revision' | 'reason'>,
    record: PanelRecord,
    panel: number,
  ): RecordCalls['store']['output'][number] {
    const content = canonicalJson(asJson(record));
    const head = this.#head();
    const link: Link = {
      ...{ number: head.number + 1, ...about },
      ...{ contentHash: sha256(content), previousHash: head.hash },
    };
    this.#insert({ ...link, hash: hashOf(link), content, isFiledRight: true }, record, panel);
    this.#database.prepare('DELETE FROM trait WHERE panel = ?').run(panel);
    const insert = this.#database.prepare(
      'INSERT OR IGNORE INTO trait (kind, value, panel) VALUES (?, ?, ?)',
    );
    for (const { kind, value } of traitsOf(record.production)) insert.run(kind, value, panel);
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
