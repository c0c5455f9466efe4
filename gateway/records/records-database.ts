import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { GatewayError } from '../core/error.ts';
import type { ProductionMessage } from '../production/messages.ts';
import { noMessages, type PanelAbout, panelProduction } from '../production/panel-fold.ts';
import type { PanelProduction } from '../production/panel-production.ts';
import type { PanelName } from '../production/production-database.ts';
import type { Checkpoint } from './assembler.ts';
import { type BinTable, decodeBins, packBins, unpackBins } from './bins-file.ts';
import { canonicalJson, sha256 } from './canonical-json.ts';
import { chainStart, hashOf, type Link, type RevisionReason, type StoredLink } from './chain.ts';
import { factsVersion, type PanelFacts, panelFacts } from './panel-facts.ts';
import {
  asJson,
  type FinishedPanel,
  finishPanel,
  type PanelRecord,
  recordVersion,
} from './panel-record.ts';
import type {
  BinsQuery,
  ChainedRecord,
  FactsPage,
  FactsQuery,
  RecordCalls,
  RecordQuery,
} from './protocol.ts';
import { traitKinds, traitsOf } from './traits.ts';

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
  panel(name: PanelName, about: PanelAbout): PanelProduction;
  touched(messages: readonly ProductionMessage[]): readonly PanelName[];
};

const nothingTold: ProductionOf = {
  panel: (_name, about) => panelProduction({ ...about, messages: [], ofOrder: () => noMessages }),
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
  facts({ fromMs, toMs, after, limit }: FactsQuery): FactsPage {
    const rows = this.#database
      .prepare(
        `SELECT panel, end_ms, version, facts FROM panel_facts
           WHERE (end_ms, panel) > (?, ?) AND end_ms < ? ORDER BY end_ms, panel LIMIT ?`,
      )
      .all(after?.endMs ?? fromMs, after?.panel ?? -1, toMs, limit);
    const last = rows.length < limit ? undefined : rows.at(-1);
    return {
      facts: rows.map((row) =>
        row['version'] === factsVersion
          ? (JSON.parse(String(row['facts'])) as PanelFacts)
          : this.#renewFacts(Number(row['panel'])),
      ),
      after:
        last === undefined ? null : { endMs: Number(last['end_ms']), panel: Number(last['panel']) },
    };
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
      const isFiledAsSaid = row['newest'] === 0 || this.#isFiledAsSaid(Number(row['panel']), link);
      yield { ...link, isFiledRight: link.isFiledRight && isFiledAsSaid };
    }
  }

  close(): undefined {
    this.#database.close();
  }

  /** Whether what is kept beside the newest revision, to find it and to count it, is what it says. */
  #isFiledAsSaid(panel: number, { id, content }: StoredLink): boolean {
    const record = JSON.parse(content) as PanelRecord;
    const stored = this.#database
      .prepare('SELECT kind, value FROM trait WHERE panel = ? ORDER BY kind, value')
      .all(panel)
      .map(({ kind, value }) => `${kind} ${value}`);
    const said = traitsOf(record.production).map(({ kind, value }) => `${kind} ${value}`);
    const kept = this.#database
      .prepare('SELECT facts FROM panel_facts WHERE panel = ? AND version = ?')
      .get(panel, factsVersion)?.['facts'];
    const isCountedRight = kept === undefined || kept === JSON.stringify(panelFacts(id, record));
    return isCountedRight && isDeepStrictEqual(stored, said.sort());
  }

  /** Of a panel of which an older gateway kept them. */
  #renewFacts(panel: number): PanelFacts {
    const row = this.#database
      .prepare('SELECT id, content FROM revision WHERE panel = ? ORDER BY revision DESC LIMIT 1')
      .get(panel);
    const record = JSON.parse(String(row?.['content'])) as PanelRecord;
    return this.#keepFacts(panel, panelFacts(String(row?.['id']), record));
  }

  #keepFacts(panel: number, facts: PanelFacts): PanelFacts {
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO panel_facts (panel, end_ms, version, facts) VALUES (?, ?, ?, ?)',
      )
      .run(panel, Math.trunc(facts.endMs), factsVersion, JSON.stringify(facts));
    return facts;
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
    const seams = record.seams.map(({ seam }) => seam);
    const about = { startMs: record.time.startMs, isRepeated, seams };
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
    this.#keepFacts(panel, panelFacts(link.id, record));
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
