import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Ended, runProgram, startProgram } from './program.ts';

const scenarios = join(import.meta.dirname, '../../../simulators/scenarios');
const scenarioFile = (name: string): string => join(scenarios, `${name}.yaml`);

const inFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-verify-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

type Report = {
  readonly scenarios: readonly {
    readonly name: string;
    readonly verdict: string;
    readonly outcomes: readonly {
      readonly holds: boolean;
      readonly expectation: { readonly en: string; readonly zh: string };
      readonly found: { readonly en: string; readonly zh: string };
    }[];
  }[];
};

/** The environment keeps data folders apart from those of other tests that run at the same time. */
const verify = (args: readonly string[], folder: string): Promise<Ended> =>
  runProgram(['verify', ...args], { env: { TMPDIR: folder } });

/** Writes a scenario with one thing changed; every text to replace is there once. */
const changed = (name: string, replacements: Readonly<Record<string, string>>, folder: string) => {
  let text = readFileSync(scenarioFile(name), 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    expect(text.split(from), from).toHaveLength(2);
    text = text.replace(from, to);
  }
  const file = join(folder, `${name}-changed.yaml`);
  writeFileSync(file, text);
  return file;
};

const commandOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch (error) {
    // It has ended meanwhile.
    if (error instanceof Error) return '';
    throw error;
  }
};

test('a scenario that holds ends with 0, with results for people, machines and CI', async () => {
  const folder = inFolder();
  const junit = join(folder, 'result.xml');
  const args = ['--json', '--junit', junit, scenarioFile('line-short')];
  const { code, out, errors } = await verify(args, folder);
  expect(code, out + errors).toBe(0);
  const [result] = (JSON.parse(out) as Report).scenarios;
  expect(result).toMatchObject({ name: 'line-short', verdict: 'holds' });
  expect(result?.outcomes.length).toBeGreaterThan(5);
  const heat = result?.outcomes[0];
  expect(heat?.expectation.en).toContain('heatInput (20 points) at 30 s: within 1% of the truth');
  expect(heat?.expectation.zh).toContain('（20 个测点）');
  expect(errors).toContain('line-short: Half a minute of the welding line');
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toContain('failures="0" errors="0"');
  expect(xml.match(/<testcase /g)).toHaveLength(result?.outcomes.length ?? 0);
  // Nothing is left behind.
  expect(readdirSync(folder).filter((name) => name.startsWith('seamwatt'))).toEqual([]);
}, 60_000);

test('a fault shows where it should, and what does not hold ends with 3 in both languages', async () => {
  const folder = inFolder();
  // Another meter is in trouble than the scenario expects.
  const file = changed('meters-short', { 'park.meters/2': 'park.meters/3' }, folder);
  const junit = join(folder, 'result.xml');
  const args = [scenarioFile('meters-short'), file, '--junit', junit, '--lang', 'zh'];
  const { code, out, errors } = await verify(args, folder);
  expect(code, out + errors).toBe(3);
  const broken = out.split('\n').filter((line) => line.startsWith('  ✗ '));
  expect(broken).toEqual(['  ✗ park/meters/load/power，35 s 时：质量坏']);
  expect(out).toContain('共 2 个场景：成立 1 个，不成立 1 个，无法运行 0 个。');
  const xml = readFileSync(junit, 'utf8');
  expect(xml).toContain('failures="1"');
  expect(xml).toContain('<failure message="park/meters/load/power：良好"/>');
}, 120_000);

test('a wrong value is no truth: a tolerance that is not kept ends with 3', async () => {
  const folder = inFolder();
  const replacements = { 'heatInputKjPerMm",': 'heatInputKjPerMm", scale: 1.05,' };
  const file = changed('line-short', replacements, folder);
  const { code, out } = await verify([file], folder);
  expect(code).toBe(3);
  expect(out).toMatch(
    /✗ welding\/mpm01\/\*\/heatInput[^\n]*\n +welding\/mpm01\/b01\/heatInput: 0\.3\d+, truth/,
  );
}, 60_000);

test('every problem of a scenario is told at once, with its place, and nothing is started', async () => {
  const folder = inFolder();
  const file = join(folder, 'wrong.yaml');
  writeFileSync(
    file,
    [
      'version: 1',
      'title: { en: Wrong, zh: 错误 }',
      'simulate:',
      '  duration: 30',
      'expect:',
      '  kpis:',
      '    - { kpi: heatInput, tolerance: 1% }',
      '  event: []',
    ].join('\n'),
  );
  const { code, out, errors } = await verify([file, join(folder, 'absent.yaml')], folder);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(errors).toContain('wrong.yaml:4:13 simulate.duration: found 30, expected a duration');
  expect(errors).toContain('wrong.yaml:7:14 expect.kpis[0].kpi: found "heatInput", expected area/');
  expect(errors).toContain('wrong.yaml:8:3 expect.event: found an unknown key');
  expect(errors).toContain('(did you mean "events"?)');
  expect(errors).toContain('absent.yaml: found no such file');
  const inChinese = await verify([file, '--lang', 'zh'], folder);
  expect(inChinese.errors).toContain(
    'simulate.duration: 发现 30，应为时长，例如 500ms、30s、5min 或 1h',
  );
});

