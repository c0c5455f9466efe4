/**
 * A panel of the simulated line in this process, as the gateway would see it without the sockets between: the registers of the
 * PLC, read as the plan of its profile has it and decoded, screened, and computed on by the program of the demo's welding KPIs.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { DecodeProgram } from '../../adapters/modbus/decode.ts';
import { type DeviceLayout, layoutSource } from '../../adapters/modbus/device-layout.ts';
import { modbusConfigSchema } from '../../adapters/modbus/modbus-config.ts';
import type { PlannedRead } from '../../adapters/modbus/planner.ts';
import { type Profile, profileSchema } from '../../adapters/modbus/profile-schema.ts';
import { GroupFrame } from '../../adapters/shared/group-frame.ts';
import { frameEntry, originCodes } from '../../gateway/core/entry.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { Screening } from '../../gateway/runtime/screening/screening.ts';
import { FaultTable } from '../../simulators/faults/fault-table.ts';
import { WeldingLine } from '../../simulators/welding-line/model.ts';
import { PlcImage } from '../../simulators/welding-line/plc-image.ts';

import { compileTestSite, testSite, tickAt } from './program-feed.ts';

const stepMs = 100;
const tickMs = 1000;
const startMs = Date.UTC(2023, 5, 21);
const profilesFolder = new URL('../../config/profiles/', import.meta.url);
const demoFile = new URL('../../config/demo.yaml', import.meta.url);

type DemoKpi = { readonly kpi: string; readonly equipment: string };
type Demo = {
  readonly sources: readonly { readonly id: string; readonly kind: string }[];
  readonly kpis: readonly DemoKpi[];
};

const demo = parse(readFileSync(demoFile, 'utf8')) as Demo;

/** What says nothing of a part of a panel: KPIs of shifts and of panels that have ended. */
const notOfMetres: ReadonlySet<string> = new Set([
  ...['timeElements', 'oee', 'throughput', 'panelWindows', 'spcDeformation'],
]);

/** The demo's KPIs of the weld that a few metres tell something of. */
export const demoWeldKpis: readonly object[] = demo.kpis.filter(
  ({ kpi, equipment }) => equipment.startsWith('welding/') && !notOfMetres.has(kpi),
);

const plcLayout = (): DeviceLayout => {
  const entry = demo.sources.find(({ id }) => id === 'line-plc');
  const { id: _, kind: __, ...config } = entry as NonNullable<typeof entry>;
  const profile = profileSchema.parse(
    parse(readFileSync(new URL('weld-plc.yaml', profilesFolder), 'utf8')),
  );
  const [device] = layoutSource({
    id: 'line-plc',
    config: modbusConfigSchema.parse(config),
    site: testSite,
    profiles: new Map<string, Profile>([['weld-plc', profile]]),
    dataFolder: '.',
  }).devices;
  if (device === undefined) throw new Error('the demo has no PLC');
  return device;
};

/** One planned read with what its answer is decoded by. */
type Read = { readonly planned: PlannedRead; readonly programs: readonly DecodeProgram[] };

/** Interned texts, from 1 on. */
class Texts {
  readonly #ids = new Map<string, number>();
  intern(text: string): number {
    const id = this.#ids.get(text) ?? this.#ids.size + 1;
    this.#ids.set(text, id);
    return id;
  }
}

const readsOf = (layout: DeviceLayout, frames: readonly GroupFrame[]): readonly Read[] => {
  const texts = new Texts();
  return layout.reads.map((planned) => ({
    planned,
    programs: planned.parts.map(({ item, ranges }) => {
      const group = layout.groups[item] as DeviceLayout['groups'][number];
      const { points } = group.block;
      const place = group.baseAddress - planned.address;
      const inputs = ranges.flatMap((channel) => {
        const point = points[channel];
        if (point === undefined) return [];
        return [{ point, channel, place: place + point.address, isBitTable: false }];
      });
      const { values, status } = frames[item] as GroupFrame;
      return new DecodeProgram(inputs, { values, status, intern: (text) => texts.intern(text) });
    }),
  }));
};

/** A batch of one frame whose values are those of the group's own arrays. */
const batchOf = (group: RegisteredGroup, frame: GroupFrame) => ({
  length: 1,
  seq: new Float64Array(1),
  kind: Uint8Array.of(frameEntry),
  group: Uint32Array.of(group.number),
  timeMs: new Float64Array(1),
  receivedMs: new Float64Array(1),
  origin: Uint8Array.of(originCodes.source),
  revision: new Uint16Array(1),
  offset: Uint32Array.of(0, frame.values.length),
  values: frame.values,
  status: new Uint32Array(frame.values.length),
  records: [],
});

/** What one point showed along the panel: where it showed it, in mm of true travel, and what. */
export type Track = {
  readonly xMm: number[];
  readonly values: number[];
  readonly status: number[];
};

/** By `equipment/point`. */
export type PanelRecord = ReadonlyMap<string, Track>;

