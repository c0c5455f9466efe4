import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameMessages } from '../../adapters/mqtt/frame-messages.ts';
import { FramesEncoder } from '../../adapters/mqtt/frames-encoder.ts';
import { mqttAdapter } from '../../adapters/mqtt/mqtt-adapter.ts';
import { mqttConfigSchema } from '../../adapters/mqtt/mqtt-config.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import {
  EntryBatchBuilder,
  type TestDirectory,
  testDirectory,
  testGroup,
} from '../support/entry-batch.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { testSinkContext } from '../support/sink-context.ts';
import { needProgram } from './harness/c-programs.ts';
import { startOnServerCore } from './harness/cores.ts';
import { threadNanoseconds } from './harness/processor-time.ts';
import { type BenchRow, benchRow, median, type Rows } from './row.ts';

const seams = 100;
const channels = 10;
/** What 200 ms at 50 Hz bring, so that a message has 100 samples. */
const framesPerSeam = 10;
const samplesPerBatch = seams * channels * framesPerSeam;
const repetitions = 5;
const never = new AbortController().signal;

/** What a journal batch holds: values as instruments give them, with up to three decimals. */
const plant = (): { readonly directory: TestDirectory; readonly entries: EntryBatch } => {
  const points = Array.from({ length: channels }, (_, channel) => `signal${channel}`);
  const directory = testDirectory(
    Array.from({ length: seams }, (_, seam) =>
      testGroup({ equipment: `f${String(seam + 1).padStart(3, '0')}`, channels: points }),
    ),
  );
  const builder = new EntryBatchBuilder(1_000_000);
  for (let frame = 0; frame < framesPerSeam; frame += 1) {
    for (const [seam, group] of directory.groups.entries()) {
      const values: Record<string, number> = {};
      for (const [channel, point] of points.entries()) {
        const wave = Math.sin(frame / 7 + seam + channel) * 10 ** (channel % 3);
        values[point] = Math.round((180 + wave) * 1000) / 1000;
      }
      builder.frame(group, { timeMs: 1_700_000_000_000 + frame * 20, values });
    }
  }
  return { directory, entries: builder.build() };
};

/** Nanoseconds a sample that `work` takes for one batch; the median of runs of 0.1 s after one of warming up. */
const nanoseconds = (work: () => void): number => {
  const run = (): number => {
    let count = 0;
    const startNs = threadNanoseconds();
    let tookNs = 0;
    while (tookNs < 1e8) {
      work();
      count += 1;
      tookNs = threadNanoseconds() - startNs;
    }
    return tookNs / (count * samplesPerBatch);
  };
  run();
  return median(Array.from({ length: repetitions }, run));
};

const encode = (plantData: ReturnType<typeof plant>): (() => readonly Buffer[]) => {
  const { directory, entries } = plantData;
  const messages = new FrameMessages(new FramesEncoder(directory), false);
  return () => {
    messages.begin();
    for (let index = 0; index < entries.length; index += 1) {
      const group = directory.byNumber(entries.group[index] as RegisteredGroup['number']);
      if (group !== undefined) messages.add(group, index);
    }
    const limits = { history: false, maxBytes: 65_536, oversize: () => undefined };
    return Array.from(messages.messages(entries, limits), ({ payload }) => payload);
  };
};

/** The usual way: an object a sample, stringified. */
const stringify = ({ entries }: ReturnType<typeof plant>): number => {
  let bytes = 0;
  for (let index = 0; index < entries.length; index += 1) {
    const from = entries.offset[index] as number;
    const end = entries.offset[index + 1] as number;
    const t = entries.timeMs[index] as number;
    for (let at = from; at < end; at += 1) {
      bytes += JSON.stringify({ t, v: entries.values[at], s: entries.status[at], u: 'A' }).length;
    }
  }
  return bytes;
};

type Throughput = { readonly perSecond: number; readonly cpuMicroseconds: number };

const sustain = async (runMs: number, batch: () => Promise<void>): Promise<Throughput> => {
  for (let warmUp = 0; warmUp < 20; warmUp += 1) await batch();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  let count = 0;
  while (performance.now() - startMs < runMs) {
    await batch();
    count += samplesPerBatch;
  }
  const elapsedMs = performance.now() - startMs;
  const { user, system } = process.cpuUsage(cpu);
  return { perSecond: (count / elapsedMs) * 1000, cpuMicroseconds: (user + system) / count };
};

type Run = { readonly qos: 0 | 1; readonly runMs: number };

const oursThroughput = async (url: string, { qos, runMs }: Run): Promise<Throughput> => {
  const { directory, entries } = plant();
  const sink = mqttAdapter.createSink({
    id: 'bench',
    context: testSinkContext(directory),
    dataFolder: '.',
    config: mqttConfigSchema.parse({ url, qos, state: { enabled: false } }),
  });
  await sink.open(never);
  const result = await sustain(runMs, async () => {
    await sink.write({ entries, history: false }, never);
  });
  await sink.close();
  return result;
};

