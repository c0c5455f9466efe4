import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { LiveFailure, LiveState, LiveValues } from '../../../gateway/api/live-contract.ts';
import { LatestValues } from '../../../gateway/runtime/latest-values.ts';
import { EntryBatchBuilder } from '../../support/entry-batch.ts';
import {
  directory,
  diskIsFull,
  kpi,
  signals,
  startTestApi,
  type TestApi,
} from '../../support/gateway-view.ts';
import { noReloads } from '../../support/no-reloads.ts';

type Message = LiveValues | LiveState | LiveFailure;

const withinMs = 10_000;
const [currentNumber, panelIdNumber] = signals.pointNumbers;

class Browser {
  readonly socket: WebSocket;
  readonly heard: Message[] = [];
  bytes = 0;

  constructor(api: TestApi) {
    const url = new URL('/api/v1/live', api.server.url);
    url.protocol = 'ws:';
    this.socket = new WebSocket(url);
    this.socket.on('message', (data) => {
      const text = String(data);
      this.bytes += text.length;
      this.heard.push(JSON.parse(text) as Message);
    });
  }

  static async open(api: TestApi): Promise<Browser> {
    const browser = new Browser(api);
    await once(browser.socket, 'open', { signal: AbortSignal.timeout(withinMs) });
    return browser;
  }

