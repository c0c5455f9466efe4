import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { EntryBatch } from '../../../../gateway/core/entry.ts';
import type { WriteResult } from '../../../../gateway/core/sink.ts';
import { makeCertificates } from '../../../support/certificates.ts';
import { EntryBatchBuilder } from '../../../support/entry-batch.ts';
import { freePort } from '../../../support/free-port.ts';
import { MqttListener } from '../../../support/mqtt-listener.ts';
import { seamTopic, testMqttSink } from '../../../support/mqtt-sink.ts';
import { Mosquitto, type MosquittoOptions } from '../../../support/peers/mosquitto.ts';
import { requireProgram } from '../../../support/programs.ts';

const never = new AbortController().signal;
const { describe } = requireProgram('mosquitto');

const startBroker = async (options: MosquittoOptions): Promise<Mosquitto> => {
  const broker = await Mosquitto.start(options);
  onTestFinished(() => broker.remove());
  return broker;
};

describe('a broker with a password', () => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await Mosquitto.start({ user: { name: 'gw', password: 'right' } });
  });
  afterAll(() => broker.remove());

  test.each([{ version: '3.1.1' }, { version: 5 }])('takes the right one ($version)', async (v) => {
    const { sink, frames } = testMqttSink({
      url: broker.url,
      ...v,
      username: 'gw',
      password: 'right',
    });
    await sink.open(never);
    expect((await sink.write({ entries: frames(1), history: false }, never)).accepted).toBe(1);
    await sink.close();
  });

  test.each([
    { version: '3.1.1', username: 'gw', password: 'wrong' },
    { version: 5, username: 'gw', password: 'wrong' },
    { version: '3.1.1' },
    { version: 5 },
  ])('refuses $username with $password ($version), in words', async (config) => {
    const { sink } = testMqttSink({ url: broker.url, ...config });
    await expect(sink.open(never)).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      message: expect.stringMatching(/^sink broker: broker mqtt:.* refused the credentials: /),
    });
    await sink.close();
  });
});

describe('a broker with an access list', () => {
  test('its refusals come back entry by entry, with its reason', async () => {
    const broker = await startBroker({
      accessList: ['topic write seamwatt/demo/_gateway/#', 'topic write +/+/+/+/+/_frames'],
    });
    const { sink, seam } = testMqttSink({ url: broker.url });
    await sink.open(never);
    const batch = new EntryBatchBuilder()
      .frame(seam, { timeMs: 1, values: { current: 1 } })
      .record({
        type: 'event',
        timeMs: 2,
        event: { code: 'x', severity: 'info', subject: 'y', text: { en: 'a', zh: 'b' } },
      })
      .build();
    expect(await sink.write({ entries: batch, history: true }, never)).toEqual({
      accepted: 1,
      rejected: [{ index: 1, reason: 'Publish error: Not authorized (code 135)' }],
    });
    await sink.close();
  });

  test('a refused newest value is counted and logged, and rejects no entry', async () => {
    const broker = await startBroker({
      accessList: ['topic write seamwatt/demo/_gateway/#', 'topic write +/+/+/+/+/_frames'],
    });
    const { sink, frames, context } = testMqttSink({ url: broker.url });
    await sink.open(never);
    expect(await sink.write({ entries: frames(1), history: false }, never)).toEqual({
      accepted: 1,
      rejected: [],
    });
    expect(context.counters['refused_states']).toBe(1);
    expect(context.logged.join()).toContain('Not authorized');
    await sink.close();
  });
});

