// Goal: job orders, results and alarms of the simulated welder arrive as reports and events, with the times of the machine.
// Method: short panels in lock-step, so that the machine's clock is the gateway's.
import { expect, it, onTestFinished } from 'vitest';
import { LockStepClock } from '../../../../gateway/runtime/lock-step-clock.ts';
import { lockStepWith } from '../../../../gateway/runtime/lock-step-control.ts';
import { systemClock } from '../../../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  loadOpcuaProfile,
  makePkiFolder,
} from '../../../support/opcua-source.ts';
import { type Simulator, startSimulator } from '../../../support/simulator.ts';
import { runSource, type SourceRun } from '../../../support/source-run.ts';

/** 3 s to find the seams, and 200 mm at 0.8 m/min. */
const weldEndMs = 3000 + 15_100;
/** Scan and unloading; then the next panel is loaded, and its seams are found. */
const unloadMs = weldEndMs + 30_000;
const nextRunMs = unloadMs + 90_000 + 150_000;

const startLine = async (): Promise<Simulator> => {
  const simulator = await startSimulator([
    ...['--plants', 'line', '--lock-step', '--line-opcua-port', '0', '--panel-length-mm', '200'],
  ]);
  onTestFinished(async () => {
    await simulator.stop();
  });
  return simulator;
};

