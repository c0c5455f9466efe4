/**
 * Escaping of the InfluxDB line protocol. It has no way to write a line break in a name or tag, nor a backslash at its end
 * (which would escape the delimiter that follows): line breaks become spaces and backslashes at the end are dropped.
 */
const plainName = (text: string): string => text.replace(/[\r\n]+/g, ' ').replace(/\\+$/, '');

/** A measurement: commas and spaces are escaped. */
export const escapeMeasurement = (text: string): string => plainName(text).replace(/[, ]/g, '\\$&');

/** A tag key, tag value or field key: commas, equals signs and spaces are escaped. */
export const escapeName = (text: string): string => plainName(text).replace(/[,= ]/g, '\\$&');

/** A string field with its quotes: quotes and backslashes are escaped, all else stands as it is. */
export const quoteText = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;

/** `,key=value`, or nothing: a tag may not be empty. */
export const formatTag = (key: string, value: string): string => {
  const escaped = escapeName(value);
  return escaped === '' ? '' : `,${escapeName(key)}=${escaped}`;
};
