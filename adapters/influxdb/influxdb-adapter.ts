import type { SinkAdapter } from '../../gateway/core/adapter.ts';
import { type InfluxdbConfig, influxdbConfigSchema } from './influxdb-config.ts';
import { InfluxdbSink } from './influxdb-sink.ts';

export const influxdbAdapter: SinkAdapter<InfluxdbConfig> = {
  role: 'sink',
  kind: 'influxdb',
  configSchema: influxdbConfigSchema,
  createSink: (input) => new InfluxdbSink(input),
};