/** Runs the profile of the welder in lock-step for so long. */
const runFor = async (simulator: Simulator, ms: number) => {
  const folder = makePkiFolder();
  onTestFinished(() => folder.remove());
  const signal = AbortSignal.timeout(50_000);
  const { startMs, advance } = await lockStepWith(simulator.control, signal);
  const clock = new LockStepClock({
    ...{ startMs, untilMs: startMs + ms, drain: () => Promise.resolve() },
    advance: async (toMs) => {
      await advance(toMs);
    },
  });
  const source = createOpcuaTestSource(
    {
      ...{ endpointUrl: simulator.url('line.opcua'), securityMode: 'None' },
      read: { mode: 'polling', periodMs: 1000 },
      devices: [{ profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01' }],
    },
    folder.path,
    [loadOpcuaProfile('weld-machine-opcua')],
  );
  const running = runSource(source, clock);
  onTestFinished(async () => {
    await running.stop();
  });
  return { running, startMs, finished: clock.finished };
};

const statuses = (running: SourceRun, startMs: number): readonly string[] => [
  ...new Set(
    running.reports.flatMap((report) =>
      report.kind === 'jobOrderStatus'
        ? [`${report.orderId} ${report.status} +${report.timeMs - startMs}`]
        : [],
    ),
  ),
];

it('reports job orders with their states, panels and what they ask for', async () => {
  const { running, startMs, finished } = await runFor(await startLine(), nextRunMs + 10_000);
  await finished;
  const second = 'JO-20230621-002';
  await running.until(() => statuses(running, startMs).length >= 4);
  expect(statuses(running, startMs)).toEqual([
    'JO-20230621-001 started +0',
    `JO-20230621-001 completed +${unloadMs}`,
    `${second} released +${unloadMs + 90_000}`,
    `${second} started +${nextRunMs}`,
  ]);
  const head = { area: 'welding', line: 'mpm01' };
  const orders = running.reports.filter(({ kind }) => kind === 'jobOrder');
  expect(orders).toContainEqual({
    ...{ kind: 'jobOrder', ...head, orderId: second, quantity: 1, wpsNo: 'WPS-135' },
    plannedStartMs: startMs + weldEndMs + 120_000,
    timeMs: startMs + weldEndMs,
  });
  const panels = running.reports.filter(({ kind }) => kind === 'panelAssignment');
  expect(panels).toContainEqual({
    ...{ kind: 'panelAssignment', ...head, orderId: second, panelId: 'MPM01-20230621-002' },
    timeMs: startMs + weldEndMs,
  });
  expect(running.members).toContainEqual({
    ...{ member: 'welding/mpm01#machine', state: 'up', reason: { en: '', zh: '' } },
  });
});

it('reports how the machine judges each seam and the panel, and tells it as events', async () => {
  const { running, startMs, finished } = await runFor(await startLine(), weldEndMs + 20_000);
  await finished;
  const results = () => running.reports.filter((report) => report.kind === 'machineResult');
  await running.until(() => new Set(results().map(({ resultId }) => resultId)).size === 21);
  const panel = 'MPM01-20230621-001';
  expect(results().find(({ seam }) => seam === 'F02')).toEqual({
    ...{ kind: 'machineResult', area: 'welding', line: 'mpm01', seam: 'F02', evaluation: 'ok' },
    ...{ panelId: panel, orderId: 'JO-20230621-001', resultId: `${panel}/F02` },
    ...{ isSimulated: true, timeMs: startMs + weldEndMs },
  });
  expect(results().find(({ resultId }) => resultId === `${panel}/Panel`)?.seam).toBeUndefined();
  const judged = () => running.events.filter(({ code }) => code === 'machine-result');
  await running.until(() => judged().length >= 21);
  const told = judged();
  expect(told).toHaveLength(21);
  expect(told.find(({ details }) => details?.['name'] === 'F02')).toMatchObject({
    ...{ severity: 'info', subject: 'welding/mpm01/f02' },
    text: { en: 'Result of the machine: F02: OK', zh: '设备判定结果：F02: OK' },
    details: { severity: 100, evaluation: 'ok', timeMs: startMs + weldEndMs },
  });
});

it('tells alarms of the machine as events when they come and when they are over', async () => {
  const simulator = await startLine();
  const fault = { device: 'line.weld', kind: 'arc-out', torches: ['F02'], fromMm: 50, forMm: 50 };
  expect((await simulator.send('POST', '/faults', fault)).status).toBe(201);
  const { running, startMs, finished } = await runFor(simulator, weldEndMs);
  await finished;
  const alarms = () =>
    running.events.filter(
      ({ code, details }) => code.startsWith('machine-alarm') && details?.['name'] === 'F02',
    );
  await running.until(() => alarms().some(({ code }) => code === 'machine-alarm-cleared'));
  const [raised] = alarms();
  expect(raised).toMatchObject({
    ...{ code: 'machine-alarm', severity: 'warning', subject: 'welding/mpm01/f02' },
    text: { en: 'Alarm of the machine, F02: F02: no arc' },
    details: { name: 'F02', severity: 600, active: true, acknowledged: false },
  });
  // 50 mm are 3.75 s of travel after 3 s of finding.
  expect(Math.abs(Number(raised?.details?.['timeMs']) - startMs - 6750)).toBeLessThan(300);
});

it('says which of its lists is not there, and goes on with the others', async () => {
  const folder = makePkiFolder();
  onTestFinished(() => folder.remove());
  const simulator = await startLine();
  const source = createOpcuaTestSource(
    {
      ...{ endpointUrl: simulator.url('line.opcua'), securityMode: 'None' },
      machines: [
        {
          ...{ area: 'welding', line: 'mpm01', namespaceUri: 'urn:seamwatt:simulators:weldline' },
          jobOrders: { node: 's=MPM01.JobManagement-JobOrderControl-JobOrderList' },
          jobResponses: { node: 's=MPM01.Nowhere' },
          events: [{ node: 's=MPM01' }],
        },
      ],
    },
    folder.path,
  );
  const running = runSource(source, systemClock);
  onTestFinished(async () => {
    await running.stop();
  });
  await running.until(() => running.reports.some(({ kind }) => kind === 'jobOrderStatus'));
  const missing = 'jobResponses (s=MPM01.Nowhere): BadNodeIdUnknown';
  expect(running.members).toContainEqual({
    ...{ member: 'welding/mpm01#machine', state: 'degraded' },
    reason: {
      en: `1 of 3 nodes missing: ${missing}`,
      zh: `3 个节点中缺少 1 个：${missing}`,
    },
  });
});
