/**
 * Hears everything that a gateway publishes: `subscriber.ts URL frames|single`. `frames` are messages of the stream lane,
 * `single` those of the naive gateway. Commands on its standard input: `counts`, and `latencies`: milliseconds from the
 * answer of the device, which registers 0-2 tell, to here, since the last call.
 */
import { createInterface } from 'node:readline';
import { connectAsync } from 'mqtt';

const [url = '', lane = 'frames'] = process.argv.slice(2);
/** Frames, or with `single` values, and those of them that are no history. */
let rows = 0;
let messages = 0;
let latencies: number[] = [];

/** Stamps have 48 bits, so they start again every nine years; so does what they are taken from. */
const stampRange = 2 ** 48;

const latencyMs = (high: number, middle: number, low: number): number => {
  const nowUs = Math.round((performance.timeOrigin + performance.now()) * 1000) % stampRange;
  return (nowUs - (high * 2 ** 32 + middle * 2 ** 16 + low)) / 1000;
};

const seqStart = Buffer.from('"seq":[');
const stampPoint = Buffer.from('"stamp.high"');
const closeBracket = 0x5d;
const comma = 0x2c;

const countRows = (payload: Buffer): number => {
  const start = payload.indexOf(seqStart) + seqStart.length;
  const end = payload.indexOf(closeBracket, start);
  let count = 1;
  for (let at = start; at < end; at += 1) if (payload[at] === comma) count += 1;
  return count;
};

type Frames = {
  readonly points: readonly string[];
  readonly values: readonly (readonly number[])[];
};

const hearFrames = (payload: Buffer): void => {
  if (payload.indexOf('"origin":"source"') < 0) return;
  rows += countRows(payload);
  if (payload.indexOf(stampPoint) < 0) return;
  const { points, values } = JSON.parse(payload.toString()) as Frames;
  const place = points.indexOf('stamp.high');
  const [high = [], middle = [], low = []] = values.slice(place, place + 3);
  for (const [row, top] of high.entries()) {
    latencies.push(latencyMs(top, middle[row] ?? 0, low[row] ?? 0));
  }
};

const stamps = new Map<string, number[]>();

const hearSingle = (topic: string, payload: Buffer): void => {
  rows += 1;
  const [, device = '', register] = topic.split('/');
  const place = Number(register);
  if (place > 2) return;
  const stamp = stamps.get(device) ?? [];
  stamps.set(device, stamp);
  stamp[place] = (JSON.parse(payload.toString()) as { value: number }).value;
  if (place === 2) latencies.push(latencyMs(stamp[0] ?? 0, stamp[1] ?? 0, stamp[2] ?? 0));
};

const client = await connectAsync(url, { reconnectPeriod: 0 });
client.on('message', (topic, payload) => {
  messages += 1;
  if (lane === 'single') hearSingle(topic, payload);
  else hearFrames(payload);
});
await client.subscribeAsync(lane === 'single' ? 'naive/#' : '+/+/+/+/+/_frames', { qos: 0 });

const commands: Readonly<Record<string, () => unknown>> = {
  counts: () => ({ rows, messages }),
  latencies: () => {
    const since = latencies;
    latencies = [];
    return since;
  },
};
console.log('ready');
createInterface({ input: process.stdin })
  .on('line', (line) => {
    console.log(JSON.stringify(commands[line]?.()));
  })
  .once('close', () => process.exit());
