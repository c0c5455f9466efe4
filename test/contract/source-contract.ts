import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { Clock } from '../../gateway/core/clock.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import { groupKey } from '../../gateway/core/point.ts';
import type { Source } from '../../gateway/core/source.ts';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import { freePort } from '../support/free-port.ts';
import { badStatus, expectNotAhead, lastOf, quietMs } from '../support/last-samples.ts';
import { runSource, type SourceRun } from '../support/source-run.ts';
import { type StallingProxy, startStallingProxy } from '../support/stalling-proxy.ts';

/** A running device of one kind of source. */
export type SourcePeer = {
  /** Where it listens on 127.0.0.1; of a device that connects to its source, any number. */
  readonly port: number;
  /** Of a device that connects to its source: goes on connecting to that port, whatever happens, until told another. */
  connectTo?(port: number): void;
  /** A new source that talks to that port, whose deadline for connecting is above `soonMs`, all well below `failsWithinMs`. */
  createSource(port: number): Source;
  /** Makes the device show values that it has not shown before. */
  change(): Promise<void>;
  /** Equipment that can go away while its neighbours and the connection stay. */
  readonly member?: {
    readonly equipment: string;
    lose(): Promise<void>;
    restore(): Promise<void>;
  };
  stop(): Promise<void>;
};

export type SourceContractOptions = {
  /** Within this a source gives up on a device that does not answer. */
  readonly failsWithinMs: number;
  /** A connection has one device only, of which nothing can go away alone. */
  readonly isSingle?: boolean;
  /** The source listens, and its devices connect. */
  readonly listens?: boolean;
  /** Points of what the source itself knows of its devices, which are good while it runs; 0 while a device is gone. */
  readonly ownPoints?: readonly string[];
  startPeer(): Promise<SourcePeer>;
};

const soonMs = 2_000;

/** The system's clock, which knows who takes part in it. */
const countingClock = (): { readonly clock: Clock; joined(): number } => {
  let joined = 0;
  return {
    joined: () => joined,
    clock: {
      nowMs: () => systemClock.nowMs(),
      monotonicMs: () => systemClock.monotonicMs(),
      join: (name, order) => {
        joined += 1;
        const participant = systemClock.join(name, order);
        return {
          sleepUntil: (dueMs, signal) => participant.sleepUntil(dueMs, signal),
          leave: () => {
            joined -= 1;
            participant.leave();
          },
        };
      },
    },
  };
};

/** Takes connections and never says a word. */
const startMute = async (): Promise<number> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    // A reset by the source ends the connection like a close.
    socket.on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
};

/**
 * What every source must do, whatever it speaks. Goal: the supervisor may treat all sources alike. Method: a real device,
 * behind a proxy that can stall and cut connections as networks do.
 */
