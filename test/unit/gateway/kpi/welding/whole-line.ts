import type { FrameOrigin } from '../../../../../gateway/core/entry.ts';
import type { GroupSpec, RegisteredGroup } from '../../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../../support/entry-batch.ts';
import {
  compileTestSite,
  feed,
  type Result,
  tickProgram,
} from '../../../../support/program-feed.ts';

const periodMs = 100;

/** All signals that a seam of a line can have. */
export const wholeSeam = (equipment: string): GroupSpec =>
  testGroup({
    ...{ equipment, equipmentClass: 'weld_seam', periodMs },
    channels: [
      { point: 'current', unit: 'A' },
      { point: 'voltage', unit: 'V' },
      { point: 'arcPower', unit: 'W' },
      { point: 'wireFeedSpeed', unit: 'm/min' },
      { point: 'gasFlow', unit: 'L/min' },
      { point: 'offsetY', unit: 'mm' },
      { point: 'offsetZ', unit: 'mm' },
      { point: 'gap', unit: 'mm' },
      { point: 'slidePosition', unit: 'mm' },
      { point: 'beadLeg', unit: 'mm' },
      { point: 'shortCircuits', unit: '1/s' },
      { point: 'arcOn', kind: 'boolean' },
      { point: 'seamFound', kind: 'boolean' },
      { point: 'manualIntervention', kind: 'boolean' },
    ],
  });

/** All signals that a line can have. */
export const wholeLineGroup: GroupSpec = testGroup({
  ...{ equipment: 'line', equipmentClass: 'weld_line', periodMs },
  channels: [
    { point: 'travelSpeed', unit: 'm/min' },
    { point: 'travelSpeedSet', unit: 'm/min' },
    { point: 'panelId', kind: 'string' },
    { point: 'jobOrder', kind: 'string' },
    { point: 'process', kind: 'enum' },
    { point: 'wps', kind: 'string' },
    { point: 'panelLength', unit: 'mm' },
    { point: 'deformation', unit: 'mm' },
    { point: 'deformation.coverage', unit: '1' },
    { point: 'panelPosition', unit: 'mm' },
    { point: 'linePower', unit: 'kW' },
    { point: 'lineEnergy', kind: 'counter', unit: 'Wh', maximumRatePerSecond: 1000 },
    { point: 'correctionCount', kind: 'counter', unit: '1' },
  ],
});

type Samples = Readonly<Record<string, TestSample>>;

export type WholeLine = {
  readonly program: HotPathProgram;
  line(timeMs: number, values: Samples): void;
  /** A frame of seam `name`, or of the only one. */
  seam(timeMs: number, values: Samples, name?: string, origin?: FrameOrigin): void;
  /** The result of a point of the line, or of a seam, at a tick. */
  at(timeMs: number, point: string, equipment?: string): Result;
};

/** A line with all signals, polled every 100 ms. */
export const wholeLine = (
  kpis: readonly object[],
  seams: readonly string[] = ['f01'],
): WholeLine => {
  const { program, groups } = compileTestSite({
    groups: [...seams.map(wholeSeam), wholeLineGroup],
    kpis,
  });
  const sources = groups.filter(({ producer }) => producer === 'plc');
  const byName = new Map(sources.map((group) => [group.equipment.equipment, group]));
  const frame = (name: string, timeMs: number, values: Samples, origin?: FrameOrigin): void => {
    const group = byName.get(name) as RegisteredGroup;
    feed(program, [{ group, timeMs, values, ...(origin === undefined ? {} : { origin }) }]);
  };
  return {
    program,
    line: (timeMs, values) => {
      frame('line', timeMs, values);
    },
    seam: (timeMs, values, name = seams[0] ?? '', origin) => {
      frame(name, timeMs, values, origin);
    },
    at: (timeMs, point, equipment = 'f01') =>
      tickProgram(program, timeMs)[`welding/mpm01/${equipment}/${point}`] as Result,
  };
};

export const ofSeam = (kpi: string, more: object = {}): object => ({
  ...{ kpi, equipment: 'welding/mpm01/*' },
  ...more,
});

export const ofLine = (kpi: string, more: object = {}): object => ({
  ...{ kpi, equipment: 'welding/mpm01/line' },
  ...more,
});
