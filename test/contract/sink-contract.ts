import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, type describe, expect, it, onTestFinished } from 'vitest';
import type { EntryBatch } from '../../gateway/core/entry.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import type { Sink, WriteResult } from '../../gateway/core/sink.ts';
import { EntryBatchBuilder } from '../support/entry-batch.ts';
import { freePort } from '../support/free-port.ts';
import { type StallingProxy, startStallingProxy } from '../support/stalling-proxy.ts';

/** A running peer of one kind of sink. */
export type SinkPeer = {
  /** Where it listens on 127.0.0.1. */
  readonly port: number;
  /** A new sink that talks to that port, with deadlines above `soonMs` and well below `failsWithinMs`. */
  createSink(port: number): Sink;
  /** Frames that the peer takes, distinct from those of any other `firstSeq`. */
  frames(count: number, firstSeq: number): EntryBatch;
  /** How many distinct ones of these frames the peer has by now. */
  received(count: number, firstSeq: number): Promise<number>;
  /** Frames of which the peer refuses those at `refused`; left out by kinds of sink whose peers refuse none. */
  framesWithRefused?(firstSeq: number): Promise<RefusedFrames>;
  stop(): Promise<void>;
};

type RefusedFrames = { readonly entries: EntryBatch; readonly refused: readonly number[] };

export type SinkContractOptions = {
  /** Within this a sink gives up on a peer that does not answer. */
  readonly failsWithinMs: number;
  /** `describe` or `describe.skip`, as the program of the peer is there or not. */
  readonly describe: typeof describe | typeof describe.skip;
  startPeer(): Promise<SinkPeer>;
};

const noSignal = new AbortController().signal;
/** Less than any deadline of its own, so that ending soon is not the same as running out of time. */
const soonMs = 1_000;

const timed = async (work: () => Promise<unknown>): Promise<{ error: unknown; tookMs: number }> => {
  const startMs = performance.now();
  let error: unknown;
  try {
    await work();
  } catch (caught) {
    error = caught;
  }
  return { error, tookMs: performance.now() - startMs };
};

const expectRetryable = (error: unknown): void => {
  expect(error).toBeInstanceOf(GatewayError);
  expect(error).toMatchObject({ retryable: true });
  expect((error as GatewayError).message.length).toBeGreaterThan(10);
};

/**
 * What every sink must do, whatever it speaks. Goal: the pump may treat all sinks alike. Method: a real peer, behind a
 * proxy that can stall and cut connections as networks do.
 */
