// Goal: what was computed does not depend on how often the gateway died, nor on where it then took up its state. Method: a
// gateway reads live simulators and saves its state several times a second; it is killed with SIGKILL 16 times (50 on long
// runs), now and then while it starts, else while it runs, half of these while it saves. Then everything that it journalled
// as KPIs is compared, bit by bit, with what one uninterrupted computation over the same admitted input gives.
import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import { readJournal } from '../../gateway/journal/journal.ts';
import { replayJournal } from '../../gateway/runtime/replay.ts';
import { type TestSite, writeDemoSite } from '../support/demo-site.ts';
import { spawnGatewayProcess, startGatewayProcess } from '../support/gateway-process.ts';
import { testSeed } from '../support/seed.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const kills = process.env['SEAMWATT_LONG'] === '1' ? 50 : 16;
const snapshotMs = 60;
/** One kill of so many comes while the gateway starts. */
const startupEvery = 8;
/** A kill within so long after a state began to be saved may hit the saving: writing and syncing take some ms. */
const savingMs = 12;
/** The first state is saved before the first tick; with the third one the KPIs of a tick at least are durable. */
const snapshotsOfALife = 3;
const longestLifeMs = 60_000;
/** Of all kills: otherwise they came too early, or too far from what they were to hit, to mean anything. */
const fewest = { withKpis: kills * 0.8, fromPeriodic: kills * 0.24, nearSaving: kills * 0.24 };

/** A small generator of numbers in [0, 1), so that a printed seed repeats the moments of the kills. */
const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Tells of each state that begins to be saved, by the file that appears. */
class SnapshotWatch {
  readonly #watcher: FSWatcher;
  readonly #seen = new Set<string>();
  #left = 0;
  #begunMs = Number.NEGATIVE_INFINITY;
  #resolve: (hasBegun: boolean) => void = () => undefined;

  constructor(folder: string) {
    this.#watcher = watch(folder, (_event, name) => {
      if (name?.endsWith('.part') !== true || this.#seen.has(name)) return;
      this.#seen.add(name);
      this.#begunMs = performance.now();
      this.#left -= 1;
      if (this.#left === 0) this.#resolve(true);
    });
  }

