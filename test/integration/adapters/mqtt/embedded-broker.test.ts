import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type EmbeddedBroker,
  startEmbeddedBroker,
} from '../../../../adapters/mqtt/embedded-broker.ts';
import { MqttListener } from '../../../support/mqtt-listener.ts';
import { seamTopic, testMqttSink } from '../../../support/mqtt-sink.ts';
import { createTestLog } from '../../../support/test-log.ts';

const never = new AbortController().signal;
const loopback = { host: '127.0.0.1', port: 0 };
let broker: EmbeddedBroker;

beforeEach(async () => {
  broker = await startEmbeddedBroker({ ...loopback, log: createTestLog(), maxConnections: 5 });
});
afterEach(() => broker.close());

const sinkConfig = () => {
  const { url, username, password } = broker;
  return { url, username, password, version: '3.1.1' };
};

test('the gateway publishes and anybody reads, newest values included', async () => {
  const { sink, frames } = testMqttSink(sinkConfig());
  const listener = await MqttListener.connect(broker.url, '#');
  await sink.open(never);
  expect(await sink.write({ entries: frames(3), history: false }, never)).toEqual({
    accepted: 3,
    rejected: [],
  });
  await listener.until(() => listener.messages.length >= 3, 'birth, frames and state');
  expect(listener.bodies(`${seamTopic}/_frames`)).toMatchObject([{ seq: [1, 2, 3] }]);
  const newcomer = await MqttListener.connect(broker.url, `${seamTopic}/+`);
  await newcomer.until(() => newcomer.messages.length > 0, 'the retained value');
  expect(newcomer.bodies(`${seamTopic}/current`)).toMatchObject([{ v: 3 }]);
  await sink.close();
  await listener.until(() => listener.messages.length >= 4, 'the goodbye');
  expect(listener.bodies('seamwatt/demo/_gateway/state').at(-1)).toMatchObject({
    state: 'offline',
    reason: 'stopped',
  });
  await newcomer.end();
  await listener.end();
});

test('nobody else publishes: neither a message nor a last will gets through', async () => {
  const listener = await MqttListener.connect(broker.url, '#');
  const stranger = await connectAsync(broker.url, {
    reconnectPeriod: 0,
    will: { topic: 'seamwatt/demo/will', payload: Buffer.from('x'), qos: 0, retain: true },
  });
  const closed = new Promise<void>((resolve) => stranger.once('close', () => resolve()));
  stranger.publish('seamwatt/demo/_gateway/state', 'fake', { retain: true });
  await closed;
  const { sink } = testMqttSink(sinkConfig());
  await sink.open(never);
  await listener.until(() => listener.messages.length >= 1, 'the birth');
  await sink.close();
  await listener.until(() => listener.messages.length >= 2, 'the goodbye');
  expect(new Set(listener.messages.map(({ topic }) => topic))).toEqual(
    new Set(['seamwatt/demo/_gateway/state']),
  );
  expect(listener.messages.map(({ text }) => text)).not.toContain('fake');
  await listener.end();
});

