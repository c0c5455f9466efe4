// Goal: another build goes on over the data of the one before it. Sinks get everything once, what the builds compute differently
// is not mixed, and each replays what it computed, bit for bit. Method: the welding line in real time; this build, then one with
// another version of one KPI, then this one again, each ended in order, into a real mosquitto whose subscriber is never away.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readContents } from '../../gateway/cli/verify/journal-contents.ts';
import { MqttContents } from '../../gateway/cli/verify/mqtt-contents.ts';
import type { ConfigurationRecord } from '../../gateway/core/entry.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import {
  eventually,
  type GatewayProcess,
  type Kpi,
  runGatewayProcess,
  startGatewayProcess,
} from '../support/gateway-process.ts';
import { makeOtherBuild, type OtherBuild } from '../support/other-build.ts';
import { Mosquitto } from '../support/peers/mosquitto.ts';
import { requireProgram } from '../support/programs.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const { describe: describeBuilds } = requireProgram('mosquitto');

/** Between the ends of two runs: the first entry of the run and the number behind its last one. */
type Stretch = { readonly from: number; readonly to: number; readonly log: string };
type Replay = {
  readonly verdict: string;
  readonly identicalFrames: number;
  readonly differingFrames: number;
  readonly missingFrames: number;
  readonly uncomparedFrames: number;
};

