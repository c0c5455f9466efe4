/**
 * Values of OPC UA as plain data: structures by the names of their fields in lower case (servers and libraries differ in how
 * they write them), variants by their values, localised texts by their text.
 */

/** Deeper structures are cut: what is looked for lies higher. */
const mostDepth = 8;
/** Elements of a list that are looked at. */
const mostElements = 2000;

export type Plain =
  | null
  | string
  | number
  | boolean
  | Date
  | readonly Plain[]
  | { readonly [name: string]: Plain };

export const toPlain = (value: unknown, depth = 0): Plain => {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (value instanceof Date) return value;
  if (typeof value !== 'object' || depth >= mostDepth || ArrayBuffer.isView(value)) return null;
  if (Array.isArray(value)) {
    return value.slice(0, mostElements).map((item: unknown) => toPlain(item, depth + 1));
  }
  const fields = value as Readonly<Record<string, unknown>>;
  // Variants and localised texts stand for what is in them.
  if ('arrayType' in fields && 'dataType' in fields) return toPlain(fields['value'], depth + 1);
  if ('text' in fields && 'locale' in fields) return toPlain(fields['text'], depth + 1);
  const plain: Record<string, Plain> = {};
  for (const [name, field] of Object.entries(fields)) {
    plain[name.toLowerCase()] = toPlain(field, depth + 1);
  }
  return plain;
};
