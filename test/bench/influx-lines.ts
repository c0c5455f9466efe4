import { InfluxDB, type IPoint } from 'influx';
import { LineEncoder } from '../../adapters/influxdb/line-encoder.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../support/entry-batch.ts';
import { threadNanoseconds } from './harness/processor-time.ts';
import { type BenchRow, benchRow, type Goal, median, type Rows } from './row.ts';

const seamCount = 20;
const lineCount = 5_000;
const startMs = 1_700_000_000_000;
// In the order of the alphabet, in which the package sends them, so that all three encode the very same bytes.
const points = [
  ...['arcEnergy', 'arcOnTime', 'arcPower', 'confidence', 'current', 'gap', 'gasFlow'],
  ...['nozzleTemperature', 'offsetY', 'offsetZ', 'voltage', 'wireFeedSpeed'],
];

const directory = testDirectory(
  Array.from({ length: seamCount }, (_, seam) =>
    testGroup({ equipment: `f${String(seam + 1).padStart(2, '0')}`, channels: points }),
  ),
);

/** Readings as devices send them: scaled integers of up to six digits. */
const reading = (line: number, channel: number): number =>
  ((line * 7_919 + channel * 104_729) % 300_000) / 1_000;

const createBatch = (): EntryBatch => {
  const builder = new EntryBatchBuilder();
  for (let line = 0; line < lineCount; line += 1) {
    const group = directory.groups[line % seamCount] as RegisteredGroup;
    const values = points.map((point, channel) => [point, reading(line, channel)]);
    const timeMs = startMs + Math.floor(line / seamCount) * 20;
    builder.frame(group, { timeMs, values: Object.fromEntries(values) });
  }
  return builder.build();
};

const withTemplates = (entries: EntryBatch): Buffer => {
  const lines: string[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    const { equipment, equipmentClass, channels } = directory.groups[
      (entries.group[index] as number) - 1
    ] as RegisteredGroup;
    const { enterprise, site, area, line } = equipment;
    const first = entries.offset[index] as number;
    const fields = channels.map(
      ({ point }, channel) => `${point}=${entries.values[first + channel]}`,
    );
    lines.push(
      `${equipmentClass},area=${area},enterprise=${enterprise},equipment=${equipment.equipment},` +
        `line=${line},site=${site} ${fields.join(',')} ${entries.timeMs[index]}000000`,
    );
  }
  return Buffer.from(`${lines.join('\n')}\n`);
};

/** The package as one would use it, with its way to the network cut off behind the encoding. */
const createLibraryEncoder = (): ((entries: EntryBatch) => Buffer) => {
  const influx = new InfluxDB({ database: 'bench' });
  let body = '';
  const pool = {
    discard: (request: { readonly body: string }) => {
      body = request.body;
      return Promise.resolve();
    },
  };
  Reflect.set(influx, '_pool', pool);
  return (entries) => {
    const given: IPoint[] = [];
    for (let index = 0; index < entries.length; index += 1) {
      const group = directory.groups[(entries.group[index] as number) - 1] as RegisteredGroup;
      const first = entries.offset[index] as number;
      const fields: Record<string, number> = {};
      for (const [channel, { point }] of group.channels.entries()) {
        fields[point] = entries.values[first + channel] as number;
      }
      const { area, enterprise, equipment, line, site } = group.equipment;
      given.push({
        measurement: group.equipmentClass,
        tags: { area, enterprise, equipment, line, site },
        fields,
        timestamp: `${entries.timeMs[index]}000000`,
      });
    }
    void influx.writePoints(given);
    return Buffer.from(`${body}\n`);
  };
};

/** Processor time is counted in ticks of some milliseconds, so that only longer runs tell. */
const leastNs = 4e7;

const lineNanoseconds = (encode: (entries: EntryBatch) => Buffer, entries: EntryBatch): number => {
  const startNs = threadNanoseconds();
  let lines = 0;
  let tookNs = 0;
  while (tookNs < leastNs) {
    encode(entries);
    lines += lineCount;
    tookNs = threadNanoseconds() - startNs;
  }
  return tookNs / lines;
};

/** Median ns a line of each, taken in turn so that what else the machine does hits all alike. */
const measure = (
  encoders: readonly ((entries: EntryBatch) => Buffer)[],
  { entries, rounds }: { readonly entries: EntryBatch; readonly rounds: number },
): number[] => {
  const samples = encoders.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, encode] of encoders.entries()) {
      const tookNs = lineNanoseconds(encode, entries);
      // The first round warms up.
      if (round >= 0) samples[index]?.push(tookNs);
    }
  }
  return samples.map(median);
};

/** Encoding of lines with 12 fields and 5 tags, against the package `influx` and against template strings. */
export const rows: Rows = async ({ quick }) => {
  const entries = createBatch();
  const encoder = new LineEncoder({
    directory,
    enterprise: 'seamwatt',
    site: 'demo',
    simulated: false,
  });
  const ours = (batch: EntryBatch): Buffer => encoder.encode(batch).bytes;
  const library = createLibraryEncoder();
  for (const reference of [withTemplates, library]) {
    if (!reference(entries).equals(ours(entries))) throw new Error('the encoders disagree');
  }
  const [oursNs = 0, templatesNs = 0, libraryNs = 0] = measure([ours, withTemplates, library], {
    entries,
    rounds: quick ? 5 : 11,
  });
  const row = (name: string, reference: number, goal: Goal): BenchRow =>
    benchRow({ name, ours: oursNs, reference, unit: 'ns/line', better: 'less', goal });
  return [
    row('InfluxDB line of 12 fields, beside the package influx', libraryNs, {
      ratio: 15,
      atMost: 400,
    }),
    row('InfluxDB line of 12 fields, beside template strings', templatesNs, { ratio: 6 }),
  ];
};
