import {
  type EntryBatch,
  frameEntry,
  type JournalRecord,
  originCodes,
  type TickRecord,
} from '../core/entry.ts';
import { panelRestartDropMm } from '../core/panel.ts';
import type { RegisteredGroup } from '../core/point.ts';
import { absentStatus, isBad, isLastUsable } from '../core/quality.ts';
import { profileFrame } from './deformation-collector.ts';
import { type GroupRole, roleOf } from './group-roles.ts';
import {
  atPanelStart,
  concerns,
  type LineContext,
  noContext,
  withBoot,
  withClock,
  withConfiguration,
} from './line-context.ts';
import type { PanelProgress, ProgressQuery } from './panel-progress.ts';
import type { CollectedPanel } from './panel-record.ts';
import { PanelWindow, type Place, type WindowBegin } from './panel-window.ts';

/** Where reading goes on after a restart: with the panels that are not closed yet. Plain JSON. */
export type Checkpoint = { readonly lines: { readonly [line: string]: WindowBegin } };

export type AssemblerOptions = {
  readonly group: (number: number) => RegisteredGroup | undefined;
  /** The text behind a dictionary id of a string channel. */
  readonly text: (id: number) => string | undefined;
  readonly checkpoint: Checkpoint;
};

/** A panel that stands still for so long has a record until it goes on or the next one comes. */
export const standstillMs = 600_000;
/** The bins of a panel come with the first tick behind it; what that tick computed is before the second. */
const ticksToClose = 2;

type Line = {
  readonly name: string;
  window: PanelWindow;
  /** Closed, and waiting for what the next ticks bring. */
  readonly closing: PanelWindow[];
};

/** The first entry that is needed; undefined when nothing of a line has been seen. */
export const resumeSeq = ({ lines }: Checkpoint): number | undefined => {
  const starts = Object.values(lines).map(({ startSeq }) => startSeq);
  return starts.length === 0 ? undefined : Math.min(...starts);
};

/**
 * Makes panels of journal entries: a state machine without clock or I/O. The same entries give the same panels, in whatever
 * batches they come, and from whatever checkpoint they are read again.
 */
export class PanelAssembler {
  readonly #options: AssemblerOptions;
  readonly #lines = new Map<string, Line>();
  readonly #roles = new Map<number, GroupRole | null>();
  readonly #finished: CollectedPanel[] = [];
  /** For lines that have not been seen yet. */
  #context: LineContext;
  #checkpoint: Checkpoint;

  constructor(options: AssemblerOptions) {
    this.#options = options;
    this.#checkpoint = options.checkpoint;
    const begins = Object.entries(options.checkpoint.lines);
    for (const [name, begin] of begins) {
      this.#lines.set(name, { name, window: new PanelWindow(begin), closing: [] });
    }
    const first = begins.map(([, begin]) => begin).sort((a, b) => a.startSeq - b.startSeq)[0];
    this.#context = first?.context ?? noContext;
  }

  /** Changes only when a panel is closed for good. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** Panels that these entries closed or that stand still, in the order in which it happened. */
  take(batch: EntryBatch): readonly CollectedPanel[] {
    for (let index = 0; index < batch.length; index++) {
      if (batch.kind[index] === frameEntry) this.#takeFrame(batch, index);
      else this.#takeRecord(batch, index);
    }
    return this.#finished.splice(0);
  }

  /** The panel that is under the torches of a line; undefined before anything of the line was seen. */
  inProgress(line: string, query: ProgressQuery): PanelProgress | undefined {
    return this.#lines.get(line)?.window.progress(line, query);
  }

  /** Entries were gone before they could be read. */
  lost(count: number): void {
    for (const { window, closing } of this.#lines.values()) {
      for (const open of [...closing, window]) open.lost += count;
    }
  }

