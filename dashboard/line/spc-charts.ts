import type { Point } from '../api/types.ts';
import type { Seam, WeldLine } from './use-line.ts';

/** Charts that the gateway knows, in the order in which they are shown. */
export const chartKinds = [
  'spcCurrent',
  'spcOffset',
  'spcVoltageDeviation',
  'spcCurrentDeviation',
  'spcHeatInput',
  'spcLeg',
  'spcDeformation',
] as const;
export type ChartKind = (typeof chartKinds)[number];

/** One control chart: of a seam, or of the line. */
export type ControlChart = {
  readonly kind: ChartKind;
  /** Undefined of the line. */
  readonly seam: Seam | undefined;
  readonly value: Point;
  /** A part such as `centre`; undefined where the chart has none. */
  part(name: string): Point | undefined;
};

/** All charts of one kind. */
export const chartsOf = (line: WeldLine, kind: ChartKind): readonly ControlChart[] => {
  const chart = (seam: Seam | undefined): ControlChart[] => {
    const owner = seam ?? line;
    const value = owner.point(kind);
    return value === undefined
      ? []
      : [{ kind, seam, value, part: (name) => owner.point(`${kind}.${name}`) }];
  };
  return [...chart(undefined), ...line.seams.flatMap(chart)];
};

/** Points of charts, as patterns for the live feed. */
export const chartPatterns = (line: WeldLine, kinds: readonly ChartKind[]): readonly string[] =>
  kinds.flatMap((kind) =>
    [
      ...['', '.range', '.centre', '.ucl', '.lcl', '.sigma', '.signals', '.signalX', '.ewma'],
      ...['.cusumUp', '.cusumDown', '.cp', '.cpk', '.pp', '.ppk'],
    ].map((part) => `${line.path}/*/${kind}${part}`),
  );
