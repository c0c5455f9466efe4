import {
  type InfluxdbConfig,
  influxdbConfigSchema,
} from '../../adapters/influxdb/influxdb-config.ts';
import { InfluxdbSink } from '../../adapters/influxdb/influxdb-sink.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { GroupDirectory } from '../../gateway/core/point.ts';
import type { WriteResult } from '../../gateway/core/sink.ts';
import { type TestSinkContext, testSinkContext } from './sink-context.ts';

export type TestInfluxdbSink = {
  readonly sink: InfluxdbSink;
  readonly context: TestSinkContext;
  /** Opens at the first call, then writes as the gateway does. */
  write(entries: EntryBatch): Promise<WriteResult>;
};

/** A sink from what a user would write into the site file. */
export const createTestSink = (
  config: unknown,
  directory: GroupDirectory,
  options: { readonly simulated?: boolean } = {},
): TestInfluxdbSink => {
  const context = testSinkContext(directory, options);
  const parsed: InfluxdbConfig = influxdbConfigSchema.parse(config);
  const sink = new InfluxdbSink({ id: 'influx', config: parsed, context });
  const { signal } = new AbortController();
  let isOpen = false;
  return {
    sink,
    context,
    write: async (entries) => {
      if (!isOpen) await sink.open(signal);
      isOpen = true;
      return sink.write({ entries, history: false }, signal);
    },
  };
};
