// Goal: whoever must mend something is told what, and nothing is lost meanwhile.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type DemoSite, type TestSite, writeDemoSite } from '../support/demo-site.ts';
import {
  eventually,
  type GatewayProcess,
  runGatewayProcess,
  type SinkState,
  startGatewayProcess,
} from '../support/gateway-process.ts';
import { readRows } from '../support/journal-samples.ts';
import { type Influxd, startInfluxd } from '../support/peers/influxd.ts';
import { requireProgram } from '../support/programs.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const influx = requireProgram('influxd');

/** A demo site whose devices are not there: nothing of what follows needs one. */
const siteWithoutDevices = async (change: (site: DemoSite) => void): Promise<TestSite> => {
  const nobody = { address: () => ({ host: '127.0.0.1', port: 1 }) };
  const site = await writeDemoSite(nobody, change);
  onTestFinished(() => site.remove());
  return site;
};

const takenPort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
};

/** The last line that `run` says, and its exit code. */
const refusalOf = async (site: TestSite): Promise<readonly [number | null, string | undefined]> => {
  const { code, log } = await runGatewayProcess(['run', '--config', site.file]);
  return [code, log.trim().split('\n').at(-1)];
};

describe('a gateway that cannot start', () => {
  it('names the port of its page that is taken', async () => {
    const port = await takenPort();
    const site = await siteWithoutDevices((demo) => {
      demo['api'] = { port };
    });
    const [code, words] = await refusalOf(site);
    expect(code).toBe(1);
    expect(words).toMatch(
      `Failed: the HTTP server cannot listen on port ${port} of 127.0.0.1: another program has it`,
    );
    expect(words).toMatch('set api.port');
  });

  it('names the port of its broker that is taken', async () => {
    const port = await takenPort();
    const site = await siteWithoutDevices((demo) => {
      demo['broker'] = { embedded: true, port };
    });
    const [code, words] = await refusalOf(site);
    expect(code).toBe(1);
    expect(words).toMatch(
      `Failed: the embedded broker cannot listen on port ${port} of 127.0.0.1: another program has it`,
    );
  });

  it('names the data folder that is a file', async () => {
    const site = await siteWithoutDevices(() => undefined);
    const file = join(site.folder, 'data');
    await writeFile(file, 'not a folder');
    const [code, words] = await refusalOf(site);
    expect(code).toBe(1);
    expect(words).toContain(`Failed: the data folder ${file}`);
    expect(words).toContain('ENOTDIR');
  });

  it('names the data folder that may not be written', async () => {
    // Where even root may not write: the kernel's own tree.
    const isRoot = process.getuid?.() === 0;
    const site = await siteWithoutDevices((demo) => {
      if (isRoot) demo.data['folder'] = '/sys/seamwatt';
    });
    const folder = isRoot ? '/sys/seamwatt' : join(site.folder, 'data');
    if (!isRoot) {
      await mkdir(folder);
      await chmod(folder, 0o555);
    }
    const [code, words] = await refusalOf(site);
    expect(code).toBe(1);
    expect(words).toContain(`Failed: the data folder ${folder}`);
    expect(words).toMatch(/EPERM|EACCES|EROFS/);
  });

  it('names the process that has the data already, which goes on', async () => {
    const site = await siteWithoutDevices(() => undefined);
    const first = await startGatewayProcess(['run', '--config', site.file]);
    onTestFinished(async () => {
      await first.stop('SIGKILL');
    });
    const [code, words] = await refusalOf(site);
    expect(code).toBe(1);
    expect(words).toBe(`Failed: ${site.journalFolder} is in use by process ${first.process.pid}`);
    expect((await fetch(new URL('healthz', first.url))).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });
});

const admin = { username: 'admin', password: 'adminSecret1' };
const writer = { username: 'gateway', password: 'gatewaySecret2' };
/** Refused credentials are tried again each 10 seconds. */
const mendedWithinMs = 90_000;

influx.describe('a gateway whose database refuses it', () => {
  let influxd: Influxd;
  let simulator: Simulator;
  let site: TestSite;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    influxd = await startInfluxd({ program: influx.path, auth: true });
    await influxd.query(`CREATE USER admin WITH PASSWORD '${admin.password}' WITH ALL PRIVILEGES`);
    await influxd.query('CREATE DATABASE plant', { user: admin });
    simulator = await startSimulator();
    const common = { kind: 'influxdb', version: 1, url: influxd.url };
    site = await writeDemoSite(simulator, (demo) => {
      demo.sinks = [
        { id: 'wrong-password', ...common, database: 'plant', ...writer },
        { id: 'wrong-database', ...common, database: 'later', ...admin },
      ];
    });
    gateway = await startGatewayProcess(['run', '--config', site.file]);
  }, 120_000);

  afterAll(async () => {
    await gateway.stop('SIGKILL');
    await simulator.stop();
    await influxd.stop();
    await site.remove();
  });

  const sink = async (id: string): Promise<SinkState> => {
    const sinks = await gateway.get<SinkState[]>('api/v1/sinks');
    const found = sinks.find((candidate) => candidate.id === id);
    if (found === undefined) throw new Error(`no sink ${id}`);
    return found;
  };

  const sinkThat = (id: string, holds: (state: SinkState) => boolean): Promise<SinkState> =>
    eventually(
      async () => {
        const state = await sink(id);
        return holds(state) ? state : undefined;
      },
      `${id} as wanted`,
      mendedWithinMs,
    );

  const countIn = async (database: string): Promise<number> => {
    const { results } = await influxd.query(
      `SELECT count(current) FROM weld_seam WHERE equipment = 'f01'`,
      { database, user: admin },
    );
    return Number(results?.[0]?.series?.[0]?.values[0]?.[1] ?? 0);
  };

  it('says in words what is wrong, without the password, and keeps what waits', async () => {
    const refused = await sinkThat('wrong-password', ({ state }) => state === 'down');
    expect(refused.reason.en).toMatch(/answered 401: .*authorization failed/);
    const missing = await sinkThat('wrong-database', ({ state }) => state === 'down');
    expect(missing.reason.en).toMatch(/answered 404: .*database not found: "later"/);
    for (const id of ['wrong-password', 'wrong-database']) {
      const waiting = await sinkThat(id, ({ lagEntries }) => lagEntries > 500);
      expect(waiting.balance).toMatchObject({ quarantined: 0, lost: 0 });
      // Records of the start hold nothing that a database would store.
      expect(waiting.balance.delivered).toBeLessThan(10);
      expect(waiting.lagMs).toBeGreaterThan(0);
    }
    const said = gateway.log() + JSON.stringify(await gateway.get('api/v1/sinks'));
    expect(said).not.toContain(writer.password);
    expect(said).not.toContain(admin.password);
    // One outage, one line: not one for each attempt.
    expect(gateway.log().match(/"event":"sink-lost"/g)).toHaveLength(2);
  });

  it('sends everything that waited once it is mended', async () => {
    await influxd.query('CREATE DATABASE later', { user: admin });
    await influxd.query(`CREATE USER gateway WITH PASSWORD '${writer.password}'`, { user: admin });
    await influxd.query('GRANT WRITE ON plant TO gateway', { user: admin });
    const isMended = ({ state, lagEntries }: SinkState): boolean =>
      state === 'up' && lagEntries < 200;
    await sinkThat('wrong-password', isMended);
    await sinkThat('wrong-database', isMended);
    const sinks = await gateway.get<SinkState[]>('api/v1/sinks');
    const position = new Map(sinks.map((found) => [found.id, found.position]));
    expect(await gateway.stop()).toBe(0);
    const path = 'welding/mpm01/f01/current';
    const rows = (await readRows(site.journalFolder, [path])).get(path) ?? [];
    for (const [id, database] of [
      ['wrong-password', 'plant'],
      ['wrong-database', 'later'],
    ] as const) {
      const delivered = rows.filter(({ seq }) => seq <= (position.get(id) ?? 0)).length;
      expect(delivered).toBeGreaterThan(20);
      const stored = await countIn(database);
      expect(stored, id).toBeGreaterThanOrEqual(delivered);
      expect(stored, id).toBeLessThanOrEqual(rows.length);
    }
  });
});