  ask(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** What each message gave of a point, in the order in which it came. */
  valuesOf(number: number | undefined): readonly unknown[] {
    return this.heard.flatMap((message) =>
      message.type === 'values'
        ? message.values.filter(([of]) => of === number).map(([, , value]) => value)
        : [],
    );
  }

  all<Type extends Message['type']>(type: Type): readonly Extract<Message, { type: Type }>[] {
    return this.heard.filter((message) => message.type === type) as never;
  }
}

const all = { type: 'subscribe', points: ['*/*/*/*/*/*'], intervalMs: 100 };
const eventually = { timeout: withinMs, interval: 20 };

describe('clients of the live feed that ask for the same', () => {
  let api: TestApi;
  let configurationId = 'first';
  /** How often the text of a string value was looked up: once for each time that it is encoded. */
  let lookups = 0;
  let timeMs = 1000;

  beforeEach(async () => {
    configurationId = 'first';
    timeMs = 1000;
    api = await startTestApi({
      live: { maxUnreadBytes: 65_536, maxPoints: 5 },
      reloads: Object.defineProperty({ ...noReloads }, 'configurationId', {
        get: () => configurationId,
      }),
    });
    const { text } = api.view;
    Object.assign(api.view, {
      text: (id: number) => {
        lookups += 1;
        return text(id);
      },
    });
    tell({ current: 1, panelId: directory.intern('P-1') });
    lookups = 0;
  });

  afterEach(() => api.close());

  const tell = (values: Record<string, number>): void => {
    timeMs += 10;
    api.view.latest.read(new EntryBatchBuilder().frame(signals, { timeMs, values }).build());
  };

  it('share one scan: a value is put into words once for all of them', async () => {
    const browsers = await Promise.all([1, 2, 3, 4].map(() => Browser.open(api)));
    for (const browser of browsers) browser.ask(all);
    const texts = () => browsers.map((browser) => browser.valuesOf(panelIdNumber));
    await expect.poll(texts, eventually).toEqual(browsers.map(() => ['P-1']));
    expect(lookups).toBe(1);
    tell({ panelId: directory.intern('P-2') });
    await expect.poll(texts, eventually).toEqual(browsers.map(() => ['P-1', 'P-2']));
    expect(lookups).toBe(2);
  });

  it('get all values when they join later, and from then on what the others get', async () => {
    const early = await Browser.open(api);
    early.ask(all);
    await expect.poll(() => early.valuesOf(currentNumber), eventually).toEqual([1]);
    tell({ current: 2 });
    await expect.poll(() => early.valuesOf(currentNumber), eventually).toEqual([1, 2]);
    const late = await Browser.open(api);
    late.ask(all);
    await expect.poll(() => late.valuesOf(currentNumber), eventually).toEqual([2]);
    expect(late.valuesOf(panelIdNumber)).toEqual(['P-1']);
    tell({ current: 3 });
    await expect.poll(() => late.valuesOf(currentNumber), eventually).toEqual([2, 3]);
    await expect.poll(() => early.valuesOf(currentNumber), eventually).toEqual([1, 2, 3]);
    expect(early.valuesOf(panelIdNumber)).toEqual(['P-1']);
  });

  it('do not wait for one that does not read: it gets fewer messages, then what is current', async () => {
    const [slow, quick] = [await Browser.open(api), await Browser.open(api)];
    for (const browser of [slow, quick]) browser.ask(all);
    await expect.poll(() => slow.valuesOf(currentNumber), eventually).toEqual([1]);
    slow.socket.pause();
    const megabyte = 'x'.repeat(2 ** 20);
    // Far more than what the sockets of two processes hold.
    for (let turn = 2; turn <= 40; turn += 1) {
      tell({ current: turn, panelId: directory.intern(`${turn} ${megabyte}`) });
      await expect.poll(() => quick.valuesOf(currentNumber).at(-1), eventually).toBe(turn);
    }
    const missed = quick.bytes - slow.bytes;
    slow.socket.resume();
    await expect.poll(() => slow.valuesOf(currentNumber).at(-1), eventually).toBe(40);
    const seen = slow.valuesOf(currentNumber).length;
    expect(quick.valuesOf(currentNumber)).toHaveLength(40);
    expect(seen).toBeLessThan(30);
    expect(missed).toBeGreaterThan(38 * 2 ** 20);
    expect(quick.bytes - slow.bytes).toBeGreaterThan(10 * 2 ** 20);
    tell({ current: 41 });
    await expect.poll(() => slow.valuesOf(currentNumber).at(-1), eventually).toBe(41);
  });

  it('get all of their points once more after a change of the configuration', async () => {
    const [one, two] = [await Browser.open(api), await Browser.open(api)];
    for (const browser of [one, two]) browser.ask({ ...all, id: 'page' });
    await expect.poll(() => two.valuesOf(currentNumber), eventually).toEqual([1]);
    const latest = new LatestValues([signals]);
    latest.takeOver(api.view.latest);
    Object.assign(api.view, { latest });
    await expect.poll(() => one.valuesOf(currentNumber), eventually).toEqual([1, 1]);
    await expect.poll(() => two.valuesOf(panelIdNumber), eventually).toEqual(['P-1', 'P-1']);
    tell({ current: 2 });
    await expect.poll(() => one.valuesOf(currentNumber), eventually).toEqual([1, 1, 2]);
    expect(one.all('values').every(({ id }) => id === 'page')).toBe(true);
    const ofKpi = one
      .all('values')
      .filter(({ values }) => values.some(([number]) => number === kpi.pointNumbers[0]));
    expect(ofKpi).toHaveLength(1);
  });

  it('have several subscriptions, told apart by their names, and end them', async () => {
    const browser = await Browser.open(api);
    const subscribe = (id: string, point: string): void =>
      browser.ask({ type: 'subscribe', id, points: [`*/*/*/*/*/${point}`], intervalMs: 100 });
    subscribe('a', 'current');
    subscribe('b', 'panelId');
    const ids = () => new Set(browser.all('values').map(({ id }) => id));
    await expect.poll(ids, eventually).toEqual(new Set(['a', 'b']));
    browser.ask({ type: 'unsubscribe', id: 'a' });
    tell({ current: 2, panelId: directory.intern('P-9') });
    await expect.poll(() => browser.valuesOf(panelIdNumber), eventually).toEqual(['P-1', 'P-9']);
    expect(browser.valuesOf(currentNumber)).toEqual([1]);
  });

  it('are told when a subscription has more points than are allowed, and of nothing else then', async () => {
    await api.close();
    api = await startTestApi({ live: { maxPoints: 4 } });
    const browser = await Browser.open(api);
    browser.ask({ ...all, id: 'everything' });
    browser.ask({ ...all, id: 'some', points: ['*/*/*/*/*/current'] });
    await expect.poll(() => browser.all('values').length, eventually).toBeGreaterThan(2);
    expect(browser.all('error').map(({ message }) => message)).toEqual([
      'points: 5 match, and a subscription has at most 4: ask for fewer',
    ]);
    expect(browser.all('values').every(({ id }) => id === 'some')).toBe(true);
  });

  it('are closed when they ask without end, and have so many subscriptions at most', async () => {
    const browser = await Browser.open(api);
    for (let id = 0; id < 17; id += 1) browser.ask({ ...all, id: String(id) });
    await expect.poll(() => browser.all('error').length, eventually).toBe(1);
    expect(browser.all('error')[0]?.words.zh).toContain('16');
    const closed = once(browser.socket, 'close', { signal: AbortSignal.timeout(withinMs) });
    for (let turn = 0; turn < 60; turn += 1) browser.ask({ type: 'unsubscribe', id: 'none' });
    expect((await closed)[0]).toBe(1008);
  });

  it('who follow the state learn at once of events, readiness and another configuration', async () => {
    const browser = await Browser.open(api);
    browser.ask({ type: 'follow' });
    const newest = () => {
      const { type, nowMs, ...state } = browser.all('state').at(-1) ?? {};
      return state;
    };
    const good = { ready: true, reasons: [], configurationId: 'first', newestEventSeq: 0 };
    await expect.poll(newest, eventually).toEqual(good);
    api.view.ready = false;
    const full = { ...good, ready: false, reasons: [diskIsFull] };
    await expect.poll(newest, eventually).toEqual(full);
    configurationId = 'second';
    const changed = { ...full, configurationId: 'second' };
    await expect.poll(newest, eventually).toEqual(changed);
    const text = { en: 'lost', zh: '丢失' };
    const event = { code: 'source-lost', severity: 'error', subject: 'plc', text } as const;
    api.view.newest.read(
      new EntryBatchBuilder().record({ type: 'event', timeMs: 4000, event }).build(),
    );
    await expect.poll(newest, eventually).toEqual({ ...changed, newestEventSeq: 1 });
    expect(browser.all('state')).toHaveLength(4);
  });
});
