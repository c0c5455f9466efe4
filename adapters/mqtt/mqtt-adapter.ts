import type { SinkAdapter } from '../../gateway/core/adapter.ts';
import { type MqttConfig, mqttConfigSchema } from './mqtt-config.ts';
import { MqttSink } from './mqtt-sink.ts';

/** Forwards to an MQTT 3.1.1 or 5 broker; topics and payloads are in `docs/mqtt.md`. */
export const mqttAdapter: SinkAdapter<MqttConfig> = {
  role: 'sink',
  kind: 'mqtt',
  configSchema: mqttConfigSchema,
  createSink: (input) => new MqttSink(input),
};
