import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LiveFailure, LiveValues } from '../../../gateway/api/live-contract.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import { EntryBatchBuilder } from '../../support/entry-batch.ts';
import { kpi, signals, startTestApi, type TestApi } from '../../support/gateway-view.ts';

describe('live feed', () => {
  let api: TestApi;

  beforeAll(async () => {
    api = await startTestApi();
  });

  afterAll(() => api.close());

  type Feed = {
    readonly next: () => Promise<LiveValues | LiveFailure>;
    readonly send: (message: unknown) => void;
    readonly close: () => void;
  };

  const open = async (): Promise<Feed> => {
    const url = new URL('/api/v1/live', api.server.url);
    url.protocol = 'ws:';
    const socket = new WebSocket(url);
    const arrived: (LiveValues | LiveFailure)[] = [];
    let wake = (): void => undefined;
    socket.addEventListener('message', (event) => {
      arrived.push(JSON.parse(String(event.data)));
      wake();
    });
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve, { once: true });
      socket.addEventListener('error', reject, { once: true });
    });
    const next = async (): Promise<LiveValues | LiveFailure> => {
      for (;;) {
        const message = arrived.shift();
        if (message !== undefined) return message;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return {
      next,
      send: (message) => socket.send(JSON.stringify(message)),
      close: () => socket.close(),
    };
  };

  it('sends all that was asked for at once, then only what is new, and a sign of life', async () => {
    const feed = await open();
    feed.send({
      type: 'subscribe',
      points: ['welding/mpm01/*/heatInput', '*/*/*/*/*/state'],
      intervalMs: 100,
    });
    const first = await feed.next();
    expect(first).toMatchObject({ type: 'values', nowMs: 5000 });
    expect((first as LiveValues).values.map(([number]) => number)).toEqual([
      signals.pointNumbers[2],
      kpi.pointNumbers[0],
    ]);
    expect(await feed.next()).toEqual({ type: 'values', nowMs: 5000, values: [] });
    api.view.latest.read(
      new EntryBatchBuilder().frame(kpi, { timeMs: 5000, values: { heatInput: 0.37 } }).build(),
    );
    let message = (await feed.next()) as LiveValues;
    while (message.values.length === 0) message = (await feed.next()) as LiveValues;
    expect(message.values).toEqual([[kpi.pointNumbers[0], 5000, 0.37, 0]]);
    feed.close();
  });

  it('says what is wrong with a request and goes on', async () => {
    const feed = await open();
    feed.send({ type: 'subscribe', points: [], intervalMs: 5 });
    expect(await feed.next()).toEqual({
      type: 'error',
      message:
        'points: found an empty list, expected a list of at least 1 item; intervalMs: found 5, expected at least 100',
      words: {
        en: expect.stringContaining('an empty list'),
        zh: 'points：发现空列表，应为项数不小于 1 的列表；intervalMs：发现 5，应为不小于 100 的数',
      },
    });
    const values = { current: { value: 228, status: statusCodes.badTimeout } };
    api.view.latest.read(new EntryBatchBuilder().frame(signals, { timeMs: 4000, values }).build());
    feed.send({ type: 'subscribe', points: ['*/*/*/*/*/current'], intervalMs: 100 });
    expect(await feed.next()).toMatchObject({
      values: [[signals.pointNumbers[0], 4000, null, statusCodes.badTimeout]],
    });
    feed.close();
  });
});
