import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Problem } from '../../../config/problem.ts';
import type { LocalText } from '../../core/point.ts';
import { checkDelivery, settledAccounts } from './delivery-check.ts';
import { checkEvent } from './event-check.ts';
import { readInflux } from './influx-contents.ts';
import { lastNumber, readContents } from './journal-contents.ts';
import { type Outcome, seconds } from './outcome.ts';
import { ScenarioError } from './scenario.ts';
import { type RunOptions, ScenarioRun } from './scenario-run.ts';
import { type Fault, isDeviceFault, valueExpectations } from './scenario-schema.ts';
import { RefusedError } from './simulator-control.ts';
import { type SiteSnapshot, takeSnapshot } from './snapshot.ts';
import { type Stop, timelineOf } from './timeline.ts';
import { checkValues } from './value-check.ts';

export type Progress = (text: LocalText) => void;

const hourMs = 3_600_000;

const deviceFault = (fault: Fault, startMs: number): Readonly<Record<string, unknown>> => {
  const { at, for: lasts, ...rest } = fault;
  const fromMs = startMs + at;
  return { ...rest, fromMs, ...(lasts === undefined ? {} : { toMs: fromMs + lasts }) };
};

/** Asks the simulators for everything once, so that all that they refuse is told at once and before anything runs. */
const rehearse = async (run: ScenarioRun): Promise<void> => {
  const { scenario } = run.options;
  const { faults, inputs } = scenario.content.simulate;
  const problems: Problem[] = [];
  const attempt = async (path: (string | number)[], work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const found = error.message.replaceAll(/\s+/g, ' ');
      const expected = 'something that the simulators can do';
      problems.push(scenario.problemAt(path, { found, expected }));
    }
  };
  const { nowMs } = await run.control.state();
  for (const [index, fault] of faults.entries()) {
    if (!isDeviceFault(fault)) continue;
    const path = ['simulate', 'faults', index];
    await attempt(path, () => run.control.addFault(deviceFault(fault, nowMs + hourMs)));
  }
  await run.control.clearFaults();
  await attempt(['simulate', 'inputs'], () => run.control.setInputs(inputs));
  if (problems.length > 0) throw new ScenarioError(problems);
};

const bringAbout = async (run: ScenarioRun, stop: Exclude<Stop, { kind: 'look' }>) => {
  const begins = stop.kind === 'begin';
  switch (stop.fault.kind) {
    case 'set':
      return run.control.setInputs(stop.fault.inputs ?? {});
    case 'broker-down':
      return begins ? run.broker.down() : run.broker.up();
    case 'database-down':
      return begins ? run.database?.down() : run.database?.up();
    default:
      return begins ? run.killGateway() : run.startGateway();
  }
};

const tell = (stop: Stop, progress: Progress): void => {
  if (stop.kind === 'look') return;
  const { kind } = stop.fault;
  const at = seconds(stop.atMs);
  progress(
    stop.kind === 'begin'
      ? { en: `${at}: ${kind}`, zh: `${at}：${kind}` }
      : { en: `${at}: end of ${kind}`, zh: `${at}：${kind} 结束` },
  );
};

/** Goes through the scenario's time and gives what was seen at each look. */
const goThrough = async (
  run: ScenarioRun,
  progress: Progress,
): Promise<ReadonlyMap<number, SiteSnapshot | undefined>> => {
  const { content } = run.options.scenario;
  const isStandingStill = content.simulate.clock === 'lock-step';
  const tickPeriodMs = isStandingStill ? run.copy.site.config.ticks.periodMs : undefined;
  const looks = new Map<number, SiteSnapshot | undefined>();
  for (const stop of timelineOf(content)) {
    await run.clock.reach(stop.atMs, run.gateway !== undefined);
    tell(stop, progress);
    if (stop.kind !== 'look') {
      await bringAbout(run, stop);
      continue;
    }
    const { gateway } = run;
    looks.set(
      stop.atMs,
      gateway === undefined ? undefined : await takeSnapshot(gateway, run.control, tickPeriodMs),
    );
  }
  return looks;
};

