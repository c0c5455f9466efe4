import { expect, test } from 'vitest';
import { mqttConfigSchema } from '../../../../adapters/mqtt/mqtt-config.ts';

test('a URL alone is enough', () => {
  expect(mqttConfigSchema.parse({ url: 'mqtt://broker:1883' })).toEqual({
    url: 'mqtt://broker:1883',
    version: 5,
    qos: 1,
    keepAliveMs: 30_000,
    connectTimeoutMs: 10_000,
    publishTimeoutMs: 10_000,
    maxInFlight: 100,
    maxPayloadBytes: 65_536,
    state: { enabled: true, periodMs: 1000 },
    stream: { enabled: true },
    events: { enabled: true },
  });
});

test.each([
  ['no scheme', { url: 'broker:1883' }, 'url'],
  ['another scheme', { url: 'http://broker' }, 'url'],
  ['no host', { url: 'mqtt://' }, 'url'],
  ['a path', { url: 'mqtt://broker/mqtt' }, 'url'],
  ['a port that there is not', { url: 'mqtt://broker:70000' }, 'url'],
  ['a password in the URL', { url: 'mqtt://gw:secret@broker' }, 'url'],
  ['certificates without TLS', { url: 'mqtt://broker', tls: { caFile: 'ca.pem' } }, 'url'],
  ['a certificate without its key', { url: 'mqtts://b', tls: { certFile: 'c.pem' } }, 'tls'],
  ['a password without a user', { url: 'mqtt://broker', password: 'secret' }, 'username'],
  ['QoS 2', { url: 'mqtt://broker', qos: 2 }, 'qos'],
  ['MQTT 4', { url: 'mqtt://broker', version: 4 }, 'version'],
  ['a space in the client id', { url: 'mqtt://broker', clientId: 'a b' }, 'clientId'],
  ['an unbounded window', { url: 'mqtt://broker', maxInFlight: 100_000 }, 'maxInFlight'],
])('refuses %s', (_what, config, key) => {
  const { error } = mqttConfigSchema.safeParse(config);
  expect(error?.issues.map(({ path }) => path[0])).toEqual([key]);
});
