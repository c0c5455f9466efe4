import type { Log } from '../../gateway/core/log.ts';
import type { JournalOptions } from '../../gateway/journal/journal.ts';

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const dayMs = 86_400_000;

export const journalOptions = (
  folder: string,
  options: Partial<JournalOptions> = {},
): JournalOptions => ({
  folder,
  syncMs: 40,
  maxBytes: 64 * 1024 * 1024,
  maxAgeMs: { raw: 30 * dayMs, kpi: 365 * dayMs, event: 365 * dayMs, record: 3_650 * dayMs },
  stagingBytes: 8 * 1024 * 1024,
  memoryBytes: 1024 * 1024,
  textBytes: 1024 * 1024,
  segmentBytes: 1024 * 1024,
  log: silentLog,
  nowMs: () => Date.now(),
  version: '0.0.0-test',
  ...options,
});
