import { join } from 'node:path';
import { z } from 'zod';
import { type Access, openAccess } from '../access/access.ts';
import { type AccessOutcome, accessRefusals } from '../access/refusal.ts';
import { type Role, roles } from '../access/roles.ts';
import { lockFolder } from '../journal/store/database.ts';
import { createLog } from '../runtime/log.ts';
import { makeFolder } from '../runtime/make-folder.ts';
import { askGateway, gatewayUrl } from './ask-gateway.ts';
import type { Kit } from './kit.ts';
import { WordedError } from './option-values.ts';

const role = z.enum(roles);

const userSchema = z.object({
  name: z.string(),
  role,
  isDisabled: z.boolean(),
  createdMs: z.number(),
  lastSignInMs: z.number().nullable(),
});
const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role,
  createdMs: z.number(),
  expiresMs: z.number().nullable(),
  lastUsedMs: z.number().nullable(),
});
const madeSchema = z.object({ token: tokenSchema, secret: z.string() });

export type ShownUser = z.infer<typeof userSchema>;
export type ShownToken = z.infer<typeof tokenSchema>;
export type MadeToken = z.infer<typeof madeSchema>;
export type UserChange = {
  readonly role?: Role;
  readonly isDisabled?: boolean;
  readonly password?: string;
};
type NewUser = { readonly name: string; readonly role: Role; readonly password: string };
type NewToken = {
  readonly name: string;
  readonly role: Role;
  readonly expiresInDays: number | null;
};

/** Manages users and tokens, of a gateway that runs or of a data folder that none has. */
export type AccessHands = {
  users(): Promise<readonly ShownUser[]>;
  addUser(user: NewUser): Promise<ShownUser>;
  changeUser(name: string, change: UserChange): Promise<ShownUser>;
  removeUser(name: string): Promise<void>;
  tokens(): Promise<readonly ShownToken[]>;
  addToken(token: NewToken): Promise<MadeToken>;
  removeToken(id: string): Promise<void>;
  close(): Promise<void>;
};

/** Over the HTTP interface, as an admin whose token is in SEAMWATT_TOKEN. @throws UsageError */
export const handsOnGateway = (url: string, { text, env }: Kit): AccessHands => {
  const base = gatewayUrl(url, text);
  const at = (...parts: readonly string[]): URL =>
    new URL(['api/v1', ...parts.map(encodeURIComponent)].join('/'), base);
  const removed = z.looseObject({});
  return {
    users: () => askGateway({ url: at('users'), env }, z.array(userSchema)),
    addUser: (user) => askGateway({ url: at('users'), env, body: user }, userSchema),
    changeUser: (name, body) =>
      askGateway({ url: at('users', name), env, body, method: 'PATCH' }, userSchema),
    removeUser: async (name) => {
      await askGateway({ url: at('users', name), env, body: {}, method: 'DELETE' }, removed);
    },
    tokens: () => askGateway({ url: at('tokens'), env }, z.array(tokenSchema)),
    addToken: (token) => askGateway({ url: at('tokens'), env, body: token }, madeSchema),
    removeToken: async (id) => {
      await askGateway({ url: at('tokens', id), env, body: {}, method: 'DELETE' }, removed);
    },
    close: async () => undefined,
  };
};

/** Sessions are a matter of the gateway that runs. */
const noLimits = { idleMs: Number.MAX_SAFE_INTEGER, maxMs: Number.MAX_SAFE_INTEGER };

/** Whoever may write the data folder is its admin. */
const shell = { kind: 'shell', name: null, role: null, address: null } as const;

/** In the data folder itself, which no gateway may have at the same time. @throws GatewayError STORE_FAILED */
export const handsOnFolder = async (data: string, kit: Kit): Promise<AccessHands> => {
  const folder = await makeFolder(join(data, 'journal'));
  const lock = lockFolder(folder);
  try {
    const access = await openAccess({
      ...{ folder, mode: 'token', limits: noLimits, log: createLog(kit.env) },
      ...{ nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    });
    const close = async (): Promise<void> => {
      await access.close();
      lock.close();
    };
    return handsOn(access, { kit, close });
  } catch (error) {
    lock.close();
    throw error;
  }
};

const handsOn = (
  { users, tokens }: Access,
  { kit, close }: { readonly kit: Kit; readonly close: () => Promise<void> },
): AccessHands => {
  const taken = <Value>(outcome: AccessOutcome<Value>): Value => {
    if (outcome.ok) return outcome.value;
    throw new WordedError(accessRefusals[outcome.refusal][kit.language]);
  };
  return {
    users: async () => users.list().map((user) => userSchema.parse(user)),
    addUser: async (user) => userSchema.parse(taken(await users.add(user, shell))),
    changeUser: async (name, change) =>
      userSchema.parse(taken(await users.change(name, change, shell))),
    removeUser: async (name) => taken(await users.remove(name, shell)),
    tokens: async () => tokens.list().map((token) => tokenSchema.parse(token)),
    addToken: async (token) => madeSchema.parse(taken(await tokens.add(token, shell))),
    removeToken: async (id) => taken(await tokens.remove(id, shell)),
    close,
  };
};
