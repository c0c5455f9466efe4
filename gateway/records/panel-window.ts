import type { EntryBatch, EventRecord } from '../core/entry.ts';
import { longestStepMm, panelRestartDropMm } from '../core/panel.ts';
import type { RegisteredGroup } from '../core/point.ts';
import { BinCollector } from './bin-collector.ts';
import type { BinTable } from './bins-file.ts';
import { DeformationCollector, type ProfileFrame } from './deformation-collector.ts';
import { LastResults } from './last-results.ts';
import { type LineContext, methodsOf, timeSyncOf } from './line-context.ts';
import { binsProgress, type PanelProgress, type ProgressQuery } from './panel-progress.ts';
import {
  type CollectedPanel,
  type RecordedEvent,
  type RecordMark,
  recordFormat,
  recordVersion,
} from './panel-record.ts';

/** What a panel begins with: all that is needed to read it again from the journal. Plain JSON. */
export type WindowBegin = {
  readonly startSeq: number;
  readonly startMs: number;
  /** Null until the machine has named it. */
  readonly panelId: string | null;
  /** The id as told last, null where none is known; a checkpoint from before there was this has none. */
  readonly toldId?: string | null;
  readonly furthestMm: number | null;
  /** Bins up to this time are of the panel before. */
  readonly previousLastMs: number | null;
  readonly previousEndMs: number | null;
  readonly context: LineContext;
};

/** Places of a panel, mm. */
type Travel = Readonly<Record<'first' | 'minimum' | 'maximum', number | null>>;
const nowhere: Travel = { first: null, minimum: null, maximum: null };

/** Something at an entry of the journal. */
export type Place = { readonly seq: number; readonly timeMs: number };

type Text = (id: number) => string | undefined;

const mostEvents = 1000;
/** A panel that never moved so far and has no bin was not welded. */
const leastTravelMm = 100;
/** Less is noise of the encoder. */
const stepMm = 1;
const backwardsMm = 5;
const panelIdColumn = 'bin.panelId';

/** Collects one panel of one line while it is under the torches. */
export class PanelWindow {
  readonly begin: WindowBegin;
  context: LineContext;
  panelId: string | null;
  /** Null while no id is told: then the position decides where a panel ends. */
  toldId: string | null;
  /** Since the position fell back last. */
  furthestMm: number | null;
  /** Of the newest position. */
  lastMs: number | null = null;
  /** Ticks since it began, and since it was closed. */
  ticks = 0;
  ticksSinceClose = 0;
  closedAt: Place | undefined;
  /** A record was made while it stands still. */
  isAtRest = false;
  lost = 0;
  lateBins = 0;
  /** When it last moved on. */
  movedMs: number | null = null;
  #movedMm: number | null = null;
  /** Of the whole panel. */
  #mostMm: number | null;
  #positionMm: number | null = null;
  #position: Travel = nowhere;
  #backwards = { count: 0, mostMm: 0, isBack: false };
  #jumps = { count: 0, mostMm: 0 };
  readonly #bins = new Map<string, BinCollector>();
  readonly #results = new LastResults();
  #deformation = new DeformationCollector();
  readonly #events: RecordedEvent[] = [];
  #eventsLeftOut = 0;

  constructor(begin: WindowBegin) {
    this.begin = begin;
    this.context = begin.context;
    this.panelId = begin.panelId;
    this.toldId = begin.toldId === undefined ? begin.panelId : begin.toldId;
    this.furthestMm = begin.furthestMm;
    this.#mostMm = begin.furthestMm;
  }

  /**
   * Bins up to here are of this panel: the newest position that came, and of one that has ended, all before the next began. The
   * last bins of a panel can end with one position; they have times of their own then.
   */
  get boundaryMs(): number | null {
    const lastMs = this.lastMs ?? this.begin.previousLastMs;
    if (this.closedAt === undefined) return lastMs;
    return Math.max(lastMs ?? Number.NEGATIVE_INFINITY, this.closedAt.timeMs - 1);
  }

  get endMs(): number {
    return this.movedMs ?? this.begin.startMs;
  }