export const sourceContract = (kind: string, options: SourceContractOptions): void => {
  describe(`contract of sources: ${kind}`, () => {
    const { failsWithinMs, listens = false, ownPoints = [] } = options;
    let peer: SourcePeer;
    let proxy: StallingProxy;
    let clock: ReturnType<typeof countingClock>;
    let listenPort: number;
    beforeAll(async () => {
      peer = await options.startPeer();
    });
    afterAll(() => peer.stop());
    beforeEach(async () => {
      clock = countingClock();
      listenPort = listens ? await freePort() : peer.port;
      proxy = await startStallingProxy(listenPort);
      const { close } = proxy;
      onTestFinished(close);
      peer.connectTo?.(proxy.port);
    });

    const run = (source: Source): SourceRun => {
      const running = runSource(source, clock.clock);
      onTestFinished(async () => {
        await running.stop();
      });
      return running;
    };
    const isOwn = (point: string): boolean => ownPoints.includes(point);
    const isGood = (running: SourceRun): boolean =>
      Object.entries(running.frames.at(-1)?.points ?? {}).some(
        ([point, [, status]]) => !isOwn(point) && status === 'Good',
      );
    /** Devices that connect come one by one, and tell one thing after another. */
    const isWhole = (source: Source, running: SourceRun): boolean => {
      const last = [...lastOf(running).values()];
      const count = source.groups.flatMap(({ channels }) => channels).length;
      return last.length === count && last.every(({ status }) => status === 'Good');
    };
    const makeSource = (): Source => peer.createSource(listens ? listenPort : proxy.port);
    const reading = async (source = makeSource()): Promise<SourceRun> => {
      const running = run(source);
      await running.until(() => (listens ? isWhole(source, running) : isGood(running)));
      return running;
    };
    /** Whether it ended within so long, and how. */
    const endedWithin = async (running: SourceRun, timeoutMs: number): Promise<unknown> => {
      const timer = new AbortController();
      const late = sleep(timeoutMs, 'still running', { signal: timer.signal });
      const result = await Promise.race([running.ended, late]);
      timer.abort();
      await late.catch(() => undefined);
      return result;
    };
    const expectLost = async (running: SourceRun): Promise<void> => {
      const error = await endedWithin(running, failsWithinMs);
      expect(error).toBeInstanceOf(GatewayError);
      expect(error).toMatchObject({ retryable: true });
      expect((error as GatewayError).message.length).toBeGreaterThan(10);
      expect(clock.joined()).toBe(0);
    };

    it('has groups of its own that stay the same over its whole life', async () => {
      const source = makeSource();
      const before = structuredClone(source.groups);
      const running = await reading(source);
      await running.stop();
      expect(source.groups).toEqual(before);
      expect(new Set(source.groups.map(groupKey)).size).toBe(source.groups.length);
      for (const { producer, channels } of source.groups) {
        expect(producer).toBe(source.id);
        expect(new Set(channels.map(({ point }) => point)).size).toBe(channels.length);
      }
    });

    it('tells once that it is connected, and emits whole frames', async () => {
      const running = await reading();
      await peer.change();
      const count = running.frames.length;
      await running.until(() => running.frames.length > count);
      expect(running.connections()).toBe(1);
      for (const { timeMs, receivedMs, points } of running.frames) {
        expect(Math.abs(receivedMs - Date.now())).toBeLessThan(10_000);
        expect(Number.isFinite(timeMs)).toBe(true);
        for (const [value] of Object.values(points)) expect(Number.isFinite(value)).toBe(true);
      }
    });

    it('goes on when a frame is not admitted', async () => {
      const source = makeSource();
      const running = run({
        id: source.id,
        groups: source.groups,
        run: (context) =>
          source.run({
            ...context,
            emit: (frame) => {
              context.emit(frame);
              return false;
            },
          }),
      });
      await running.until(() => isGood(running));
      await peer.change();
      const count = running.frames.length;
      await running.until(() => running.frames.length > count);
    });

    it('ends soon when told to, emits nothing afterwards and leaves the clock', async () => {
      const running = await reading();
      const stopped = running.stop();
      const count = running.frames.length;
      expect(await endedWithin(running, soonMs)).toBeUndefined();
      await stopped;
      expect(clock.joined()).toBe(0);
      await peer.change();
      await sleep(quietMs);
      expect(running.frames.length).toBe(count);
    });

    it('ends at once when told to before it began', async () => {
      const running = run(makeSource());
      await running.stop();
      expect(await endedWithin(running, soonMs)).toBeUndefined();
      expect(running.frames).toEqual([]);
      expect(clock.joined()).toBe(0);
    });

    const itOfClients = listens ? undefined : it;
    const itOfListeners = listens ? it : undefined;

    itOfClients?.('ends soon when told to while the device says nothing', async () => {
      const running = run(peer.createSource(await startMute()));
      await sleep(50);
      void running.stop();
      expect(await endedWithin(running, soonMs)).toBeUndefined();
      expect(running.connections()).toBe(0);
      expect(clock.joined()).toBe(0);
    });

    itOfClients?.('throws when nobody listens', async () => {
      const running = run(peer.createSource(await freePort()));
      await expectLost(running);
      expect(running.connections()).toBe(0);
      expect(isGood(running)).toBe(false);
    });

    itOfClients?.('throws when the device takes the connection and says nothing', async () => {
      const running = run(peer.createSource(await startMute()));
      await expectLost(running);
      expect(running.connections()).toBe(0);
    });

    itOfListeners?.('throws when its port is taken, and goes on without devices', async () => {
      const taken = run(peer.createSource(proxy.port));
      expect(await endedWithin(taken, failsWithinMs)).toBeInstanceOf(GatewayError);
      expect(taken.connections()).toBe(0);
      expect(clock.joined()).toBe(0);
      peer.connectTo?.(await freePort());
      const alone = run(makeSource());
      await alone.until(() => alone.connections() === 1);
      await sleep(quietMs);
      expect(isGood(alone)).toBe(false);
      expect(await alone.stop()).toBeUndefined();
    });

    it.each(['cut', 'stall', 'mute'] as const)(
      listens
        ? 'marks every point bad when the network does %s, and takes the device up again'
        : 'throws when the network does %s, with every point marked bad from then on',
      async (fate) => {
        const source = makeSource();
        const running = await reading(source);
        const fateMs = systemClock.nowMs();
        proxy[fate]();
        const channels = source.groups.flatMap((group) => group.channels);
        if (listens) {
          if (fate === 'cut') peer.connectTo?.(await freePort());
          await running.until(() => {
            const last = [...lastOf(running).values()];
            return last.every(({ point, status }) => isOwn(point) || badStatus.test(status));
          });
          expect(systemClock.nowMs() - fateMs).toBeLessThan(failsWithinMs);
        } else await expectLost(running);
        const last = lastOf(running);
        expect(last.size).toBe(channels.length);
        for (const sample of last.values()) {
          const { point, status, value, timeMs } = sample;
          if (!isOwn(point)) expect(status).toMatch(badStatus);
          expect(value).toBe(0);
          expect(timeMs).toBeGreaterThanOrEqual(fateMs - quietMs);
          expectNotAhead(sample);
        }
        // What was on its way may still arrive; nothing is shown as new after that.
        for (const { timeMs, points } of running.frames) {
          if (timeMs < fateMs + quietMs) continue;
          for (const [point, [, status]] of Object.entries(points)) {
            if (!isOwn(point)) expect(status).not.toBe('Good');
          }
        }
        if (!listens) return;
        proxy.resume();
        peer.connectTo?.(proxy.port);
        await running.until(() => isGood(running));
        expect(running.connections()).toBe(1);
      },
    );

    it('keeps a connection on which nothing changes', async () => {
      const running = await reading();
      await sleep(failsWithinMs);
      await peer.change();
      const changedMs = systemClock.nowMs();
      await running.until(
        () => isGood(running) && (running.frames.at(-1)?.timeMs ?? 0) >= changedMs - quietMs,
      );
      expect(running.connections()).toBe(1);
      for (const { status } of lastOf(running).values()) expect(status).toBe('Good');
    });

    const itOfSeveral = options.isSingle === true ? undefined : it;
    itOfSeveral?.(
      'goes on with the others while one is gone, and takes it up when it is back',
      async () => {
        const { member } = peer;
        if (member === undefined) throw new Error('a peer of several devices names one as member');
        const { equipment: lost, lose, restore } = member;
        const running = await reading();
        const stateOf = (isLost: boolean): readonly string[] =>
          [...lastOf(running).values()]
            .filter(({ equipment, point }) => (equipment === lost) === isLost && !isOwn(point))
            .map(({ status }) => (badStatus.test(status) ? 'bad' : status));
        const become = (status: string): Promise<void> =>
          running.until(
            () => stateOf(true).length > 0 && stateOf(true).every((is) => is === status),
          );
        await become('Good');
        const lostMs = systemClock.nowMs();
        let isBack = false;
        // The peer serves the tests after this one as well.
        onTestFinished(async () => {
          if (!isBack) await restore();
        });
        await lose();
        await become('bad');
        for (const sample of lastOf(running).values()) {
          if (sample.equipment !== lost) continue;
          expect(sample.timeMs).toBeGreaterThanOrEqual(lostMs - quietMs);
          expectNotAhead(sample);
        }
        await peer.change();
        const changedMs = systemClock.nowMs();
        await running.until(() =>
          [...lastOf(running).values()].some(
            ({ equipment, timeMs, status }) =>
              equipment !== lost && status === 'Good' && timeMs >= changedMs - quietMs,
          ),
        );
        expect(new Set(stateOf(false))).toEqual(new Set(['Good']));
        expect(new Set(stateOf(true))).toEqual(new Set(['bad']));
        await running.until(() => running.members.some(({ state }) => state === 'down'));
        await restore();
        isBack = true;
        await become('Good');
        expect(running.connections()).toBe(1);
        await running.until(() => running.members.at(-1)?.state === 'up');
      },
    );

    it('reads on when it is run again', async () => {
      const source = makeSource();
      const first = await reading(source);
      proxy.cut();
      if (listens) expect(await first.stop()).toBeUndefined();
      else await expectLost(first);
      const second = await reading(source);
      expect(second.connections()).toBe(1);
      await second.stop();
      const third = await reading(source);
      expect(await third.stop()).toBeUndefined();
    });
  });
};
