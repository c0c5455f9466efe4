// Goal: what leaves the gateway is what the devices showed, all of it. Method: the demo site runs in real time into a real
// InfluxDB and its embedded broker, to which a real mosquitto_sub listens. While it runs, the simulators' truth is written
// down; afterwards rows and messages are compared with that truth, and with every frame of the journal.
import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type DemoRun, startDemo } from '../support/demo-run.ts';
import { eventually, type Point, type SinkState } from '../support/gateway-process.ts';
import { type JournalledRow, readRows } from '../support/journal-samples.ts';
import { parseMetrics } from '../support/metrics-text.ts';
import { openTcp, readBytes } from '../support/modbus-client.ts';
import { type HeardLine, MosquittoSub } from '../support/mosquitto-sub.ts';
import { describedPaths } from '../support/openapi-document.ts';
import { type Influxd, startInfluxd } from '../support/peers/influxd.ts';
import { requireProgram } from '../support/programs.ts';

const influx = requireProgram('influxd');
const listener = requireProgram('mosquitto_sub');
const describeOutputs = influx.path === 'influxd' ? influx.describe : listener.describe;

const watchMs = 12_000;
const watchEveryMs = 200;
/** From a device's step to the time on its row, on a busy machine. */
const latencyMs = 500;
const database = 'seamwatt';
const secondMs = 1000;

type Registers = { readonly importRegisterWh: number; readonly exportRegisterWh: number };
type State = {
  readonly line: {
    readonly stepTimeMs: number;
    readonly travelSpeedMPerMin: number;
    readonly linePowerKw: number;
    readonly energyWh: number;
  };
  readonly park: {
    readonly steppedToMs: number;
    readonly meters: Readonly<Record<string, Registers>>;
    readonly inverters: readonly { readonly unit: number; readonly registerWh: number }[];
  };
};
type TorchReading = { readonly atMs: number; readonly current: number; readonly voltage: number };
type Row = { readonly timeMs: number; readonly values: Readonly<Record<string, unknown>> };

