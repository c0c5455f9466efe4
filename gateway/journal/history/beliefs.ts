import type { DatabaseSync } from 'node:sqlite';

/** What is said of something from a time on, up to the next; `place` is its revision where nothing else was ever told of that time. */
export type Belief = { readonly fromMs: number; readonly value: string; readonly place: number };

/** What is said of one thing, in the order of times; the first is of all time before. */
export type Subject = { readonly subject: string; readonly beliefs: readonly Belief[] };

/** What is said of a time, and the number of the change with which that came. */
export type Believed = {
  readonly fromMs: number;
  readonly value: string;
  readonly revision: number;
};

/**
 * Compares what is said now with what was believed: where it is something else, with `number`, and elsewhere as before. `before` and
 * what is returned are in the order of times.
 */
export const believeAnew = (
  before: readonly Believed[],
  { beliefs, number }: { readonly beliefs: readonly Belief[]; readonly number: number },
): readonly Believed[] => {
  const starts = [...new Set([...before, ...beliefs].map(({ fromMs }) => fromMs))];
  const believed: Believed[] = [];
  for (const fromMs of starts.sort((a, b) => a - b)) {
    const now = beliefs.findLast((belief) => belief.fromMs <= fromMs);
    if (now === undefined) continue;
    const old = before.findLast((belief) => belief.fromMs <= fromMs);
    const revision =
      old === undefined ? now.place : old.value === now.value ? old.revision : number;
    const last = believed.at(-1);
    if (last?.value === now.value && last.revision === revision) continue;
    believed.push({ fromMs, value: now.value, revision });
  }
  return believed;
};

const unnumbered = -1;

/** What was said of things whose numbers are accounted for, so that whoever says something else makes another revision. */
export class StoredBeliefs {
  static readonly tables = `
    CREATE TABLE IF NOT EXISTS belief (
      subject TEXT NOT NULL, from_ms INTEGER NOT NULL, value TEXT NOT NULL, revision INTEGER NOT NULL,
      PRIMARY KEY (subject, from_ms)) STRICT, WITHOUT ROWID;
  `;
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  newest(): number {
    const row = this.#database.prepare('SELECT max(revision) AS newest FROM belief').get();
    return Number(row?.['newest'] ?? 0);
  }

  /** To be called within a transaction. Undefined, with nothing stored, where a change has no number to be given. */
  believe(
    { subject, beliefs }: Subject,
    number: number | undefined,
  ): readonly Believed[] | undefined {
    const before = this.#of(subject);
    const now = believeAnew(before, { beliefs, number: number ?? unnumbered });
    if (now.some(({ revision }) => revision === unnumbered)) return undefined;
    if (JSON.stringify(now) === JSON.stringify(before)) return now;
    this.#database.prepare('DELETE FROM belief WHERE subject = ?').run(subject);
    const save = this.#database.prepare(
      'INSERT INTO belief (subject, from_ms, value, revision) VALUES (?, ?, ?, ?)',
    );
    for (const { fromMs, value, revision } of now) save.run(subject, fromMs, value, revision);
    return now;
  }

  #of(subject: string): readonly Believed[] {
    return this.#database
      .prepare('SELECT from_ms, value, revision FROM belief WHERE subject = ? ORDER BY from_ms')
      .all(subject)
      .map((row) => ({
        fromMs: Number(row['from_ms']),
        value: String(row['value']),
        revision: Number(row['revision']),
      }));
  }
}
