import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { statusCodes } from '../../../../gateway/core/quality.ts';
import {
  type Checkpoint,
  PanelAssembler,
  resumeSeq,
  standstillMs,
} from '../../../../gateway/records/assembler.ts';
import { mostBins } from '../../../../gateway/records/bin-collector.ts';
import { canonicalJson, sha256 } from '../../../../gateway/records/canonical-json.ts';
import {
  asJson,
  type FinishedPanel,
  finishPanel,
} from '../../../../gateway/records/panel-record.ts';
import {
  batchOfEntries,
  type PanelEntry,
  type PanelLine,
  PanelScript,
  panelLine,
} from '../../../support/panel-entries.ts';

const assemblerOf = (directory: PanelLine['directory'], checkpoint: Checkpoint = { lines: {} }) =>
  new PanelAssembler({
    checkpoint,
    group: (number) => directory.groups[number - 1],
    text: (id) => directory.text(id),
  });

const assemble = (script: PanelScript): readonly FinishedPanel[] =>
  assemblerOf(script.at.directory).take(batchOfEntries(script.entries, 1)).map(finishPanel);

const hashOf = ({ record }: FinishedPanel): string => sha256(canonicalJson(asJson(record)));

const onlyRecord = (script: PanelScript) => {
  const [panel, ...others] = assemble(script);
  expect(others).toEqual([]);
  return panel?.record ?? expect.fail('no record');
};

const script = (): PanelScript => new PanelScript(panelLine()).configure();

describe('a panel that another one follows', () => {
  it('has its time, its way, its configuration and what its KPIs said last', () => {
    const made = script().panel('A1', 30, 0.4).panel('A2', 2, 0.6);
    const record = onlyRecord(made);
    expect(record).toMatchObject({
      ...{ panelId: 'A1', simulated: true, line: 'seamwatt/demo/welding/mpm01' },
      time: { startMs: 1_000_000, endMs: 1_030_000, closedMs: 1_031_000, closedBy: 'next-panel' },
      positionMm: { first: 0, minimum: 0, maximum: 300 },
      configurations: [{ configurationId: 'c1', programId: 'p-c1' }],
      gatewayVersions: ['0.1.0'],
      results: [
        {
          ...{ equipment: 'line', point: 'panelEnergy', unit: 'kW.h', value: 60.3, coverage: 1 },
          ...{ status: statusCodes.good, timeMs: 1_031_000 },
        },
      ],
      marks: [],
    });
    expect(record.seams.map(({ seam, bins }) => [seam, bins?.rows])).toEqual([
      ['b01', 30],
      ['f01', 30],
    ]);
    expect(record.seams[1]?.results).toMatchObject([
      { point: 'heatInput', value: 0.4, coverage: 0.99 },
    ]);
    const heat = record.seams[0]?.bins?.statistics.find(({ point }) => point === 'bin.heatInput');
    expect(heat).toMatchObject({ count: 30, uncertain: 0 });
    expect(heat?.mean).toBeCloseTo(0.4155, 6);
    expect(heat?.minimum).toBeCloseTo(0.401, 6);
    expect(heat?.maximum).toBeCloseTo(0.43, 6);
  });

  it('says how the clocks of its sources stood to the gateway: last, and within the panel', () => {
    const made = script();
    const look = (skewMs: number, source = 'plc'): void => {
      const { timeMs } = made;
      made.entries.push({ record: { type: 'clock', timeMs, source, device: 'welder', skewMs } });
    };
    look(-1_500);
    made.panel('A1', 30);
    look(200);
    look(9_000, 'meters');
    made.panel('A2', 30).panel('A3', 30);
    const panels = assemble(made);
    const clock = { source: 'plc', device: 'welder', skewMs: 200, seenMs: expect.any(Number) };
    expect(panels.map(({ record }) => record.timeSync)).toEqual([
      [{ ...clock, leastSkewMs: -1_500, mostSkewMs: 200 }],
      [{ ...clock, leastSkewMs: 200, mostSkewMs: 200 }],
    ]);
  });

  it('says nothing of clocks where none could be read', () => {
    expect(onlyRecord(script().panel('A1', 10).panel('A2', 2))).not.toHaveProperty('timeSync');
  });

  it('has the bins that come out only when the next one is under the torches', () => {
    const made = script().panel('A1', 20);
    made.position('A1', 205).bin(made.at.frontBins, 'A1', 200);
    made.timeMs += 10;
    made.position('A2', 0).tick().panel('A2', 12).panel('A3', 1);
    const [first, second] = assemble(made);
    expect(first?.record.seams.map(({ bins }) => bins?.rows)).toEqual([20, 21]);
    expect(second?.record.seams.map(({ bins }) => bins?.rows)).toEqual([12, 12]);
  });

  it('has the events of its line with their place, and no others', () => {
    const made = script().position('A1', 0).tick();
    made.position('A1', 120).event('plc').event('mqtt').event('welding/mpm01/f01/current').tick();
    made.event('welding/mpm02/f01/current').event('gateway', 'clock-stepped').panel('A2', 1);
    const events = onlyRecord(made).events.map(({ subject, positionMm }) => [subject, positionMm]);
    expect(events).toEqual([
      ['plc', 120],
      ['welding/mpm01/f01/current', 120],
      ['gateway', 120],
    ]);
  });
});

