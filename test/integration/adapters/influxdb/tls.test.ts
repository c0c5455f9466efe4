import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { type Certificates, makeCertificates } from '../../../support/certificates.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import {
  type InfluxWriteServer,
  startInfluxWriteServer,
} from '../../../support/influx-write-server.ts';
import { createTestSink } from '../../../support/influxdb-sink.ts';
import { requireProgram } from '../../../support/programs.ts';

const { describe } = requireProgram('openssl');
const directory = testDirectory([testGroup({ channels: ['a'] })]);
const [group] = directory.groups as [RegisteredGroup];
const entries = new EntryBatchBuilder()
  .frame(group, { timeMs: 1_700_000_000_000, values: { a: 1 } })
  .build();
const version1 = { version: 1, database: 'edge', username: 'gw', password: 'secret' };
const version2 = { version: 2, org: 'o', bucket: 'b', token: 'secret' };

describe('InfluxDB sink over TLS', () => {
  let folder: string;
  let certificates: Certificates;
  let server: InfluxWriteServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seamwatt-tls-'));
    certificates = makeCertificates(folder);
    server = await startInfluxWriteServer({
      tls: {
        key: await readFile(certificates.serverKeyFile),
        cert: await readFile(certificates.serverCertificateFile),
        ca: await readFile(certificates.caFile),
        requestCert: true,
        rejectUnauthorized: false,
      },
    });
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });

  const write = (config: object): Promise<unknown> => {
    const sink = createTestSink({ url: server.url, ...config }, directory);
    onTestFinished(() => sink.sink.close());
    return sink.write(entries);
  };

  it.each([
    ['1', version1],
    ['2', version2],
  ])('writes with version %s to a server whose authority it trusts', async (_version, config) => {
    const before = server.received.length;
    const tls = { caFile: certificates.caFile };
    expect(await write({ ...config, tls })).toEqual({ accepted: 1, rejected: [] });
    expect(server.received).toHaveLength(before + 1);
    expect(server.received.at(-1)?.clientName).toBeUndefined();
  });

  it('shows its own certificate when it has one', async () => {
    const { caFile, clientCertificateFile, clientKeyFile } = certificates;
    const tls = { caFile, certFile: clientCertificateFile, keyFile: clientKeyFile };
    await write({ ...version2, tls });
    expect(server.received.at(-1)?.clientName).toBe('gateway');
  });

  it.each([
    ['1 without its authority', version1, undefined, /self-signed|unable to (get|verify)/],
    ['2 without its authority', version2, undefined, /self-signed|unable to (get|verify)/],
    ['2 under another name', version2, { serverName: 'influx.example' }, /influx\.example/],
  ])('sends nothing to version %s', async (_name, config, extra, words) => {
    const before = server.received.length;
    const tls = extra === undefined ? {} : { tls: { caFile: certificates.caFile, ...extra } };
    await expect(write({ ...config, ...tls })).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      retryable: true,
      message: expect.stringMatching(words),
    });
    expect(server.received).toHaveLength(before);
  });

  it('never falls back to plain HTTP', async () => {
    const plain = await startInfluxWriteServer();
    onTestFinished(plain.close);
    const url = plain.url.replace('http:', 'https:');
    for (const config of [version1, version2]) {
      await expect(write({ ...config, url })).rejects.toMatchObject({ retryable: true });
    }
    expect(plain.received).toEqual([]);
  });

  it('names a file that it cannot read', async () => {
    const tls = { caFile: join(folder, 'absent.pem') };
    await expect(write({ ...version2, tls })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('absent.pem'),
    });
  });
});
