export const productionFile = 'production.db';

/** What follows from the messages; made again from them where `derivation` has another version than `derivedVersion`. */
const derivedTables = `
    CREATE TABLE job_order (
      line TEXT NOT NULL, order_id TEXT NOT NULL, status TEXT NOT NULL, started_ms REAL,
      from_ms REAL NOT NULL, to_ms REAL NOT NULL, is_overridden INTEGER NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (line, order_id)) STRICT;
    CREATE INDEX job_order_by_status ON job_order (line, status);
    CREATE INDEX job_order_by_end ON job_order (to_ms, order_id);
    CREATE INDEX job_order_by_start ON job_order (started_ms, order_id);
    CREATE INDEX job_order_of_line_by_start ON job_order (line, started_ms, order_id);
    CREATE TABLE execution (
      line TEXT NOT NULL, order_id TEXT NOT NULL, from_ms REAL NOT NULL, to_ms REAL,
      PRIMARY KEY (line, order_id, from_ms)) STRICT, WITHOUT ROWID;
    CREATE INDEX execution_by_end ON execution (line, to_ms, from_ms);
    CREATE TABLE planned_window (
      line TEXT NOT NULL, start_ms REAL NOT NULL, end_ms REAL NOT NULL, is_busy INTEGER NOT NULL,
      shift TEXT, told_ms REAL NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
      PRIMARY KEY (line, end_ms)) STRICT, WITHOUT ROWID;
    CREATE INDEX planned_window_by_end ON planned_window (end_ms);
    CREATE TABLE derivation (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER NOT NULL) STRICT;
`;

/** What inspections found of each panel; `to_ms` is the last instant that its state names. */
const findingTable = `
    CREATE TABLE panel_finding (
      line TEXT NOT NULL, panel_id TEXT NOT NULL, to_ms REAL NOT NULL, state TEXT NOT NULL,
      PRIMARY KEY (line, panel_id)) STRICT, WITHOUT ROWID;
    CREATE INDEX panel_finding_by_end ON panel_finding (line, to_ms);
`;

const messageIndexes = `
    CREATE INDEX message_of_order ON message (order_id, line, kind, time_ms);
    CREATE INDEX message_of_panel ON message (panel_id, line, kind);
    CREATE INDEX message_by_kind ON message (kind, time_ms);
    CREATE INDEX override_of_order ON message (order_id, line)
      WHERE kind = 'schedulingMark' AND content ->> '$.mark' = 'override';
`;

/** What `production.db` is; the version is in the file. */
export const productionSchema = {
  version: 3,
  migrations: [
    `
    DROP INDEX message_of_order; DROP INDEX message_of_panel; DROP TABLE job_order;
    ${messageIndexes} ${derivedTables}
    `,
    findingTable,
  ] as readonly string[],
  tables: `
    CREATE TABLE message (
      seq INTEGER NOT NULL, received_ms REAL NOT NULL, source TEXT NOT NULL, id TEXT NOT NULL,
      kind TEXT NOT NULL, line TEXT NOT NULL, time_ms REAL NOT NULL, order_id TEXT, panel_id TEXT,
      content TEXT NOT NULL, PRIMARY KEY (source, id)) STRICT;
    CREATE INDEX message_by_seq ON message (seq);
    CREATE INDEX message_by_time ON message (line, kind, time_ms);
    CREATE TABLE place (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL) STRICT;
    CREATE TRIGGER message_is_never_changed BEFORE UPDATE ON message
      BEGIN SELECT RAISE(ABORT, 'a message is never changed'); END;
    CREATE TRIGGER message_is_never_deleted BEFORE DELETE ON message
      BEGIN SELECT RAISE(ABORT, 'a message is never deleted'); END;
    ${messageIndexes} ${derivedTables} ${findingTable}
  `,
};