  /** Whether the `count`th from now begins to be saved within the longest time that a life may have. */
  async next(count: number): Promise<boolean> {
    this.#left = count;
    const begun = new Promise<boolean>((resolve) => {
      this.#resolve = resolve;
    });
    const timer = setTimeout(() => this.#resolve(false), longestLifeMs);
    const hasBegun = await begun;
    clearTimeout(timer);
    return hasBegun;
  }

  /** How long ago the newest began to be saved. */
  get agoMs(): number {
    return performance.now() - this.#begunMs;
  }

  close(): void {
    this.#watcher.close();
  }
}

type Killed = {
  readonly log: string;
  /** Between the newest beginning of a saving and the kill. */
  readonly savingAgoMs: number;
};

type Moment =
  | { readonly at: 'start'; readonly starts: number }
  | { readonly at: 'snapshot'; readonly delayMs: number };

const momentOf = (kill: number, random: () => number): Moment => {
  if (kill % startupEvery === 0) return { at: 'start', starts: 0.1 + random() * 0.8 };
  const within = kill % 2 === 0 ? snapshotMs : savingMs;
  return { at: 'snapshot', delayMs: random() * within };
};

/** What a start says of how it took up the state of the KPIs. */
type Continued = {
  readonly snapshotSeq?: number;
  readonly differingFrames: number;
  readonly missingFrames: number;
};

const continuedIn = (log: string): readonly Continued[] =>
  log
    .split('\n')
    .filter((line) => line.includes('KPIs continue where the journal ended'))
    .map((line) => JSON.parse(line) as Continued);

/** One start in the journal, with what was journalled until the next. */
type Life = { readonly bootSeq: number; firstTickSeq: number; computed: number; source: number };

const livesIn = async (folder: string): Promise<{ lives: readonly Life[]; disordered: number }> => {
  const lives: Life[] = [];
  let previousSeq = 0;
  let disordered = 0;
  for await (const batch of readJournal(folder, {})) {
    for (let index = 0; index < batch.length; index += 1) {
      const seq = batch.seq[index] as number;
      if (seq <= previousSeq) disordered += 1;
      previousSeq = seq;
      const life = lives.at(-1);
      if (batch.kind[index] === frameEntry) {
        if (life === undefined) throw new Error(`entry ${seq} lies before every start`);
        life[batch.origin[index] === originCodes.computed ? 'computed' : 'source'] += 1;
        continue;
      }
      const type = batch.records[batch.group[index] as number]?.type;
      if (type === 'boot') {
        lives.push({
          bootSeq: seq,
          firstTickSeq: Number.POSITIVE_INFINITY,
          computed: 0,
          source: 0,
        });
      } else if (type === 'tick' && life !== undefined) {
        life.firstTickSeq = Math.min(life.firstTickSeq, seq);
      }
    }
  }
  return { lives, disordered };
};

/** Whether a state was saved while time went on: not at a start, where nothing has happened yet. */
const isPeriodic = (snapshotSeq: number, lives: readonly Life[]): boolean => {
  const life = lives.findLast(({ bootSeq }) => bootSeq <= snapshotSeq);
  return life !== undefined && life.firstTickSeq < snapshotSeq;
};

describe('a gateway killed again and again', { timeout: 600_000 }, () => {
  let simulator: Simulator;
  let site: TestSite;

  beforeAll(async () => {
    simulator = await startSimulator(['--start', '2023-06-21T04:00:00Z', '--seed', '11']);
    site = await writeDemoSite(simulator, (demo) => {
      demo.ticks = { periodMs: 100, allowedLatenessMs: 2000 };
      demo.data = { ...demo.data, journal: { syncMs: 200, snapshotMs } };
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

  /** Lets a gateway live until the moment comes. */
  const killAt = async (
    moment: Moment,
    world: { readonly startMs: number; readonly snapshots: SnapshotWatch },
  ): Promise<Killed> => {
    const gateway = spawnGatewayProcess(['run', '--config', site.file]);
    let hasCome = true;
    if (moment.at === 'start') {
      await sleep(moment.starts * world.startMs);
    } else {
      hasCome = await world.snapshots.next(snapshotsOfALife);
      await sleep(moment.delayMs);
    }
    const savingAgoMs = world.snapshots.agoMs;
    gateway.process.kill('SIGKILL');
    // Null of a process that a signal ended: nobody else had ended it before.
    const isKilled = (await gateway.ended) === null;
    if (!hasCome || !isKilled) throw new Error(`no such moment came:\n${gateway.log()}`);
    return { log: gateway.log(), savingAgoMs };
  };

  it('journals the same KPIs as an uninterrupted run over the same input', async () => {
    const random = randomFrom(testSeed());
    const startMs = await measureStart();
    const folder = join(site.journalFolder, 'snapshots');
    const snapshots = new SnapshotWatch(folder);
    const killed: Killed[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      killed.push(await killAt(momentOf(kill, random), { startMs, snapshots }));
    }
    snapshots.close();
    const last = await startGatewayProcess(['run', '--config', site.file]);
    expect(await last.stop('SIGTERM')).toBe(0);

    const report = await replayJournal({ folder: site.journalFolder });
    expect(report.differences).toEqual([]);
    expect(report.differingFrames).toBe(0);
    expect(report.missingFrames).toBe(0);
    expect(report.identicalFrames).toBe(report.computedFrames);

    const { lives, disordered } = await livesIn(site.journalFolder);
    expect(disordered).toBe(0);
    const sum = (of: 'computed' | 'source'): number =>
      lives.reduce((total, life) => total + life[of], 0);
    expect(sum('computed')).toBe(report.computedFrames);
    expect(sum('source')).toBeGreaterThan(kills);

    const continued = [...killed.map(({ log }) => log), last.log()].flatMap(continuedIn);
    for (const { differingFrames, missingFrames } of continued) {
      expect({ differingFrames, missingFrames }).toEqual({ differingFrames: 0, missingFrames: 0 });
    }
    // The first and the last life ended in order.
    const ownLives = lives.slice(1, -1);
    const firstSeq = ownLives[0]?.bootSeq ?? Number.POSITIVE_INFINITY;
    const fromPeriodic = continued.filter(
      ({ snapshotSeq = 0 }) => snapshotSeq >= firstSeq && isPeriodic(snapshotSeq, lives),
    );
    const reached = {
      withKpis: ownLives.filter(({ computed }) => computed > 0).length,
      fromPeriodic: fromPeriodic.length,
      nearSaving: killed.filter(({ savingAgoMs }) => savingAgoMs < 2 * savingMs).length,
    };
    for (const key of ['withKpis', 'fromPeriodic', 'nearSaving'] as const) {
      expect(reached[key], key).toBeGreaterThanOrEqual(fewest[key]);
    }
    // What a kill left of a saving is gone with the next one.
    expect(readdirSync(folder).filter((name) => !name.endsWith('.snap'))).toEqual([]);
  });
});
