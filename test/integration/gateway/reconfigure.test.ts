// Goal: over a change of the configuration under load nothing is lost or repeated, whoever did not change notices nothing, and
// a replay switches at the same record and gives the same bits. Method: a running gateway with sources that number their
// frames and sinks that record what they get; the journal is replayed afterwards.
import { describe, expect, it } from 'vitest';
import { frameEntry } from '../../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../../gateway/core/point.ts';
import type { Sink } from '../../../gateway/core/sink.ts';
import type { Source } from '../../../gateway/core/source.ts';
import type { RunningGateway } from '../../../gateway/runtime/gateway-parts.ts';
import type { SinkPart } from '../../../gateway/runtime/open-sink.ts';
import { replayJournal } from '../../../gateway/runtime/replay.ts';
import { testFolder } from '../../support/journal.ts';
import {
  createRecorder,
  createSource,
  emittedBeyond,
  kpi,
  partsOf,
  seam,
  start,
} from '../../support/numbering-site.ts';

const sinkOf = (gateway: RunningGateway, id: string) =>
  gateway.view.status().sinks.find((status) => status.id === id);

const expectBalance = (gateway: RunningGateway, id: string): void => {
  const balance = sinkOf(gateway, id)?.balance;
  expect(balance).toBeDefined();
  if (balance === undefined) return;
  const { journalled, delivered, waiting, quarantined, dropped, lost } = balance;
  expect(delivered + waiting + quarantined + dropped + lost).toBe(journalled);
  expect({ quarantined, dropped, lost }).toEqual({ quarantined: 0, dropped: 0, lost: 0 });
};

const contiguous = (seqs: readonly number[]): readonly number[] =>
  Array.from(seqs, (_seq, index) => (seqs[0] as number) + index);

const tracking = [kpi('trackingMax', 'f01'), kpi('trackingP95', 'f01')];

