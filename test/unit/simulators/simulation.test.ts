import { describe, expect, it } from 'vitest';
import { FaultTable } from '../../../simulators/faults/fault-table.ts';
import type { Plant } from '../../../simulators/plant.ts';
import { Simulation, type TimeSource } from '../../../simulators/simulation.ts';

const startMs = 1_000_000;

const create = (time: TimeSource) => {
  const visited: number[] = [];
  const plant: Plant = {
    name: 'line',
    servers: [],
    advanceTo: (nowMs) => visited.push(nowMs),
    state: () => ({}),
    override: () => () => undefined,
  };
  const faults = new FaultTable([{ name: 'line.plc', protocol: 'modbus' }], startMs);
  return {
    simulation: new Simulation({ plants: [plant], faults, time, startMs }),
    visited,
    faults,
  };
};

describe('simulation in lock-step', () => {
  it('stands still until it is advanced', () => {
    const { simulation, visited } = create({ kind: 'lock-step' });
    simulation.follow();
    expect(visited).toStrictEqual([]);
    simulation.advance(startMs + 250);
    expect(visited).toStrictEqual([startMs + 250]);
    expect(simulation.nowMs).toBe(startMs + 250);
  });

  it('refuses to go back or further than an hour', () => {
    const { simulation } = create({ kind: 'lock-step' });
    expect(() => simulation.advance(startMs - 1)).toThrow(expect.objectContaining({ status: 409 }));
    expect(() => simulation.advance(startMs + 3_600_001)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
    simulation.advance(startMs + 3_600_000);
    simulation.advance(startMs + 3_600_000);
    expect(simulation.nowMs).toBe(startMs + 3_600_000);
  });

  it('does what is planned once the models stand at its instant, in the order of instants', () => {
    const { simulation, visited } = create({ kind: 'lock-step' });
    const done: unknown[] = [];
    const plan = (afterMs: number): void => {
      simulation.plan(startMs + afterMs, () => done.push([afterMs, visited.at(-1)]));
    };
    for (const afterMs of [600, 300, 0, 5000]) plan(afterMs);
    expect(done).toStrictEqual([[0, undefined]]);
    simulation.advance(startMs + 300);
    expect(done.slice(1)).toStrictEqual([[300, startMs + 300]]);
    simulation.advance(startMs + 1000);
    expect(visited).toStrictEqual([startMs + 300, startMs + 600, startMs + 1000]);
    expect(done.slice(2)).toStrictEqual([[600, startMs + 600]]);
  });

  it('lets a hundred things wait and refuses the next', () => {
    const { simulation } = create({ kind: 'lock-step' });
    const nothing = (): void => undefined;
    for (let index = 0; index < 100; index++) simulation.plan(startMs + 1, nothing);
    expect(() => simulation.plan(startMs + 1, nothing)).toThrow(
      expect.objectContaining({ status: 409 }),
    );
    simulation.advance(startMs + 1);
    simulation.plan(startMs + 2, nothing);
  });

  it('stops at the edges of faults on its way', () => {
    const { simulation, visited, faults } = create({ kind: 'lock-step' });
    faults.add({ device: 'line.plc', kind: 'frozen', fromMs: startMs + 400, toMs: startMs + 600 });
    const effects: unknown[] = [];
    faults.onChange(() =>
      effects.push([visited.at(-1), faults.modbusFaultsOn('line.plc', 1)[0]?.kind]),
    );
    simulation.advance(startMs + 1000);
    expect(visited).toStrictEqual([startMs + 400, startMs + 600, startMs + 1000]);
    expect(effects).toStrictEqual([
      [startMs + 400, 'frozen'],
      [startMs + 600, undefined],
    ]);
  });
});

describe('running simulation', () => {
  it('follows its clock in steps of 100 ms and never back', () => {
    let nowMs = startMs;
    const { simulation, visited } = create({ kind: 'running', nowMs: () => nowMs });
    for (const at of [startMs + 99, startMs + 100, startMs + 199, startMs + 50, startMs + 320]) {
      nowMs = at;
      simulation.follow();
    }
    expect(visited).toStrictEqual([startMs + 100, startMs + 300]);
    expect(() => simulation.advance(startMs + 1000)).toThrow(
      expect.objectContaining({ status: 409 }),
    );
  });

  it('catches up an hour at a time', () => {
    const { simulation, visited } = create({ kind: 'running', nowMs: () => startMs + 5_000_000 });
    simulation.follow();
    simulation.follow();
    expect(visited).toStrictEqual([startMs + 3_600_000, startMs + 5_000_000]);
  });
});
