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

/** `ours` and `reference` in `unit`. */
type BenchRow = {
  readonly name: string;
  readonly ours: number;
  readonly reference: number;
  /** How many times ours is better. */
  readonly ratio: number;
  readonly unit: string;
  readonly goal: string;
};

const seams = 100;
const channels = 10;
/** What 200 ms at 50 Hz bring, so that a message has 100 samples. */
const framesPerSeam = 10;
const samplesPerBatch = seams * channels * framesPerSeam;
const runMs = 1500;
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

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

/** Nanoseconds a sample that `work` takes for one batch; the median of runs of 0.2 s after one of warming up. */
const nanoseconds = (work: () => void): number => {
  const once200Ms = (): number => {
    let count = 0;
    const start = process.hrtime.bigint();
    let elapsed = 0n;
    while (elapsed < 200_000_000n) {
      work();
      count += 1;
      elapsed = process.hrtime.bigint() - start;
    }
    return Number(elapsed) / (count * samplesPerBatch);
  };
  once200Ms();
  return median(Array.from({ length: repetitions }, once200Ms));
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

const sustain = async (batch: () => Promise<void>): Promise<Throughput> => {
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

const oursThroughput = async (url: string, qos: 0 | 1): Promise<Throughput> => {
  const { directory, entries } = plant();
  const sink = mqttAdapter.createSink({
    id: 'bench',
    context: testSinkContext(directory),
    dataFolder: '.',
    config: mqttConfigSchema.parse({ url, qos, state: { enabled: false } }),
  });
  await sink.open(never);
  const result = await sustain(async () => {
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
const rawThroughput = async (port: number, qos: 0 | 1): Promise<Throughput> => {
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
  const result = await sustain(async () => {
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

const rate = (name: string, ours: number, reference: number, goal: string): BenchRow => ({
  name,
  ours: Math.round(ours),
  reference: Math.round(reference),
  ratio: ours / reference,
  unit: 'samples/s',
  goal,
});

/** The MQTT stream lane beside its limits, all of one run. Needs mosquitto. */
export const rows = async (): Promise<readonly BenchRow[]> => {
  const data = plant();
  const encodeBatch = encode(data);
  const bytes = encodeBatch().reduce((sum, payload) => sum + payload.length, 0) / samplesPerBatch;
  const ours = nanoseconds(encodeBatch);
  const reference = nanoseconds(() => stringify(data));
  const result: BenchRow[] = [
    {
      name: `MQTT stream encoding (${bytes.toFixed(1)} bytes a sample) beside JSON.stringify`,
      ours: Math.round(ours * 10) / 10,
      reference: Math.round(reference * 10) / 10,
      ratio: reference / ours,
      unit: 'ns/sample',
      goal: 'at least 4 times faster',
    },
  ];
  const broker = await Mosquitto.start();
  for (const [qos, goal] of [
    [0, 'at least 2 000 000 samples/s'],
    [1, 'at least 1 000 000 samples/s'],
  ] as const) {
    const raw = await rawThroughput(broker.port, qos);
    const sink = await oursThroughput(broker.url, qos);
    result.push(
      rate(`MQTT QoS ${qos} beside prebuilt packets`, sink.perSecond, raw.perSecond, goal),
    );
    result.push({
      name: `MQTT QoS ${qos} processor time beside prebuilt packets`,
      ours: Math.round(sink.cpuMicroseconds * 1000) / 1000,
      reference: Math.round(raw.cpuMicroseconds * 1000) / 1000,
      ratio: raw.cpuMicroseconds / sink.cpuMicroseconds,
      unit: 'µs/sample',
      goal: 'at most 0.5 µs/sample',
    });
  }
  await broker.remove();
  return result;
};

if (import.meta.main) console.table(await rows());
