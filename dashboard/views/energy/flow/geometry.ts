import type { Feeder } from '../park.ts';
import type { Balance } from './balance.ts';

/** Where things stand in the picture; its size in units of its own. */
export const picture = { width: 760, height: 400, busX: 380, busTop: 40, busBottom: 320 } as const;

export type FlowNode = Feeder | 'residual';

export type NodeBox = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};

const box = (x: number, y: number): NodeBox => ({ x, y, width: 196, height: 84 });

/** What gives stands left, what takes right, as people read; storage does both. */
export const boxes: Readonly<Record<FlowNode, NodeBox>> = {
  pv: box(8, 30),
  grid: box(8, 150),
  storage: box(8, 270),
  load: box(556, 30),
  ev: box(556, 150),
  residual: box(556, 270),
};

export type FlowLink = {
  readonly node: FlowNode;
  /** From the box to the bus. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** Width of the line: in proportion to the power, but never too thin to be seen. */
  readonly width: number;
  /** Which way it flows; 0 for nothing, null where it is not known. */
  readonly direction: 'toBus' | 'fromBus' | 'none' | 'unknown';
  /** kW, without sign. */
  readonly power: number | null;
};

const widest = 26;
const thinnest = 2;
/** Below this a flow is shown as none: meters of whole watts flicker around zero. */
const leastKw = 0.05;

const directionOf = (toBus: number | null): FlowLink['direction'] => {
  if (toBus === null) return 'unknown';
  if (Math.abs(toBus) < leastKw) return 'none';
  return toBus > 0 ? 'toBus' : 'fromBus';
};

/** The flows of the moment; what the bus gets and gives is the same, the residual included. */
export const linksOf = (balance: Balance): readonly FlowLink[] => {
  const given: [FlowNode, number | null][] = [
    ...(Object.entries(balance.toBus) as [Feeder, number | null][]),
    ['residual', balance.residual === 0 ? 0 : -balance.residual],
  ];
  const largest = Math.max(1, ...given.map(([, power]) => Math.abs(power ?? 0)));
  return given.map(([node, toBus]) => {
    const { x, y, width, height } = boxes[node];
    const isLeft = x < picture.busX;
    const middle = y + height / 2;
    const direction = directionOf(toBus);
    const share = Math.abs(toBus ?? 0) / largest;
    return {
      node,
      from: [isLeft ? x + width : x, middle] as const,
      to: [picture.busX + (isLeft ? -4 : 4), middle] as const,
      width:
        direction === 'toBus' || direction === 'fromBus'
          ? Math.max(thinnest, share * widest)
          : thinnest,
      direction,
      power: toBus === null ? null : Math.abs(toBus),
    };
  });
};

/** A triangle at the middle of a link that points where it flows, as the points of an SVG polygon. */
export const arrowOf = ({ from, to, width, direction }: FlowLink): string | undefined => {
  if (direction === 'none' || direction === 'unknown') return undefined;
  const [start, end] = direction === 'toBus' ? [from[0], to[0]] : [to[0], from[0]];
  const ahead = Math.sign(end - start);
  const middle = (start + end) / 2;
  const half = width / 2 + 5;
  const length = half * 1.2;
  const y = from[1];
  const corners: readonly (readonly [number, number])[] = [
    [middle + (ahead * length) / 2, y],
    [middle - (ahead * length) / 2, y - half],
    [middle - (ahead * length) / 2, y + half],
  ];
  return corners.map(([x, cornerY]) => `${x.toFixed(1)},${cornerY.toFixed(1)}`).join(' ');
};
