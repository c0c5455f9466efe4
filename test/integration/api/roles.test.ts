import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { permissionsOf, type Role, roles } from '../../../gateway/access/roles.ts';
import { type AccessApi, startAccessApi } from '../../support/access-api.ts';

/** What each role may, as the documentation says it: not taken from the program. */
const mayNot: Readonly<Record<Role, readonly string[]>> = {
  viewer: [
    ...['production.tell', 'alarms.handle', 'energy.keep', 'deliveries.handle'],
    ...['configuration.reload', 'audit.read', 'users.manage', 'tokens.manage'],
  ],
  operator: [
    ...['energy.keep', 'deliveries.handle', 'configuration.reload', 'audit.read'],
    ...['users.manage', 'tokens.manage'],
  ],
  energyManager: [
    ...['production.tell', 'deliveries.handle', 'configuration.reload', 'audit.read'],
    ...['users.manage', 'tokens.manage'],
  ],
  admin: [],
};

/** Every route with what it must need. A new one has to be entered here. */
const expected: Readonly<Record<string, string>> = {
  'GET /api/v1/live': 'read',
  'GET /api/v1/session': 'nothing',
  'POST /api/v1/session': 'nothing',
  'DELETE /api/v1/session': 'nothing',
  'PUT /api/v1/session/password': 'nothing',
  'GET /api/v1/users': 'users.manage',
  'POST /api/v1/users': 'users.manage',
  'PATCH /api/v1/users/:name': 'users.manage',
  'DELETE /api/v1/users/:name': 'users.manage',
  'GET /api/v1/tokens': 'tokens.manage',
  'POST /api/v1/tokens': 'tokens.manage',
  'DELETE /api/v1/tokens/:id': 'tokens.manage',
  'GET /api/v1/sessions': 'users.manage',
  'DELETE /api/v1/sessions/:id': 'users.manage',
  'GET /api/v1/audit': 'audit.read',
  'GET /api/v1/audit/state': 'audit.read',
  'GET /healthz': 'nothing',
  'GET /readyz': 'nothing',
  'GET /metrics': 'read',
  'GET /api/v1/openapi.json': 'nothing',
  'POST /api/v1/production/messages': 'production.tell',
  'POST /api/v1/sinks/:id/quarantine/retry': 'deliveries.handle',
  'POST /api/v1/sinks/:id/quarantine/drop': 'deliveries.handle',
  'POST /api/v1/reload': 'configuration.reload',
};

describe('what a role may', () => {
  let site: AccessApi;
  const cookies = new Map<Role, string>();
  const tokens = new Map<Role, string>();

  beforeAll(async () => {
    // Neither is about other things than roles.
    site = await startAccessApi({}, { energy: {} as never, figures: {} as never });
    for (const role of roles) {
      cookies.set(role, await site.signedIn(`some-${role}`, role));
      tokens.set(role, await site.token(role));
    }
  });

  afterAll(() => site.close());

  it('is declared by every route, and reading is all that most need', () => {
    const { routes } = site.api.server;
    expect(routes.length).toBeGreaterThan(35);
    for (const { method, url, needs } of routes) {
      if (method === 'HEAD') continue;
      const route = `${method} ${url}`;
      const usual = method === 'GET' ? 'read' : 'entered in the table of this test';
      expect([route, needs]).toEqual([route, expected[route] ?? usual]);
    }
  });

  it.each(roles)('is what the documentation says: %s', (role) => {
    const all = permissionsOf('admin');
    expect(all.filter((one) => !permissionsOf(role).includes(one))).toEqual(mayNot[role]);
  });

  const paths = (url: string): string =>
    url.replace(':name', 'nobody').replaceAll(/:[a-z]+/g, 'none');

  describe.each(['cookie', 'token'] as const)('with a %s', (how) => {
    it.each(roles)('%s gets what it may, and is told why not', async (role) => {
      for (const { method, url, needs } of site.api.server.routes) {
        if (needs === 'nothing' || method === 'HEAD') continue;
        const headers: Record<string, string> =
          how === 'cookie'
            ? { cookie: cookies.get(role) ?? '' }
            : { authorization: `Bearer ${tokens.get(role)}` };
        const { status, body } = await site.ask(paths(url), { method, headers });
        const isRefused = mayNot[role].includes(needs);
        expect([method, url, status === 403]).toEqual([method, url, isRefused]);
        expect([method, url, status === 401]).toEqual([method, url, false]);
        if (!isRefused) continue;
        const { error } = body as { error: { code: string; words: object; roles: string[] } };
        expect(error.code).toBe('ROLE_NOT_ENOUGH');
        expect(error.roles).toContain('admin');
        expect(error.roles).not.toContain(role);
        expect(error.words).toMatchObject({
          en: expect.stringContaining('admin'),
          zh: expect.stringContaining('管理员'),
        });
      }
    });
  });

  it('is nothing without signing in, and told so', async () => {
    for (const { method, url, needs } of site.api.server.routes) {
      if (method === 'HEAD') continue;
      const { status, body } = await site.ask(paths(url), { method });
      if (needs === 'nothing') {
        // Signing in with nothing, and changing the password of nobody, are refused for that.
        if (url.startsWith('/api/v1/session') && method !== 'GET') continue;
        expect([method, url, status]).toEqual([method, url, 200]);
        continue;
      }
      expect([method, url, status]).toEqual([method, url, 401]);
      expect(body).toMatchObject({ error: { code: 'SIGN_IN_NEEDED' } });
    }
  });

  it('is asked of HEAD as of GET', async () => {
    expect((await site.ask('/api/v1/site', { method: 'HEAD' })).status).toBe(401);
  });
});

describe('a site that shows itself read-only', () => {
  let site: AccessApi;

  beforeAll(async () => {
    site = await startAccessApi({ mode: 'read-only' });
  });

  afterAll(() => site.close());

  it('is read by everybody and changed by who may', async () => {
    expect((await site.ask('/api/v1/session')).body).toMatchObject({
      ...{ user: null, permissions: ['read'], signInNeeded: false, openReadOnly: true },
    });
    for (const { method, url, needs } of site.api.server.routes) {
      if (needs === 'nothing' || method === 'HEAD') continue;
      const path = url.replaceAll(/:[a-z]+/g, 'none');
      const { status } = await site.ask(path, { method });
      expect([method, url, status === 401]).toEqual([method, url, needs !== 'read']);
    }
    const authorization = `Bearer ${await site.token('admin')}`;
    const change = { method: 'POST', headers: { authorization } };
    expect((await site.ask('/api/v1/reload', change)).status).toBe(200);
  });
});