describeBuilds('another build over the same data', () => {
  let simulator: Simulator;
  let broker: Mosquitto;
  let subscriber: MqttContents;
  let site: TestSite;
  let build: OtherBuild;
  let stretches: readonly [Stretch, Stretch, Stretch];
  let configurations: readonly { readonly seq: number; readonly record: ConfigurationRecord }[];

  beforeAll(async () => {
    [simulator, broker, build] = await Promise.all([
      startSimulator(['--plants', 'line', '--panel-length-mm', '3000']),
      Mosquitto.start(),
      makeOtherBuild('welding/arc-on-ratio.ts'),
    ]);
    subscriber = await MqttContents.open({
      ...{ port: broker.port, topic: 'seamwatt/demo', isKept: true },
    });
    site = await writeDemoSite(
      { address: (name) => (name === 'line.plc' ? simulator.address(name) : nowhere) },
      (demo) => {
        demo.sources = demo.sources.filter(({ id }) => id === 'line-plc');
        demo.sinks = [{ id: 'broker', kind: 'mqtt', url: broker.url }];
        demo['calculated'] = [];
        demo['kpis'] = (demo['kpis'] as { equipment: string }[]).filter(({ equipment }) =>
          equipment.startsWith('welding/'),
        );
      },
    );
    stretches = [await run(), await run(build.program), await run()];
    configurations = await readConfigurations();
  }, 180_000);

  afterAll(async () => {
    await subscriber.close();
    await Promise.all([simulator.stop(), broker.remove(), site.remove(), build.remove()]);
  });

  const nowhere = { host: '127.0.0.1', port: 1 };

  const lastNumber = async (): Promise<number> => {
    let last = 0;
    for await (const batch of readJournal(site.journalFolder, {})) {
      last = batch.seq[batch.length - 1] ?? last;
    }
    return last;
  };

  const readConfigurations = async () => {
    const found: { readonly seq: number; readonly record: ConfigurationRecord }[] = [];
    for await (const batch of readJournal(site.journalFolder, { classes: ['record'] })) {
      for (let index = 0; index < batch.length; index += 1) {
        const record = batch.records[batch.group[index] as number];
        if (record?.type === 'configuration') found.push({ seq: batch.seq[index] ?? 0, record });
      }
    }
    return found;
  };

  /** Lets a build run until each seam has computed and a few seconds more, and ends it in order. */
  const run = async (program?: string): Promise<Stretch> => {
    const from = firstSeq;
    const gateway = await startGatewayProcess(['run', '--config', site.file], program);
    await heatInputs(gateway);
    const seenTo = subscriber.heard.size;
    await eventually(
      () => (subscriber.heard.size > seenTo + 500 ? true : undefined),
      'what the gateway publishes',
      30_000,
    );
    expect(await gateway.stop(), gateway.log()).toBe(0);
    firstSeq = (await lastNumber()) + 1;
    return { from, to: firstSeq, log: gateway.log() };
  };
  let firstSeq = 1;

  const heatInputs = (gateway: GatewayProcess): Promise<true> =>
    eventually(
      async () => {
        const kpis = await gateway.get<Kpi[]>('api/v1/kpis');
        const heat = kpis.filter(({ kpi }) => kpi === 'heatInput');
        return heat.length === 20 && heat.every(({ latest }) => Number(latest.value) > 0)
          ? true
          : undefined;
      },
      'heat input of all seams',
      90_000,
    );

  const replay = async (
    range: { readonly from?: number; readonly to?: number },
    program?: string,
  ) => {
    const { from, to } = range;
    const { code, out, log } = await runGatewayProcess(
      [
        ...['replay', '--config', site.file, '--json'],
        ...(from === undefined ? [] : ['--from', String(from)]),
        ...(to === undefined ? [] : ['--to', String(to)]),
      ],
      program,
    );
    return { code, log, report: code === 1 ? undefined : (JSON.parse(out) as Replay) };
  };

  it('is another program for the same configuration', () => {
    expect(configurations).toHaveLength(3);
    const [first, second, third] = configurations.map(({ record }) => record);
    expect(second?.computation).toEqual(first?.computation);
    expect(second?.programId).not.toBe(first?.programId);
    expect(third?.programId).toBe(first?.programId);
  });

  it('begins every KPI anew, and says so', () => {
    for (const { log } of stretches) expect(log).toContain('KPIs start with an empty state');
    expect(stretches[0].log).not.toContain('another build computed these KPIs');
    for (const { log } of stretches.slice(1)) {
      expect(log).toContain('another build computed these KPIs');
      expect(log).not.toContain('KPIs recomputed at start');
    }
  });

  it('gives the sinks each entry once, those of the builds before it too', async () => {
    const { entries } = await readContents(site.journalFolder, firstSeq);
    expect(entries.size).toBeGreaterThan(1500);
    await eventually(
      () => (subscriber.heard.size >= entries.size ? true : undefined),
      'all entries',
    );
    const byNumber = (a: number, b: number): number => a - b;
    expect([...subscriber.heard.keys()].sort(byNumber)).toEqual([...entries.keys()].sort(byNumber));
    const repeated = [...subscriber.heard].filter(([, { copies }]) => copies > 1);
    expect(repeated).toEqual([]);
  });

  it('replays what it computed itself, and so does the one before it', async () => {
    const [first, second, third] = stretches;
    for (const { range, program } of [
      { range: { to: first.to }, program: undefined },
      { range: { from: second.from, to: second.to }, program: build.program },
      { range: { from: third.from }, program: undefined },
    ]) {
      const { code, log, report } = await replay(range, program);
      expect(code, log).toBe(0);
      expect(report).toMatchObject({
        ...{ verdict: 'identical', differingFrames: 0, missingFrames: 0, uncomparedFrames: 0 },
      });
      expect(report?.identicalFrames).toBeGreaterThan(20);
    }
  });

  it('refuses to replay what another build computed, and says from where on it can', async () => {
    const [first, second, third] = configurations;
    const other = await replay({}, build.program);
    expect(other.code).toBe(1);
    expect(other.log).toContain(`from entry ${first?.seq} on another build of Seamwatt`);
    expect(other.log).toContain(`--from ${second?.seq}`);
    const own = await replay({});
    expect(own.code).toBe(1);
    expect(own.log).toContain(`from entry ${second?.seq} on another build of Seamwatt`);
    expect(own.log).toContain(`--from ${third?.seq}`);
  });
});
