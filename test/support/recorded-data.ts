import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { PanelAssembler } from '../../gateway/records/assembler.ts';
import { RecordsDatabase } from '../../gateway/records/records-database.ts';
import { recordsSchema } from '../../gateway/records/records-schema.ts';
import { batchOfEntries, PanelScript, panelLine } from './panel-entries.ts';

/** A data folder with an empty journal, gone after the test. */
export const emptyData = (): string => {
  const data = mkdtempSync(join(tmpdir(), 'seamwatt-records-'));
  onTestFinished(() => rmSync(data, { recursive: true, force: true }));
  mkdirSync(join(data, 'journal'));
  return data;
};

/** Records of two panels, A1 and A2, and what somebody did to them afterwards. */
export const dataWithRecords = (tamper = ''): string => {
  const data = emptyData();
  const { at, entries } = new PanelScript(panelLine())
    .configure()
    .panel('A1', 12)
    .panel('A2', 12)
    .panel('A3', 1);
  const assembler = new PanelAssembler({
    checkpoint: { lines: {} },
    group: (number) => at.directory.groups[number - 1],
    text: (id) => at.directory.text(id),
  });
  const panels = assembler.take(batchOfEntries(entries, 1));
  const file = new DatabaseSync(join(data, 'journal', 'records.db'));
  file.exec(`${recordsSchema.tables} PRAGMA user_version = ${recordsSchema.version};`);
  const records = new RecordsDatabase(file);
  records.store({ panels, checkpoint: assembler.checkpoint });
  file.exec(tamper);
  records.close();
  return data;
};
