import { z } from 'zod';
import { userNamePattern } from '../access/names.ts';
import { leastPasswordLength, mostPasswordLength } from '../access/password.ts';
import { permissions, roles } from '../access/roles.ts';
import { localText } from './contract.ts';
import { limit, ordinal } from './query-values.ts';

const role = z.enum(roles);
const permission = z.enum(permissions);
const timeMs = z.number().describe('UTC epoch ms');

const userName = z
  .string()
  .regex(userNamePattern)
  .describe('Letters and digits of any script, and . _ @ - within; at most 64 characters');
/** Judged where it is used: a schema would repeat in its answer what it does not like. */
const newPassword = z
  .string()
  .describe(`${leastPasswordLength} to ${mostPasswordLength} characters, without the name`);
const givenPassword = z.string();
const tokenName = z.string().min(1).max(64);

/** What is needed to address a user, a token or a session. */
export const userParams = z.object({ name: z.string().min(1).max(64) });
export const idParams = z.object({ id: z.string().min(1).max(64) });

export const session = z.object({
  user: z
    .object({
      name: z.string(),
      role,
      kind: z.enum(['user', 'token']).describe('Whether a person or a token signed in'),
    })
    .nullable()
    .describe('Null when nobody has signed in'),
  permissions: z.array(permission).describe('What whoever asks may do, signed in or not'),
  auth: z.enum(['token', 'read-only', 'none']).describe('What the site file asks for'),
  signInNeeded: z.boolean().describe('Whether whoever asks may not even read before signing in'),
  openReadOnly: z.boolean().describe('Whether reading needs no sign-in, but changing does'),
  isEncrypted: z.boolean().describe('Whether the request came over TLS'),
  endsMs: timeMs.nullable().describe('When the session is over, whatever is asked; UTC epoch ms'),
  roles: z
    .array(z.object({ role, name: localText, permissions: z.array(permission) }))
    .describe('What each role may do, from the least to the most'),
});

export const signInRequest = z.union([
  z.strictObject({ name: z.string().min(1).max(64), password: givenPassword }),
  z.strictObject({ token: z.string().min(1).max(200) }),
]);

export const nothing = z.strictObject({});

export const passwordRequest = z.strictObject({ current: givenPassword, password: newPassword });

export const user = z.object({
  name: z.string(),
  role,
  isDisabled: z.boolean(),
  createdMs: timeMs,
  passwordMs: timeMs.describe('When the password was set; UTC epoch ms'),
  lastSignInMs: timeMs.nullable(),
});

export const newUser = z.strictObject({ name: userName, role, password: newPassword });

export const userChange = z
  .strictObject({ role, isDisabled: z.boolean(), password: newPassword })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'role, isDisabled or password');

export const token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  createdMs: timeMs,
  createdBy: z.string().nullable(),
  expiresMs: timeMs.nullable().describe('Null: it lasts until it is removed; UTC epoch ms'),
  lastUsedMs: timeMs.nullable(),
});

export const newToken = z.strictObject({
  name: tokenName,
  role,
  expiresInDays: z.int().min(1).max(3650).nullable().default(null),
});

export const madeToken = z.object({
  token,
  secret: z.string().describe('Shown this once: `Authorization: Bearer SECRET`'),
});

export const openSession = z.object({
  id: z.string(),
  user: z.string().nullable(),
  tokenId: z.string().nullable().describe('Where a token signed in'),
  createdMs: timeMs,
  lastUsedMs: timeMs,
  address: z.string(),
  isOwn: z.boolean().describe('Whether it is the one that asks'),
});

export const removed = z.object({ removed: z.literal(true) });

const outcome = z.enum(['done', 'refused', 'failed']);

export const auditQuery = z.strictObject({
  beforeSeq: ordinal.optional().describe('Asks for the next page'),
  actor: z.string().min(1).max(64).optional(),
  action: z.string().min(1).max(200).optional(),
  outcome: outcome.optional(),
  limit: limit(100, 1000),
});

export const auditLog = z.object({
  entries: z.array(
    z.object({
      seq: z.number(),
      timeMs,
      actor: z.object({
        kind: z.enum(['user', 'token', 'shell', 'gateway', 'nobody']),
        name: z.string().nullable(),
        role: role.nullable(),
        address: z.string().nullable(),
      }),
      action: z.string(),
      subject: z.string().nullable(),
      outcome,
      reason: z.string().nullable(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
      hash: z.string().describe('SHA-256 over the hash of the entry before and this one'),
    }),
  ),
  nextBeforeSeq: z.number().nullable().describe('Of the next page; null on the last'),
});

export const auditState = z.object({
  entries: z.number(),
  lastSeq: z.number(),
  removedThroughSeq: z.number().describe('Entries up to here were removed for their number'),
  lastHash: z.string(),
  brokenAtSeq: z.number().nullable().describe('The first that does not follow; null when all do'),
});