test('sections of a scenario that contradict each other are a problem of the file', async () => {
  const folder = inFolder();
  const file = changed(
    'line-short',
    {
      'duration: 30s': 'duration: 30s\n  faults: [{ at: 40s, for: 5s, kind: broker-down }]',
      'version: 1': 'version: 1\n# before the gateway is killed',
    },
    folder,
  );
  const { code, errors } = await verify([file], folder);
  expect(code).toBe(2);
  expect(errors).toContain('faults[0].at: found "40s", expected an instant within duration');
  expect(errors).toContain('expected sinks.broker: mosquitto beside broker-down');
});

test('what the simulators refuse is told at its place in the file', async () => {
  const folder = inFolder();
  const faults =
    'faults: [{ at: 1s, kind: silence, device: line.plc }, { at: 1s, kind: silent, device: line.plz }]';
  const file = changed('line-short', { 'duration: 30s': `duration: 30s\n  ${faults}` }, folder);
  const { code, errors } = await verify([file], folder);
  expect(code, errors).toBe(2);
  expect(errors).toContain('simulate.faults[0]: found');
  expect(errors).toContain('simulate.faults[1]: found unknown device line.plz');
}, 60_000);

test('a source or server that is not there is told at its place in the file', async () => {
  const folder = inFolder();
  const sources = 'sources: { welder: line.plc, park-pv: park.pv }';
  const file = changed('line-short', { 'duration: 30s': `duration: 30s\n  ${sources}` }, folder);
  const { code, errors } = await verify([file], folder);
  expect(code, errors).toBe(2);
  expect(errors).toContain('sources.welder: found no source welder, expected a source of the site');
  expect(errors).toContain('found no server park.pv, expected a simulated server: line.plc');
}, 60_000);

test('a site of a plant is verified without a word to its devices and brokers', async () => {
  const folder = inFolder();
  const device = '{ unitId: 1, profile: weld-plc, area: hall, line: w1, equipment: line }';
  const meter = '{ unitId: 1, profile: sunspec-meter-203, area: hall, line: m, equipment: main }';
  const site = join(folder, 'site.yaml');
  // Addresses of documentation (RFC 5737): a gateway that asked there would not be ready in time.
  writeFileSync(
    site,
    `version: 1
site: { enterprise: works, site: hall1, simulated: false }
broker: { embedded: false }
sources:
  - id: welder
    kind: modbus
    transport: { type: tcp, host: 192.0.2.1, port: 502 }
    devices: [${device}]
  - id: meter
    kind: modbus
    transport: { type: tcp, host: 192.0.2.2, port: 502 }
    devices: [${meter}]
sinks:
  - { id: plant, kind: mqtt, url: "mqtt://192.0.2.3:1883" }
kpis:
  - { kpi: heatInput, equipment: hall/w1/* }
calculated:
  - { equipment: hall/m/main, point: half, unit: W, expression: hall/m/main/power / 2 }
`,
  );
  const sources = 'sources: { welder: line.plc }';
  const file = changed(
    'line-short',
    {
      'duration: 30s': `duration: 10s\n  ${sources}`,
      'welding/mpm01/*/heatInput': 'hall/w1/*/heatInput',
      '      kpi: welding/mpm01/line/travelSpeedMean': '      kpi: hall/w1/f01/heatInput',
      'line.panel.meanTravelSpeedMPerMin': 'line.panel.seams.F01.heatInputKjPerMm',
      ', never: true': ', subject: plant, never: true',
    },
    folder,
  );
  const { code, out, errors } = await verify([file, '--config', site], folder);
  expect(code, out + errors).toBe(0);
  expect(errors).toContain('without a simulated device, left out: 1');
  expect(out).toContain('balance of embedded-broker closes');
  expect(out).not.toContain('balance of plant');
}, 60_000);

test('nothing that was started outlives a verification that was killed', async () => {
  const folder = inFolder();
  const file = changed(
    'line-short',
    { 'duration: 30s': 'duration: 1h\n  clock: real-time' },
    folder,
  );
  const program = startProgram(['verify', file], { env: { TMPDIR: folder } });
  await program.saw('without a simulated device');
  const [data = ''] = readdirSync(folder).filter((name) => name.startsWith('seamwatt-verify-'));
  const processes = (): string =>
    readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .map((pid) => commandOf(pid))
      .filter((command) => command.includes(data))
      .join('\n');
  await expect.poll(processes).toContain('run');
  program.child.kill('SIGKILL');
  await expect.poll(processes).toBe('');
  // What it could not remove, the next one does.
  expect(readdirSync(folder)).toContain(data);
  await verify([scenarioFile('line-short')], folder);
  expect(readdirSync(folder).filter((name) => name.startsWith('seamwatt'))).toEqual([]);
}, 120_000);

test('a site with a problem of its own is not verified', async () => {
  const folder = inFolder();
  const site = join(folder, 'site.yaml');
  writeFileSync(site, 'version: 1\nsite: { enterprise: a, site: b }\napi: { port: x }\n');
  const { code, errors } = await verify([scenarioFile('line-short'), '--config', site], folder);
  expect(code).toBe(2);
  expect(errors).toContain('site.yaml:3:14 api.port');
});
