import { afterEach, expect, it, vi } from 'vitest';
import {
  type AccessApi,
  cookieOf,
  goodPassword,
  hourMs,
  startAccessApi,
} from '../../support/access-api.ts';

let site: AccessApi;

afterEach(() => site.close());

const shell = { kind: 'shell', name: null, role: null, address: null } as const;
const dayMs = 24 * hourMs;

it('a token survives a clock that leaps ahead and is put right, and is refused meanwhile', async () => {
  site = await startAccessApi();
  const made = await site.access.tokens.add({ name: 'a', role: 'viewer', expiresInDays: 7 }, shell);
  const authorization = `Bearer ${made.ok ? made.value.secret : ''}`;
  const status = async () =>
    (await site.ask('/api/v1/site', { headers: { authorization } })).status;
  const nowMs = site.clock.nowMs;
  for (const [days, expected] of [
    [0, 200],
    [8, 401],
    [96, 401],
    [0, 200],
    [98, 401],
    [0, 401],
  ] as const) {
    site.clock.nowMs = nowMs + days * dayMs;
    await site.access.sessions.sweep();
    expect([days, await status()]).toEqual([days, expected]);
  }
});

it('a session that another clock began in the future is over', async () => {
  site = await startAccessApi();
  const cookie = await site.signedIn('anna', 'viewer');
  const status = async () => (await site.ask('/api/v1/site', { headers: { cookie } })).status;
  site.clock.nowMs -= hourMs;
  expect(await status()).toBe(200);
  site.clock.nowMs -= 1;
  expect(await status()).toBe(401);
});

it('who signs in and out, is refused or tells production again and again fills no audit log', async () => {
  site = await startAccessApi({ auditsADay: 3 });
  await site.signedIn('anna', 'viewer');
  const headers = { authorization: `Bearer ${await site.token('operator')}` };
  for (let time = 0; time < 6; time += 1) {
    const body = { name: 'anna', password: goodPassword };
    const cookie = cookieOf(await site.ask('/api/v1/session', { method: 'POST', body }));
    await site.ask('/api/v1/session', { method: 'DELETE', headers: { cookie } });
    await site.ask('/api/v1/reload', { method: 'POST', headers });
    await site.ask('/api/v1/production/messages', { method: 'POST', headers });
  }
  site.clock.nowMs += dayMs;
  await site.ask('/api/v1/reload', { method: 'POST', headers });
  const all = { beforeSeq: undefined, actor: undefined, action: undefined, outcome: undefined };
  const entries = await site.access.audit.list({ ...all, limit: 100 });
  const count = (wanted: string) => entries.filter(({ action }) => action === wanted).length;
  expect(count('sign-in') + count('sign-out')).toBe(3);
  expect(count('POST /api/v1/reload')).toBe(4);
  expect(count('POST /api/v1/production/messages')).toBe(3);
  expect([count('user-added'), count('token-added')]).toEqual([1, 1]);
  expect(entries[0]).toMatchObject({
    action: 'entries-not-listed',
    details: { sessions: 10, refusals: 3, operations: 3 },
  });
});

it('signing out takes the cookie back, also when that cannot be stored', async () => {
  site = await startAccessApi();
  const cookie = await site.signedIn('anna', 'viewer');
  vi.spyOn(site.access.sessions, 'end').mockRejectedValue(new Error('disk full'));
  const answer = await site.ask('/api/v1/session', { method: 'DELETE', headers: { cookie } });
  expect(answer.status).toBe(500);
  expect(answer.headers.get('set-cookie')).toMatch(/Max-Age=0/);
});