export const sinkContract = (kind: string, options: SinkContractOptions): void => {
  options.describe(`contract of sinks: ${kind}`, () => {
    const { failsWithinMs } = options;
    let peer: SinkPeer;
    let proxy: StallingProxy;
    let firstSeq = 1;
    beforeAll(async () => {
      peer = await options.startPeer();
    });
    afterAll(() => peer.stop());
    beforeEach(async () => {
      firstSeq += 1_000;
      proxy = await startStallingProxy(peer.port);
      const { close } = proxy;
      onTestFinished(close);
    });

    const sinkTo = (port: number): Sink => {
      const sink = peer.createSink(port);
      onTestFinished(() => sink.close());
      return sink;
    };
    const openSink = async (): Promise<Sink> => {
      const sink = sinkTo(proxy.port);
      await sink.open(noSignal);
      return sink;
    };
    const write = (sink: Sink, entries: EntryBatch, signal = noSignal): Promise<WriteResult> =>
      sink.write({ entries, history: false }, signal);
    const expectReceived = (count: number, seq = firstSeq): Promise<void> =>
      expect.poll(() => peer.received(count, seq), { timeout: 5_000 }).toBe(count);

    it('delivers frames', async () => {
      const sink = await openSink();
      expect(await write(sink, peer.frames(50, firstSeq))).toEqual({ accepted: 50, rejected: [] });
      await expectReceived(50);
    });

    it('takes an empty batch', async () => {
      const sink = await openSink();
      const empty = new EntryBatchBuilder().build();
      expect(await write(sink, empty)).toEqual({ accepted: 0, rejected: [] });
    });

    it('counts records that it has no use for as accepted', async () => {
      const sink = await openSink();
      const timeMs = 1_700_000_000_000;
      const entries = new EntryBatchBuilder()
        .record({ type: 'boot', bootId: 'b', version: '1.0.0', timeMs })
        .record({ type: 'dictionary', timeMs, id: 1_000, text: 'x' })
        .record({ type: 'tick', timeMs, watermarkMs: timeMs, dayStartMs: timeMs })
        .build();
      expect(await write(sink, entries)).toEqual({ accepted: 3, rejected: [] });
    });

    it('may be opened and closed twice, and opened again', async () => {
      const sink = sinkTo(proxy.port);
      await sink.close();
      await sink.open(noSignal);
      await sink.open(noSignal);
      await sink.close();
      await sink.close();
      await sink.open(noSignal);
      await write(sink, peer.frames(3, firstSeq));
      await expectReceived(3);
    });

    it('says that an unreachable peer is one, in time', async () => {
      const sink = sinkTo(await freePort());
      const { error, tookMs } = await timed(() => sink.open(noSignal));
      expectRetryable(error);
      expect(tookMs).toBeLessThan(failsWithinMs);
    });

    it('gives up opening to a peer that stays silent', async () => {
      proxy.stall();
      const sink = sinkTo(proxy.port);
      const { error, tookMs } = await timed(() => sink.open(noSignal));
      expectRetryable(error);
      expect(tookMs).toBeLessThan(failsWithinMs);
    });

    it('gives up writing to a peer that has gone silent, and delivers when it is back', async () => {
      const sink = await openSink();
      proxy.stall();
      const entries = peer.frames(5, firstSeq);
      const { error, tookMs } = await timed(() => write(sink, entries));
      expectRetryable(error);
      expect(tookMs).toBeLessThan(failsWithinMs);
      proxy.resume();
      await sink.open(noSignal);
      expect(await write(sink, entries)).toEqual({ accepted: 5, rejected: [] });
      await expectReceived(5);
    });

    it('ends soon when opening is aborted', async () => {
      proxy.stall();
      const sink = sinkTo(proxy.port);
      const controller = new AbortController();
      const opening = timed(() => sink.open(controller.signal));
      await sleep(50);
      controller.abort();
      const { error, tookMs } = await opening;
      expectRetryable(error);
      expect(tookMs).toBeLessThan(soonMs);
    });

    it('does not open when aborted already', async () => {
      const sink = sinkTo(proxy.port);
      const { error, tookMs } = await timed(() => sink.open(AbortSignal.abort()));
      expectRetryable(error);
      expect(tookMs).toBeLessThan(soonMs);
    });

    it('ends soon when writing is aborted', async () => {
      const sink = await openSink();
      proxy.stall();
      const controller = new AbortController();
      const writing = timed(() => write(sink, peer.frames(5, firstSeq), controller.signal));
      await sleep(50);
      controller.abort();
      const { error, tookMs } = await writing;
      expectRetryable(error);
      expect(tookMs).toBeLessThan(soonMs);
    });

    it('delivers what a broken connection had interrupted', async () => {
      const sink = await openSink();
      await write(sink, peer.frames(5, firstSeq));
      proxy.stall();
      const entries = peer.frames(20, firstSeq + 5);
      const writing = timed(() => write(sink, entries));
      await sleep(50);
      proxy.cut();
      expectRetryable((await writing).error);
      proxy.resume();
      await sink.open(noSignal);
      expect(await write(sink, entries)).toEqual({ accepted: 20, rejected: [] });
      await expectReceived(25);
    });

    it('settles a write under way when it is closed, and closes in time', async () => {
      const sink = await openSink();
      proxy.stall();
      const writing = timed(() => write(sink, peer.frames(5, firstSeq)));
      await sleep(50);
      const { error, tookMs } = await timed(() => sink.close());
      expect(error).toBeUndefined();
      expect(tookMs).toBeLessThan(failsWithinMs);
      expect((await writing).tookMs).toBeLessThan(failsWithinMs);
    });

    it('names what the peer refuses and delivers the rest', async (test) => {
      const given = await peer.framesWithRefused?.(firstSeq);
      if (given === undefined) return test.skip();
      const sink = await openSink();
      const { accepted, rejected } = await write(sink, given.entries);
      expect(rejected.map(({ index }) => index)).toEqual(given.refused);
      expect(rejected.every(({ reason }) => reason.trim() !== '')).toBe(true);
      expect(accepted + rejected.length).toBe(given.entries.length);
      const goodCount = given.entries.length - given.refused.length;
      await expect
        .poll(() => peer.received(given.entries.length, firstSeq), { timeout: 5_000 })
        .toBe(goodCount);
    });
  });
};
