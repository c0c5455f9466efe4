import { describe, expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ofLine, type WholeLine, wholeLine } from './whole-line.ts';

const inputs = {
  value: 'welding/mpm01/line/deformation',
  'value.coverage': 'welding/mpm01/line/deformation.coverage',
};
const chart = (parameters: object = {}): WholeLine =>
  wholeLine([ofLine('spcDeformation', { inputs, parameters })]);

/** Places of a panel that is passed from one to the other, as an encoder tells them. */
const passed = (fromMm: number, toMm: number): readonly number[] => {
  const steps = Math.ceil(Math.abs(toMm - fromMm) / 90);
  return Array.from({ length: steps + 1 }, (_, step) => fromMm + ((toMm - fromMm) * step) / steps);
};

/** Panels of which the line shows `values` when each has gone; the last of them is still on the line. */
const make = (line: WholeLine) => {
  let timeMs = 0;
  let panelId = 0;
  return (
    values: readonly number[],
    more: {
      readonly toMm?: number;
      readonly places?: readonly number[];
      readonly wps?: number;
      readonly process?: number;
    } = {},
  ): number => {
    const { toMm = 18_000, places = passed(0, toMm), ...told } = more;
    for (const deformation of values) {
      panelId += 1;
      for (const [at, positionMm] of places.entries()) {
        timeMs += 100;
        line.line(timeMs, {
          ...{ panelId, panelPosition: positionMm, ...told },
          deformation: (deformation * at) / (places.length - 1),
          'deformation.coverage': 1,
        });
        if (at % 10 === 0 || at === places.length - 1) line.at(timeMs, 'spcDeformation', 'line');
      }
    }
    return timeMs;
  };
};

describe('the deformation of panels (section 3.9)', () => {
  const values = [2.1, 2.8, 1.9, 3.2, 2.6, 2.4, 3, 2.2];

  test('has Ppu against the contract, and individuals with their moving range', () => {
    const line = chart({ learn: 8 });
    // A further panel has begun.
    const timeMs = make(line)([...values, 0]);
    const at = (part: string) => line.at(timeMs, `spcDeformation${part}`, 'line');
    expect(at('.ppk').value).toBeCloseTo(2.5407, 4);
    expect(at('.panels').value).toBe(8);
    expect(at('').value).toBeCloseTo(2.2, 12);
    expect(at('.centre').value).toBeCloseTo(2.525, 12);
    const meanRange = (0.7 + 0.9 + 1.3 + 0.6 + 0.2 + 0.6 + 0.8) / 7;
    expect(at('.ucl').value).toBeCloseTo(2.525 + 2.66 * meanRange, 9);
    expect(at('.cp').status).toBe(statusCodes.badNoData);
    expect(at('').status).toBe(statusCodes.good);
  });

  test('is nothing while the first panel is under the torches', () => {
    const line = chart();
    const timeMs = make(line)([2]);
    expect(line.at(timeMs, 'spcDeformation', 'line').status).toBe(statusCodes.badNoData);
  });

  test('leaves out a panel of which too little was seen, as long as the line says panels are', () => {
    const line = chart();
    const panels = make(line);
    panels([2, 2.2]);
    panels([9], { toMm: 15_000 });
    expect(line.at(panels([2.4]), 'spcDeformation.panels', 'line').value).toBe(2);
    const short = chart();
    const twelve = make(short);
    short.line(1, { panelLength: 12_000 });
    twelve([2], { toMm: 12_000 });
    expect(short.at(twelve([2]), 'spcDeformation', 'line').value).toBe(2);
  });

  test.each([
    ['jumped ahead and came back', [...passed(0, 5_000), 17_900, ...passed(5_010, 6_000)], false],
    ['jumped over a quarter', [...passed(0, 9_000), ...passed(13_500, 18_000)], false],
    ['passed half of it twice', [...passed(0, 9_000), ...passed(0, 9_000)], false],
    ['came back to weld a place again', [...passed(0, 18_000), ...passed(4_000, 5_000)], true],
    [
      'came back for what it had jumped over',
      [...passed(0, 9_000), ...passed(13_500, 18_000), ...passed(8_900, 13_600)],
      true,
    ],
    ['lost its encoder for half a metre', [...passed(0, 9_000), ...passed(9_500, 18_000)], true],
  ] as const)('of a panel that %s under its id, takes what was passed', (_, places, isWhole) => {
    const line = chart();
    const panels = make(line);
    panels([2]);
    panels([9], { places });
    expect(line.at(panels([2.4]), 'spcDeformation.panels', 'line').value).toBe(isWhole ? 2 : 1);
  });

  test('begins anew with another WPS, after the panel of the old one has counted', () => {
    const line = chart();
    const panels = make(line);
    panels([2, 3], { wps: 7 });
    expect(line.at(panels([4], { wps: 7 }), 'spcDeformation.panels', 'line').value).toBe(2);
    const timeMs = panels([1], { wps: 8 });
    expect(line.at(timeMs, 'spcDeformation.panels', 'line').value).toBe(0);
    expect(line.at(timeMs, 'spcDeformation', 'line').status).toBe(statusCodes.badNoData);
    expect(line.at(panels([5], { wps: 8 }), 'spcDeformation', 'line').value).toBe(1);
  });

  test('learns where the given centre is of another process', () => {
    const given = { target: 2, sigma: 0.1, learn: 2 };
    const line = chart(given);
    const panels = make(line);
    expect(
      line.at(panels([2, 2, 2], { process: 135 }), 'spcDeformation.centre', 'line').value,
    ).toBe(2);
    panels([8, 8.5], { process: 121 });
    const timeMs = panels([9], { process: 121 });
    expect(line.at(timeMs, 'spcDeformation.centre', 'line').value).toBeCloseTo(8.25, 12);
    expect(line.at(panels([2, 2], { process: 135 }), 'spcDeformation.centre', 'line').value).toBe(
      2,
    );
  });
});
