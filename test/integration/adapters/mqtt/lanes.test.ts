import { afterAll, beforeAll, expect, test } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import { EntryBatchBuilder } from '../../../support/entry-batch.ts';
import { MqttListener } from '../../../support/mqtt-listener.ts';
import { seamTopic, testMqttSink } from '../../../support/mqtt-sink.ts';
import { Mosquitto } from '../../../support/peers/mosquitto.ts';
import { requireProgram } from '../../../support/programs.ts';

const never = new AbortController().signal;
const { describe } = requireProgram('mosquitto');

describe.each([{ version: '3.1.1' }, { version: 5 }])('over MQTT $version', ({ version }) => {
  let broker: Mosquitto;
  beforeAll(async () => {
    broker = await Mosquitto.start();
  });
  afterAll(() => broker.remove());

  test('samples, newest values and events arrive, each on its lane', async () => {
    const { sink, seam, directory, context } = testMqttSink({ url: broker.url, version });
    const listener = await MqttListener.connect(broker.url, '#');
    await sink.open(never);
    const batch = new EntryBatchBuilder(7)
      .frame(seam, { timeMs: 1000, values: { current: 181.5, panelId: directory.intern('P-1') } })
      .record({
        type: 'event',
        timeMs: 1005,
        event: {
          code: 'source-lost',
          severity: 'warning',
          subject: 'plc',
          text: { en: 'Source plc is lost', zh: '数据源 plc 已断开' },
          details: { attempt: 3 },
        },
      })
      .record({ type: 'tick', timeMs: 1010, watermarkMs: 0, dayStartMs: 0 })
      .frame(seam, {
        timeMs: 1020,
        values: { current: { value: 0, status: statusCodes.badTimeout }, gap: 1.25 },
      })
      .build();
    expect(await sink.write({ entries: batch, history: false }, never)).toEqual({
      accepted: 4,
      rejected: [],
    });
    await listener.until(() => listener.messages.length >= 6, 'six messages');
    expect(listener.bodies(`${seamTopic}/_frames`)).toMatchObject([
      {
        history: false,
        seq: [7, 10],
        t: [1000, 1020],
        values: [
          [181.5, null],
          [null, 1.25],
          ['P-1', null],
        ],
        status: { current: [[1, statusCodes.badTimeout]] },
      },
    ]);
    expect(listener.bodies(`${seamTopic}/current`)).toEqual([
      { t: 1020, v: null, s: statusCodes.badTimeout, u: 'A' },
    ]);
    expect(listener.bodies(`${seamTopic}/gap`)).toEqual([{ t: 1020, v: 1.25, s: 0, u: 'mm' }]);
    expect(listener.bodies(`${seamTopic}/panelId`)).toEqual([{ t: 1000, v: 'P-1', s: 0, u: '1' }]);
    expect(listener.bodies('seamwatt/demo/_events')).toEqual([
      {
        v: 1,
        seq: 8,
        t: 1005,
        code: 'source-lost',
        severity: 'warning',
        subject: 'plc',
        text: { en: 'Source plc is lost', zh: '数据源 plc 已断开' },
        details: { attempt: 3 },
        history: false,
        simulated: false,
      },
    ]);
    expect(context.counters['messages']).toBe(5);
    await sink.close();
    await listener.end();
  });

  test('a newcomer finds the newest values and the gateway state, and no samples', async () => {
    const { sink, frames } = testMqttSink({ url: broker.url, version });
    await sink.open(never);
    await sink.write({ entries: frames(1, 55), history: false }, never);
    const newcomer = await MqttListener.connect(broker.url, 'seamwatt/#');
    await newcomer.until(
      () => newcomer.bodies(`${seamTopic}/current`)[0]?.['v'] === 55,
      'the retained value',
    );
    expect(newcomer.bodies('seamwatt/demo/_gateway/state')).toMatchObject([
      { state: 'online', simulated: false },
    ]);
    expect(newcomer.messages.every(({ retain }) => retain)).toBe(true);
    expect(newcomer.bodies(`${seamTopic}/_frames`)).toEqual([]);
    await sink.close();
    await newcomer.end();
  });

  test('history goes on the stream, flagged, and never on the state lane', async () => {
    const { sink, frames } = testMqttSink({ url: broker.url, version });
    const listener = await MqttListener.connect(broker.url, `${seamTopic}/+`);
    const before = listener.bodies(`${seamTopic}/current`).length;
    await sink.open(never);
    await sink.write({ entries: frames(3, 900), history: true }, never);
    await listener.until(() => listener.bodies(`${seamTopic}/_frames`).length > 0, 'the frames');
    expect(listener.bodies(`${seamTopic}/_frames`)).toMatchObject([
      { history: true, seq: [900, 901, 902] },
    ]);
    await sink.close();
    expect(listener.bodies(`${seamTopic}/current`)).toHaveLength(before);
    await listener.end();
  });

  test('lanes can be switched off', async () => {
    const { sink, frames } = testMqttSink({
      url: broker.url,
      version,
      stream: { enabled: false },
      events: { enabled: false },
      state: { enabled: false },
    });
    const listener = await MqttListener.connect(broker.url, 'seamwatt/demo/welding/#');
    await listener.until(() => listener.messages.every(({ retain }) => retain), 'retained ones');
    const before = listener.messages.length;
    await sink.open(never);
    expect(await sink.write({ entries: frames(3), history: false }, never)).toEqual({
      accepted: 3,
      rejected: [],
    });
    await sink.close();
    expect(listener.messages.slice(before).filter(({ retain }) => !retain)).toEqual([]);
    await listener.end();
  });

  test('what can never be read is rejected, and the rest is delivered', async () => {
    const { sink, seam, directory, frames } = testMqttSink({
      url: broker.url,
      version,
      maxPayloadBytes: 1024,
    });
    const listener = await MqttListener.connect(broker.url, `${seamTopic}/_frames`);
    await sink.open(never);
    const text = directory.intern('x'.repeat(2000));
    const unknown = { ...seam, number: 77 as typeof seam.number };
    const batch = new EntryBatchBuilder()
      .frame(seam, { timeMs: 1, values: { current: 1 } })
      .frame(unknown, { timeMs: 2, values: { current: 2 } })
      .frame(seam, { timeMs: 3, values: { panelId: text } })
      .frame({ ...seam, channels: seam.channels.slice(1) }, { timeMs: 4, values: { gap: 1 } })
      .frame(seam, { timeMs: 5, values: { current: 5 } })
      .build();
    const { accepted, rejected } = await sink.write({ entries: batch, history: true }, never);
    expect(accepted).toBe(2);
    expect(rejected).toEqual([
      { index: 1, reason: 'no group has the number 77' },
      { index: 2, reason: expect.stringMatching(/^the frame takes 2\d{3} bytes, .* 1024$/) },
      { index: 3, reason: 'the frame has 2 channels, group signals has 3' },
    ]);
    await sink.write({ entries: frames(1, 9), history: true }, never);
    const heard = (): unknown[] =>
      listener.bodies(`${seamTopic}/_frames`).flatMap(({ seq }) => seq as number[]);
    await listener.until(() => heard().includes(9), 'the last frame');
    expect(heard()).toEqual([1, 5, 9]);
    await sink.close();
    await listener.end();
  });

  test('leaving in peace says so, and the last will stays silent', async () => {
    const { sink } = testMqttSink({ url: broker.url, version });
    const listener = await MqttListener.connect(broker.url, 'seamwatt/demo/_gateway/state');
    const states = (): unknown[] =>
      listener.messages
        .filter(({ retain }) => !retain)
        .map(({ text }) => {
          const { state, reason } = JSON.parse(text) as Record<string, unknown>;
          return [state, reason];
        });
    await sink.open(never);
    await sink.close();
    await sink.close();
    await listener.until(() => states().length >= 2, 'two states');
    const second = testMqttSink({ url: broker.url, version });
    await second.sink.open(never);
    await listener.until(() => states().length >= 3, 'the next birth');
    expect(states()).toEqual([
      ['online', undefined],
      ['offline', 'stopped'],
      ['online', undefined],
    ]);
    await second.sink.close();
    await listener.end();
  });

  test('QoS 0 delivers too', async () => {
    const { sink, frames } = testMqttSink({
      url: broker.url,
      version,
      qos: 0,
      maxPayloadBytes: 1024,
    });
    const listener = await MqttListener.connect(broker.url, `${seamTopic}/_frames`);
    await sink.open(never);
    await sink.write({ entries: frames(2000, 1), history: true }, never);
    const count = (): number =>
      listener.bodies(`${seamTopic}/_frames`).reduce((sum, { seq }) => sum + (seq as []).length, 0);
    await listener.until(() => count() >= 2000, 'all frames');
    expect(count()).toBe(2000);
    expect(listener.messages.every(({ qos }) => qos === 0)).toBe(true);
    await sink.close();
    await listener.end();
  });
});
