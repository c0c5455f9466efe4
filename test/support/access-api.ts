import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Access, type AccessOptions, openAccess } from '../../gateway/access/access.ts';
import type { Role } from '../../gateway/access/roles.ts';
import type { ApiOptions } from '../../gateway/api/server.ts';
import { startTestApi, type TestApi } from './gateway-view.ts';
import { createTestLog } from './test-log.ts';

export const hourMs = 3_600_000;
export const goodPassword = 'correct horse 7';
const shell = { kind: 'shell', name: null, role: null, address: null } as const;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: never;
};

/** The HTTP interface of a test view that asks everybody to sign in, with a clock that a test moves on. */
export type AccessApi = {
  readonly api: TestApi;
  readonly access: Access;
  readonly folder: string;
  readonly clock: { nowMs: number; monotonicMs: number };
  ask(
    path: string,
    options?: {
      readonly method?: string;
      readonly body?: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    },
  ): Promise<Answer>;
  /** Makes a user and gives the cookie of a session of it. */
  signedIn(name: string, role: Role): Promise<string>;
  /** The secret of a new token. */
  token(role: Role, name?: string): Promise<string>;
  close(): Promise<void>;
};

export const cookieOf = ({ headers }: Answer): string =>
  (headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';

export const startAccessApi = async (
  options: Partial<AccessOptions> = {},
  others: Partial<ApiOptions> = {},
): Promise<AccessApi> => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-access-'));
  const clock = { nowMs: Date.now(), monotonicMs: 0 };
  const access = await openAccess({
    ...{ folder, mode: 'token', limits: { idleMs: hourMs, maxMs: 12 * hourMs } },
    ...{ log: createTestLog(), nowMs: () => clock.nowMs },
    ...{ monotonicMs: () => clock.monotonicMs, passwordCost: { N: 256, r: 8, p: 1 } },
    ...options,
  });
  const api = await startTestApi({ access, ...others });
  const ask: AccessApi['ask'] = async (path, { method = 'GET', body, headers = {} } = {}) => {
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const response = await fetch(new URL(path, api.server.url), {
      ...{ method, redirect: 'error' },
      headers: { ...(hasBody ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(hasBody ? { body: JSON.stringify(body ?? {}) } : {}),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
    const { status, headers: answered } = response;
    return {
      status,
      headers: answered,
      text,
      body: (isJson && text !== '' ? JSON.parse(text) : text) as never,
    };
  };
  return {
    ...{ api, access, folder, clock, ask },
    signedIn: async (name, role) => {
      const made = await access.users.add({ name, role, password: goodPassword }, shell);
      if (!made.ok) throw new Error(made.refusal);
      const body = { name, password: goodPassword };
      return cookieOf(await ask('/api/v1/session', { method: 'POST', body }));
    },
    token: async (role, name = `${role} token`) => {
      const made = await access.tokens.add({ name, role, expiresInDays: null }, shell);
      if (!made.ok) throw new Error(made.refusal);
      return made.value.secret;
    },
    close: async () => {
      await api.close();
      await access.close();
      rmSync(folder, { recursive: true });
    },
  };
};
