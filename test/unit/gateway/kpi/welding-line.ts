import type { FrameOrigin } from '../../../../gateway/core/entry.ts';
import type { GroupSpec, RegisteredGroup } from '../../../../gateway/core/point.ts';
import type { HotPathProgram } from '../../../../gateway/hot-path/program.ts';
import { type TestSample, testGroup } from '../../../support/entry-batch.ts';
import { compileTestSite, feed } from '../../../support/program-feed.ts';

export const seamGroup = (equipment: string, periodMs?: number): GroupSpec =>
  testGroup({
    equipment,
    equipmentClass: 'weld_seam',
    ...(periodMs === undefined ? {} : { periodMs }),
    channels: [
      { point: 'arcPower', unit: 'W' },
      { point: 'arcOn', kind: 'boolean' },
      { point: 'seamFound', kind: 'boolean' },
      { point: 'offsetY', unit: 'mm' },
      { point: 'offsetZ', unit: 'mm' },
      { point: 'current', unit: 'A' },
    ],
  });

export const lineGroup = (periodMs?: number): GroupSpec =>
  testGroup({
    equipment: 'line',
    equipmentClass: 'weld_line',
    ...(periodMs === undefined ? {} : { periodMs }),
    channels: [
      { point: 'travelSpeed', unit: 'm/min' },
      { point: 'panelId', kind: 'string' },
      { point: 'panelPosition', unit: 'mm' },
      { point: 'deformation.x', unit: 'mm' },
      { point: 'deformation.z.01', unit: 'mm' },
      { point: 'deformation.z.02', unit: 'mm' },
    ],
  });

export type Line = {
  readonly program: HotPathProgram;
  seam(timeMs: number, values: Readonly<Record<string, TestSample>>, origin?: FrameOrigin): void;
  second(timeMs: number, values: Readonly<Record<string, TestSample>>): void;
  line(timeMs: number, values: Readonly<Record<string, TestSample>>): void;
};

/** A line with the seams f01 and f02, polled every 100 ms. */
export const weldingLine = (kpis: readonly object[]): Line => {
  const { program, groups } = compileTestSite({
    groups: [seamGroup('f01', 100), seamGroup('f02', 100), lineGroup(100)],
    kpis,
  });
  const [first, second, line] = groups as [RegisteredGroup, RegisteredGroup, RegisteredGroup];
  return {
    program,
    seam: (timeMs, values, origin = 'source') => {
      feed(program, [{ group: first, timeMs, values, origin }]);
    },
    second: (timeMs, values) => {
      feed(program, [{ group: second, timeMs, values }]);
    },
    line: (timeMs, values) => {
      feed(program, [{ group: line, timeMs, values }]);
    },
  };
};
