import { mqttAdapter } from '../../adapters/mqtt/mqtt-adapter.ts';
import { mqttConfigSchema } from '../../adapters/mqtt/mqtt-config.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import type { Sink } from '../../gateway/core/sink.ts';
import { EntryBatchBuilder, type TestDirectory, testDirectory, testGroup } from './entry-batch.ts';
import { type TestSinkContext, testSinkContext } from './sink-context.ts';

export const seamTopic = 'seamwatt/demo/welding/mpm01/f01';

export type TestMqttSink = {
  readonly sink: Sink;
  readonly context: TestSinkContext;
  readonly directory: TestDirectory;
  /** Points current, gap and panelId of seam f01. */
  readonly seam: RegisteredGroup;
  /** `count` frames of the seam with `current` equal to their seq, from `firstSeq` on. */
  frames(count: number, firstSeq?: number): EntryBatch;
};

/** An MQTT sink from a configuration as a site file would have it. */
export const testMqttSink = (config: Record<string, unknown>): TestMqttSink => {
  const directory = testDirectory([
    testGroup({
      channels: [
        { point: 'current', unit: 'A' },
        { point: 'gap', unit: 'mm' },
        { point: 'panelId', kind: 'string' },
      ],
    }),
  ]);
  const seam = directory.groups[0] as RegisteredGroup;
  const context = testSinkContext(directory);
  const sink = mqttAdapter.createSink({
    id: 'broker',
    config: mqttConfigSchema.parse(config),
    context,
    dataFolder: '.',
  });
  const frames = (count: number, firstSeq = 1): EntryBatch => {
    const builder = new EntryBatchBuilder(firstSeq);
    for (let seq = firstSeq; seq < firstSeq + count; seq += 1) {
      builder.frame(seam, { timeMs: 1_700_000_000_000 + seq, values: { current: seq } });
    }
    return builder.build();
  };
  return { sink, context, directory, seam, frames };
};
