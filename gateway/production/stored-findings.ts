import type { DatabaseSync } from 'node:sqlite';
import type { MessageOf, ProductionMessage } from './messages.ts';
import type { TimeSpan } from './protocol.ts';
import { findingsOf, type PanelFindings } from './seam-findings.ts';
import { messageOf } from './stored-messages.ts';

const kinds = ['inspection', 'repair', 'panelAssignment', 'disposition'] as const;

/** Panels of a line whose findings are told at once: a day has some tens. */
const mostPanels = 2_000;

/** What tells of the findings of a panel. */
export const isOfFindings = (
  message: ProductionMessage,
): message is MessageOf<(typeof kinds)[number]> => kinds.some((kind) => kind === message.kind);

/** What inspections found of each panel, kept beside the messages that it follows from. */
export class StoredFindings {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Reads again what is told of the panels of an id, within a transaction. */
  refresh(line: string, panelId: string): void {
    const messages = this.#database
      .prepare(
        `SELECT received_ms, content FROM message WHERE panel_id = ? AND line = ?
           AND kind IN (SELECT value FROM json_each(?))`,
      )
      .all(panelId, line, JSON.stringify(kinds))
      .map((row) => ({ message: messageOf(row), receivedMs: Number(row['received_ms']) }));
    const findings = findingsOf(messages);
    if (findings.length === 0) {
      this.#database
        .prepare('DELETE FROM panel_finding WHERE line = ? AND panel_id = ?')
        .run(line, panelId);
      return;
    }
    this.#database
      .prepare(
        'INSERT OR REPLACE INTO panel_finding (line, panel_id, to_ms, state) VALUES (?, ?, ?, ?)',
      )
      .run(line, panelId, Math.max(...findings.map(lastMs)), JSON.stringify(findings));
  }

  /** Those of all panels again, within a transaction. */
  renew(): void {
    this.#database.exec('DELETE FROM panel_finding');
    const panels = this.#database
      .prepare("SELECT DISTINCT line, panel_id FROM message WHERE kind = 'inspection'")
      .all();
    for (const row of panels) this.refresh(String(row['line']), String(row['panel_id']));
  }

  /** Of panels with something found at or after the beginning of a time; the newest first. */
  within(line: string, { fromMs }: TimeSpan): readonly PanelFindings[] {
    return this.#database
      .prepare(
        `SELECT state FROM panel_finding WHERE line = ? AND to_ms >= ?
           ORDER BY to_ms DESC, panel_id LIMIT ?`,
      )
      .all(line, fromMs, mostPanels)
      .flatMap((row) => JSON.parse(String(row['state'])) as readonly PanelFindings[]);
  }
}

const lastMs = ({ seams, others, defects }: PanelFindings): number =>
  Math.max(
    ...defects.map(({ atMs }) => atMs),
    ...[...Object.values(seams), others].flatMap(({ inspectedMs, failedMs, lookedMs }) =>
      [inspectedMs, failedMs, lookedMs].flatMap((atMs) => atMs ?? []),
    ),
  );