  /** Whether anything was welded or moved, so that there is something to record. */
  get isWorthRecording(): boolean {
    return this.#hasTravelled || [...this.#bins.values()].some(({ rows }) => rows > 0);
  }

  get #hasTravelled(): boolean {
    const { first, maximum } = this.#position;
    return first !== null && maximum !== null && maximum - first >= leastTravelMm;
  }

  move(positionMm: number, timeMs: number): void {
    this.lastMs = Math.max(this.lastMs ?? timeMs, timeMs);
    const hasFallen = (this.furthestMm ?? positionMm) - positionMm > panelRestartDropMm;
    if (hasFallen && !this.#hasTravelled) this.#beginHere();
    // What goes on after a fall moves on, however far it had come before.
    if (hasFallen) this.#movedMm = Math.min(this.#movedMm ?? positionMm, positionMm);
    this.#noteJump(positionMm - (this.#positionMm ?? positionMm));
    this.#positionMm = positionMm;
    const { first, minimum, maximum } = this.#position;
    this.#position = {
      first: first ?? positionMm,
      minimum: Math.min(minimum ?? positionMm, positionMm),
      maximum: Math.max(maximum ?? positionMm, positionMm),
    };
    this.#movedMm ??= positionMm;
    if (positionMm - this.#movedMm >= stepMm) {
      this.#movedMm = positionMm;
      this.movedMs = timeMs;
      this.isAtRest = false;
    }
    this.#noteBackwards((this.#mostMm ?? positionMm) - positionMm);
    this.#mostMm = Math.max(this.#mostMm ?? positionMm, positionMm);
    this.furthestMm = hasFallen ? positionMm : Math.max(this.furthestMm ?? positionMm, positionMm);
  }

  /** The id came before the position fell: where the panel before it ended is no place of this one. */
  #beginHere(): void {
    this.#position = nowhere;
    this.#positionMm = null;
    this.#movedMm = null;
    this.#mostMm = null;
    this.#backwards = { count: 0, mostMm: 0, isBack: false };
    this.#jumps = { count: 0, mostMm: 0 };
    this.#deformation = new DeformationCollector();
  }

  #noteBackwards(backMm: number): void {
    const backwards = this.#backwards;
    const isBack = backMm > backwardsMm;
    if (isBack && !backwards.isBack) backwards.count += 1;
    if (isBack) backwards.mostMm = Math.max(backwards.mostMm, backMm);
    backwards.isBack = isBack;
  }

  #noteJump(stepMm: number): void {
    if (stepMm <= longestStepMm) return;
    this.#jumps.count += 1;
    this.#jumps.mostMm = Math.max(this.#jumps.mostMm, stepMm);
  }

  addBin(
    seam: string,
    entry: { readonly batch: EntryBatch; readonly index: number },
    about: { readonly group: RegisteredGroup; readonly text: Text },
  ): void {
    let bins = this.#bins.get(seam);
    if (bins === undefined) {
      bins = new BinCollector();
      this.#bins.set(seam, bins);
    }
    bins.add(entry.batch, entry.index, about);
  }

  addResults(batch: EntryBatch, index: number, group: RegisteredGroup, isOfSeam: boolean): void {
    this.#results.keep(batch, index, group, isOfSeam);
  }

  addProfile(frame: ProfileFrame): void {
    this.#deformation.add(frame, this.#mostMm);
  }

  addEvent(seq: number, { timeMs, event }: EventRecord): void {
    if (this.#events.length >= mostEvents) {
      this.#eventsLeftOut += 1;
      return;
    }
    const { code, severity, subject, text, details = {} } = event;
    const positionMm = this.#positionMm;
    this.#events.push({ seq, timeMs, positionMm, code, severity, subject, text, details });
  }

  /** The panel as far as it has come, for those who watch it. */
  progress(line: string, query: ProgressQuery): PanelProgress {
    const { begin, panelId, movedMs, furthestMm, isAtRest } = this;
    return {
      ...{ key: this.#key(line), startSeq: begin.startSeq, startMs: begin.startMs },
      ...{ panelId, movedMs, positionMm: this.#positionMm, furthestMm, isAtRest },
      ...binsProgress(this.#bins, query),
      deformation: this.#deformation.recorded().deformation,
    };
  }

  #key(line: string): string {
    return `${line}@${this.begin.startMs}#${this.begin.startSeq}`;
  }

  /** The panel as far as it has come, closed at `at`. */
  collect(
    line: string,
    at: Place & { readonly by: 'next-panel' | 'standstill' },
    text: Text,
  ): CollectedPanel {
    const { begin, context } = this;
    const tables = new Map([...this.#bins].map(([seam, bins]) => [seam, bins.table()]));
    const results = this.#results.list(text);
    const ofSeams = new Map(
      results.filter(({ isOfSeam }) => isOfSeam).map((of) => [of.equipment, of.results]),
    );
    const configured = context.seams[line] ?? [];
    const names = new Set([...configured, ...tables.keys(), ...ofSeams.keys()]);
    return {
      key: this.#key(line),
      record: {
        format: recordFormat,
        version: recordVersion,
        simulated: context.simulated,
        panelId: this.panelId,
        line,
        time: {
          startMs: begin.startMs,
          endMs: this.endMs,
          closedMs: at.timeMs,
          closedBy: at.by,
        },
        positionMm: this.#position,
        journal: { firstSeq: begin.startSeq, lastSeq: at.seq },
        configurations: context.configurations,
        gatewayVersions: context.gatewayVersions,
        seams: [...names].sort().map((seam) => ({
          seam,
          results: ofSeams.get(seam) ?? [],
          bins: tables.get(seam) ?? null,
        })),
        results: results
          .filter(({ isOfSeam }) => !isOfSeam)
          .flatMap((of) => of.results.map((result) => ({ equipment: of.equipment, ...result }))),
        events: [...this.#events],
        marks: this.#marks(configured, tables),
        ...this.#deformation.recorded(),
        ...timeSyncOf(context, line),
        ...methodsOf(context, line),
      },
    };
  }

  #marks(
    configured: readonly string[],
    tables: ReadonlyMap<string, BinTable>,
  ): readonly RecordMark[] {
    const { begin, context } = this;
    const marks: RecordMark[] = [];
    const counted = (code: RecordMark['code'], count: number): void => {
      if (count > 0) marks.push({ code, count });
    };
    if (this.panelId === null || this.panelId === '') marks.push({ code: 'panel-unidentified' });
    if ((begin.previousEndMs ?? 0) > begin.startMs) marks.push({ code: 'overlaps-previous' });
    for (const seam of configured.toSorted()) {
      if (!tables.has(seam)) marks.push({ code: 'seam-missing', subject: seam });
    }
    for (const [panel, count] of this.#otherPanels(tables)) {
      marks.push({ code: 'bins-of-another-panel', subject: panel, count });
    }
    const leftOut = [...this.#bins.values()].reduce((sum, bins) => sum + bins.leftOut, 0);
    counted('bins-late', this.lateBins);
    counted('bins-left-out', leftOut);
    const { count, mostMm } = this.#backwards;
    if (count > 0) marks.push({ code: 'position-backwards', count, mostMm });
    if (this.#jumps.count > 0) marks.push({ code: 'position-jumped', ...this.#jumps });
    counted('events-left-out', this.#eventsLeftOut);
    counted('journal-lost', this.lost);
    if (context.configurations.length > 1) marks.push({ code: 'configuration-changed' });
    return marks;
  }

  /** How many bins name which other panel. */
  #otherPanels(tables: ReadonlyMap<string, BinTable>): readonly (readonly [string, number])[] {
    const others = new Map<string, number>();
    for (const { columns } of tables.values()) {
      const column = columns.find(({ point }) => point === panelIdColumn);
      for (const [place, name] of (column?.texts ?? []).entries()) {
        if (name === this.panelId) continue;
        const count = column?.values.reduce((sum, value) => sum + (value === place ? 1 : 0), 0);
        others.set(name, (others.get(name) ?? 0) + (count ?? 0));
      }
    }
    return [...others].sort(([a], [b]) => (a < b ? -1 : 1));
  }
}
