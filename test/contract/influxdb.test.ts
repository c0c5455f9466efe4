import { influxdbConfigSchema } from '../../adapters/influxdb/influxdb-config.ts';
import { InfluxdbSink } from '../../adapters/influxdb/influxdb-sink.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../support/entry-batch.ts';
import { startInfluxd } from '../support/peers/influxd.ts';
import { requireProgram } from '../support/programs.ts';
import { testSinkContext } from '../support/sink-context.ts';
import { type SinkPeer, sinkContract } from './sink-contract.ts';

const { path: program, describe } = requireProgram('influxd');
const startMs = 1_700_000_000_000;
const database = 'contract';

const startPeer = async (): Promise<SinkPeer> => {
  const influxd = await startInfluxd({ program });
  await influxd.query(`CREATE DATABASE ${database}`);
  const directory = testDirectory([
    testGroup({ channels: ['current', 'voltage'] }),
    testGroup({ channels: ['gap'], equipmentClass: 'clashing' }),
  ]);
  const [seam, clashing] = directory.groups as [RegisteredGroup, RegisteredGroup];

  const frames = (count: number, firstSeq: number): EntryBatch => {
    const builder = new EntryBatchBuilder(firstSeq);
    for (let seq = firstSeq; seq < firstSeq + count; seq += 1) {
      builder.frame(seam, { timeMs: startMs + seq, values: { current: seq, voltage: 21.5 } });
    }
    return builder.build();
  };

  return {
    port: influxd.port,
    createSink: (port) =>
      new InfluxdbSink({
        id: 'influx',
        context: testSinkContext(directory),
        config: influxdbConfigSchema.parse({
          version: 1,
          url: `http://127.0.0.1:${port}`,
          database,
          timeoutMs: 1500,
        }),
      }),
    frames,
    received: async (count, firstSeq) => {
      const range = `time >= ${startMs + firstSeq}ms AND time < ${startMs + firstSeq + count}ms`;
      const answer = await influxd.query(`SELECT count(current) FROM weld_seam WHERE ${range}`, {
        database,
      });
      return Number(answer.results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
    },
    framesWithRefused: async (firstSeq) => {
      // The field has another type already, as when someone else wrote it by hand.
      await fetch(`${influxd.url}/write?db=${database}`, {
        method: 'POST',
        body: `clashing gap="wide" ${startMs}000000`,
      });
      const builder = new EntryBatchBuilder(firstSeq);
      for (let seq = firstSeq; seq < firstSeq + 40; seq += 1) {
        const timeMs = startMs + seq;
        if (seq % 10 === 3) builder.frame(clashing, { timeMs, values: { gap: 1 } });
        else builder.frame(seam, { timeMs, values: { current: seq } });
      }
      const refused = Array.from({ length: 40 }, (_, index) => index).filter(
        (index) => (firstSeq + index) % 10 === 3,
      );
      return { entries: builder.build(), refused };
    },
    stop: influxd.stop,
  };
};

sinkContract('influxdb', { failsWithinMs: 4_000, describe, startPeer });
