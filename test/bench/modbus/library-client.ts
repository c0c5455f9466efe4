// The load of client.c by modbus-serial: the same arguments, the same line of output.
import ModbusSerial from 'modbus-serial';

const registers = 125;
const [port, connections, inFlight, seconds] = process.argv.slice(2).map(Number);
if (port === undefined || connections === undefined || inFlight === undefined) {
  throw new Error('usage: library-client.ts PORT CONNECTIONS IN_FLIGHT SECONDS');
}

type Client = InstanceType<typeof ModbusSerial.default>;

const values = new Float64Array(registers);
let requests = 0;
let isOver = false;

const load = async (client: Client): Promise<void> => {
  while (!isOver) {
    const { data } = await client.readHoldingRegisters(0, registers);
    for (let i = 0; i < registers; i += 1) values[i] = data[i] as number;
    requests += 1;
  }
};

const clients: Client[] = [];
for (let i = 0; i < connections; i += 1) {
  const client = new ModbusSerial.default();
  await client.connectTCP('127.0.0.1', { port });
  client.setID(1);
  client.setTimeout(1000);
  clients.push(client);
}
const loads = clients.flatMap((client) => Array.from({ length: inFlight }, () => load(client)));
await new Promise((resolve) => setTimeout(resolve, 500));
const cpu = process.cpuUsage();
const startMs = performance.now();
const before = requests;
await new Promise((resolve) => setTimeout(resolve, (seconds ?? 2) * 1000));
const elapsedMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(cpu);
const count = requests - before;
isOver = true;
await Promise.all(loads);
for (const client of clients) client.destroy(() => undefined);
process.stdout.write(
  `${JSON.stringify({ perSecond: Math.round((count / elapsedMs) * 1000), cpuMicroseconds: Number(((user + system) / count).toFixed(3)) })}\n`,
);
