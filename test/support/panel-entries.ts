import type { EntryBatch, JournalRecord } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { EntryBatchBuilder, type TestFrame, testDirectory, testGroup } from './entry-batch.ts';

/** A line of two seams as the journal shows it, with the permanent numbers of its groups. */
export const panelLine = () => {
  const directory = testDirectory([
    testGroup({
      ...{ equipment: 'line', equipmentClass: 'weld_line', producer: 'plc' },
      channels: [
        { point: 'panelId', kind: 'string' },
        { point: 'panelPosition', unit: 'mm' },
      ],
    }),
    ...['b01', 'f01'].map((equipment) =>
      testGroup({
        ...{ equipment, name: 'bins', producer: 'kpi' },
        channels: [
          { point: 'bin.panelId', kind: 'string' },
          { point: 'bin.position', unit: 'mm' },
          { point: 'bin.heatInput', unit: 'kJ/mm' },
        ],
      }),
    ),
    testGroup({
      ...{ equipment: 'f01', name: 'kpi', producer: 'kpi' },
      channels: [{ point: 'heatInput', unit: 'kJ/mm' }, 'heatInput.coverage'],
    }),
    testGroup({
      ...{ equipment: 'line', equipmentClass: 'weld_line', name: 'kpi', producer: 'kpi' },
      channels: [{ point: 'panelEnergy', unit: 'kW.h' }, 'panelEnergy.coverage'],
    }),
  ]);
  const [line, backBins, frontBins, seamKpis, lineKpis] = directory.groups;
  if (!line || !backBins || !frontBins || !seamKpis || !lineKpis) throw new Error('no groups');
  return { directory, line, backBins, frontBins, seamKpis, lineKpis };
};
export type PanelLine = ReturnType<typeof panelLine>;

export type PanelEntry =
  | { readonly group: RegisteredGroup; readonly frame: TestFrame }
  | { readonly record: JournalRecord };

/** A batch of some entries, the first of which has the number `firstSeq`. */
export const batchOfEntries = (entries: readonly PanelEntry[], firstSeq: number): EntryBatch => {
  const builder = new EntryBatchBuilder(firstSeq);
  for (const entry of entries) {
    if ('record' in entry) builder.record(entry.record);
    else builder.frame(entry.group, entry.frame);
  }
  return builder.build();
};

/** Writes what a gateway would journal while panels pass, a second a step. */
export class PanelScript {
  readonly entries: PanelEntry[] = [];
  readonly at: PanelLine;
  timeMs: number;
  readonly #waiting: PanelEntry[] = [];

  constructor(at: PanelLine, startMs = 1_000_000) {
    this.at = at;
    this.timeMs = startMs;
  }

  configure(configurationId = 'c1', version = '0.1.0'): this {
    const { timeMs } = this;
    this.entries.push({ record: { type: 'boot', bootId: 'b', version, timeMs } });
    this.entries.push({
      record: {
        ...{ type: 'configuration', configurationId, programId: `p-${configurationId}`, timeMs },
        groups: this.at.directory.groups,
        computation: { sections: {}, site: { simulated: true } },
      },
    });
    return this;
  }

  position(panelId: string | undefined, positionMm: number | undefined): this {
    const id = panelId === undefined ? undefined : this.at.directory.intern(panelId);
    const values = {
      ...(id === undefined ? {} : { panelId: id }),
      ...(positionMm === undefined ? {} : { panelPosition: positionMm }),
    };
    this.entries.push({ group: this.at.line, frame: { timeMs: this.timeMs, values } });
    return this;
  }

  /** A bin that closes now and comes out at the next tick. */
  bin(group: RegisteredGroup, panelId: string, positionMm: number, heatInput = 0.5): this {
    this.#waiting.push({
      group,
      frame: {
        ...{ timeMs: this.timeMs, origin: 'computed' },
        values: {
          'bin.panelId': this.at.directory.intern(panelId),
          'bin.position': positionMm,
          'bin.heatInput': heatInput,
        },
      },
    });
    return this;
  }

  event(subject: string, code = 'source-lost'): this {
    const text = { en: code, zh: code };
    const event = { code, severity: 'warning', subject, text } as const;
    this.entries.push({ record: { type: 'event', timeMs: this.timeMs, event } });
    return this;
  }

  /** Ends the second: the tick, the bins that closed, the KPIs. */
  tick(heatInput = 0.5, afterMs = 1000): this {
    this.timeMs += afterMs;
    const { timeMs } = this;
    this.entries.push({
      record: { type: 'tick', timeMs, watermarkMs: timeMs - 500, dayStartMs: 0 },
    });
    this.entries.push(...this.#waiting.splice(0));
    this.entries.push({
      group: this.at.seamKpis,
      frame: {
        ...{ timeMs, origin: 'computed' },
        values: { heatInput, 'heatInput.coverage': 0.99 },
      },
    });
    this.entries.push({
      group: this.at.lineKpis,
      frame: {
        ...{ timeMs, origin: 'computed' },
        values: { panelEnergy: 60.3, 'panelEnergy.coverage': 1 },
      },
    });
    return this;
  }

  /** A panel of `steps` bins of 10 mm at both seams, each in a second. */
  panel(panelId: string, steps: number, heatInput = 0.5): this {
    const { backBins, frontBins } = this.at;
    this.position(panelId, 0).tick(heatInput);
    for (let step = 1; step <= steps; step++) {
      this.position(panelId, 10 * step);
      for (const group of [backBins, frontBins]) {
        this.bin(group, panelId, 10 * (step - 1), heatInput + step / 1000);
      }
      this.tick(heatInput);
    }
    return this;
  }
}
