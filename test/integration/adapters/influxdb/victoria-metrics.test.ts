import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import type { RegisteredGroup } from '../../../../gateway/core/point.ts';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../../../support/entry-batch.ts';
import { createTestSink } from '../../../support/influxdb-sink.ts';
import {
  startVictoriaMetrics,
  type VictoriaMetrics,
} from '../../../support/peers/victoria-metrics.ts';
import { requireProgram } from '../../../support/programs.ts';

const { path: program, describe } = requireProgram('victoria-metrics');
const startMs = 1_700_000_000_000;
const frameCount = 500;

describe('InfluxDB sink against VictoriaMetrics', () => {
  let server: VictoriaMetrics;
  beforeAll(async () => {
    server = await startVictoriaMetrics({ program });
  });
  afterAll(() => server.stop());

  it.each([
    ['version 1', { version: 1, database: 'edge', createDatabase: true }, 'v1'],
    ['version 1, compressed', { version: 1, database: 'edge', gzip: true }, 'v1z'],
    ['version 2', { version: 2, org: 'o', bucket: 'edge', token: 'secret' }, 'v2'],
  ])('reads back what %s wrote', async (_name, config, area) => {
    const directory = testDirectory([
      testGroup({ area, channels: ['power', 'energyImport'], equipmentClass: 'meter' }),
    ]);
    const [meter] = directory.groups as [RegisteredGroup];
    const { sink, write } = createTestSink({ url: server.url, ...config }, directory);
    onTestFinished(() => sink.close());
    const builder = new EntryBatchBuilder();
    for (let index = 0; index < frameCount; index += 1) {
      const power = index === 7 ? { value: 0, status: statusCodes.badTimeout } : index / 8;
      builder.frame(meter, {
        timeMs: startMs + index * 20,
        values: { power, energyImport: 4_000_000 + index },
      });
    }
    expect(await write(builder.build())).toEqual({ accepted: frameCount, rejected: [] });

    const stored = async (): Promise<ReadonlyMap<string | undefined, unknown>> => {
      const series = await server.exportSeries(`{area="${area}"}`);
      return new Map(series.map((one) => [one.metric['__name__'], one]));
    };
    await expect.poll(async () => (await stored()).size, { timeout: 10_000 }).toBe(3);
    const byName = await stored();
    const indices = Array.from({ length: frameCount }, (_, index) => index);
    const measured = indices.filter((index) => index !== 7);
    expect(byName.get('meter_energyImport')).toMatchObject({
      metric: { area, enterprise: 'seamwatt', site: 'demo', line: 'mpm01', equipment: 'f01' },
      values: indices.map((index) => 4_000_000 + index),
      timestamps: indices.map((index) => startMs + index * 20),
    });
    expect(byName.get('meter_power')).toMatchObject({
      values: measured.map((index) => index / 8),
      timestamps: measured.map((index) => startMs + index * 20),
    });
    expect(byName.get('meter_power_status')).toMatchObject({
      values: [statusCodes.badTimeout],
      timestamps: [startMs + 140],
    });
  });
});
