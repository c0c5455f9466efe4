import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
const isSame = (one: Buffer, other: Buffer): boolean => timingSafeEqual(digest(one), digest(other));

const hexPattern = /^([0-9a-f]{2}){16,20}$/i;

/**
 * Whether the header of HTTP basic authentication shows this charge point and its password. A key written in hexadecimal may
 * be sent as text or as the bytes that it stands for (Improved security for OCPP 1.6-J §A00.FR.205), so both are right.
 */
export const isAuthorised = (
  header: string | undefined,
  { identity, password }: { readonly identity: string; readonly password: string },
): boolean => {
  const [, encoded] = /^Basic +([A-Za-z0-9+/]+=*)$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return false;
  const sent = Buffer.from(encoded, 'base64');
  const expected = [Buffer.from(password, 'utf8')];
  if (hexPattern.test(password)) expected.push(Buffer.from(password, 'hex'));
  const name = Buffer.from(`${identity}:`, 'utf8');
  return expected
    .map((secret) => isSame(sent, Buffer.concat([name, secret])))
    .some((isRight) => isRight);
};
