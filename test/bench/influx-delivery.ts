import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { LineEncoder } from '../../adapters/influxdb/line-encoder.ts';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, testDirectory, testGroup } from '../support/entry-batch.ts';
import { createTestSink } from '../support/influxdb-sink.ts';
import { startInfluxd } from '../support/peers/influxd.ts';
import { startVictoriaMetrics } from '../support/peers/victoria-metrics.ts';
import { findProgram } from '../support/programs.ts';
import { MissingProgram } from './harness/c-programs.ts';
import { startOnServerCore } from './harness/cores.ts';
import { type BenchRow, benchRow, median, type Rows } from './row.ts';

const seamCount = 20;
const batchLines = 5_000;
const warmUpRounds = 4;
const startMs = 1_700_000_000_000;
const points = Array.from({ length: 12 }, (_, index) => `point${index}`);
const directory = testDirectory(
  Array.from({ length: seamCount }, (_, seam) =>
    testGroup({ equipment: `f${seam}`, channels: points, equipmentClass: 'bench' }),
  ),
);

/** A batch that no other batch overlaps. */
const createBatch = (number: number): EntryBatch => {
  const builder = new EntryBatchBuilder();
  for (let line = 0; line < batchLines; line += 1) {
    const values = points.map((point, channel) => [point, ((line * 7 + channel) % 3_000) / 10]);
    const frame = number * batchLines + line;
    builder.frame(directory.groups[line % seamCount] as RegisteredGroup, {
      timeMs: startMs + Math.floor(frame / seamCount) * 20,
      values: Object.fromEntries(values),
    });
  }
  return builder.build();
};

const post = async (url: string, agent: Agent, body: Buffer): Promise<void> => {
  const outgoing = request(url, { method: 'POST', agent });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 204) throw new Error(`answered ${response.statusCode}`);
};

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startNs = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - startNs) / 1e9;
};

/** The sink, batch by batch, in turn with bodies that were encoded before: the most that this server takes. */
const measure = async (
  url: string,
  { name, rounds }: { readonly name: string; readonly rounds: number },
): Promise<BenchRow> => {
  const config = { version: 1, url, database: 'bench', createDatabase: true };
  const { sink, write } = createTestSink({ ...config, maxBodyBytes: 8_000_000 }, directory);
  const options = { directory, enterprise: 'seamwatt', site: 'demo', simulated: false };
  const encoder = new LineEncoder(options);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const path = `${url}/write?db=bench&precision=ns`;
  const ours: number[] = [];
  const prebuilt: number[] = [];
  // Made before anything is measured, so that collecting their garbage is not.
  const pairs = Array.from({ length: warmUpRounds + rounds }, (_, round) => ({
    batch: createBatch(2 * round),
    body: Buffer.from(encoder.encode(createBatch(2 * round + 1)).bytes),
  }));
  for (const [round, { batch, body }] of pairs.entries()) {
    const runs = [
      async () => ours.push(await timed(() => write(batch))),
      async () => prebuilt.push(await timed(() => post(path, agent, body))),
    ];
    for (const run of round % 2 === 0 ? runs : runs.reverse()) await run();
  }
  const rate = (seconds: readonly number[]): number =>
    batchLines / median(seconds.slice(warmUpRounds));
  await sink.close();
  agent.destroy();
  return benchRow({
    name: `Lines of 12 fields to ${name}, beside bodies built before`,
    ours: rate(ours),
    reference: rate(prebuilt),
    unit: 'lines/s',
    better: 'more',
    goal: { ratio: 0.9 },
  });
};

type RunningServer = { readonly url: string; stop(): Promise<void> };

const servers: Readonly<Record<string, (program: string) => Promise<RunningServer>>> = {
  influxd: (program) => startInfluxd({ program }),
  'victoria-metrics': (program) => startVictoriaMetrics({ program }),
};

/** Delivery to real servers; one that is not on this machine has no row. */
export const rows: Rows = async ({ quick }) => {
  const found: BenchRow[] = [];
  for (const [name, start] of Object.entries(servers)) {
    const program = findProgram(name);
    if (program === undefined) continue;
    const server = await startOnServerCore(() => start(program));
    try {
      found.push(await measure(server.url, { name, rounds: quick ? 6 : 16 }));
    } finally {
      await server.stop();
    }
  }
  if (found.length === 0) throw new MissingProgram(Object.keys(servers).join(' or '));
  return found;
};
