import { describe, expect, it } from 'vitest';
import { influxdbConfigSchema } from '../../../../adapters/influxdb/influxdb-config.ts';

const url = 'http://127.0.0.1:8086';
const version1 = { version: 1, url, database: 'edge' };

/** Path and message of everything that is wrong. */
const problems = (config: unknown): string[] =>
  (influxdbConfigSchema.safeParse(config).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('configuration of an InfluxDB sink', () => {
  it('needs little, and fills in limits', () => {
    expect(influxdbConfigSchema.parse(version1)).toEqual({
      version: 1,
      url,
      database: 'edge',
      createDatabase: false,
      timeoutMs: 10_000,
      batchLines: 5_000,
      maxBodyBytes: 4_194_304,
      gatherMs: 250,
      gzip: false,
    });
  });

  it.each([
    { ...version1, username: 'u', password: 'p', retentionPolicy: 'raw' },
    { ...version1, createDatabase: true, retentionPolicy: 'raw', retentionDuration: '90d' },
    { ...version1, createDatabase: true, retentionPolicy: 'raw', retentionDuration: 'INF' },
    { version: 2, url: 'https://eu.example.com/base', org: 'o', bucket: 'b', token: 'a-b_c==' },
    { version: 3, url: 'http://[::1]:8181', database: 'edge' },
    { version: 3, url: 'https://h', database: 'edge', token: 't', tls: { caFile: 'ca.pem' } },
  ])('takes %o', (config) => {
    expect(problems(config)).toEqual([]);
  });

  it.each([
    [{ version: 4, url }, ['version: ']],
    [{ ...version1, url: 'influx:8086' }, ['url: http(s)://']],
    [{ ...version1, url: 'http://user:pass@h:8086' }, ['url: http(s)://']],
    [{ ...version1, url: `${url}/?db=x` }, ['url: http(s)://']],
    [{ ...version1, username: 'u' }, ['username: username and password together']],
    [{ ...version1, tls: {} }, ['url: https://']],
    [
      { ...version1, url: 'https://h', tls: { certFile: 'c.pem' } },
      ['tls: certFile and keyFile together'],
    ],
    [
      { ...version1, retentionPolicy: 'r', retentionDuration: '90d' },
      ['retentionDuration: it only'],
    ],
    [
      { ...version1, retentionPolicy: 'r', retentionDuration: '3 months', createDatabase: true },
      ['retentionDuration: an InfluxQL duration'],
    ],
    [{ ...version1, timeoutMs: 5 }, ['timeoutMs: ']],
    [{ ...version1, bucket: 'b' }, [': Unrecognized key: "bucket"']],
    [{ version: 2, url, org: 'o', bucket: 'b', token: 'a\r\nb: c' }, ['token: printable ASCII']],
    [{ version: 2, url, org: 'o' }, ['bucket: ', 'token: ']],
  ])('refuses %o', (config, beginnings) => {
    const found = problems(config);
    expect(found).toHaveLength(beginnings.length);
    for (const [index, beginning] of beginnings.entries()) {
      expect(found[index]?.slice(0, beginning.length)).toBe(beginning);
    }
  });
});
