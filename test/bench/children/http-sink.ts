/**
 * An InfluxDB server that answers every write and keeps nothing but the counts. Commands on its standard input: `counts`,
 * `writes` (time and lines of each write since the last call), `down` and `up`.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

const newline = 0x0a;
let lines = 0;
let bytes = 0;
let isDown = false;
let writes: (readonly [timeMs: number, lines: number])[] = [];

const countLines = (chunk: Buffer): number => {
  let count = 0;
  for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) count += 1;
  return count;
};

const server = createServer((request, response) => {
  let own = 0;
  request.on('data', (chunk: Buffer) => {
    own += countLines(chunk);
    bytes += chunk.length;
  });
  request.on('end', () => {
    if (isDown) {
      response.writeHead(503).end();
      return;
    }
    lines += own;
    if (own > 0) writes.push([Date.now(), own]);
    response.writeHead(204).end();
  });
});

const commands: Readonly<Record<string, () => unknown>> = {
  counts: () => ({ lines, bytes }),
  writes: () => {
    const since = writes;
    writes = [];
    return since;
  },
  down: () => {
    isDown = true;
    server.closeAllConnections();
    return {};
  },
  up: () => {
    isDown = false;
    return {};
  },
};

server.listen(0, '127.0.0.1', () => {
  console.log(String((server.address() as AddressInfo).port));
});
createInterface({ input: process.stdin })
  .on('line', (line) => {
    console.log(JSON.stringify(commands[line]?.()));
  })
  .once('close', () => process.exit());
