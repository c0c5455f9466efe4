/** Blocks of characters that terminals draw two columns wide (Unicode Annex #11, classes W and F). */
const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;
const zeroWidth = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that `text` takes on a terminal. */
export const displayWidth = (text: string): number => {
  let width = 0;
  for (const character of text) {
    if (!zeroWidth.test(character)) width += wide.test(character) ? 2 : 1;
  }
  return width;
};

const pad = (text: string, width: number, isRight: boolean): string => {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return isRight ? space + text : text + space;
};

export type Table = {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
};

/** Lines of an aligned table: a head, a rule, the rows; columns of numbers stand to the right. */
export const formatTable = ({ columns, rows }: Table): string[] => {
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column), ...rows.map((row) => displayWidth(String(row[index] ?? '')))),
  );
  const isNumeric = columns.map((_, index) =>
    rows.every((row) => row[index] === undefined || typeof row[index] === 'number'),
  );
  const line = (cells: readonly (string | number)[]): string =>
    widths
      .map((width, index) => pad(String(cells[index] ?? ''), width, isNumeric[index] === true))
      .join('  ')
      .trimEnd();
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)];
};
