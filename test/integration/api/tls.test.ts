import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type SecureVersion } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TlsFiles } from '../../../gateway/api/tls.ts';
import { startAccessApi } from '../../support/access-api.ts';
import { type Certificates, makeCertificates } from '../../support/certificates.ts';
import { startTestApi } from '../../support/gateway-view.ts';

describe('the HTTP server with TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-tls-'));
  let own: Certificates;
  let other: Certificates;
  let files: TlsFiles;

  beforeAll(() => {
    mkdirSync(join(folder, 'other'));
    own = makeCertificates(folder);
    other = makeCertificates(join(folder, 'other'));
    files = { certFile: own.serverCertificateFile, keyFile: own.serverKeyFile };
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  const ask = (
    url: string,
    options: object = {},
  ): Promise<{ status: number; headers: Record<string, unknown> }> =>
    new Promise((resolve, reject) => {
      const ca = readFileSync(own.caFile);
      request(url, { ca, agent: false, ...options }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0, headers: response.headers });
      })
        .on('error', reject)
        .end('body' in options ? String(options.body) : undefined);
    });

  it('is reached over TLS only, and asks browsers nothing about other ports of the host (HSTS)', async () => {
    const api = await startTestApi({ tls: files });
    expect(api.server.url).toMatch(/^https:/);
    const { status, headers } = await ask(new URL('/healthz', api.server.url).href);
    expect([status, headers['strict-transport-security']]).toEqual([200, undefined]);
    const plain = fetch(new URL('/healthz', api.server.url.replace('https', 'http')));
    await expect(plain).rejects.toThrow('fetch failed');
    await api.close();
  });

  it('gives cookies that pass over TLS only and belong to this host', async () => {
    const site = await startAccessApi({}, { tls: files });
    const token = await site.token('admin');
    const { headers } = await ask(new URL('/api/v1/session', site.api.server.url).href, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ token }),
    });
    expect(String(headers['set-cookie'])).toMatch(
      /^__Host-seamwatt-\w{8}=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
    );
    await site.close();
  });

  it.each([
    ['TLSv1.1', false],
    ['TLSv1.2', true],
    ['TLSv1.3', true],
  ] as const)('speaks %s: %s', async (version: SecureVersion, isSpoken) => {
    const api = await startTestApi({ tls: files });
    const port = Number(new URL(api.server.url).port);
    const outcome = await new Promise((resolve) => {
      const socket = connect(
        {
          ...{ port, host: '127.0.0.1', ca: readFileSync(own.caFile) },
          ...{ minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' },
        },
        () => {
          resolve(socket.getProtocol());
          socket.end();
        },
      ).on('error', () => resolve('refused'));
    });
    expect(outcome).toBe(isSpoken ? version : 'refused');
    await api.close();
  });

  it('with an authority for clients answers only who shows a certificate of it', async () => {
    const api = await startTestApi({ tls: { ...files, clientCaFile: own.caFile } });
    const url = new URL('/healthz', api.server.url).href;
    const shown = ({ clientCertificateFile, clientKeyFile }: Certificates) => ({
      ...{ cert: readFileSync(clientCertificateFile), key: readFileSync(clientKeyFile) },
    });
    expect((await ask(url, shown(own))).status).toBe(200);
    await expect(ask(url)).rejects.toThrow();
    await expect(ask(url, shown(other))).rejects.toThrow();
    await api.close();
  });

  it('does not start with what it cannot use, and says what', async () => {
    const broken = join(folder, 'broken.pem');
    writeFileSync(broken, 'no certificate');
    const missing = join(folder, 'missing.pem');
    const start = (tls: TlsFiles) => startTestApi({ tls });
    await expect(start({ ...files, certFile: missing })).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      words: { en: expect.stringContaining(`api.tls.certFile: cannot read ${missing}`) },
    });
    await expect(start({ ...files, certFile: broken })).rejects.toThrow('holds no certificate');
    await expect(start({ ...files, keyFile: broken })).rejects.toThrow('cannot be used');
    await expect(start({ ...files, clientCaFile: broken })).rejects.toThrow('holds no certificate');
    await expect(start({ ...files, keyFile: other.serverKeyFile })).rejects.toThrow(
      'does not belong to the certificate',
    );
  });

  it('behind a proxy takes its word for TLS and for addresses, and nobody else’s', async () => {
    const proxy = { addresses: ['127.0.0.1'], path: '/line1/' };
    const site = await startAccessApi({}, { proxy, names: ['gateway.example'] });
    const body = { token: await site.token('admin') };
    const forwarded = {
      ...{ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'gateway.example' },
      ...{ 'x-forwarded-for': '203.0.113.9' },
    };
    const answer = await site.ask('/api/v1/session', {
      ...{ method: 'POST', body, headers: { ...forwarded, origin: 'https://gateway.example' } },
    });
    expect(answer.headers.get('set-cookie')).toMatch(/; Path=\/line1\/; HttpOnly; Secure;/);
    const [newest] = await site.access.audit.list({
      ...{ beforeSeq: undefined, actor: undefined, action: 'sign-in', outcome: 'done', limit: 1 },
    });
    expect(newest?.actor.address).toBe('203.0.113.9');
    const clear = { ...forwarded, 'x-forwarded-proto': 'http' };
    expect((await site.ask('/api/v1/session', { headers: clear })).status).toBe(403);
    const strange = { ...forwarded, 'x-forwarded-host': 'evil.example' };
    expect((await site.ask('/api/v1/session', { headers: strange })).status).toBe(403);
    await site.close();
    const direct = await startAccessApi();
    const alone = await direct.ask('/api/v1/session', {
      ...{ method: 'POST', body: { token: await direct.token('admin') }, headers: forwarded },
    });
    expect(alone.headers.get('set-cookie')).not.toContain('Secure');
    await direct.close();
  });
});