export type WeldedPanelOptions = {
  readonly seed: number;
  /** Where to stop, mm; at the latest where the arcs go out. */
  readonly toMm: number;
  /** By default longer than what is welded of it, so that no crater belongs to it. */
  readonly panelLengthMm?: number;
  /** As asked for at the control port, without the device. */
  readonly faults?: readonly Readonly<Record<string, unknown>>[];
  /** Called before each step; by it, the line can be told what it is to do. */
  readonly onStep?: (line: WeldingLine) => void;
  /** In place of `toMm`: whether to go on, also over panels. */
  readonly goesOn?: (line: WeldingLine) => boolean;
};

const faultsOf = (asked: WeldedPanelOptions['faults']) => {
  const table = new FaultTable([{ name: 'line.weld', protocol: 'weld' }], 0);
  for (const fault of asked ?? []) table.add({ device: 'line.weld', ...fault });
  return table.weldFaultsOn('line.weld');
};

/** What is the same for all panels: compiling a site takes longer than welding a metre. */
const prepare = (kpis: readonly object[]) => {
  const layout = plcLayout();
  const frames = layout.groups.map((group) => new GroupFrame(group));
  const specs = layout.groups.map(({ spec }) => spec);
  const { program, groups } = compileTestSite({ groups: specs, kpis });
  const sources = groups.slice(0, specs.length);
  const batches = sources.map((group, index) => batchOf(group, frames[index] as GroupFrame));
  return { reads: readsOf(layout, frames), frames, program, sources, batches };
};

type Prepared = ReturnType<typeof prepare>;

/** One poll of the PLC: what is due is read, decoded, screened and computed on. */
const poll = (
  { reads, frames, program, sources, batches }: Prepared,
  plant: { readonly image: PlcImage; readonly screening: Screening; readonly timeMs: number },
): void => {
  const { image, screening, timeMs } = plant;
  for (const { planned, programs } of reads) {
    if (timeMs % planned.periodMs !== 0) continue;
    const buffer = image.holding.read(planned.address, planned.length);
    if (buffer === undefined) throw new Error(`no registers at ${planned.address}`);
    for (const decode of programs) decode.run(buffer, 0);
  }
  for (const [index, group] of sources.entries()) {
    if (timeMs % (group.periodMs ?? stepMs) !== 0) continue;
    const frame = frames[index] as GroupFrame;
    const batch = batches[index] as Prepared['batches'][number];
    frame.timeMs = timeMs;
    frame.receivedMs = timeMs;
    batch.timeMs[0] = timeMs;
    batch.receivedMs[0] = timeMs;
    batch.status.set(screening.frame(group, frame, false));
    program.onEntry(batch, 0);
  }
};

/** Welds beginnings of panels, each by itself, and records every computed point at every tick, and every row. */
export const createPanelWelder = (
  kpis: readonly object[],
): ((options: WeldedPanelOptions) => PanelRecord) => {
  const prepared = prepare(kpis);
  const { program, sources } = prepared;
  const untouched = program.snapshot();
  return ({ seed, toMm, faults, panelLengthMm = 18_000, onStep, goesOn }) => {
    const isDue = goesOn ?? ((line: WeldingLine) => isBefore(line, toMm));
    if (!program.restore(untouched)) throw new Error('the program does not know its own state');
    const line = new WeldingLine({ seed, startMs, panelLengthMm });
    line.setFailures(faultsOf(faults));
    const image = new PlcImage(line);
    const screening = new Screening({
      groups: sources,
      sections: {},
      clock: { monotonicMs: () => line.line.timeMs - startMs },
      event: () => undefined,
    });
    const recorder = new Recorder();
    while (isDue(line)) {
      onStep?.(line);
      const timeMs = line.line.timeMs + stepMs;
      line.advanceTo(timeMs);
      image.update();
      poll(prepared, { image, screening, timeMs });
      if (timeMs % tickMs !== 0) continue;
      screening.tick({ timeMs, watermarkMs: timeMs - 2 * tickMs }, () => true);
      recorder.xMm = line.line.positionMm;
      program.onTick(tickAt(timeMs), recorder.take);
    }
    return recorder.tracks;
  };
};

/** Whether the first panel is not yet welded up to there. */
const isBefore = ({ line }: WeldingLine, toMm: number): boolean =>
  line.phase === 'find' || (line.phase !== 'scan' && line.positionMm < toMm);

class Recorder {
  xMm = 0;
  readonly tracks = new Map<string, Track>();
  readonly #byGroup = new Map<RegisteredGroup, readonly Track[]>();

  readonly take = (
    group: RegisteredGroup,
    _timeMs: number,
    values: Float64Array,
    status: Uint32Array,
  ): void => {
    const tracks = this.#byGroup.get(group) ?? this.#open(group);
    for (const [index, track] of tracks.entries()) {
      track.xMm.push(this.xMm);
      track.values.push(values[index] as number);
      track.status.push(status[index] as number);
    }
  };

  #open(group: RegisteredGroup): readonly Track[] {
    const tracks = group.channels.map(({ point }) => {
      const track: Track = { xMm: [], values: [], status: [] };
      this.tracks.set(`${group.equipment.equipment}/${point}`, track);
      return track;
    });
    this.#byGroup.set(group, tracks);
    return tracks;
  }
}