describe('a broker with limits', () => {
  test('payloads stay below what it accepts, and a frame above it is rejected', async () => {
    const broker = await startBroker({ settings: ['max_packet_size 2000'] });
    const { sink, seam, directory, frames } = testMqttSink({ url: broker.url });
    await sink.open(never);
    expect(await sink.write({ entries: frames(500), history: true }, never)).toEqual({
      accepted: 500,
      rejected: [],
    });
    const text = directory.intern('x'.repeat(1900));
    const batch = new EntryBatchBuilder()
      .frame(seam, { timeMs: 1, values: { panelId: text } })
      .build();
    const { rejected } = await sink.write({ entries: batch, history: true }, never);
    expect(rejected).toMatchObject([{ index: 0, reason: expect.stringContaining('1488') }]);
    await sink.close();
  });

  // Mosquitto closes the connection of a 3.1.1 client over a large packet; over a large payload it answers an MQTT 5
  // client with a reason code that MQTT does not allow in a PUBACK, which ends the connection from our side.
  test.each([
    { version: '3.1.1', setting: 'max_packet_size 2000' },
    { version: 5, setting: 'message_size_limit 1900' },
  ])('a limit that shows only in lost connections is found ($setting)', async (limit) => {
    const broker = await startBroker({ settings: [limit.setting] });
    const { version } = limit;
    const { sink, seam, directory, frames } = testMqttSink({ url: broker.url, version });
    const listener = await MqttListener.connect(broker.url, `${seamTopic}/_frames`);
    let losses = 0;
    const deliver = async (entries: EntryBatch): Promise<WriteResult> => {
      for (;;) {
        try {
          return await sink.write({ entries, history: true }, never);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CONNECTION_LOST', retryable: true });
          losses += 1;
          expect(losses).toBeLessThan(20);
          await sink.open(never);
        }
      }
    };
    await sink.open(never);
    expect(await deliver(frames(500))).toEqual({ accepted: 500, rejected: [] });
    const text = directory.intern('x'.repeat(3000));
    const batch = new EntryBatchBuilder(501)
      .frame(seam, { timeMs: 1, values: { current: 501 } })
      .frame(seam, { timeMs: 2, values: { panelId: text } })
      .frame(seam, { timeMs: 3, values: { current: 503 } })
      .build();
    const { accepted, rejected } = await deliver(batch);
    expect(accepted).toBe(2);
    expect(rejected.map(({ index }) => index)).toEqual([1]);
    const heard = (): Set<unknown> =>
      new Set(
        listener.bodies(`${seamTopic}/_frames`).flatMap(({ seq }) => seq as readonly number[]),
      );
    await listener.until(() => heard().size === 502, 'every frame but the large one');
    expect(heard().has(502)).toBe(false);
    await sink.close();
    await listener.end();
  });
});

describe('TLS', () => {
  let mutual: Mosquitto;
  let plain: Mosquitto;
  let elsewhere: string;
  beforeAll(async () => {
    mutual = await Mosquitto.start({ tls: 'mutual' });
    plain = await Mosquitto.start();
    elsewhere = mkdtempSync(join(tmpdir(), 'seamwatt-ca-'));
  });
  afterAll(async () => {
    await mutual.remove();
    await plain.remove();
    rmSync(elsewhere, { recursive: true });
  });
  const certificates = () => {
    const files = mutual.certificates;
    if (files === undefined) throw new Error('the broker has no certificates');
    const { caFile, clientCertificateFile: certFile, clientKeyFile: keyFile } = files;
    return { caFile, certFile, keyFile };
  };

  test.each([{ version: '3.1.1' }, { version: 5 }])(
    'with both certificates ($version)',
    async (v) => {
      const { sink, frames } = testMqttSink({ url: mutual.url, ...v, tls: certificates() });
      await sink.open(never);
      expect((await sink.write({ entries: frames(1), history: false }, never)).accepted).toBe(1);
      await sink.close();
    },
  );

  test('by address, when the certificate carries the name that is expected', async () => {
    const url = `mqtts://127.0.0.1:${mutual.port}`;
    const { sink } = testMqttSink({ url, tls: { ...certificates(), serverName: 'localhost' } });
    await sink.open(never);
    await sink.close();
  });

  test.each([
    [
      'an authority that did not sign the broker',
      () => ({ caFile: makeCertificates(elsewhere).caFile }),
    ],
    ['no authority of our own', () => ({})],
    ['another name than the certificate has', () => ({ ...certificates(), serverName: 'other' })],
    ['no certificate of the client', () => ({ caFile: certificates().caFile })],
  ])('refuses with %s', async (_what, tls) => {
    const { sink } = testMqttSink({ url: mutual.url, tls: tls() });
    await expect(sink.open(never)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      message: expect.stringContaining('could not agree on TLS'),
    });
  });

  test('a file that is not there is named', async () => {
    const { sink } = testMqttSink({ url: mutual.url, tls: { caFile: '/nowhere/ca.pem' } });
    await expect(sink.open(never)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('/nowhere/ca.pem'),
    });
  });

  test('never falls back to plain text', async () => {
    const url = `mqtts://localhost:${plain.port}`;
    const { sink } = testMqttSink({ url, connectTimeoutMs: 3000 });
    await expect(sink.open(never)).rejects.toMatchObject({ retryable: true });
  });
});

describe('a broker that is not there', () => {
  test('is named with the reason', async () => {
    const { sink } = testMqttSink({ url: `mqtt://127.0.0.1:${await freePort()}` });
    await expect(sink.open(never)).rejects.toMatchObject({
      code: 'CONNECTION_FAILED',
      retryable: true,
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('that takes the connection and says nothing is given up in time, or when asked', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = { url: `mqtt://127.0.0.1:${port}`, connectTimeoutMs: 150 };
    await expect(testMqttSink(config).sink.open(never)).rejects.toMatchObject({ code: 'TIMEOUT' });
    const abort = new AbortController();
    const opening = testMqttSink({ ...config, connectTimeoutMs: 60_000 }).sink.open(abort.signal);
    await once(server, 'connection');
    abort.abort();
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' });
    server.close();
  });
});
