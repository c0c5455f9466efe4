import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { MqttListener } from '../../../support/mqtt-listener.ts';
import { seamTopic, testMqttSink } from '../../../support/mqtt-sink.ts';
import { Mosquitto } from '../../../support/peers/mosquitto.ts';
import { requireProgram } from '../../../support/programs.ts';

const never = new AbortController().signal;
const framesTopic = `${seamTopic}/_frames`;

const startBroker = async (): Promise<Mosquitto> => {
  const broker = await Mosquitto.start();
  onTestFinished(() => broker.remove());
  return broker;
};

requireProgram('mosquitto').describe('outages', () => {
  test('a broker killed again and again loses no acknowledged sample', async () => {
    const broker = await startBroker();
    const { sink, frames } = testMqttSink({
      url: broker.url,
      maxPayloadBytes: 1024,
      publishTimeoutMs: 2000,
    });
    // QoS 0 on purpose: what the broker passes on before it acknowledges is then in the listener's socket, out of
    // reach of the kill.
    const listener = await MqttListener.connect(broker.url, framesTopic, { resubscribe: false });
    await listener.client.unsubscribeAsync(framesTopic);
    await listener.client.subscribeAsync(framesTopic, { qos: 0 });
    const heard = new Set<number>();
    listener.client.on('message', (_topic, payload) => {
      for (const seq of (JSON.parse(payload.toString()) as { seq: number[] }).seq) heard.add(seq);
    });
    const acknowledged: number[] = [];
    let isOpen = false;
    let interrupted = 0;
    let kills = 0;
    let isDead = false;
    for (let seq = 1; acknowledged.length < 30_000; ) {
      try {
        if (!isOpen) await sink.open(never);
        isOpen = true;
        const isKill = kills < 3 && acknowledged.length >= (kills + 1) * 8000;
        if (isKill) {
          kills += 1;
          isDead = true;
        }
        const [{ accepted }] = await Promise.all([
          sink.write({ entries: frames(1000, seq), history: false }, never),
          isKill ? broker.kill() : undefined,
        ]);
        expect(accepted).toBe(1000);
        for (let index = 0; index < 1000; index += 1) acknowledged.push(seq + index);
        seq += 1000;
      } catch (error) {
        expect(error).toBeInstanceOf(GatewayError);
        expect(error).toMatchObject({ retryable: true });
        isOpen = false;
        // On a busy machine an acknowledgement may also be late: then it is only sent again.
        if (!isDead) continue;
        interrupted += 1;
        isDead = false;
        // The listener may be back before the broker has said that it is.
        const isBack = new Promise((resolve) => listener.client.once('connect', resolve));
        await broker.start();
        await isBack;
        await listener.client.subscribeAsync(framesTopic, { qos: 0 });
      }
    }
    expect(interrupted).toBe(3);
    await listener.until(() => acknowledged.every((seq) => heard.has(seq)), 'every sample');
    await sink.close();
    await listener.end();
  });

  test('a lost connection is told by the next write, with the reason', async () => {
    const broker = await startBroker();
    const { sink, frames } = testMqttSink({ url: broker.url });
    await sink.open(never);
    await broker.terminate();
    await expect(sink.write({ entries: frames(1), history: false }, never)).rejects.toMatchObject({
      code: 'CONNECTION_LOST',
      retryable: true,
      message: expect.stringContaining('broker mqtt://localhost'),
    });
    await sink.close();
  });

  test('newest values survive a restart of the broker, and are sent again to one that forgot them', async () => {
    const broker = await startBroker();
    const { sink, frames } = testMqttSink({ url: broker.url });
    await sink.open(never);
    await sink.write({ entries: frames(1, 42), history: false }, never);
    await broker.terminate();
    await broker.start();
    const kept = await MqttListener.connect(broker.url, `${seamTopic}/current`);
    await kept.until(() => kept.messages.length > 0, 'the retained value');
    expect(kept.bodies(`${seamTopic}/current`)).toMatchObject([{ v: 42 }]);
    await kept.client.publishAsync(`${seamTopic}/current`, '', { qos: 1, retain: true });
    await kept.end();

    await sink.open(never);
    await sink.write({ entries: frames(0), history: true }, never);
    const again = await MqttListener.connect(broker.url, `${seamTopic}/current`);
    await again.until(() => again.messages.length > 0, 'the value sent again');
    expect(again.bodies(`${seamTopic}/current`)).toMatchObject([{ v: 42 }]);
    await again.end();
    await sink.close();
  });

  test('the broker tells of a gateway that was killed', async () => {
    const broker = await startBroker();
    const child = spawn(process.execPath, [
      fileURLToPath(new URL('./gateway-child.ts', import.meta.url)),
      broker.url,
    ]);
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    await once(child.stdout, 'data');
    const topic = 'seamwatt/demo/_gateway/state';
    const listener = await MqttListener.connect(broker.url, topic);
    await listener.until(() => listener.messages.length === 1, 'the state');
    child.kill('SIGKILL');
    await listener.until(() => listener.messages.length === 2, 'the last will');
    expect(listener.bodies(topic)).toMatchObject([
      { state: 'online' },
      { state: 'offline', reason: 'connection-lost' },
    ]);
    const newcomer = await MqttListener.connect(broker.url, topic);
    await newcomer.until(() => newcomer.messages.length === 1, 'the retained will');
    expect(newcomer.messages[0]).toMatchObject({ retain: true });
    expect(newcomer.bodies(topic)).toMatchObject([{ state: 'offline' }]);
    await newcomer.end();
    await listener.end();
  });

  test.each([0, 1])('a broker that hangs is given up in time (QoS %i)', async (qos) => {
    const broker = await startBroker();
    const { sink, frames } = testMqttSink({
      url: broker.url,
      qos,
      publishTimeoutMs: 400,
      maxPayloadBytes: 65_536,
    });
    await sink.open(never);
    broker.pause();
    const writing = sink.write({ entries: frames(500_000), history: true }, never);
    await expect(writing).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    broker.resume();
    await sink.close();
  });

  test('no more is under way than is allowed', async () => {
    const broker = await startBroker();
    const { sink, frames, context } = testMqttSink({
      url: broker.url,
      publishTimeoutMs: 400,
      maxPayloadBytes: 1024,
      maxInFlight: 7,
    });
    await sink.open(never);
    broker.pause();
    await expect(sink.write({ entries: frames(5000), history: true }, never)).rejects.toMatchObject(
      { code: 'TIMEOUT' },
    );
    expect(context.counters['messages']).toBe(7);
    broker.resume();
    await sink.close();
  });

  test('a write can be called off', async () => {
    const broker = await startBroker();
    const { sink, frames } = testMqttSink({ url: broker.url });
    await sink.open(never);
    broker.pause();
    const abort = new AbortController();
    const writing = sink.write({ entries: frames(1), history: false }, abort.signal);
    abort.abort();
    await expect(writing).rejects.toMatchObject({ code: 'ABORTED' });
    broker.resume();
    await sink.open(never);
    expect((await sink.write({ entries: frames(1), history: false }, never)).accepted).toBe(1);
    await sink.close();
  });

  test('closing with a hanging broker takes a bounded time', async () => {
    const broker = await startBroker();
    const { sink, context } = testMqttSink({ url: broker.url });
    await sink.open(never);
    broker.pause();
    const startMs = performance.now();
    await sink.close();
    expect(performance.now() - startMs).toBeLessThan(3000);
    expect(context.logged.join()).toContain('was not told');
    broker.resume();
  });
});
