import type { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SiteIdentity } from '../../../gateway/core/adapter.ts';
import type { Sink } from '../../../gateway/core/sink.ts';
import type { Source } from '../../../gateway/core/source.ts';
import { startGateway } from '../../../gateway/runtime/gateway.ts';
import type { GatewayParts, RunningGateway } from '../../../gateway/runtime/gateway-parts.ts';
import type { SinkPart } from '../../../gateway/runtime/open-sink.ts';
import { systemClock } from '../../../gateway/runtime/system-clock.ts';
import { plainGroup, testFolder } from '../../support/journal.ts';
import { journalOptions } from '../../support/journal-options.ts';
import { createTestLog } from '../../support/test-log.ts';

const site: SiteIdentity = {
  enterprise: 'seamwatt',
  site: 'demo',
  timeZone: 'UTC',
  simulated: true,
};

/** A source that gives a frame each 20 ms until it is ended. */
const createSource = (ended: string[]): Source => ({
  id: 'plc',
  groups: [plainGroup('f01', 1)],
  run: async ({ emit, clock, signal, connected }) => {
    connected();
    const participant = clock.join('reads');
    while (!signal.aborted) {
      const frame = { groupIndex: 0, timeMs: clock.nowMs(), receivedMs: clock.nowMs() };
      emit({ ...frame, values: Float64Array.of(1), status: Uint32Array.of(0) });
      await participant.sleepUntil(clock.monotonicMs() + 20, signal);
    }
    participant.leave();
    ended.push('source');
  },
});

const sinkPart = (create: () => Sink): SinkPart => ({
  id: 'listener',
  kind: 'listener',
  maxBatchEntries: 100,
  timeoutMs: 30_000,
  create,
});

const createSink = (ended: string[], close?: () => Promise<void>): Sink => ({
  id: 'listener',
  open: async () => undefined,
  write: async ({ entries }) => ({ accepted: entries.length, rejected: [] }),
  close:
    close ??
    (async () => {
      ended.push('sink');
    }),
});

const setUp = (
  change: (ended: string[]) => Partial<GatewayParts> & { readonly slowSyncMs?: number },
): {
  readonly start: () => Promise<RunningGateway>;
  readonly ended: string[];
  readonly log: ReturnType<typeof createTestLog>;
} => {
  const ended: string[] = [];
  const log = createTestLog();
  const { slowSyncMs = 0, ...changed } = change(ended);
  const parts: GatewayParts = {
    version: '0.0.0-test',
    site,
    siteName: { en: 'demo', zh: 'demo' },
    configurationId: 'test',
    sources: [createSource(ended)],
    computedGroups: [],
    sections: {},
    sinks: [sinkPart(() => createSink(ended))],
    journal: journalOptions(testFolder(), { slowSyncMs }),
    snapshotMs: 60_000,
    ticks: { periodMs: 100, allowedLatenessMs: 100 },
    log,
    createClock: () => systemClock,
    ...changed,
  };
  return { start: () => startGateway(parts), ended, log };
};

/** Whoever sends SIGTERM may kill after this. */
const promisedMs = 5000;

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
};

/** Threads that run in this process from here on. */
const watchWorkers = (): Set<Worker> => {
  const running = new Set<Worker>();
  const add = (worker: Worker): void => {
    running.add(worker);
    worker.once('exit', () => running.delete(worker));
  };
  process.on('worker', add);
  onTestFinished(() => {
    process.off('worker', add);
  });
  return running;
};

describe('a gateway that stops', () => {
  it('ends all and leaves nothing undone', async () => {
    const running = watchWorkers();
    const { start, ended, log } = setUp(() => ({}));
    const gateway = await start();
    await until(() => gateway.view.status().journal.durableSeq > 5);
    expect(await gateway.stop()).toEqual([]);
    expect(ended).toEqual(['source', 'sink']);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
    expect(running.size).toBe(0);
  });

  it('closes its sinks over a disk that hangs, in time, and says what was lost', async () => {
    const { start, ended, log } = setUp(() => ({ slowSyncMs: 20_000 }));
    const gateway = await start();
    await until(() => gateway.view.status().admission.admittedFrames > 5);
    const fromMs = performance.now();
    const undone = await gateway.stop();
    expect(performance.now() - fromMs).toBeLessThan(promisedMs);
    expect(ended).toEqual(['source', 'sink']);
    expect(undone).toEqual([expect.stringMatching(/the last \d+ entries are not on the disk/)]);
    expect(log.lines.map(({ message }) => message)).toContainEqual(
      expect.stringContaining('the state of the KPIs is not saved'),
    );
  });

  it('names sinks that do not close', async () => {
    const { start } = setUp((ended) => ({
      sinks: [sinkPart(() => createSink(ended, () => new Promise(() => undefined)))],
    }));
    const gateway = await start();
    const undone = await gateway.stop();
    expect(undone).toEqual([expect.stringContaining('sinks are not closed')]);
  });

  it('ends what had begun when a later part cannot start', async () => {
    const running = watchWorkers();
    const { start, ended } = setUp((closed) => ({
      sinks: [
        sinkPart(() => createSink(closed)),
        sinkPart(() => {
          throw new Error('no such sink');
        }),
      ],
    }));
    await expect(start()).rejects.toThrow('no such sink');
    expect(ended).toEqual(['source', 'sink']);
    expect(running.size).toBe(0);
  });
});
