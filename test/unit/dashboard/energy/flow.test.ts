import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balanceOf } from '../../../../dashboard/views/energy/flow/balance.ts';
import {
  arrowOf,
  boxes,
  linksOf,
  picture,
} from '../../../../dashboard/views/energy/flow/geometry.ts';
import { runsOf, testSeed } from '../../../support/seed.ts';

const classes = { pv: 0.5, grid: 0.5, load: 0.5, ev: 0.5, storage: 0.5 };
const noon = { pv: 3000, grid: -200, load: 2100, ev: 0, storage: 700 };

describe('the balance of the bus', () => {
  it('is closed when meters agree', () => {
    expect(balanceOf(noon, classes)).toMatchObject({
      toBus: { pv: 3000, grid: -200, load: -2100, ev: 0, storage: -700 },
      residual: 0,
      unknown: [],
    });
  });

  it('leaves what meters do not explain, beside what their classes allow', () => {
    const balance = balanceOf({ ...noon, load: 2000 }, classes);
    expect(balance.residual).toBe(100);
    // 2 · 0.005 · sqrt(3000² + 200² + 2000² + 700²)
    expect(balance.tolerance).toBeCloseTo(36.7831, 3);
  });

  it('names what is not known, and takes it for nothing', () => {
    const balance = balanceOf({ ...noon, storage: null }, classes);
    expect(balance.unknown).toEqual(['storage']);
    expect(balance.residual).toBe(700);
    expect(balance.toBus.storage).toBeNull();
  });

  it('leaves out what the site does not have', () => {
    const balance = balanceOf({ ...noon, ev: undefined }, classes);
    expect(Object.keys(balance.toBus)).toEqual(['pv', 'grid', 'load', 'storage']);
  });

  it('always balances: what flows in is what flows out, the residual included', () => {
    const power = fc.option(fc.double({ min: -5000, max: 5000, noNaN: true }), { nil: null });
    const powers = fc.record({ pv: power, grid: power, load: power, ev: power, storage: power });
    fc.assert(
      fc.property(powers, (given) => {
        const links = linksOf(balanceOf(given, classes));
        const sum = links.reduce((total, { power: kw, direction }) => {
          if (kw === null) return total;
          return total + (direction === 'fromBus' ? -kw : direction === 'toBus' ? kw : 0);
        }, 0);
        // What is shown as nothing is below 0.05 kW for each of six.
        expect(Math.abs(sum)).toBeLessThan(0.3 + 1e-9);
      }),
      { seed: testSeed(), numRuns: runsOf(200) },
    );
  });
});

describe('the picture of the flow', () => {
  const links = linksOf(balanceOf({ ...noon, load: 2000 }, classes));
  const link = (node: string) => links.find((each) => each.node === node);

  it('points where power flows, with lines in proportion', () => {
    expect(links.map(({ node, direction }) => `${node} ${direction}`)).toEqual([
      ...['pv toBus', 'grid fromBus', 'load fromBus', 'ev none', 'storage fromBus'],
      'residual fromBus',
    ]);
    expect(link('pv')?.width).toBe(26);
    expect(link('load')?.width).toBeCloseTo((26 * 2000) / 3000, 9);
    expect(link('residual')?.width).toBe(2);
  });

  it('has an arrow that points at the bus for what gives, and away from it for what takes', () => {
    const tipOf = (node: string): number => {
      const found = link(node);
      const points = found === undefined ? '' : (arrowOf(found) ?? '');
      const xs = points.split(' ').map((corner) => Number(corner.split(',')[0]));
      return (xs[0] ?? 0) - (xs[1] ?? 0);
    };
    expect(tipOf('pv')).toBeGreaterThan(0);
    expect(tipOf('load')).toBeGreaterThan(0);
    expect(tipOf('storage')).toBeLessThan(0);
    const still = link('ev');
    expect(still === undefined ? '' : arrowOf(still)).toBeUndefined();
  });

  it('lets no box leave the picture or lie on another', () => {
    const all = Object.values(boxes);
    for (const { x, y, width, height } of all) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x + width).toBeLessThanOrEqual(picture.width);
      expect(y + height).toBeLessThanOrEqual(picture.height);
    }
    for (const [index, one] of all.entries())
      for (const other of all.slice(index + 1))
        expect(one.x === other.x && Math.abs(one.y - other.y) < one.height).toBe(false);
  });
});
