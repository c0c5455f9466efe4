import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiServer, startApi } from '../../../gateway/api/server.ts';
import { frameEntry } from '../../../gateway/core/entry.ts';
import { GatewayError } from '../../../gateway/core/error.ts';
import type { Sink } from '../../../gateway/core/sink.ts';
import type { Source } from '../../../gateway/core/source.ts';
import { startGateway } from '../../../gateway/runtime/gateway.ts';
import type { RunningGateway } from '../../../gateway/runtime/gateway-parts.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { freePort } from '../../support/free-port.ts';
import { plainGroup } from '../../support/journal.ts';
import { journalOptions, silentLog } from '../../support/journal-options.ts';
import { noReloads } from '../../support/no-reloads.ts';
import { runCli } from '../../unit/gateway/cli/cli-fixture.ts';

// Method: a gateway over a source that gives a frame each 10 ms and a sink whose moods the test decides.
const site = { enterprise: 'seamwatt', site: 'demo', timeZone: 'UTC', simulated: true };
const soon = { timeout: 10_000, interval: 20 };

type Refusal = { readonly id: number; readonly reason: string; readonly samples: unknown };

describe('what a sink did not take', () => {
  let folder: string;
  let gateway: RunningGateway;
  let api: ApiServer;
  let mood: 'takes' | 'fails' | 'refuses' = 'takes';

  const source: Source = {
    id: 'plc',
    groups: [plainGroup('f01', 1)],
    run: async ({ emit, clock, signal, connected }) => {
      connected();
      const participant = clock.join('reads');
      for (let count = 0; !signal.aborted; count += 1) {
        const frame = { groupIndex: 0, timeMs: clock.nowMs(), receivedMs: clock.nowMs() };
        emit({ ...frame, values: Float64Array.of(count), status: Uint32Array.of(0) });
        await participant.sleepUntil(clock.monotonicMs() + 10, signal);
      }
      participant.leave();
    },
  };

  const sink: Sink = {
    id: 'database',
    open: async () => {
      if (mood === 'fails') throw lost();
    },
    write: async ({ entries }) => {
      if (mood === 'fails') throw lost();
      const index = mood === 'refuses' ? entries.kind.indexOf(frameEntry) : -1;
      const rejected = index < 0 ? [] : [{ index, reason: 'field type conflict' }];
      return { accepted: entries.length - rejected.length, rejected };
    },
    close: async () => undefined,
  };

  const lost = (): GatewayError =>
    new GatewayError('CONNECTION_LOST', 'connection reset', { retryable: true });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seamwatt-deliveries-'));
    gateway = await startGateway({
      ...{ version: '0.0.0-test', site, siteName: { en: 'demo', zh: 'demo' } },
      ...{ configurationId: 'test', sources: [source], computedGroups: [], sections: {} },
      sinks: [
        {
          ...{ id: 'database', kind: 'test', maxBatchEntries: 100, timeoutMs: 5000 },
          create: () => sink,
        },
      ],
      journal: journalOptions(join(folder, 'journal'), {}),
      snapshotMs: 60_000,
      ticks: { periodMs: 1000, allowedLatenessMs: 1000 },
      log: silentLog,
      createClock: () => systemClock,
    });
    const { view, deliveries } = gateway;
    api = await startApi({
      ...{ view, deliveries, log: silentLog, pageFolder: folder, version: '1', reloads: noReloads },
      ...{ host: '127.0.0.1', port: 0 },
    });
  });

  afterAll(async () => {
    await api.close();
    await gateway.stop();
    await rm(folder, { recursive: true });
  });

  const at = (path: string): URL => new URL(`/api/v1/sinks/database/${path}`, api.url);
  const get = async <T>(path: string): Promise<T> => (await (await fetch(at(path))).json()) as T;
  const post = async (path: string, body: unknown) => {
    const response = await fetch(at(path), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  };
  const balance = () => gateway.view.status().sinks[0]?.balance;

  it('is told in a receipt once what waited is delivered', async () => {
    mood = 'fails';
    await expect.poll(() => gateway.view.status().sinks[0]?.state, soon).toBe('down');
    await expect.poll(() => balance()?.waiting, soon).toBeGreaterThan(50);
    mood = 'takes';
    await expect.poll(() => get<unknown[]>('receipts'), soon).toHaveLength(1);
    const [receipt] = await get<Record<string, number>[]>('receipts?limit=5');
    expect(receipt).toMatchObject({ sinkId: 'database', quarantined: 0, lost: 0 });
    expect(receipt?.['buffered']).toBeGreaterThan(50);
    expect(receipt?.['delivered']).toBe(receipt?.['buffered']);
    expect(receipt?.['toMs']).toBeGreaterThan(receipt?.['fromMs'] as number);
  });

  it('is listed with its content, sent again, or dropped', async () => {
    mood = 'refuses';
    await expect
      .poll(async () => (await get<Refusal[]>('quarantine')).length, soon)
      .toBeGreaterThanOrEqual(3);
    const held = (await get<Refusal[]>('quarantine')).slice(0, 3);
    expect(held[0]).toMatchObject({
      reason: 'field type conflict',
      subject: 'seamwatt/demo/welding/mpm01/f01#signals',
      samples: [{ point: 'c0', value: expect.any(Number), status: 'Good' }],
    });
    const ids = held.map(({ id }) => id);
    expect(await get<Refusal[]>(`quarantine?afterId=${ids[0]}&limit=1`)).toMatchObject([
      { id: ids[1] },
    ]);
    const refused = await post('quarantine/retry', { ids: [ids[0]] });
    expect(refused.body).toEqual({
      delivered: 0,
      refused: [{ id: ids[0], reason: 'field type conflict' }],
    });
    mood = 'takes';
    const taken = await post('quarantine/retry', { ids: ids.slice(0, 2) });
    expect(taken).toEqual({ status: 200, body: { delivered: 2, refused: [] } });
    expect(await post('quarantine/drop', { ids: [...ids, 1_000_000] })).toMatchObject({
      body: { dropped: 1 },
    });
    const left = await get<Refusal[]>('quarantine');
    expect(left.filter(({ id }) => ids.includes(id))).toEqual([]);
    expect(balance()).toMatchObject({ dropped: 1, lost: 0, quarantined: left.length });
  });

  it('cannot be sent again while the sink takes nothing, and that is said', async () => {
    mood = 'fails';
    await expect.poll(() => gateway.view.status().sinks[0]?.state, soon).toBe('down');
    const answer = await post('quarantine/retry', { ids: [1] });
    expect(answer).toMatchObject({
      status: 503,
      body: { error: { message: expect.stringContaining('connection reset') } },
    });
    mood = 'takes';
  });

  it('is seen to from a terminal', async () => {
    await expect.poll(() => gateway.view.status().sinks[0]?.state, soon).toBe('up');
    const quarantine = (...argv: string[]) => runCli(['quarantine', ...argv, '--url', api.url]);
    await expect
      .poll(async () => (await quarantine('list', '--json')).out.length, soon)
      .toBeGreaterThan(0);
    const [first] = (await quarantine('list', '--json')).out.map((line) => JSON.parse(line));
    expect(first).toMatchObject({ sinkId: 'database', reason: 'field type conflict' });
    const shown = await quarantine('list', 'database', '--lang', 'zh');
    expect(shown.out[0]).toMatch(/^输出 +编号/);
    expect(shown.out.join('\n')).toContain('field type conflict');
    mood = 'refuses';
    const again = await quarantine('retry', 'database', '--ids', String(first.id));
    expect(again).toMatchObject({
      code: 3,
      out: ['0 entries delivered, 1 refused again.', `  ${first.id}  field type conflict`],
    });
    mood = 'takes';
    const taken = await quarantine('retry', 'database', '--ids', String(first.id));
    expect(taken).toMatchObject({ code: 0, out: ['1 entry delivered, 0 refused again.'] });
    const dropped = await quarantine('drop', 'database', '--all', '--json');
    expect(dropped.code).toBe(0);
    expect((await quarantine('list')).out).toEqual(['Nothing is in quarantine.']);
    expect(await quarantine('drop', 'database')).toMatchObject({
      code: 2,
      errors: ['say which: --ids 1,2,3 or --all'],
    });
    expect(await quarantine('list', 'nobody')).toMatchObject({
      code: 1,
      errors: [expect.stringContaining('no sink nobody')],
    });
    expect(await quarantine('list', 'nobody', '--lang', 'zh')).toMatchObject({
      errors: [expect.stringContaining('（没有输出 nobody：/api/v1/sinks 可列出全部）')],
    });
  });

  it('is told in Chinese when it cannot be asked for or sent again', async () => {
    mood = 'fails';
    await expect.poll(() => gateway.view.status().sinks[0]?.state, soon).toBe('down');
    const retry = ['quarantine', 'retry', 'database', '--ids', '1', '--lang', 'zh', '--url'];
    expect((await runCli([...retry, api.url])).errors.join()).toMatch(
      /对方目前无法提供服务（输出 database 已中断：连接已中断（connection reset）/,
    );
    mood = 'takes';
    const nobody = `http://127.0.0.1:${await freePort()}`;
    expect((await runCli([...retry, nobody])).errors.join()).toContain(
      `无法建立连接（${nobody} 没有网关应答：`,
    );
  });

  it('is asked for in words that are checked', async () => {
    expect((await post('quarantine/drop', { ids: [] })).status).toBe(400);
    expect((await post('quarantine/drop', { all: true })).status).toBe(400);
    expect((await get<unknown>('quarantine?limit=5000')) as object).toHaveProperty('error');
    const unknown = await fetch(new URL('/api/v1/sinks/nobody/receipts', api.url));
    expect(unknown.status).toBe(404);
    const foreign = await fetch(at('quarantine/drop'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'http://attacker.example' },
      body: JSON.stringify({ ids: [1] }),
    });
    expect(foreign.status).toBe(403);
  });
});
