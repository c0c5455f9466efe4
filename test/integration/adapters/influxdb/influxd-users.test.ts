import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { createTestSink } from '../../../support/influxdb-sink.ts';
import { type Influxd, startInfluxd } from '../../../support/peers/influxd.ts';
import { requireProgram } from '../../../support/programs.ts';

const { path: program, describe } = requireProgram('influxd');
const startMs = 1_700_000_000_000;

describe('InfluxDB sink against influxd with users', () => {
  const admin = { username: 'admin', password: 'pass word,"&' };
  const gateway = { username: 'gateway', password: 'g' };
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd({ program, auth: true });
    const created = `CREATE USER admin WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`;
    await influxd.query(created);
    await influxd.query('CREATE DATABASE edge', { user: admin });
    await influxd.query('CREATE DATABASE other', { user: admin });
    await influxd.query(`CREATE USER gateway WITH PASSWORD 'g'`, { user: admin });
    await influxd.query('GRANT WRITE ON edge TO gateway', { user: admin });
  });
  afterAll(() => influxd.stop());

  const writeAs = async (config: object): Promise<unknown> => {
    const directory = testDirectory([testGroup({ channels: ['current'] })]);
    const [signals] = directory.groups as [RegisteredGroup];
    const { sink, write } = createTestSink({ version: 1, url: influxd.url, ...config }, directory);
    onTestFinished(() => sink.close());
    const entries = new EntryBatchBuilder().frame(signals, {
      timeMs: startMs,
      values: { current: 1 },
    });
    return write(entries.build());
  };

  it('writes with a name and a password, with no more rights than writing needs', async () => {
    const stored = { accepted: 1, rejected: [] };
    expect(await writeAs({ database: 'edge', ...gateway })).toEqual(stored);
    expect(await writeAs({ database: 'made', createDatabase: true, ...admin })).toEqual(stored);
  });

  it.each([
    ['no name', { database: 'edge' }, /401/],
    [
      'a wrong password',
      { database: 'edge', ...gateway, password: 'wrong' },
      /401.*authorization failed/,
    ],
    ['a database that is not ours', { database: 'other', ...gateway }, /403.*not authorized/],
    [
      'a database that we may not create',
      { database: 'new', createDatabase: true, ...gateway },
      /403/,
    ],
    ['no name for creating', { database: 'new', createDatabase: true }, /401/],
  ])('says in words that %s is refused', async (_name, config, words) => {
    const refused = writeAs(config);
    await expect(refused).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      retryable: true,
      message: expect.stringMatching(words),
    });
    await expect(refused).rejects.not.toMatchObject({ message: expect.stringContaining('wrong"') });
  });
});
