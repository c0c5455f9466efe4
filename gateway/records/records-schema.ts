export const recordsFile = 'records.db';

const traitTable = `
    CREATE TABLE trait (
      kind TEXT NOT NULL, value TEXT NOT NULL, panel INTEGER NOT NULL,
      PRIMARY KEY (kind, value, panel)) STRICT, WITHOUT ROWID;
    CREATE INDEX trait_of_panel ON trait (panel);
`;

const factsTable = `
    CREATE TABLE panel_facts (
      panel INTEGER PRIMARY KEY, end_ms INTEGER NOT NULL, version INTEGER NOT NULL, facts TEXT NOT NULL) STRICT;
    CREATE INDEX panel_facts_by_end ON panel_facts (end_ms, panel);
`;

/** What `records.db` is; the version is in the file. */
export const recordsSchema = {
  version: 3,
  migrations: [
    // Records of version 1 have nothing to be looked up by but their panel.
    traitTable,
    // Facts of version 0 are made of the record when they are asked for first.
    `${factsTable}
    INSERT INTO panel_facts (panel, end_ms, version, facts)
      SELECT panel, end_ms, 0, '' FROM revision AS r
        WHERE revision = (SELECT max(revision) FROM revision WHERE panel = r.panel);`,
  ] as readonly string[],
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
    ${traitTable} ${factsTable}
  `,
};
