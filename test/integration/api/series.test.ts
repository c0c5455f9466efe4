import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import * as contract from '../../../gateway/api/series-contract.ts';
import { statusCodes } from '../../../gateway/core/quality.ts';
import type { RawSamples } from '../../../gateway/journal/history/history.ts';
import type { RawQuery } from '../../../gateway/journal/history/history-contract.ts';
import { directory, kpi, signals, startTestApi, type TestApi } from '../../support/gateway-view.ts';

type Series = z.infer<typeof contract.series>;

const [current, panelId] = signals.pointNumbers;
const stepMs = 20;
const path = 'seamwatt/demo/welding/mpm01/f01';

describe('what points were', () => {
  let api: TestApi;
  /** Readings that have begun, and that were ended by whoever asked. */
  let [begun, ended] = [0, 0];
  /** Seconds that were read. */
  let parts = 0;
  let isCut = false;
  let hold: Promise<void> | undefined;

  /** The current each 20 ms, bad at 100 ms, and a panel id: as the journal gives them. */
  async function* journalled({
    points,
    fromMs,
    toMs,
    signal,
  }: RawQuery): AsyncIterable<RawSamples> {
    begun += 1;
    try {
      await hold;
      for (let startMs = Math.ceil(fromMs / stepMs) * stepMs; startMs < toMs; startMs += 1000) {
        if (signal.aborted) return;
        const part = {
          ...{ point: [] as number[], timeMs: [] as number[] },
          ...{ values: [] as number[], status: [] as number[] },
        };
        for (let timeMs = startMs; timeMs < Math.min(toMs, startMs + 1000); timeMs += stepMs) {
          for (const [at, point] of points.entries()) {
            part.point.push(at);
            part.timeMs.push(timeMs);
            part.values.push(point === panelId ? directory.intern('=P,1') : timeMs / 10);
            part.status.push(timeMs === 100 ? statusCodes.badTimeout : statusCodes.good);
          }
        }
        parts += 1;
        yield { ...part, throughMs: startMs + 980, isCut };
      }
    } finally {
      ended += 1;
    }
  }

  beforeAll(async () => {
    api = await startTestApi();
    Object.assign(api.view, { raw: journalled });
  });

  afterAll(() => api.close());

  const series = async (query: string): Promise<Series> => {
    const { status, body } = await api.get(`/api/v1/series?${query}`);
    expect(status, JSON.stringify(body)).toBe(200);
    return contract.series.parse(body);
  };

  it('is told sample by sample, with what was bad, and where to go on', async () => {
    const { status, body } = await api.get(
      `/api/v1/points/${encodeURIComponent(`${path}/current`)}/samples?fromMs=60&toMs=1000&limit=3`,
    );
    const samples = contract.samples.parse(body);
    expect([status, samples.timeMs, samples.values, samples.status]).toEqual([
      200,
      [60, 80, 100],
      [6, 8, null],
      [0, 0, statusCodes.badTimeout],
    ]);
    expect(samples).toMatchObject({ endedMs: 120, isReduced: false, takenByRetention: false });
  });

  it('is told of several points at once, in the order asked for, reduced to what can be drawn', async () => {
    const { source, series: told } = await series(
      'points=welding/mpm01/f01/panelId,1&fromMs=200&toMs=10000&maxPoints=50',
    );
    expect(source).toBe('samples');
    expect(told.map(({ number, isReduced }) => [number, isReduced])).toEqual([
      [panelId, true],
      [current, true],
    ]);
    expect(new Set(told[0]?.values)).toEqual(new Set(['=P,1']));
    const [first, last] = [told[1]?.values.at(0), told[1]?.values.at(-1)];
    expect([first, last, told[1]?.samples]).toEqual([20, 998, 490]);
    expect(told[1]?.timeMs.length).toBeLessThanOrEqual(50);
  });

  it('is told by roll-ups where the time is long or the journal no longer has it', async () => {
    const hour = await series('points=1&fromMs=0&toMs=3600000');
    expect(hour.source).toBe('rollups');
    expect(hour.series[0]).toMatchObject({
      ...{ timeMs: [0], values: [2], minimum: [1], maximum: [3], covered: [1] },
      durationMs: 60_000,
    });
    isCut = true;
    expect((await series('points=1&fromMs=0&toMs=1000')).source).toBe('rollups');
    const asked = await series('points=1&fromMs=0&toMs=1000&source=samples');
    expect(asked.series[0]?.takenByRetention).toBe(true);
    isCut = false;
  });

  it('is refused for points that there are not, too many of them, and too long a time', async () => {
    expect((await api.get('/api/v1/series?points=1,nix&fromMs=0&toMs=1')).status).toBe(404);
    const many = Array.from({ length: 21 }, () => '1').join(',');
    const refusals = await Promise.all(
      [
        `/api/v1/series?points=${many}&fromMs=0&toMs=1`,
        '/api/v1/series?points=&fromMs=0&toMs=1',
        '/api/v1/series?points=1&fromMs=2&toMs=1',
        '/api/v1/series?points=1&fromMs=0&toMs=3600001&source=samples',
        '/api/v1/points/1/samples?fromMs=0&toMs=3600001',
        '/api/v1/series.csv?points=1&fromMs=0&toMs=99999999&source=samples',
      ].map(async (url) => (await api.get(url)).status),
    );
    expect(refusals).toEqual([400, 400, 400, 400, 400, 400]);
  });

  it('is refused while three readings are under way', async () => {
    const gate = Promise.withResolvers<void>();
    hold = gate.promise;
    const before = begun;
    const query = '/api/v1/series?points=1&fromMs=0&toMs=1000';
    const held = [1, 2, 3].map(() => api.get(query));
    await expect.poll(() => begun - before, { timeout: 5000 }).toBe(3);
    const response = await fetch(new URL(query, api.server.url));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    gate.resolve();
    hold = undefined;
    for (const { status } of await Promise.all(held)) expect(status).toBe(200);
    expect((await api.get(query)).status).toBe(200);
  });

  it('is a table by the clock of the site, with unit and quality, that no spreadsheet runs', async () => {
    const response = await fetch(
      new URL('/api/v1/series.csv?points=1,2&fromMs=80&toMs=120', api.server.url),
    );
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(new TextDecoder().decode(bytes).split('\r\n')).toEqual([
      'time,epochMs,point,value,unit,quality,status',
      `1970-01-01T08:00:00.080+08:00,80,${path}/current,8,1,good,Good`,
      `1970-01-01T08:00:00.080+08:00,80,${path}/panelId,"'=P,1",1,good,Good`,
      `1970-01-01T08:00:00.100+08:00,100,${path}/current,,1,bad,BadTimeout`,
      `1970-01-01T08:00:00.100+08:00,100,${path}/panelId,,1,bad,BadTimeout`,
      '',
    ]);
  });

  it('is a table of roll-ups for a long time', async () => {
    const response = await fetch(
      new URL('/api/v1/series.csv?points=1&fromMs=0&toMs=86400000', api.server.url),
    );
    const lines = (await response.text()).split('\r\n');
    expect(lines[1]).toBe(
      `1970-01-01T08:00:00.000+08:00,0,60000,${path}/current,2,1,3,20000,1,1,good,Good`,
    );
  });

  it('is read no further when whoever asked for a table has left, or does not take it', async () => {
    const before = { begun, ended, parts };
    const url = new URL(
      `/api/v1/series.csv?points=${signals.pointNumbers[0]},${kpi.pointNumbers[0]}&fromMs=0&toMs=21600000&source=samples`,
      api.server.url,
    );
    const request = get(url, (response) => response.once('readable', () => response.pause()));
    request.on('error', () => undefined);
    await expect.poll(() => begun - before.begun, { timeout: 5000 }).toBe(1);
    // What nobody takes is not read: 130 MB would be, and sockets hold a few.
    let known = -1;
    const isResting = (): boolean => {
      const isSame = parts === known;
      known = parts;
      return isSame;
    };
    await expect.poll(isResting, { timeout: 20_000, interval: 250 }).toBe(true);
    expect(parts - before.parts).toBeLessThan(10_000);
    expect(ended).toBe(before.ended);
    request.destroy();
    await expect.poll(() => ended - before.ended, { timeout: 5000 }).toBe(1);
  });
});
