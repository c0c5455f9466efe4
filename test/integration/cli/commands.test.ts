import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runProgram, startProgram } from './program.ts';

const demoFile = join(import.meta.dirname, '../../../config/demo.yaml');

const inFolder = (text: string): { readonly folder: string; readonly file: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'site.yaml');
  writeFileSync(file, text);
  return { folder, file };
};

test('the demo site is in order, with every device, KPI and sink that it promises', async () => {
  const { code, out, errors } = await runProgram(['check', '--json', '--config', demoFile], {
    env: { INFLUX_URL: 'http://127.0.0.1:8086' },
  });
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
  const { site } = JSON.parse(out);
  expect(site.identity).toMatchObject({ enterprise: 'seamwatt', site: 'demo', simulated: true });
  // 21 of the line, 50 inverters, a weather station, 21 meters, the grid connection, 1 storage, 10 chargers, and the park itself.
  expect(site.counts.equipment).toBe(106);
  expect(site.sinks).toEqual([{ id: 'influx', kind: 'influxdb' }]);
  expect(site.broker).toMatchObject({ embedded: true });
  expect(site.kpis).toEqual(
    expect.arrayContaining([
      ...['heatInput', 'trackingRms', 'trackingP95', 'trackingMax', 'arcOnRatio'],
      ...['heatInputBin', 'arcCurrentMean', 'arcCurrentDeviation', 'spcCurrent'],
      ...['travelSpeedMean', 'deformationMax', 'deformation', 'deformationPrediction'],
      ...['timeElements', 'oee'],
      ...['pvEnergy', 'gridImport', 'gridExport', 'selfConsumption', 'avoidedCo2'],
      ...['gridDemand', 'gridDemandPeak', 'gridImportHour'],
      ...['pvPerformanceRatio25', 'pvExpectedPower', 'pvLosses', 'performanceIndex'],
    ]),
  );
});

test('the plan of the demo reads all 20 torches by four requests', async () => {
  const { code, out } = await runProgram(['check', '--plan', '--config', demoFile]);
  expect(code).toBe(0);
  expect(out).toContain('INFLUX_URL is not set');
  const torches = out.split('\n').filter((line) => /holding +1\d{3} /.test(line));
  expect(torches).toHaveLength(4);
});

test('run with a wrong configuration tells every problem, ends with 2 and leaves nothing behind', async () => {
  const { folder, file } = inFolder('version: 1\nsite: { enterprise: a }\napi: { port: x }\n');
  const { code, errors, out } = await runProgram(['run', '--config', file]);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(errors.trim().split('\n')).toHaveLength(3);
  expect(readdirSync(folder)).toEqual(['site.yaml']);
});

test('simulators do not outlive a command that was killed', async () => {
  const ports = ['control', 'line-plc'].flatMap((name) => [`--${name}-port`, '0']);
  const flags = ['--plants', 'line', '--line-opcua-port', 'off', ...ports];
  const program = startProgram(['simulate', '--', ...flags]);
  await program.saw('"simulated":true');
  program.child.kill('SIGKILL');
  // Its output is also that of the simulators, and ends only with the last of them.
  const { code, out } = await program.ended;
  expect(code).toBeNull();
  const { control } = JSON.parse(out);
  await expect(fetch(`${control}/healthz`)).rejects.toThrow('fetch failed');
});

test('simulate ends with 2 when its flags are wrong', async () => {
  const { code, errors } = await runProgram(['simulate', '--', '--park-time-of-day', 'noon']);
  expect({ code, errors }).toEqual({
    code: 2,
    errors: expect.stringContaining('--park-time-of-day noon: expected real or 00:00 to 23:59'),
  });
});

test('a reader that has had enough of the output is no failure', async () => {
  const program = startProgram(['check', '--schema']);
  await program.saw('$schema');
  program.child.stdout?.destroy();
  expect(await program.ended).toMatchObject({ code: 0, errors: '' });
});
