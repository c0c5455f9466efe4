import { join } from 'node:path';
import type { DatabaseSpec } from './database.ts';

/** What does not hold a stream: numbers, texts, places of cursors, quarantine. */
export const storeDatabase = (folder: string): DatabaseSpec => ({
  path: join(folder, 'journal.db'),
  version: 1,
  tables: `
    CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS point (
      number INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, meaning TEXT NOT NULL, version INTEGER NOT NULL,
      UNIQUE (path, meaning)) STRICT;
    CREATE TABLE IF NOT EXISTS equipment_group (
      number INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, points TEXT NOT NULL, spec TEXT NOT NULL,
      UNIQUE (key, points)) STRICT;
    CREATE TABLE IF NOT EXISTS text (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE IF NOT EXISTS cursor (
      name TEXT PRIMARY KEY, seq INTEGER NOT NULL, ordinals TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS quarantine (
      id INTEGER PRIMARY KEY AUTOINCREMENT, sink_id TEXT NOT NULL, seq INTEGER NOT NULL, reason TEXT NOT NULL,
      time_ms REAL NOT NULL, entry BLOB NOT NULL) STRICT;
    CREATE INDEX IF NOT EXISTS quarantine_by_sink ON quarantine (sink_id, id);
  `,
});