describe('a gateway that goes over to another configuration', () => {
  it('loses and repeats nothing, and leaves alone what did not change', async () => {
    const folder = testFolder();
    const steady = createSource('steady', seam('f01'));
    const leaving = createSource('leaving', seam('f02'));
    const [kept, changed] = [createRecorder('kept'), createRecorder('changed')];
    const sources = [steady, leaving];
    const gateway = await start(
      partsOf({ name: 'first', sources, sinks: [kept, changed], kpis: tracking }),
      folder,
    );
    await emittedBeyond(steady, 300);

    const steadyGroup = gateway.view.groups[0];
    const again = createRecorder('changed', changed.seqs);
    const joining = createSource('joining', seam('f03'));
    const change = await gateway.reconfigure(
      partsOf({
        ...{ name: 'second', sources: [joining, steady], sinks: [again, kept] },
        kpis: [tracking[0] as object, kpi('trackingP95', 'f01', { exactSamples: 100 })],
      }),
    );
    expect(change).toMatchObject({
      sources: { added: ['joining'], removed: ['leaving'], changed: [], unchanged: ['steady'] },
      sinks: { added: [], removed: [], changed: ['changed'], unchanged: ['kept'] },
      computed: {
        continued: ['trackingMax of welding/mpm01/f01'],
        begun: ['trackingP95 of welding/mpm01/f01'],
      },
    });
    expect(gateway.view.groups[1]).toBe(steadyGroup);
    await emittedBeyond(steady, 300);
    const third = partsOf({ name: 'third', sources: [steady], sinks: [kept, again], kpis: [] });
    await gateway.reconfigure({ ...third, sections: { ...third.sections } });
    await emittedBeyond(steady, 100);

    expect([steady.runs, leaving.runs, joining.runs]).toEqual([1, 1, 1]);
    expect([kept.opens, kept.closes]).toEqual([1, 0]);
    expect([changed.opens, changed.closes, again.opens]).toEqual([1, 1, 1]);
    expect(gateway.view.siteName.en).toBe('third');
    for (const id of ['kept', 'changed']) expectBalance(gateway, id);
    for (const source of [steady, leaving, joining]) expect(source.emitted).toBeGreaterThan(0);
    expect(gateway.view.status().admission.refusedFrames).toBe(0);
    const { nextSeq } = gateway.view.status().journal;
    for (const { seqs } of [kept, changed]) {
      await expect.poll(() => seqs.at(-1)).toBeGreaterThanOrEqual(nextSeq - 1);
      expect(seqs).toEqual(contiguous(seqs));
    }
    expect(kept.seqs[0]).toBe(changed.seqs[0]);
    expect(await gateway.stop()).toEqual([]);
    const report = await replayJournal({ folder });
    expect(report).toMatchObject({ verdict: 'identical', differingFrames: 0, missingFrames: 0 });
    expect(report.identicalFrames).toBeGreaterThan(3);
  });

  it('keeps the windows of KPIs that stay, over the change and over a restart with yet another', async () => {
    const folder = testFolder();
    const group = seam('f01');
    const first = createSource('plc', group);
    const gateway = await start(
      partsOf({ name: 'first', sources: [first], sinks: [], kpis: tracking }),
      folder,
    );
    await emittedBeyond(first, 100);
    // From here on the errors are small: only what is remembered is large.
    const createQuiet = (): Source => {
      const source = createSource('plc', seam('f01', ['extra']));
      source.emitted = 1_000_000;
      return source;
    };
    const second = createQuiet();
    const strict = kpi('trackingP95', 'f01', { exactSamples: 100 });
    const kpis = [tracking[0] as object, strict];
    const parts = partsOf({ name: 'second', sources: [second], sinks: [], kpis });
    await gateway.reconfigure(parts);
    const newestOf = (running: RunningGateway, point: string): number => {
      const { latest } = running.view;
      const index = latest.points.findIndex(
        ({ group: { channels }, channel }) => channels[channel]?.point === point,
      );
      return latest.at(index).value;
    };
    await expect.poll(() => newestOf(gateway, 'trackingP95')).toBeLessThan(2);
    await expect.poll(() => newestOf(gateway, 'trackingMax')).toBeGreaterThan(1000);
    expect(gateway.view.kpis.map(({ parameters }) => parameters)).toContainEqual(
      expect.objectContaining({ exactSamples: 100 }),
    );
    await gateway.stop();
    const restarted = await start(
      partsOf({ name: 'third', sources: [createQuiet()], sinks: [], kpis: tracking }),
      folder,
    );
    await expect.poll(() => newestOf(restarted, 'trackingMax')).toBeGreaterThan(1000);
    await restarted.stop();
    expect(await replayJournal({ folder })).toMatchObject({ verdict: 'identical' });
  });

  it('puts the old configuration back when a sink cannot be made', async () => {
    const folder = testFolder();
    const source = createSource('plc', seam('f01'));
    const sink = createRecorder('database');
    const before = partsOf({ name: 'first', sources: [source], sinks: [sink], kpis: tracking });
    const gateway = await start(before, folder);
    await emittedBeyond(source, 50);
    const broken: SinkPart = {
      ...createRecorder('broken'),
      create: () => {
        throw new Error('no such database');
      },
    };
    const changed = createRecorder('database', sink.seqs);
    const other = createSource('other', seam('f02'));
    await expect(
      gateway.reconfigure(
        partsOf({ name: 'wrong', sources: [other], sinks: [changed, broken], kpis: [] }),
      ),
    ).rejects.toThrow('no such database');
    await emittedBeyond(source, 100);
    expect([source.runs, other.runs, changed.opens]).toEqual([1, 0, 0]);
    await expect.poll(() => sink.opens).toBe(2);
    expect(gateway.view.siteName.en).toBe('first');
    expect(gateway.view.kpis).toHaveLength(2);
    expect(gateway.view.status().sinks.map(({ id }) => id)).toEqual(['database']);
    const { nextSeq } = gateway.view.status().journal;
    await expect.poll(() => sink.seqs.at(-1)).toBeGreaterThanOrEqual(nextSeq);
    expect(sink.seqs).toEqual(contiguous(sink.seqs));
    expectBalance(gateway, 'database');
    await gateway.stop();
    expect(await replayJournal({ folder })).toMatchObject({ verdict: 'identical' });
  });

  it('puts back what had to end when a source does not', async () => {
    const source = createSource('plc', seam('f01'));
    const letGo = new AbortController();
    let hangs = 0;
    const hanging: Source = {
      ...createSource('hanging', seam('f02')),
      run: async ({ connected, signal }) => {
        hangs += 1;
        connected();
        const until = hangs === 1 ? letGo.signal : signal;
        await new Promise((resolve) => until.addEventListener('abort', resolve, { once: true }));
      },
    };
    const sink = createRecorder('database');
    const sources = [source, hanging];
    const gateway = await start(
      partsOf({ name: 'first', sources, sinks: [sink], kpis: [] }),
      testFolder(),
    );
    await emittedBeyond(source, 20);
    await expect(
      gateway.reconfigure(partsOf({ name: 'second', sources: [], sinks: [], kpis: [] })),
    ).rejects.toThrow('source hanging did not end within 5000 ms');
    await emittedBeyond(source, 50);
    expect(source.runs).toBe(2);
    expect(hangs).toBe(1);
    letGo.abort();
    await expect.poll(() => hangs).toBe(2);
    expect(sink.opens).toBe(2);
    expect(sink.seqs).toEqual(contiguous(sink.seqs));
  });

  it('puts back a sink that does not close, once it has', async () => {
    const source = createSource('plc', seam('f01'));
    const sink = createRecorder('database');
    const letGo = new AbortController();
    let closes = 0;
    const hanging: SinkPart = {
      ...sink,
      create: (context) => ({
        ...sink.create(context),
        close: async () => {
          closes += 1;
          if (closes > 1) return;
          await new Promise((resolve) => letGo.signal.addEventListener('abort', resolve));
        },
      }),
    };
    const parts = partsOf({ name: 'first', sources: [source], sinks: [hanging], kpis: [] });
    const gateway = await start(parts, testFolder());
    await emittedBeyond(source, 50);
    await expect(
      gateway.reconfigure({ ...parts, configurationId: 'second', sinks: [] }),
    ).rejects.toThrow('sink database did not close within 5000 ms');
    expect(source.runs).toBe(1);
    expect(sink.opens).toBe(1);
    letGo.abort();
    await expect.poll(() => sink.opens).toBe(2);
    const { nextSeq } = gateway.view.status().journal;
    await expect.poll(() => sink.seqs.length).toBeGreaterThanOrEqual(nextSeq);
    // So much time has passed that what happens now goes first.
    await expect.poll(() => sinkOf(gateway, 'database')?.history).toEqual([]);
    const seqs = sink.seqs.toSorted((a, b) => a - b);
    expect(seqs).toEqual(contiguous(seqs));
    expectBalance(gateway, 'database');
  });

  it('gives a sink that returns all that came while it was away', async () => {
    const source = createSource('plc', seam('f01'));
    const sink = createRecorder('database');
    const parts = partsOf({ name: 'with', sources: [source], sinks: [sink], kpis: [] });
    const gateway = await start(parts, testFolder());
    await expect.poll(() => sink.seqs.length).toBeGreaterThan(50);
    await gateway.reconfigure({ ...parts, configurationId: 'without', sinks: [] });
    const had = sink.seqs.length;
    expect(gateway.view.status().sinks).toEqual([]);
    expect(gateway.deliveries.has('database')).toBe(false);
    await emittedBeyond(source, 100);
    expect(sink.seqs).toHaveLength(had);
    await gateway.reconfigure({ ...parts, sinks: [createRecorder('database', sink.seqs)] });
    const { nextSeq } = gateway.view.status().journal;
    await expect.poll(() => sink.seqs.at(-1)).toBeGreaterThanOrEqual(nextSeq);
    expect(sink.seqs).toEqual(contiguous(sink.seqs));
    expectBalance(gateway, 'database');
  });

  it('still reads what was journalled of points that are no more', async () => {
    const source = createSource('plc', seam('f01'));
    const unread: string[] = [];
    let isOpen = false;
    const late: SinkPart = {
      ...createRecorder('late'),
      create: ({ directory }): Sink => ({
        id: 'late',
        open: async () => {
          if (!isOpen) throw new Error('not yet');
        },
        write: async ({ entries }) => {
          for (let index = 0; index < entries.length; index += 1) {
            if (entries.kind[index] !== frameEntry) continue;
            const number = entries.group[index] as RegisteredGroup['number'];
            if (directory.byNumber(number) === undefined) unread.push(`group ${number}`);
          }
          return { accepted: entries.length, rejected: [] };
        },
        close: async () => undefined,
      }),
    };
    const parts = partsOf({ name: 'first', sources: [source], sinks: [late], kpis: tracking });
    const gateway = await start(parts, testFolder());
    await emittedBeyond(source, 50);
    await gateway.reconfigure(partsOf({ name: 'bare', sources: [], sinks: [late], kpis: [] }));
    expect(gateway.view.groups).toEqual([]);
    isOpen = true;
    await expect.poll(() => sinkOf(gateway, 'late')?.balance.delivered).toBeGreaterThan(50);
    await expect.poll(() => sinkOf(gateway, 'late')?.balance.waiting).toBeLessThan(5);
    expect(unread).toEqual([]);
  });
});
