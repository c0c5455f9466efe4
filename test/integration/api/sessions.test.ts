import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  type AccessApi,
  type Answer,
  cookieOf,
  goodPassword,
  hourMs,
  startAccessApi,
} from '../../support/access-api.ts';

describe('sessions', () => {
  let site: AccessApi;
  const user = { name: 'anna', password: goodPassword };

  beforeEach(async () => {
    site = await startAccessApi();
  });

  afterEach(() => site.close());

  const signIn = (body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    site.ask('/api/v1/session', { method: 'POST', body, headers });
  const statusOf = async (cookie: string): Promise<number> =>
    (await site.ask('/api/v1/site', { headers: { cookie } })).status;

  it('are kept in a cookie that scripts, other sites and other paths do not get', async () => {
    await site.signedIn('anna', 'viewer');
    const answer = await signIn(user);
    expect(answer.headers.get('set-cookie')).toMatch(
      /^seamwatt-[0-9a-f]{8}=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect(answer.body).toMatchObject({
      user: { name: 'anna', role: 'viewer', kind: 'user' },
      ...{ permissions: ['read'], signInNeeded: false, auth: 'token' },
    });
  });

  it('get a new id at every sign-in, and the one before ends: none can be planted', async () => {
    const first = await site.signedIn('anna', 'viewer');
    const planted = first.replace(/=.*/, '=planted-by-somebody');
    expect(cookieOf(await signIn(user, { cookie: planted }))).not.toBe(planted);
    const second = cookieOf(await signIn(user, { cookie: first }));
    expect(second).not.toBe(first);
    expect([await statusOf(planted), await statusOf(first), await statusOf(second)]).toEqual([
      401, 401, 200,
    ]);
  });

  it('end when nothing is asked, and after their time whatever is asked', async () => {
    const idle = await site.signedIn('anna', 'viewer');
    const busy = await site.signedIn('bert', 'viewer');
    site.clock.nowMs += hourMs - 1;
    expect(await statusOf(busy)).toBe(200);
    site.clock.nowMs += 1;
    expect([await statusOf(idle), await statusOf(busy)]).toEqual([401, 200]);
    for (let hour = 1; hour < 11; hour += 1) {
      site.clock.nowMs += hourMs - 1;
      expect([hour, await statusOf(busy)]).toEqual([hour, 200]);
    }
    site.clock.nowMs += hourMs - 1;
    expect(await statusOf(busy)).toBe(200);
    // Twelve hours after it began.
    site.clock.nowMs += 11;
    expect(await statusOf(busy)).toBe(401);
  });

  it('end when one signs out, and with another password, without role and user', async () => {
    const out = await site.signedIn('anna', 'viewer');
    const { status } = await site.ask('/api/v1/session', {
      ...{ method: 'DELETE', headers: { cookie: out } },
    });
    expect([status, await statusOf(out)]).toEqual([200, 401]);
    const admin = { authorization: `Bearer ${await site.token('admin')}` };
    for (const [method, body] of [
      ['PATCH', { password: 'another horse 7' }],
      ['PATCH', { isDisabled: true }],
      ['DELETE', {}],
    ] as const) {
      const name = `user-${method}-${Object.keys(body).join()}`.slice(0, 30);
      const cookie = await site.signedIn(name, 'viewer');
      await site.ask(`/api/v1/users/${name}`, { method, body, headers: admin });
      expect([name, await statusOf(cookie)]).toEqual([name, 401]);
    }
  });

  it('close the live feed when they end', async () => {
    const cookie = await site.signedIn('anna', 'viewer');
    const url = new URL('/api/v1/live', site.api.server.url.replace('http', 'ws'));
    const open = new WebSocket(url, { headers: { cookie } });
    await once(open, 'open');
    const closed = once(open, 'close');
    await site.ask('/api/v1/session', { method: 'DELETE', headers: { cookie } });
    expect((await closed)[0]).toBe(4401);
    const refused = new WebSocket(url, { headers: { cookie } });
    const [error] = await once(refused, 'error');
    expect(String(error)).toContain('401');
  });

  it('close the live feed when their time is over', async () => {
    const cookie = await site.signedIn('anna', 'viewer');
    const url = new URL('/api/v1/live', site.api.server.url.replace('http', 'ws'));
    const open = new WebSocket(url, { headers: { cookie } });
    await once(open, 'open');
    const closed = once(open, 'close');
    site.clock.nowMs += 13 * hourMs;
    await site.access.sessions.sweep();
    expect((await closed)[0]).toBe(4401);
  });

  it('count only where the own page asks: a page of another port may not use the cookie', async () => {
    const cookie = await site.signedIn('anna', 'viewer');
    const { url } = site.api.server;
    const ask = async (origin: string) =>
      (await site.ask('/api/v1/site', { headers: { cookie, origin } })).status;
    expect(await ask(new URL(url).origin)).toBe(200);
    expect(await ask('http://127.0.0.1:1')).toBe(401);
    expect(await ask('https://evil.example')).toBe(403);
  });

  it('are not begun by what is wrong, and wait longer and longer', async () => {
    const cookie = await site.signedIn('anna', 'viewer');
    for (let time = 1; time <= 5; time += 1) {
      const { status, body } = await signIn({ name: 'anna', password: `wrong ${time}` });
      expect([time, status]).toEqual([time, 401]);
      expect(body).toMatchObject({ error: { code: 'SIGN_IN_WRONG' } });
    }
    const waiting = await signIn(user);
    expect([waiting.status, waiting.headers.get('retry-after')]).toEqual([429, '1']);
    // Whoever is in stays in.
    expect(await statusOf(cookie)).toBe(200);
    site.clock.monotonicMs += 1000;
    expect((await signIn({ name: 'anna', password: 'wrong 6' })).status).toBe(401);
    site.clock.monotonicMs += 1999;
    expect((await signIn(user)).status).toBe(429);
    site.clock.monotonicMs += 1;
    expect((await signIn(user)).status).toBe(200);
    expect((await signIn(user)).status).toBe(200);
  });

  it('are begun by a right token, however many wrong ones came from where everybody does', async () => {
    const token = await site.token('viewer');
    for (let time = 1; time <= 19; time += 1) await signIn({ token: `swt_wrong${time}` });
    expect((await signIn({ token })).status).toBe(200);
  });

  it('are not hindered by tries that the gateway was too busy to look at', async () => {
    await site.signedIn('anna', 'viewer');
    const tries = Array.from({ length: 60 }, () => signIn(user));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toEqual([]);
    expect((await signIn(user)).status).toBe(200);
  });

  it('tell nobody whether there is such a user', async () => {
    await site.signedIn('anna', 'viewer');
    const wrong = await signIn({ name: 'anna', password: 'wrong password' });
    const unknown = await signIn({ name: 'bert', password: 'wrong password' });
    expect(unknown.text).toBe(wrong.text);
  });

  it('leave no secret anywhere: not in the data folder, not in the log', async () => {
    const cookie = await site.signedIn('anna', 'admin');
    const token = await site.token('viewer');
    await site.access.sessions.sweep();
    const secrets = [goodPassword, token, cookie.split('=')[1] ?? 'none'];
    const files = readdirSync(site.folder, { recursive: true, encoding: 'utf8' });
    expect(files).toContain('access.db');
    for (const file of files) {
      const content = readFileSync(join(site.folder, file)).toString('latin1');
      for (const secret of secrets) expect([file, content.includes(secret)]).toEqual([file, false]);
    }
    expect(site.api.log.lines).toEqual([]);
  });

  it('leave nothing in the audit log of what was typed where a name belongs', async () => {
    const headers = { authorization: `Bearer ${await site.token('admin')}` };
    await site.signedIn('anna', 'viewer');
    await signIn({ name: goodPassword, password: 'anna' });
    await signIn({ name: 'ANNA', password: 'wrong password' });
    const { text } = await site.ask('/api/v1/audit?outcome=refused', { headers });
    expect(text).not.toContain(goodPassword);
    const { entries } = JSON.parse(text) as { entries: { subject: string | null }[] };
    expect(entries.map(({ subject }) => subject)).toEqual(['anna', null]);
  });

  it('take no large request', async () => {
    const { status } = await signIn({ name: 'anna', password: 'x'.repeat(5000) });
    expect(status).toBe(413);
  });

  it('are audited, sign-ins and refusals with them, and the log of it follows from entry to entry', async () => {
    const cookie = await site.signedIn('anna', 'operator');
    await signIn({ name: 'anna', password: 'wrong password' });
    await site.ask('/api/v1/reload', { method: 'POST', headers: { cookie } });
    await site.ask('/api/v1/sinks/none/quarantine/drop', { method: 'POST' });
    const headers = { authorization: `Bearer ${await site.token('admin')}` };
    await site.ask('/api/v1/reload', { method: 'POST', headers });
    const page = async (query: string) =>
      (await site.ask(`/api/v1/audit${query}`, { headers })).body as {
        entries: { seq: number; action: string; outcome: string; reason: string | null }[];
        nextBeforeSeq: number | null;
      };
    const { entries } = await page('');
    expect(entries.map(({ action, outcome, reason }) => [action, outcome, reason])).toEqual([
      ['POST /api/v1/reload', 'done', null],
      ['token-added', 'done', null],
      ['POST /api/v1/sinks/:id/quarantine/drop', 'refused', 'SIGN_IN_NEEDED'],
      ['POST /api/v1/reload', 'refused', 'ROLE_NOT_ENOUGH'],
      ['sign-in', 'refused', 'wrong-password'],
      ['sign-in', 'done', null],
      ['user-added', 'done', null],
    ]);
    const { nextBeforeSeq } = await page('?limit=3');
    expect((await page(`?beforeSeq=${nextBeforeSeq}`)).entries).toEqual(entries.slice(3));
    expect((await site.ask('/api/v1/audit/state', { headers })).body).toMatchObject({
      ...{ entries: 7, lastSeq: 7, brokenAtSeq: null },
    });
  });

  it('of the last admin cannot be taken away', async () => {
    const cookie = await site.signedIn('root', 'admin');
    const change = { headers: { cookie }, body: { role: 'viewer' }, method: 'PATCH' };
    const refused = await site.ask('/api/v1/users/root', change);
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'LAST_ADMIN' } }]);
    await site.signedIn('root2', 'admin');
    expect((await site.ask('/api/v1/users/root', change)).status).toBe(200);
  });

  it('change an own password with the current one, and end all others', async () => {
    const here = await site.signedIn('anna', 'viewer');
    const there = cookieOf(await signIn(user));
    const change = (current: string) =>
      site.ask('/api/v1/session/password', {
        ...{ method: 'PUT', headers: { cookie: here } },
        body: { current, password: 'another horse 7' },
      });
    expect((await change('wrong')).status).toBe(409);
    expect((await change(goodPassword)).status).toBe(200);
    expect([await statusOf(here), await statusOf(there)]).toEqual([200, 401]);
  });
});
