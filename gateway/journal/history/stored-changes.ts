import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { minuteMs } from './lengths.ts';
import type { MinuteChange } from './protocol.ts';

/** Of each minute that became another, the number of its newest change. */
export class StoredChanges {
  readonly #raise: Readonly<Record<MinuteChange['kind'], StatementSync>>;
  readonly #find: StatementSync;
  readonly #newest: StatementSync;

  constructor(database: DatabaseSync) {
    this.#raise = {
      late: database.prepare(
        `INSERT INTO revision (start_ms, group_number, revision) VALUES (?1, ?2, ?3)
           ON CONFLICT (start_ms, group_number) DO UPDATE SET revision = max(revision, ?3)`,
      ),
      closing: database.prepare(
        `INSERT INTO revision (start_ms, group_number, revision, closing) VALUES (?1, ?2, 0, ?3)
           ON CONFLICT (start_ms, group_number) DO UPDATE SET closing = max(closing, ?3)`,
      ),
    };
    this.#newest = database.prepare(
      'SELECT max(max(revision), max(closing)) AS newest FROM revision',
    );
    this.#find = database.prepare(
      `SELECT start_ms, revision, closing FROM revision
         WHERE start_ms > ?1 AND start_ms < ?2 AND group_number = ?3 ORDER BY start_ms`,
    );
  }

  newest(): number {
    return Number(this.#newest.get()?.['newest'] ?? 0);
  }

  raise({ kind, group, startMs, number }: MinuteChange): void {
    this.#raise[kind].run(startMs, group, number);
  }

  /** Of minutes that reach into the range, in the order of their times. */
  within(range: {
    readonly group: number;
    readonly fromMs: number;
    readonly toMs: number;
  }): readonly MinuteChange[] {
    const { group, fromMs, toMs } = range;
    return this.#find.all(fromMs - minuteMs, toMs, group).flatMap((row): MinuteChange[] => {
      const minute = { group, startMs: Number(row['start_ms']) };
      const [late, closing] = [Number(row['revision']), Number(row['closing'])];
      return [
        ...(late === 0 ? [] : [{ ...minute, kind: 'late' as const, number: late }]),
        ...(closing === 0 ? [] : [{ ...minute, kind: 'closing' as const, number: closing }]),
      ];
    });
  }
}
