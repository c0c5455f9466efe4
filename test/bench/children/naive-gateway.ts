/**
 * A gateway as one writes it in an afternoon, to compare with: modbus-serial, setInterval, one JSON message per register.
 * It maps, checks, computes, journals and serves nothing. `naive-gateway.ts BROKER_URL PERIOD_MS REGISTERS PORT...`, a
 * device for each port.
 */
import ModbusSerial from 'modbus-serial';
import { connectAsync } from 'mqtt';

const [url = '', period, registers, ...ports] = process.argv.slice(2);
const broker = await connectAsync(url);
broker.stream.on('error', () => undefined);
// Without it every burst waits for the delayed acknowledgement of the last, and the comparison would be of that alone.
if ('setNoDelay' in broker.stream && typeof broker.stream.setNoDelay === 'function') {
  broker.stream.setNoDelay(true);
}

for (const [device, port] of ports.entries()) {
  const client = new ModbusSerial.default();
  await client.connectTCP('127.0.0.1', { port: Number(port) });
  client.setID(1);
  client.setTimeout(1000);
  const poll = async (): Promise<void> => {
    const { data } = await client.readHoldingRegisters(0, Number(registers));
    const time = Date.now();
    for (const [register, value] of data.entries()) {
      broker.publish(
        `naive/${device}/${register}`,
        JSON.stringify({ time, value, quality: 'good' }),
      );
    }
  };
  setInterval(() => void poll(), Number(period));
}
console.log('ready');
process.stdin.once('end', () => process.exit()).resume();
