import { mqttAdapter } from '../../adapters/mqtt/mqtt-adapter.ts';
import { mqttConfigSchema } from '../../adapters/mqtt/mqtt-config.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../support/entry-batch.ts';
import { MqttListener } from '../support/mqtt-listener.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { requireProgram } from '../support/programs.ts';
import { testSinkContext } from '../support/sink-context.ts';
import { type SinkPeer, sinkContract } from './sink-contract.ts';

const { describe } = requireProgram('mosquitto');
const startMs = 1_700_000_000_000;
const forbidden = 'b20';

const startPeer = async (): Promise<SinkPeer> => {
  const broker = await Mosquitto.start({
    accessList: [
      'topic read #',
      'topic write seamwatt/demo/_gateway/state',
      'topic write seamwatt/demo/welding/mpm01/f01/#',
    ],
  });
  const directory = testDirectory([
    testGroup({ channels: ['current', 'voltage'] }),
    testGroup({ channels: ['gap'], equipment: forbidden }),
  ]);
  const [seam, other] = directory.groups as [RegisteredGroup, RegisteredGroup];
  const received = new Set<number>();
  const listener = await MqttListener.connect(broker.url, 'seamwatt/demo/+/+/+/_frames');
  listener.client.on('message', (_topic, payload) => {
    const { seq } = JSON.parse(payload.toString()) as { readonly seq: readonly number[] };
    for (const one of seq) received.add(one);
  });

  return {
    port: broker.port,
    createSink: (port) =>
      mqttAdapter.createSink({
        id: 'broker',
        context: testSinkContext(directory),
        dataFolder: '.',
        config: mqttConfigSchema.parse({
          url: `mqtt://127.0.0.1:${port}`,
          connectTimeoutMs: 1500,
          publishTimeoutMs: 1500,
        }),
      }),
    frames: (count, firstSeq): EntryBatch => {
      const builder = new EntryBatchBuilder(firstSeq);
      for (let seq = firstSeq; seq < firstSeq + count; seq += 1) {
        builder.frame(seam, { timeMs: startMs + seq, values: { current: seq, voltage: 21.5 } });
      }
      return builder.build();
    },
    received: async (count, firstSeq) => {
      const isOurs = (seq: number): boolean => seq >= firstSeq && seq < firstSeq + count;
      return [...received].filter(isOurs).length;
    },
    framesWithRefused: async (firstSeq) => {
      const builder = new EntryBatchBuilder(firstSeq);
      const refused: number[] = [];
      for (let index = 0; index < 40; index += 1) {
        const timeMs = startMs + firstSeq + index;
        if (index % 10 === 3) {
          builder.frame(other, { timeMs, values: { gap: 1 } });
          refused.push(index);
        } else builder.frame(seam, { timeMs, values: { current: index } });
      }
      return { entries: builder.build(), refused };
    },
    stop: async () => {
      await listener.end();
      await broker.remove();
    },
  };
};

sinkContract('mqtt', { failsWithinMs: 4_000, describe, startPeer });
