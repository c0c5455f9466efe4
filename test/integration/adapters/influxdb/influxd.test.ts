import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  EntryBatchBuilder,
  type TestDirectory,
  testDirectory,
  testGroup,
} from '../../../support/entry-batch.ts';
import { createTestSink, type TestInfluxdbSink } from '../../../support/influxdb-sink.ts';
import { type Influxd, startInfluxd } from '../../../support/peers/influxd.ts';
import { requireProgram } from '../../../support/programs.ts';

const { path: program, describe } = requireProgram('influxd');
const startMs = 1_700_000_000_000;

const weldingGroups = (): TestDirectory =>
  testDirectory([
    testGroup({
      channels: ['current', 'voltage', { point: 'panelId', kind: 'string' }],
      equipment: 'f01',
    }),
    testGroup({ channels: ['current', 'voltage'], equipment: 'f02' }),
    testGroup({ channels: ['power'], equipment: 'grid', equipmentClass: 'meter', line: 'meters' }),
  ]);

const group = (directory: TestDirectory, index: number) => {
  const found = directory.groups[index];
  if (found === undefined) throw new Error(`no group ${index}`);
  return found;
};

describe('InfluxDB sink against influxd', () => {
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd({ program });
  });
  afterAll(() => influxd.stop());

  const open = (config: object, directory: TestDirectory): TestInfluxdbSink => {
    const sink = createTestSink({ version: 1, url: influxd.url, ...config }, directory);
    onTestFinished(() => sink.sink.close());
    return sink;
  };

  const rows = async (database: string, from = 'weld_seam') => {
    const answer = await influxd.query(`SELECT * FROM "${from}" GROUP BY *`, { database });
    return answer.results?.[0]?.series ?? [];
  };

  it('creates the database and stores frames exactly', async () => {
    const directory = weldingGroups();
    const { write } = open({ database: 'exact', createDatabase: true }, directory);
    const f01 = group(directory, 0);
    const entries = new EntryBatchBuilder()
      .frame(f01, {
        timeMs: startMs + 0.25,
        values: { current: 182.437, voltage: 0.1 + 0.2, panelId: directory.intern('板"A\\1, 2') },
      })
      .frame(f01, {
        timeMs: startMs + 20,
        values: {
          current: { value: 7, status: statusCodes.badTimeout },
          voltage: { value: 21.5, status: statusCodes.uncertain },
        },
      })
      .build();
    expect(await write(entries)).toEqual({ accepted: 2, rejected: [] });
    const [series] = await rows('exact');
    expect(series?.tags).toEqual({
      area: 'welding',
      enterprise: 'seamwatt',
      equipment: 'f01',
      line: 'mpm01',
      site: 'demo',
    });
    const named = series?.values.map((row) =>
      Object.fromEntries(series.columns.map((column, index) => [column, row[index]])),
    );
    expect(named).toEqual([
      {
        time: `${startMs}250000`,
        current: 182.437,
        current_status: null,
        panelId: '板"A\\1, 2',
        voltage: 0.1 + 0.2,
        voltage_status: null,
      },
      {
        time: `${startMs + 20}000000`,
        current: null,
        current_status: statusCodes.badTimeout,
        panelId: null,
        voltage: 21.5,
        voltage_status: statusCodes.uncertain,
      },
    ]);
  });
});