describeOutputs('the outputs of the demo site', () => {
  let influxd: Influxd;
  let demo: DemoRun;
  let subscriber: MosquittoSub;
  const states: State[] = [];
  const torch: TorchReading[] = [];
  let retained: readonly HeardLine[];
  let points: readonly Point[];
  let metrics: string;
  let openapi: Record<string, unknown>;
  let foreignStatus: number | undefined;
  /** What each sink had delivered shortly before the end. */
  let positions: ReadonlyMap<string, number>;
  let stopMs: number;
  let exitCode: number | null;
  let journal: ReadonlyMap<string, readonly JournalledRow[]>;

  beforeAll(async () => {
    influxd = await startInfluxd({ program: influx.path });
    demo = await startDemo((site) => {
      // By the PLC's own clock a row can be compared with exactly the step that it is of.
      for (const source of site.sources)
        if (source['id'] === 'line-plc') source['timestamps'] = 'device';
      site.sinks = [
        {
          ...{ id: 'influx', kind: 'influxdb', version: 1, url: influxd.url },
          ...{ database, createDatabase: true },
        },
      ];
    });
    subscriber = new MosquittoSub(listener.path, demo.brokerPort, ['-t', 'seamwatt/demo/#']);
    await eventually(() => (subscriber.heard.length > 1000 ? true : undefined), 'messages', 60_000);
    await watch();
    await loseADevice();
    const looking = new MosquittoSub(listener.path, demo.brokerPort, [
      ...['-t', 'seamwatt/demo/#', '-W', '5'],
    ]);
    await looking.ended;
    retained = looking.heard.filter(({ isRetained }) => isRetained);
    points = await demo.gateway().get<Point[]>('api/v1/points');
    metrics = await (await fetch(new URL('metrics', demo.url))).text();
    openapi = await demo.gateway().get('api/v1/openapi.json');
    foreignStatus = await statusFor(demo.url, 'seamwatt.example');
    const sinks = await demo.gateway().get<SinkState[]>('api/v1/sinks');
    positions = new Map(sinks.map(({ id, position }) => [id, position]));
    const fromMs = performance.now();
    exitCode = await demo.gateway().stop('SIGTERM');
    stopMs = performance.now() - fromMs;
    await subscriber.stop();
    journal = await readRows(demo.site.journalFolder, [
      ...['welding/mpm01/f01/current', 'welding/mpm01/line/travelSpeed'],
      ...['park/meters/grid/energyImport', 'park/pv/inv01/energyTotal'],
    ]);
  }, 180_000);

  afterAll(async () => {
    await demo.stop();
    await influxd.stop();
  });

  /** Writes down what the simulators know and what a torch's registers hold. */
  const watch = async (): Promise<void> => {
    const { transport } = await openTcp(demo.simulator.address('line.plc').port);
    const endMs = performance.now() + watchMs;
    while (performance.now() < endMs) {
      states.push((await demo.simulator.send('GET', '/state')).body as State);
      const bytes = await readBytes(transport, { address: 1000, quantity: 24 });
      const [current, voltage] = [bytes.readFloatBE(4), bytes.readFloatBE(8)];
      torch.push({ atMs: Date.now(), current, voltage });
      await sleep(watchEveryMs);
    }
    transport.close();
  };

  const loseADevice = async (): Promise<void> => {
    const isHeard = (code: string) => (): true | undefined =>
      subscriber.heard.some(({ payload }) => payload['code'] === code) ? true : undefined;
    await demo.simulator.send('POST', '/faults', { device: 'park.storage', kind: 'close' });
    await eventually(isHeard('source-lost'), 'the event of a lost source', 30_000);
    await demo.simulator.send('DELETE', '/faults');
    await eventually(isHeard('source-restored'), 'the event of its return', 30_000);
  };

  const rowsOf = async (measurement: string, equipment: string): Promise<readonly Row[]> => {
    const { results } = await influxd.query(
      `SELECT * FROM ${measurement} WHERE equipment = '${equipment}'`,
      { database },
    );
    const series = results?.[0]?.series?.[0];
    if (series === undefined) throw new Error(`no rows of ${measurement} ${equipment}`);
    return series.values.map((values) => ({
      timeMs: Number(values[0]) / 1e6,
      values: Object.fromEntries(series.columns.map((column, index) => [column, values[index]])),
    }));
  };

  it('hold the meters and inverters as their registers stood', async () => {
    const known = new Map(states.map(({ park }) => [park.steppedToMs, park]));
    /** Registers of the second in which a row was read; at its very start, of the one before as well. */
    const candidates = (timeMs: number, register: (park: State['park']) => number | undefined) =>
      [timeMs, timeMs - latencyMs].flatMap((ms) => {
        const park = known.get(Math.floor(ms / secondMs) * secondMs);
        return park === undefined ? [] : [register(park)];
      });
    const compare = async (
      place: { readonly measurement: string; readonly equipment: string; readonly field: string },
      register: (park: State['park']) => number | undefined,
    ): Promise<void> => {
      let compared = 0;
      for (const { timeMs, values } of await rowsOf(place.measurement, place.equipment)) {
        const possible = candidates(timeMs, register);
        if (possible.length < 2 || values[place.field] === null) continue;
        expect(possible, `${place.equipment} at ${timeMs}`).toContain(values[place.field]);
        compared += 1;
      }
      expect(compared, `rows of ${place.equipment}`).toBeGreaterThan(watchMs / secondMs / 2);
    };
    for (const [equipment, name] of [
      ['grid', 'grid'],
      ['load', 'building'],
      ['ev', 'ev'],
      ['pv', 'pv'],
    ] as const) {
      const meter = { measurement: 'meter', equipment };
      await compare({ ...meter, field: 'energyImport' }, (p) => p.meters[name]?.importRegisterWh);
      await compare({ ...meter, field: 'energyExport' }, (p) => p.meters[name]?.exportRegisterWh);
    }
    for (const unit of [1, 25, 50]) {
      const equipment = `inv${String(unit).padStart(2, '0')}`;
      const place = { measurement: 'pv_inverter', equipment, field: 'energyTotal' };
      await compare(place, (p) => p.inverters[unit - 1]?.registerWh);
    }
  });

  it('hold the line at exactly the time of its own clock', async () => {
    const rows = new Map(
      (await rowsOf('weld_line', 'line'))
        // KPIs and profiles are rows of the same series.
        .filter(({ values }) => values['travelSpeed'] !== null)
        .map((row) => [row.timeMs, row.values]),
    );
    let compared = 0;
    for (const { line } of states) {
      const values = rows.get(line.stepTimeMs);
      if (values === undefined) continue;
      compared += 1;
      expect(values).toMatchObject({
        travelSpeed: Math.fround(line.travelSpeedMPerMin),
        linePower: Math.fround(line.linePowerKw),
        lineEnergy: Math.floor(line.energyWh),
        simulated: 'true',
      });
    }
    // A busy machine may have missed the one or other step.
    expect(compared).toBeGreaterThan(states.length / 2);
  });

  it('hold the currents and voltages that the torches had', async () => {
    const rows = await rowsOf('weld_seam', 'f01');
    const found = torch.filter(({ atMs, current, voltage }) =>
      rows.some(
        ({ timeMs, values }) =>
          Math.abs(timeMs - atMs) < latencyMs &&
          values['current'] === current &&
          values['voltage'] === voltage,
      ),
    );
    expect(found.length).toBeGreaterThan(torch.length / 2);
  });

  it('hold every frame that was journalled, once, and no other', async () => {
    for (const [path, measurement] of [
      ['welding/mpm01/f01/current', 'weld_seam'],
      ['welding/mpm01/line/travelSpeed', 'weld_line'],
      ['park/meters/grid/energyImport', 'meter'],
      ['park/pv/inv01/energyTotal', 'pv_inverter'],
    ] as const) {
      const [, , equipment = '', field = ''] = path.split('/');
      const stored = (await rowsOf(measurement, equipment))
        .filter(({ values }) => values[field] !== null)
        .map(({ timeMs, values }) => ({ timeMs, value: values[field] }));
      const journalled = journal.get(path) ?? [];
      const position = positions.get('influx') ?? 0;
      const delivered = journalled.filter(({ seq }) => seq <= position);
      const wanted = journalled.slice(0, stored.length);
      expect(stored.map(({ value }) => value)).toEqual(wanted.map(({ value }) => value));
      const shifts = stored.map(({ timeMs }, i) => Math.abs(timeMs - (wanted[i]?.timeMs ?? 0)));
      // A double of milliseconds has quarters of a microsecond, and so has what is read back here.
      expect(Math.max(...shifts), path).toBeLessThan(0.001);
      expect(stored.length, path).toBeGreaterThanOrEqual(delivered.length);
      // Ten times a second, as far as the machine let it: no second is without a row.
      const gaps = stored.slice(1).map(({ timeMs }, i) => timeMs - (stored[i]?.timeMs ?? 0));
      expect(Math.max(...gaps), path).toBeLessThan(3 * secondMs);
      const isFast = path.startsWith('welding/');
      expect(stored.length, path).toBeGreaterThan(((isFast ? 7 : 0.7) * watchMs) / secondMs);
    }
  });

  it('reach mosquitto_sub in the stream lane, frame by frame', () => {
    const heard = subscriber.heard
      .filter(({ topic }) => topic === 'seamwatt/demo/welding/mpm01/f01/_frames')
      .map(({ payload }) => payload as unknown as Stream)
      .filter(({ group }) => group === 'signals');
    expect(heard.every(({ simulated, history }) => simulated && !history)).toBe(true);
    const frames = heard.flatMap(({ seq, t, points: names, values }) => {
      const column = values[names.indexOf('current')] as readonly number[];
      return seq.map((number, row) => ({ seq: number, timeMs: t[row], value: column[row] }));
    });
    const journalled = journal.get('welding/mpm01/f01/current') ?? [];
    const first = journalled.findIndex(({ seq }) => seq === frames[0]?.seq);
    const position = positions.get('embedded-broker') ?? 0;
    const wanted = journalled
      .slice(first)
      .map(({ seq, timeMs, value }) => ({ seq, timeMs, value }));
    expect(frames).toEqual(wanted.slice(0, frames.length));
    expect(frames.at(-1)?.seq).toBeGreaterThanOrEqual(
      journalled.filter(({ seq }) => seq <= position).at(-1)?.seq ?? Number.POSITIVE_INFINITY,
    );
    expect(frames.length).toBeGreaterThan((7 * watchMs) / secondMs);
  });

  it('reach mosquitto_sub in the state lane, retained, every point that has a value', () => {
    const lane = retained.filter(({ topic }) => !topic.includes('/_'));
    const known = points.filter(({ latest }) => latest.timeMs !== null).map(({ path }) => path);
    expect(lane.map(({ topic }) => topic).sort()).toEqual([...known].sort());
    const byTopic = new Map(lane.map(({ topic, payload }) => [topic, payload]));
    for (const [path, v, u] of [
      ['welding/mpm01/line/mapVersion', 1, '1'],
      ['welding/mpm01/line/travelSpeedSet', Math.fround(0.8), 'm/min'],
      ['welding/mpm01/f01/enabled', 1, '1'],
    ] as const) {
      expect(byTopic.get(`seamwatt/demo/${path}`)).toMatchObject({ v, u, s: 0, simulated: true });
    }
  });

  it('reach mosquitto_sub in the event lane, in words of both languages', () => {
    const events = subscriber.heard
      .filter(({ topic }) => topic === 'seamwatt/demo/_events')
      .map(({ payload }) => payload)
      .filter(({ subject }) => subject === 'park-storage');
    expect(events.map(({ code }) => code)).toEqual(['source-lost', 'source-restored']);
    expect(events[0]).toMatchObject({
      severity: 'warning',
      simulated: true,
      text: {
        en: expect.stringContaining('Source park-storage lost: '),
        zh: expect.stringContaining('数据源 park-storage 已断开：'),
      },
    });
  });

  it('say when the gateway comes and goes', () => {
    const said = (lines: readonly HeardLine[]) =>
      lines
        .filter(({ topic }) => topic === 'seamwatt/demo/_gateway/state')
        .map(({ payload }) => payload['state']);
    expect(said(retained)).toEqual(['online']);
    expect(said(subscriber.heard).at(-1)).toBe('offline');
  });

  it('can be scraped by Prometheus', () => {
    const samples = parseMetrics(metrics);
    expect(samples.get('seamwatt_source_up{source="line-plc"}')).toBe(1);
    expect(samples.get('seamwatt_sink_up{sink="influx"}')).toBe(1);
    expect(samples.get('seamwatt_frames_refused_total')).toBe(0);
    expect(samples.get('seamwatt_sink_lost_entries_total{sink="influx"}')).toBe(0);
    expect(samples.get('seamwatt_sink_quarantined_entries{sink="influx"}')).toBe(0);
    expect(samples.get('seamwatt_samples_admitted_total')).toBeGreaterThan(10_000);
  });

  it('are described by an OpenAPI document with every route', () => {
    expect(describedPaths(openapi)).toEqual([
      ...['/api/v1/audit', '/api/v1/audit/state', '/api/v1/devices', '/api/v1/devices/{id}/plan'],
      ...['/api/v1/energy/meters', '/api/v1/energy/meters/{id}/intervals'],
      ...['/api/v1/energy/tenants', '/api/v1/events', '/api/v1/figures', '/api/v1/journal'],
      ...['/api/v1/kpis', '/api/v1/kpis/{id}/why', '/api/v1/lines/{line}/panel-in-progress'],
      ...['/api/v1/panels', '/api/v1/panels/{id}', '/api/v1/panels/{id}/bins/{seam}'],
      ...['/api/v1/panels/{id}/dossier', '/api/v1/panels/{id}/footprint'],
      ...['/api/v1/points', '/api/v1/points/{id}/history', '/api/v1/points/{id}/samples'],
      ...['/api/v1/production/messages', '/api/v1/production/orders', '/api/v1/reload'],
      ...['/api/v1/series', '/api/v1/series.csv', '/api/v1/session', '/api/v1/session/password'],
      ...['/api/v1/sessions', '/api/v1/sessions/{id}'],
      ...['/api/v1/sinks', '/api/v1/sinks/{id}/quarantine'],
      ...['/api/v1/sinks/{id}/quarantine/drop', '/api/v1/sinks/{id}/quarantine/retry'],
      ...['/api/v1/sinks/{id}/receipts', '/api/v1/site', '/api/v1/tokens', '/api/v1/tokens/{id}'],
      ...['/api/v1/users', '/api/v1/users/{name}', '/healthz', '/readyz'],
    ]);
  });

  it('are for this machine only', () => {
    expect(foreignStatus).toBe(403);
  });

  it('end with 0 within five seconds when asked to', () => {
    expect(exitCode, demo.gateway().log()).toBe(0);
    expect(stopMs).toBeLessThan(5000);
  });
});

type Stream = {
  readonly group: string;
  readonly points: readonly string[];
  readonly simulated: boolean;
  readonly history: boolean;
  readonly seq: readonly number[];
  readonly t: readonly number[];
  readonly values: readonly unknown[];
};

/** fetch does not let a Host header be set. */
const statusFor = (url: string, host: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(new URL('/api/v1/site', url), { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
