import type { Log } from '../../gateway/core/log.ts';

export type LoggedLine = { readonly level: keyof Log; readonly message: string };

/** A log that keeps its lines for the test to read. */
export const createTestLog = (): Log & { readonly lines: LoggedLine[] } => {
  const lines: LoggedLine[] = [];
  const at =
    (level: keyof Log) =>
    (_fields: object, message: string): void => {
      lines.push({ level, message });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};
