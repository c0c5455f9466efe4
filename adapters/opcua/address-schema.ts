import { z } from 'zod';

export const namespaceUri = z
  .string()
  .min(1)
  .max(512)
  .describe(
    'URI of the namespace; its index is looked up at each connection, because servers renumber',
  );

/** `i=`, `s=`, `g=` or `b=` and the identifier (OPC UA Part 6 §5.3.1.10). */
const identifierPattern =
  /^(i=\d{1,10}|s=.{1,4096}|g=[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|b=[A-Za-z0-9+/]{2,4096}={0,2})$/;

export const isIdentifier = (text: string): boolean => identifierPattern.test(text);

const pathElement = z.union([
  z.string().min(1).max(512),
  z.strictObject({ name: z.string().min(1).max(512), namespaceUri: namespaceUri.optional() }),
]);

/** Browse names. */
export const pathSchema = z.array(pathElement).min(1).max(32);

export const identifierWords =
  'an identifier such as s=Machine.Current, i=2258, g= with a GUID or b= with base64';
