import type { DatabaseSync } from 'node:sqlite';
import {
  type ChannelSpec,
  formatPointPath,
  type GroupNumber,
  type GroupSpec,
  groupKey,
  type PointNumber,
  type RegisteredGroup,
} from '../../core/point.ts';

/** What makes two channels of one path the same point: with any of it changed, old and new numbers do not compare. */
const meaningOf = (channel: ChannelSpec): string =>
  JSON.stringify([
    channel.kind,
    channel.unit,
    channel.rolloverAt ?? null,
    channel.labels === undefined ? null : Object.keys(channel.labels).sort(),
  ]);

/** The permanent numbers of points and groups: rows are added and never taken away. */
export class NumberTable {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** To be called within a transaction. */
  register(groups: readonly GroupSpec[]): readonly RegisteredGroup[] {
    return groups.map((group) => {
      const pointNumbers = group.channels.map((channel) =>
        this.#point(formatPointPath(group.equipment, channel.point), meaningOf(channel)),
      );
      return this.#group(group, pointNumbers);
    });
  }

  /** Takes over numbers that were given before this database was begun. */
  restore(group: RegisteredGroup): void {
    const insertPoint = this.#database.prepare(
      'INSERT OR IGNORE INTO point (number, path, meaning, version) VALUES (?, ?, ?, ?)',
    );
    group.channels.forEach((channel, index) => {
      const path = formatPointPath(group.equipment, channel.point);
      const number = group.pointNumbers[index] as number;
      insertPoint.run(number, path, meaningOf(channel), this.#versions(path) + 1);
    });
    this.#database
      .prepare(
        'INSERT OR IGNORE INTO equipment_group (number, key, points, spec) VALUES (?, ?, ?, ?)',
      )
      .run(group.number, groupKey(group), group.pointNumbers.join(','), JSON.stringify(group));
  }

  all(): readonly RegisteredGroup[] {
    return this.#database
      .prepare('SELECT spec FROM equipment_group ORDER BY number')
      .all()
      .map((row) => JSON.parse(String(row['spec'])));
  }

  #point(path: string, meaning: string): PointNumber {
    const known = this.#database
      .prepare('SELECT number FROM point WHERE path = ? AND meaning = ?')
      .get(path, meaning);
    if (known !== undefined) return known['number'] as PointNumber;
    const { lastInsertRowid } = this.#database
      .prepare('INSERT INTO point (path, meaning, version) VALUES (?, ?, ?)')
      .run(path, meaning, this.#versions(path) + 1);
    return Number(lastInsertRowid) as PointNumber;
  }

  #versions(path: string): number {
    const row = this.#database.prepare('SELECT count(*) AS n FROM point WHERE path = ?').get(path);
    return Number(row?.['n']);
  }

  #group(spec: GroupSpec, pointNumbers: readonly PointNumber[]): RegisteredGroup {
    const key = groupKey(spec);
    const points = pointNumbers.join(',');
    const known = this.#database
      .prepare('SELECT number FROM equipment_group WHERE key = ? AND points = ?')
      .get(key, points);
    if (known !== undefined) {
      const group = { ...spec, number: known['number'] as GroupNumber, pointNumbers };
      this.#database
        .prepare('UPDATE equipment_group SET spec = ? WHERE number = ? AND spec <> ?')
        .run(JSON.stringify(group), group.number, JSON.stringify(group));
      return group;
    }
    const { lastInsertRowid } = this.#database
      .prepare("INSERT INTO equipment_group (key, points, spec) VALUES (?, ?, '')")
      .run(key, points);
    const group = { ...spec, number: Number(lastInsertRowid) as GroupNumber, pointNumbers };
    this.#database
      .prepare('UPDATE equipment_group SET spec = ? WHERE number = ?')
      .run(JSON.stringify(group), group.number);
    return group;
  }
}
