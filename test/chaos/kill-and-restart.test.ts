// Goal: what was computed does not depend on how often the gateway died. Method: a gateway reads live simulators and is
// killed with SIGKILL at random moments, 50 times; then everything it journalled as KPIs is compared, bit by bit, with what
// one uninterrupted computation over the same admitted input gives.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { replayJournal } from '../../gateway/runtime/replay.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { spawnGatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { testSeed } from '../support/seed.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const kills = 50;
// In units of the time that a start takes on this machine at this moment: from within recovery to after the first KPIs.
const shortestLife = 0.6;
const longestLife = 1.8;

/** A small generator of numbers in [0, 1), so that a printed seed repeats the moments of the kills. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

describe('a gateway killed again and again', () => {
  let simulator: Simulator;
  let site: TestSite;

  beforeAll(async () => {
    simulator = await startSimulator(['--start', '2023-06-21T04:00:00Z', '--seed', '11']);
    site = await writeDemoSite(simulator, (demo) => {
      demo.ticks = { periodMs: 100, allowedLatenessMs: 2000 };
    });
  });

  afterAll(async () => {
    await simulator.stop();
    await site.remove();
  });

  const measureStart = async (): Promise<number> => {
    const fromMs = performance.now();
    const gateway = await startGatewayProcess(['run', '--config', site.file]);
    const startMs = performance.now() - fromMs;
    // By an end of its own it leaves its compiled code for all that follow.
    await gateway.stop();
    return startMs;
  };

  /** Lets a gateway live as long as `starts` starts of `startMs`, and gives what a start takes by now, as far as it showed. */
  const killAfter = async (startMs: number, starts: number): Promise<number> => {
    const gateway = spawnGatewayProcess(['run', '--config', site.file]);
    const lifeMs = startMs * starts;
    await new Promise((resolve) => setTimeout(resolve, lifeMs));
    gateway.process.kill('SIGKILL');
    await gateway.ended;
    // A start that others slow down would else be cut off each time before it came to anything.
    return gateway.readyMs() ?? Math.max(startMs, lifeMs);
  };

  it('journals the same KPIs as an uninterrupted run over the same input', async () => {
    const random = randomFrom(testSeed());
    let startMs = await measureStart();
    for (let kill = 0; kill < kills; kill += 1) {
      startMs = await killAfter(startMs, shortestLife + random() * (longestLife - shortestLife));
    }
    const last = await startGatewayProcess(['run', '--config', site.file]);
    expect(await last.stop('SIGTERM')).toBe(0);

    const report = await replayJournal({ folder: site.journalFolder });
    expect(report.differences).toEqual([]);
    expect(report.differingFrames).toBe(0);
    expect(report.missingFrames).toBe(0);
    expect(report.identicalFrames).toBe(report.computedFrames);
    expect(report.computedFrames).toBeGreaterThan(kills);

    let previousSeq = 0;
    const frames = { source: 0, computed: 0 };
    let boots = 0;
    for await (const batch of readJournal(site.journalFolder, {})) {
      for (let index = 0; index < batch.length; index += 1) {
        const seq = batch.seq[index] as number;
        expect(seq).toBeGreaterThan(previousSeq);
        previousSeq = seq;
        if (batch.kind[index] !== frameEntry) {
          if (batch.records[batch.group[index] as number]?.type === 'boot') boots += 1;
          continue;
        }
        frames[batch.origin[index] === originCodes.computed ? 'computed' : 'source'] += 1;
      }
    }
    expect(frames.computed).toBe(report.computedFrames);
    expect(frames.source).toBeGreaterThan(kills);
    // Otherwise the kills all came too early to mean anything.
    expect(boots).toBeGreaterThan(kills / 4);
  });
});