describe('what is not as it should be', () => {
  it('is one record, marked, when the carriage goes back and welds again under the same id', () => {
    const record = onlyRecord(script().panel('A1', 20).panel('A1', 15).panel('A2', 1));
    expect(record).toMatchObject({
      panelId: 'A1',
      positionMm: { first: 0, minimum: 0, maximum: 200 },
      marks: [{ code: 'position-backwards', count: 1, mostMm: 200 }],
    });
  });

  it('is two records when the position falls back while no id is told, and the next id names the second', () => {
    const made = script().panel('A1', 20);
    for (const mm of [0, 60, 120]) made.position('', mm).tick();
    made.position('A1', 150).tick().panel('A2', 1);
    const records = assemble(made);
    expect(records.map(({ record }) => [record.panelId, record.positionMm.maximum])).toEqual([
      ['A1', 200],
      ['A1', 150],
    ]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(2);
  });

  it('begins with its id when that comes before the position falls, and where the position falls to', () => {
    const made = script().panel('A1', 20);
    made.position('A2', 199.9).tick().position('A2', 200).tick();
    for (let mm = 0; mm <= 150; mm += 10) made.position('A2', mm).tick();
    const [first, second] = assemble(made.panel('A3', 1)).map(({ record }) => record);
    expect(first).toMatchObject({ panelId: 'A1', marks: [] });
    expect(second).toMatchObject({
      ...{ panelId: 'A2', positionMm: { first: 0, minimum: 0, maximum: 150 } },
      time: { startMs: first?.time.closedMs },
    });
    expect(second?.marks.filter(({ code }) => code === 'position-backwards')).toEqual([]);
  });

  it('is marked when the position goes back a little', () => {
    const made = script().panel('A1', 20).position('A1', 170).tick().position('A1', 210).tick();
    expect(onlyRecord(made.panel('A2', 1)).marks).toEqual([
      { code: 'position-backwards', count: 1, mostMm: 30 },
    ]);
  });

  it('is marked when the position goes on by more than a line travels', () => {
    const made = script().panel('A1', 20).position('A1', 300).tick().position('A1', 400.5).tick();
    expect(onlyRecord(made.position('A1', 25_000).tick().panel('A2', 1)).marks).toEqual([
      { code: 'position-jumped', count: 2, mostMm: 24_599.5 },
    ]);
  });

  it('has its last bins, also those that end with one position and have later times', () => {
    const made = script().panel('A1', 20).position('A1', 205);
    for (const afterMs of [0, 1, 1]) {
      made.timeMs += afterMs;
      made.bin(made.at.frontBins, 'A1', 200);
    }
    made.timeMs += 98;
    made.position('A2', 0).tick().panel('A2', 12).panel('A3', 1);
    const records = assemble(made).map(({ record }) => record);
    expect(records.map(({ marks }) => marks)).toEqual([[], []]);
    expect(records[0]?.seams.map(({ bins }) => bins?.rows)).toEqual([20, 23]);
    expect(records[1]?.seams.map(({ bins }) => bins?.rows)).toEqual([12, 12]);
  });

  it('is marked when a seam of the configuration gives nothing', () => {
    const made = script();
    made.position('A1', 0).tick().position('A1', 75).tick();
    made.position('A1', 150).bin(made.at.frontBins, 'A1', 0).tick();
    const record = onlyRecord(made.panel('A2', 1));
    expect(record.marks).toEqual([{ code: 'seam-missing', subject: 'b01' }]);
    expect(record.seams[0]).toMatchObject({ seam: 'b01', bins: null });
  });

  it('is marked when bins name another panel, and when times overlap', () => {
    const made = script().panel('A1', 20);
    made.bin(made.at.frontBins, 'A0', 200).tick();
    made.timeMs -= 5_000;
    made.panel('A2', 11).panel('A3', 1);
    const [first, second] = assemble(made);
    expect(first?.record.marks).toEqual([
      { code: 'bins-of-another-panel', subject: 'A0', count: 1 },
    ]);
    expect(second?.record.marks).toContainEqual({ code: 'overlaps-previous' });
  });

  it('is marked when nobody named the panel', () => {
    const made = script().position(undefined, 0).tick().position(undefined, 500).tick();
    expect(onlyRecord(made.position(undefined, 0).tick().tick()).marks).toContainEqual({
      code: 'panel-unidentified',
    });
  });

  it('is marked when a bin comes long after its panel', () => {
    const made = script().panel('A1', 20).panel('A2', 20);
    made.timeMs -= 25_000;
    made.bin(made.at.frontBins, 'A1', 190);
    made.timeMs += 25_000;
    made.tick().panel('A3', 1);
    const [first, second] = assemble(made);
    expect(first?.record.marks).toEqual([]);
    expect(second?.record.marks).toEqual([{ code: 'bins-late', count: 1 }]);
  });

  it('is marked when another configuration comes into force, and names both', () => {
    const made = script().panel('A1', 12).configure('c2', '0.2.0').position('A1', 130).tick();
    const record = onlyRecord(made.panel('A2', 1));
    expect(record.marks).toEqual([{ code: 'configuration-changed' }]);
    expect(record.configurations.map(({ configurationId }) => configurationId)).toEqual([
      'c1',
      'c2',
    ]);
  });

  it('is marked when bins or events are more than a record takes, and how many are not in it', () => {
    const made = script().position('A1', 0).tick();
    for (let bin = 0; bin < mostBins + 3; bin++) made.bin(made.at.frontBins, 'A1', bin);
    for (let event = 0; event < 1002; event++) made.event('plc');
    made.bin(made.at.backBins, 'A1', 0);
    const record = onlyRecord(
      made.position('A1', 100).tick().position('A1', 200).tick().panel('A2', 1),
    );
    expect(record.marks).toEqual([
      { code: 'bins-left-out', count: 3 },
      { code: 'events-left-out', count: 2 },
    ]);
    expect(record.seams.map(({ bins }) => bins?.rows)).toEqual([1, mostBins]);
    expect(record.events).toHaveLength(1000);
  });

  it('is no panel when nothing was welded and nothing moved', () => {
    expect(assemble(script().position('A1', 0).tick().tick().panel('A2', 1))).toEqual([]);
  });
});

describe('a panel that stands still', () => {
  it('has a record after ten minutes and a revised one when the next comes', () => {
    const made = script().panel('A1', 20).tick(0.5, standstillMs).tick().panel('A2', 1);
    const records = assemble(made);
    expect(records.map(({ record }) => record.time.closedBy)).toEqual(['standstill', 'next-panel']);
    expect(records[0]?.key).toBe(records[1]?.key);
  });

  it('is no two records when it goes on', () => {
    const made = script().panel('A1', 20).tick(0.5, standstillMs);
    made.position('A1', 300).tick().position('A2', 0).tick().tick();
    const records = assemble(made);
    expect(records.map(({ record }) => record.positionMm.maximum)).toEqual([200, 300]);
    expect(new Set(records.map(({ key }) => key)).size).toBe(1);
  });
});

describe('reading the same entries again', () => {
  const long = (): PanelScript => {
    const made = script().panel('A1', 14, 0.4);
    made.position('A1', 145).bin(made.at.frontBins, 'A1', 140);
    made.timeMs += 10;
    made.position('A2', 0).event('plc');
    made.panel('A2', 11, 0.5).event('plc').configure('c2', '0.2.0').panel('A3', 12);
    made.position('A3', 0).position('', 0).tick();
    made.timeMs -= 25_000;
    made.bin(made.at.backBins, 'A1', 100);
    made.timeMs += 25_000;
    return made.tick(0.5, standstillMs).tick().panel('A4', 11).position('A5', 0).panel('A6', 1);
  };

  it('gives the same panels whatever the batches and wherever a restart comes', () => {
    const { entries, at } = long();
    const expected = assemble(long()).map(hashOf);
    expect(expected.length).toBe(5);
    fc.assert(
      fc.property(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 40 }), restart: fc.boolean() }), {
          minLength: 5,
          maxLength: 60,
        }),
        (cuts) => {
          const found = new Set<string>();
          let assembler = assemblerOf(at.directory);
          let next = 0;
          for (const { size, restart } of [...cuts, { size: entries.length, restart: false }]) {
            if (restart) {
              const { checkpoint } = assembler;
              assembler = assemblerOf(at.directory, JSON.parse(JSON.stringify(checkpoint)));
              next = (resumeSeq(checkpoint) ?? 1) - 1;
            }
            const part: readonly PanelEntry[] = entries.slice(next, next + size);
            for (const panel of assembler.take(batchOfEntries(part, next + 1))) {
              found.add(hashOf(finishPanel(panel)));
            }
            next += part.length;
          }
          // All that is there is expected; what a restart left to be read is not missed.
          const rest = assembler.take(batchOfEntries(entries.slice(next), next + 1));
          for (const panel of rest) found.add(hashOf(finishPanel(panel)));
          expect([...found].sort()).toEqual(expected.toSorted());
        },
      ),
      { numRuns: 300 },
    );
  });
});
