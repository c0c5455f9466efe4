/**
 * A gateway as one writes it in an afternoon, to compare with: modbus-serial, setInterval, one JSON message per register.
 * It maps, checks, computes, journals and serves nothing. `naive-gateway.ts BROKER_URL READS`, with the reads as JSON.
 */
import ModbusSerial from 'modbus-serial';
import { connectAsync } from 'mqtt';

type Read = {
  readonly port: number;
  readonly unitId: number;
  readonly address: number;
  readonly count: number;
  readonly periodMs: number;
};

const [url = '', reads = '[]'] = process.argv.slice(2);
const broker = await connectAsync(url);
// Without it every burst waits for the delayed acknowledgement of the last, and the comparison would be of that alone.
if ('setNoDelay' in broker.stream && typeof broker.stream.setNoDelay === 'function') {
  broker.stream.setNoDelay(true);
}

for (const [device, read] of (JSON.parse(reads) as readonly Read[]).entries()) {
  const client = new ModbusSerial.default();
  await client.connectTCP('127.0.0.1', { port: read.port });
  client.setID(read.unitId);
  client.setTimeout(1000);
  const poll = async (): Promise<void> => {
    const { data } = await client.readHoldingRegisters(read.address, read.count);
    const time = Date.now();
    for (const [register, value] of data.entries()) {
      broker.publish(
        `naive/${device}/${register}`,
        JSON.stringify({ time, value, quality: 'good' }),
      );
    }
  };
  setInterval(() => void poll(), read.periodMs);
}
console.log('ready');
process.stdin.once('end', () => process.exit()).resume();