  #role(number: number): { group: RegisteredGroup; role: GroupRole } | undefined {
    let role = this.#roles.get(number);
    if (role === null) return undefined;
    const group = this.#options.group(number);
    if (group === undefined) return undefined;
    if (role === undefined) {
      role = roleOf(group) ?? null;
      this.#roles.set(number, role);
    }
    return role === null ? undefined : { group, role };
  }

  #takeFrame(batch: EntryBatch, index: number): void {
    const known = this.#role(batch.group[index] as number);
    if (known === undefined) return;
    const { group, role } = known;
    const seq = batch.seq[index] as number;
    if (role.kind === 'line') {
      this.#takePosition(batch, index, role);
      return;
    }
    const line = this.#lines.get(role.line);
    if (line === undefined || seq < oldest(line).begin.startSeq) return;
    if (role.kind === 'profile') {
      // What comes late may be of the panel before.
      const isLate = batch.origin[index] === originCodes.late;
      if (!isLate && seq >= line.window.begin.startSeq) {
        line.window.addProfile(profileFrame(batch, index, role));
      }
      return;
    }
    if (role.kind === 'results') {
      if (seq >= line.window.begin.startSeq) {
        line.window.addResults(batch, index, group, role.isOfSeam);
      }
      return;
    }
    const { text } = this.#options;
    const window = windowOfBin(line, batch.timeMs[index] as number);
    window?.addBin(role.seam, { batch, index }, { group, text });
  }

  #takePosition(
    batch: EntryBatch,
    index: number,
    role: Extract<GroupRole, { kind: 'line' }>,
  ): void {
    if (batch.origin[index] === originCodes.late) return;
    const at: Place = { seq: batch.seq[index] as number, timeMs: batch.timeMs[index] as number };
    let line = this.#lines.get(role.line);
    if (line === undefined) {
      line = this.#newLine(role.line, at);
      this.#lines.set(role.line, line);
      this.#moveCheckpoint();
    }
    if (at.seq < oldest(line).begin.startSeq) return;
    const told = this.#toldId(batch, index, role.panelIdChannel);
    const raw = usableAt(batch, index, role.position?.channel);
    const { multiply = 1, divide = 1 } = role.position ?? {};
    const positionMm = raw === undefined ? undefined : (raw * multiply) / divide;
    const { window } = line;
    if (told !== undefined) window.toldId = told;
    const panelId = told ?? null;
    const isRenamed = panelId !== null && window.panelId !== null && panelId !== window.panelId;
    const isBack =
      positionMm !== undefined &&
      window.furthestMm !== null &&
      window.furthestMm - positionMm > panelRestartDropMm;
    // A carriage that returns, or backs up to weld again, is at the same panel for as long as its id says so.
    if (isRenamed || (isBack && window.toldId === null)) {
      nextPanel(line, at, {
        ...{ panelId, toldId: window.toldId },
        furthestMm: isBack ? positionMm : window.furthestMm,
      });
    } else if (panelId !== null) window.panelId = panelId;
    if (positionMm !== undefined) line.window.move(positionMm, at.timeMs);
  }

  /** The id that a frame tells; null when it says that none is known, undefined when it says nothing of it. */
  #toldId(
    batch: EntryBatch,
    index: number,
    channel: number | undefined,
  ): string | null | undefined {
    if (channel === undefined || isAbsent(batch, index, channel)) return undefined;
    const id = usableAt(batch, index, channel);
    const text = id === undefined ? undefined : this.#options.text(id);
    return text === undefined || text === '' ? null : text;
  }

  #newLine(name: string, { seq, timeMs }: Place): Line {
    const window = new PanelWindow({
      ...{ startSeq: seq, startMs: timeMs, panelId: null, toldId: null, furthestMm: null },
      ...{ previousLastMs: null, previousEndMs: null, context: atPanelStart(this.#context) },
    });
    return { name, window, closing: [] };
  }

  #takeRecord(batch: EntryBatch, index: number): void {
    const record = batch.records[batch.group[index] as number];
    if (record === undefined) return;
    this.#context = contextAfter(this.#context, record);
    const seq = batch.seq[index] as number;
    for (const line of this.#lines.values()) {
      if (seq < line.window.begin.startSeq && line.closing.length === 0) continue;
      if (record.type === 'tick') this.#tick(line, seq, record);
      else if (record.type === 'event') {
        const isOfLine = concerns(line.window.context, line.name, record.event.subject);
        if (isOfLine) line.window.addEvent(seq, record);
      } else line.window.context = contextAfter(line.window.context, record);
    }
  }

  #tick(line: Line, seq: number, { timeMs }: TickRecord): void {
    for (const window of [...line.closing]) {
      window.ticksSinceClose += 1;
      if (window.ticksSinceClose < ticksToClose) continue;
      line.closing.shift();
      this.#finish(line, window, window.closedAt ?? { seq, timeMs }, 'next-panel');
      this.#moveCheckpoint();
    }
    const { window } = line;
    window.ticks += 1;
    const { movedMs } = window;
    if (window.isAtRest || movedMs === null || timeMs - movedMs < standstillMs) return;
    window.isAtRest = true;
    this.#finish(line, window, { seq, timeMs }, 'standstill');
  }

  #finish(line: Line, window: PanelWindow, at: Place, by: 'next-panel' | 'standstill'): void {
    if (!window.isWorthRecording) return;
    this.#finished.push(window.collect(line.name, { ...at, by }, this.#options.text));
  }

  #moveCheckpoint(): void {
    this.#checkpoint = {
      lines: Object.fromEntries(
        [...this.#lines.values()].map((line) => [line.name, oldest(line).begin]),
      ),
    };
  }
}

