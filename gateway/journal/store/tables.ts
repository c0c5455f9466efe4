import { join } from 'node:path';
import type { DatabaseSpec } from './database.ts';

/** What became of entries that a sink could not get in time; since version 2. */
const deliveryTables = `
  CREATE TABLE IF NOT EXISTS delivery_receipt (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sink_id TEXT NOT NULL, receipt TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS delivery_receipt_by_sink ON delivery_receipt (sink_id, id);
  CREATE TABLE IF NOT EXISTS delivery_tally (
    sink_id TEXT PRIMARY KEY, delivered INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0,
    lost INTEGER NOT NULL DEFAULT 0, lost_to_retention INTEGER NOT NULL DEFAULT 0,
    retried INTEGER NOT NULL DEFAULT 0, dropped INTEGER NOT NULL DEFAULT 0) STRICT;
`;

const onePerNumber =
  'CREATE UNIQUE INDEX IF NOT EXISTS quarantine_by_number ON quarantine (sink_id, seq);';

/** Places of cursors have an end, losses and a note, and an entry is in quarantine once. */
const toVersion2 = `
  ALTER TABLE cursor RENAME TO cursor_1;
  CREATE TABLE cursor (name TEXT PRIMARY KEY, place TEXT NOT NULL) STRICT;
  INSERT INTO cursor SELECT name,
    json_object('seq', seq, 'ordinals', json(ordinals), 'lost', 0, 'lostToRetention', 0) FROM cursor_1;
  DROP TABLE cursor_1;
  DELETE FROM quarantine WHERE id NOT IN (SELECT MIN(id) FROM quarantine GROUP BY sink_id, seq);
  ${deliveryTables}
  ${onePerNumber}
`;

/** What does not hold a stream: numbers, texts, places of cursors, quarantine. */
export const storeDatabase = (folder: string): DatabaseSpec => ({
  path: join(folder, 'journal.db'),
  version: 2,
  migrations: [toVersion2],
  tables: `
    CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS point (
      number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, meaning TEXT NOT NULL, version INTEGER NOT NULL,
      UNIQUE (path, meaning)) STRICT;
    CREATE TABLE IF NOT EXISTS equipment_group (
      number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, points TEXT NOT NULL, spec TEXT NOT NULL,
      UNIQUE (key, points)) STRICT;
    CREATE TABLE IF NOT EXISTS text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE IF NOT EXISTS cursor (name TEXT PRIMARY KEY, place TEXT NOT NULL) STRICT;
    ${deliveryTables}
    CREATE TABLE IF NOT EXISTS quarantine (
      id INTEGER PRIMARY KEY AUTOINCREMENT, sink_id TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL,
      time_ms REAL NOT NULL, entry BLOB NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS quarantine_by_sink ON quarantine (sink_id, id);
    ${onePerNumber}
  `,
});