test.each([
  ['a wrong password', () => ({ username: broker.username, password: 'wrong' })],
  ['a wrong user', () => ({ username: 'someone', password: broker.password })],
  ['a user without a password', () => ({ username: broker.username })],
])('%s is refused, in words', async (_what, credentials) => {
  const { sink } = testMqttSink({ url: broker.url, version: '3.1.1', ...credentials() });
  await expect(sink.open(never)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
});

test('a stranger cannot take over the connection of the gateway by its client id', async () => {
  const { sink, frames } = testMqttSink({ ...sinkConfig(), clientId: 'the-gateway' });
  await sink.open(never);
  await expect(
    connectAsync(broker.url, { clientId: 'the-gateway', reconnectPeriod: 0 }, false),
  ).rejects.toThrow();
  expect((await sink.write({ entries: frames(1), history: false }, never)).accepted).toBe(1);
  await sink.close();
});

test('MQTT 5 is refused with what to do about it', async () => {
  const { sink } = testMqttSink({ ...sinkConfig(), version: 5 });
  await expect(sink.open(never)).rejects.toMatchObject({
    code: 'PROTOCOL',
    message: expect.stringContaining('set version'),
  });
});

test('an absent subscriber costs nothing: its session ends with its connection', async () => {
  const reader = { clientId: 'reader', clean: false } as const;
  const first = await MqttListener.connect(broker.url, '#', reader);
  await first.end();
  const { sink, frames } = testMqttSink({ ...sinkConfig(), state: { enabled: false } });
  await sink.open(never);
  await sink.write({ entries: frames(3), history: false }, never);
  const second = await MqttListener.connect(broker.url, '#', reader);
  await second.until(() => second.messages.length > 0, 'the retained state of the gateway');
  await sink.write({ entries: frames(1, 10), history: false }, never);
  await second.until(() => second.bodies(`${seamTopic}/_frames`).length > 0, 'the next frame');
  expect(second.bodies(`${seamTopic}/_frames`)).toMatchObject([{ seq: [10] }]);
  await sink.close();
  await second.end();
});

test('connections beyond the limit are closed', async () => {
  const clients: MqttClient[] = [];
  for (let count = 0; count < 5; count += 1) {
    clients.push(await connectAsync(broker.url, { reconnectPeriod: 0 }));
  }
  await expect(connectAsync(broker.url, { reconnectPeriod: 0 }, false)).rejects.toThrow();
  for (const client of clients) await client.endAsync(true);
});

test('a packet above the limit is cut off while it is announced', async () => {
  const socket = connectSocket(broker.port, '127.0.0.1');
  await once(socket, 'connect');
  const closed = once(socket, 'close');
  socket.on('error', () => socket.destroy());
  // A PUBLISH that says that 200 MB follow.
  socket.write(Buffer.of(0x30, 0x80, 0xa8, 0xd7, 0x5f));
  await closed;
  const listener = await MqttListener.connect(broker.url, '#');
  await listener.end();
});

test('more subscriptions than a reader can need are refused', async () => {
  const reader = await connectAsync(broker.url, { reconnectPeriod: 0 });
  const topics = Array.from({ length: 101 }, (_, index) => `seamwatt/${index}`);
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('closed')));
  const granted = reader.subscribeAsync(topics).then(() => 'granted');
  expect(await Promise.race([closed, granted])).toBe('closed');
  await reader.endAsync(true);
});

test('every start has credentials of its own', async () => {
  const other = await startEmbeddedBroker({ ...loopback, log: createTestLog() });
  expect(other.password).not.toBe(broker.password);
  expect(other.password.length).toBeGreaterThanOrEqual(32);
  await other.close();
});

test.each(['0.0.0.0', '192.168.1.10', '::', 'example.org', '127.0.0.1.example.org', '127.0.0.256'])(
  'another address than loopback is refused: %s',
  async (host) => {
    await expect(
      startEmbeddedBroker({ host, port: 0, log: createTestLog() }),
    ).rejects.toMatchObject({
      code: 'LISTEN_FAILED',
      retryable: false,
      message: expect.stringContaining('no sign-in'),
    });
  },
);

test('a taken port is named', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(
    startEmbeddedBroker({ host: '127.0.0.1', port, log: createTestLog() }),
  ).rejects.toMatchObject({
    code: 'LISTEN_FAILED',
    message: `the embedded broker cannot listen on port ${port} of 127.0.0.1: another program has it; stop that one, or set broker.port`,
  });
  server.close();
});

test('closing disconnects everybody, frees the port, and may be repeated', async () => {
  const listener = await MqttListener.connect(broker.url, '#', { reconnectPeriod: 0 });
  const { sink } = testMqttSink(sinkConfig());
  await sink.open(never);
  const closed = new Promise<void>((resolve) => listener.client.once('close', () => resolve()));
  await broker.close();
  await broker.close();
  await closed;
  const again = await startEmbeddedBroker({
    host: '127.0.0.1',
    port: broker.port,
    log: createTestLog(),
  });
  await again.close();
  await sink.close();
  await listener.end();
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((face) => face?.address === '::1');

test.skipIf(!hasIpv6)('runs on IPv6 loopback too', async () => {
  const six = await startEmbeddedBroker({ host: '::1', port: 0, log: createTestLog() });
  const listener = await MqttListener.connect(six.url, '#');
  await listener.end();
  await six.close();
});