const oldest = ({ window, closing }: Line): PanelWindow => closing[0] ?? window;

const contextAfter = (context: LineContext, record: JournalRecord): LineContext => {
  if (record.type === 'boot') return withBoot(context, record);
  if (record.type === 'clock') return withClock(context, record);
  return record.type === 'configuration' ? withConfiguration(context, record) : context;
};

const nextPanel = (
  line: Line,
  at: Place,
  begin: Pick<WindowBegin, 'panelId' | 'toldId' | 'furthestMm'>,
): void => {
  const { window } = line;
  window.closedAt = at;
  line.closing.push(window);
  line.window = new PanelWindow({
    ...{ startSeq: at.seq, startMs: at.timeMs, ...begin },
    previousLastMs: window.boundaryMs,
    previousEndMs: window.endMs,
    context: atPanelStart(window.context),
  });
};

/** A bin comes a tick later than it closed: it belongs to the panel that was under the torches then. */
const windowOfBin = (line: Line, timeMs: number): PanelWindow | undefined => {
  const first = oldest(line);
  if (timeMs <= (first.begin.previousLastMs ?? Number.NEGATIVE_INFINITY)) {
    // Of a panel that is closed for good; read again, its bins pass by with the first ticks.
    if (first.ticks + first.ticksSinceClose >= ticksToClose) first.lateBins += 1;
    return undefined;
  }
  return (
    line.closing.find(({ boundaryMs }) => timeMs <= (boundaryMs ?? Number.NEGATIVE_INFINITY)) ??
    line.window
  );
};

const isAbsent = (batch: EntryBatch, index: number, channel: number): boolean => {
  const at = (batch.offset[index] as number) + channel;
  return at >= (batch.offset[index + 1] as number) || batch.status[at] === absentStatus;
};

const usableAt = (
  batch: EntryBatch,
  index: number,
  channel: number | undefined,
): number | undefined => {
  if (channel === undefined) return undefined;
  const at = (batch.offset[index] as number) + channel;
  if (at >= (batch.offset[index + 1] as number)) return undefined;
  const status = batch.status[at] as number;
  if (status === absentStatus || isBad(status) || isLastUsable(status)) return undefined;
  const value = batch.values[at] as number;
  return Number.isFinite(value) ? value : undefined;
};