const publishPacket = (topic: string, payload: Buffer, packetId: number): Buffer => {
  const name = Buffer.from(topic);
  const isAcknowledged = packetId > 0;
  let rest = 2 + name.length + (isAcknowledged ? 2 : 0) + payload.length;
  const length: number[] = [];
  do {
    length.push(rest > 127 ? (rest % 128) | 0x80 : rest);
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  const id = isAcknowledged ? [packetId >> 8, packetId & 0xff] : [];
  return Buffer.concat([
    Buffer.of(isAcknowledged ? 0x32 : 0x30, ...length, name.length >> 8, name.length & 0xff),
    name,
    Buffer.from(id),
    payload,
  ]);
};

const rawConnection = async (port: number): Promise<Socket> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const clientId = Buffer.from('raw');
  const connectPacket = Buffer.concat([
    Buffer.of(0x10, 12 + clientId.length, 0, 4),
    Buffer.from('MQTT'),
    Buffer.of(4, 2, 0, 60, 0, clientId.length),
    clientId,
  ]);
  socket.write(connectPacket);
  await once(socket, 'data');
  return socket;
};

/** The limit: the same packets, built beforehand, written to a bare socket; with QoS 1 all of a batch are acknowledged. */
const rawThroughput = async (port: number, { qos, runMs }: Run): Promise<Throughput> => {
  const payloads = encode(plant())();
  const packets = payloads.map((payload, index) =>
    publishPacket('seamwatt/demo/welding/mpm01/f01/_frames', payload, qos === 1 ? index + 1 : 0),
  );
  const socket = await rawConnection(port);
  const acknowledgementBytes = 4 * packets.length;
  let heard = 0;
  let wake: () => void = () => undefined;
  socket.on('data', (chunk) => {
    heard += chunk.length;
    if (heard >= acknowledgementBytes) wake();
  });
  const result = await sustain(runMs, async () => {
    heard = 0;
    const acknowledged = new Promise<void>((resolve) => {
      wake = resolve;
    });
    socket.cork();
    let isFull = false;
    for (const packet of packets) isFull = !socket.write(packet);
    socket.uncork();
    if (qos === 1) await acknowledged;
    else if (isFull) await once(socket, 'drain');
  });
  socket.destroy();
  return result;
};

const medianOf = (runs: readonly Throughput[]): Throughput => ({
  perSecond: median(runs.map(({ perSecond }) => perSecond)),
  cpuMicroseconds: median(runs.map(({ cpuMicroseconds }) => cpuMicroseconds)),
});

/** Ours and the limit in turns. */
const measure = async (
  broker: Mosquitto,
  run: Run & { readonly turns: number },
): Promise<readonly BenchRow[]> => {
  const raws: Throughput[] = [];
  const sinks: Throughput[] = [];
  for (let turn = 0; turn < run.turns; turn += 1) {
    raws.push(await rawThroughput(broker.port, run));
    sinks.push(await oursThroughput(broker.url, run));
  }
  const raw = medianOf(raws);
  const ours = medianOf(sinks);
  return [
    benchRow({
      name: `MQTT QoS ${run.qos} beside prebuilt packets`,
      ours: ours.perSecond,
      reference: raw.perSecond,
      unit: 'samples/s',
      better: 'more',
      goal: { atLeast: run.qos === 0 ? 2_000_000 : 1_000_000 },
    }),
    benchRow({
      name: `MQTT QoS ${run.qos} beside prebuilt packets: processor`,
      ours: ours.cpuMicroseconds,
      reference: raw.cpuMicroseconds,
      unit: 'µs/sample',
      better: 'less',
      goal: { atMost: 0.5 },
    }),
  ];
};

/** The MQTT stream lane beside its limits, all of one run. */
export const rows: Rows = async ({ quick }) => {
  needProgram('mosquitto');
  const data = plant();
  const encodeBatch = encode(data);
  const bytes = encodeBatch().reduce((sum, payload) => sum + payload.length, 0) / samplesPerBatch;
  const encoding = benchRow({
    name: 'MQTT stream encoding beside JSON.stringify',
    ours: nanoseconds(encodeBatch),
    reference: nanoseconds(() => stringify(data)),
    unit: 'ns/sample',
    better: 'less',
    goal: { ratio: 4 },
    note: `${bytes.toFixed(1)} bytes a sample`,
  });
  const broker = await startOnServerCore(() => Mosquitto.start());
  try {
    const options = quick ? { runMs: 500, turns: 1 } : { runMs: 1000, turns: 3 };
    return [
      encoding,
      ...(await measure(broker, { qos: 0, ...options })),
      ...(await measure(broker, { qos: 1, ...options })),
    ];
  } finally {
    await broker.remove();
  }
};