const checkReplay = async (run: ScenarioRun): Promise<Outcome> => {
  const { kit, signal } = run.options;
  const report = await kit.composition.replay({ site: run.copy.site, signal });
  const { identicalFrames, differingFrames, missingFrames, verdict } = report;
  return {
    holds: verdict === 'identical',
    expectation: {
      en: 'KPIs computed again from the journal are identical in every bit',
      zh: '由日志重新计算的指标逐位一致',
    },
    found: {
      en: `${identicalFrames} identical, ${differingFrames} different, ${missingFrames} missing`,
      zh: `一致 ${identicalFrames} 条，不一致 ${differingFrames} 条，缺失 ${missingFrames} 条`,
    },
  };
};

/** Waits for the sinks, ends the gateway, and looks at what its journal and the sinks hold. */
const checkStored = async (run: ScenarioRun): Promise<readonly Outcome[]> => {
  const { delivery, events, replay } = run.options.scenario.content.expect;
  const { signal } = run.options;
  const { config } = run.copy.site;
  const folder = join(run.copy.site.config.data.folder, 'journal');
  // What came until now is on disk after that.
  await sleep(2 * config.data.journal.syncMs, undefined, { signal });
  const throughSeq = await lastNumber(folder);
  run.clock.runOn();
  const accounts =
    delivery === undefined || run.gateway === undefined
      ? []
      : await settledAccounts(run.gateway, throughSeq, signal);
  await run.stopGateway();
  const journal = await readContents(folder, throughSeq);
  const outcomes = events.map((wanted) =>
    checkEvent(wanted, journal.events, (timeMs) => run.clock.offsetOf(timeMs)),
  );
  if (delivery !== undefined) {
    const { database, contents, options } = run;
    const influx = database === undefined ? undefined : await readInflux(database.port);
    const isHeardFromStart = options.scenario.content.sinks.broker === 'mosquitto';
    const { heard } = contents;
    outcomes.push(
      ...checkDelivery(delivery, {
        throughSeq,
        journal,
        accounts,
        heard,
        isHeardFromStart,
        influx,
      }),
    );
  }
  if (replay !== undefined) outcomes.push(await checkReplay(run));
  return outcomes;
};

const play = async (run: ScenarioRun, progress: Progress): Promise<readonly Outcome[]> => {
  const { content } = run.options.scenario;
  await run.startGateway();
  await run.clock.begin();
  const { startMs } = run.clock;
  const firstTruth = await run.control.state();
  for (const fault of content.simulate.faults) {
    if (isDeviceFault(fault)) await run.control.addFault(deviceFault(fault, startMs));
  }
  const looks = await goThrough(run, progress);
  progress({ en: 'waiting for the sinks', zh: '等待输出补齐' });
  const stored = await checkStored(run);
  const values = valueExpectations(content).map(({ kind, wanted }) => {
    const offsetMs = wanted.at ?? content.simulate.duration;
    return checkValues(kind, wanted, { offsetMs, snapshot: looks.get(offsetMs), firstTruth });
  });
  return [...values, ...stored];
};

/**
 * Runs one scenario with processes, ports and folders of its own, and gives what came of each expectation.
 * @throws ScenarioError, SiteCopyError; GatewayError when gateway, simulators or servers do not do their part
 */
export const runScenario = async (
  options: RunOptions,
  progress: Progress,
): Promise<readonly Outcome[]> => {
  const run = new ScenarioRun(options);
  try {
    await run.prepare();
    await rehearse(run);
    const { leftOut } = run.copy;
    if (leftOut > 0) {
      progress({
        en: `KPIs and calculated points without a simulated device, left out: ${leftOut}`,
        zh: `因设备没有仿真而略去的指标与计算测点：${leftOut} 个`,
      });
    }
    return await run.whileAlive(play(run, progress));
  } finally {
    await run.end();
  }
};
