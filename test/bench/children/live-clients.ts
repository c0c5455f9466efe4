/**
 * As many browsers at the live feed, each with what a page asks for: all points twice a second, and those that an operator of
 * the line looks at ten times a second. `live-clients.ts URL CLIENTS`. Commands on its standard input: `counts` gives messages
 * and bytes of all of them so far; `check` how old the gateway's time in the newest message of each is at most, in ms, and how
 * many points the first client knows.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';

const [url = '', clients = '1'] = process.argv.slice(2);
const feed = new URL('/api/v1/live', url);
feed.protocol = 'ws:';

const subscriptions = [
  { type: 'subscribe', id: 'page', points: ['*/*/*/*/*/*'], intervalMs: 500 },
  {
    ...{ type: 'subscribe', id: 'operator', intervalMs: 100 },
    points: [
      ...['current', 'voltage', 'wireFeedSpeed', 'gasFlow', 'arcOn', 'seamFound'],
      ...['offsetY', 'offsetZ', 'confidence', 'heatInput', 'trackingRms', 'arcStabilityNow'],
    ]
      .map((point) => `welding/mpm01/*/${point}`)
      .concat('welding/mpm01/line/*'),
  },
  { type: 'follow' },
];

let messages = 0;
let bytes = 0;
const newest: Buffer[] = [];
const known = new Set<number>();

const values = /^\{"type":"values"/;

const hear = (client: number, data: Buffer): void => {
  messages += 1;
  bytes += data.length;
  if (!values.test(data.subarray(0, 16).toString('latin1'))) return;
  newest[client] = data;
  if (client !== 0) return;
  const message = JSON.parse(data.toString()) as { values: [number][] };
  for (const [number] of message.values) known.add(number);
};

for (let client = 0; client < Number(clients); client += 1) {
  const socket = new WebSocket(feed, { perMessageDeflate: false });
  socket.on('message', (data) => hear(client, data as Buffer));
  await once(socket, 'open');
  for (const subscription of subscriptions) socket.send(JSON.stringify(subscription));
}

const check = (): object => {
  const ages = newest.map((data) => {
    const nowMs = Number(/"nowMs":(\d+)/.exec(data.subarray(0, 100).toString())?.[1]);
    return Date.now() - nowMs;
  });
  return { clients: ages.length, oldestMs: Math.max(...ages), points: known.size };
};

const commands: Readonly<Record<string, () => unknown>> = {
  counts: () => ({ messages, bytes }),
  check,
};
console.log('ready');
createInterface({ input: process.stdin })
  .on('line', (line) => {
    console.log(JSON.stringify(commands[line]?.()));
  })
  .once('close', () => process.exit());
