// Our transport under the load of client.c; the same arguments, the same line of output.
import { connectTcp } from '../../../adapters/modbus/tcp-transport.ts';
import type { ReadReceiver, ReadRequest, Transport } from '../../../adapters/modbus/transport.ts';

const registers = 125;
const [port, connections, inFlight, seconds] = process.argv.slice(2).map(Number);
if (port === undefined || connections === undefined || inFlight === undefined) {
  throw new Error('usage: client.ts PORT CONNECTIONS IN_FLIGHT SECONDS');
}

const request: ReadRequest = {
  unitId: 1,
  functionCode: 3,
  address: 0,
  quantity: registers,
  timeoutMs: 1000,
};
const values = new Float64Array(registers);
let requests = 0;
let isOver = false;

class Load implements ReadReceiver {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  answered(buffer: Buffer, offset: number): void {
    for (let i = 0; i < registers; i += 1) {
      const at = offset + 2 * i;
      values[i] = ((buffer[at] as number) << 8) | (buffer[at + 1] as number);
    }
    requests += 1;
    if (!isOver) this.#transport.read(request, this);
  }

  failed(error: Error): void {
    if (!isOver) throw error;
  }
}

const transports: Transport[] = [];
for (let i = 0; i < connections; i += 1) {
  const signal = new AbortController().signal;
  const transport = await connectTcp({
    host: '127.0.0.1',
    port,
    connectTimeoutMs: 1000,
    maxInFlight: inFlight,
    signal,
    count: () => undefined,
  });
  transports.push(transport);
}
for (const transport of transports) {
  for (let i = 0; i < inFlight; i += 1) transport.read(request, new Load(transport));
}
await new Promise((resolve) => setTimeout(resolve, 500));
const cpu = process.cpuUsage();
const startMs = performance.now();
const before = requests;
await new Promise((resolve) => setTimeout(resolve, (seconds ?? 2) * 1000));
const elapsedMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(cpu);
const count = requests - before;
isOver = true;
for (const transport of transports) transport.close();
process.stdout.write(
  `${JSON.stringify({ perSecond: Math.round((count / elapsedMs) * 1000), cpuMicroseconds: Number(((user + system) / count).toFixed(3)) })}\n`,
);
