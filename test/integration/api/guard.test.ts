import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApi, type TestApi } from '../../support/gateway-view.ts';

describe('the guard of the HTTP interface', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  /** fetch does not let a Host header be set. */
  const statusWith = (
    headers: Record<string, string>,
    { method = 'GET', path = '/healthz' } = {},
  ): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(new URL(path, api.server.url), { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('answers local requests only', async () => {
    const { host } = new URL(api.server.url);
    expect(await statusWith({ host })).toBe(200);
    expect(await statusWith({ host, origin: api.server.url })).toBe(200);
    expect(await statusWith({ host: 'evil.example:8080' })).toBe(403);
    expect(await statusWith({ host, origin: 'https://evil.example' })).toBe(403);
    expect(await statusWith({ host, origin: 'null' })).toBe(403);
  });

  describe('a request that may change something', () => {
    const json = { 'content-type': 'application/json' };
    // 404 is the answer of the route itself: there is no sink of that id.
    const drop = (headers: Record<string, string>, method = 'POST') =>
      statusWith(headers, { method, path: '/api/v1/sinks/none/quarantine/drop' });

    it('is taken from the own page and from programs, but from no page of another local server', async () => {
      const { host, port } = new URL(api.server.url);
      expect(await drop({ host, ...json })).toBe(400);
      expect(await drop({ host, ...json, origin: `http://${host}` })).toBe(400);
      const tunnel = 'localhost:9';
      expect(await drop({ host: tunnel, ...json, origin: `http://${tunnel}` })).toBe(400);
      for (const origin of [
        `http://127.0.0.1:${Number(port) + 1}`,
        `http://localhost:${port}`,
        `https://${host}`,
        'http://127.0.0.1',
        'null',
      ]) {
        expect([origin, await drop({ host, ...json, origin })]).toEqual([origin, 403]);
      }
    });

    it('must be JSON, which a browser does not send to another origin without asking', async () => {
      const { host } = new URL(api.server.url);
      expect(await drop({ host, 'content-type': 'application/json; charset=utf-8' })).toBe(400);
      expect(await drop({ host })).toBe(415);
      expect(await drop({ host, 'content-type': 'text/plain' })).toBe(415);
      expect(await drop({ host, 'content-type': 'application/x-www-form-urlencoded' })).toBe(415);
      expect(await drop({ host, 'content-type': 'application/json+x' })).toBe(415);
    });

    it('is judged whatever its method', async () => {
      const { host } = new URL(api.server.url);
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
        const origin = 'http://localhost:3000';
        expect([method, await drop({ host, ...json, origin }, method)]).toEqual([method, 403]);
        expect([method, await drop({ host }, method)]).toEqual([method, 415]);
      }
    });
  });
});
