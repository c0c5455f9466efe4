import { describe, expect, it } from 'vitest';
import { FaultError, FaultTable } from '../../../../simulators/faults/fault-table.ts';

const create = (): FaultTable =>
  new FaultTable(
    [
      { name: 'line.plc', protocol: 'modbus' },
      { name: 'park.pv', protocol: 'modbus' },
      { name: 'line.opcua', protocol: 'opcua', nodes: new Set(['A.B']) },
    ],
    1000,
  );

describe('fault table', () => {
  it('holds a fault of a device on all its units and one of a unit on that alone', () => {
    const table = create();
    table.add({ device: 'park.pv/7', kind: 'silent' });
    expect(table.effectOn('park.pv', 7)?.silent).toBe(true);
    expect(table.effectOn('park.pv', 8)).toBeUndefined();
    table.add({ device: 'park.pv', kind: 'exception', code: 6 });
    expect(table.effectOn('park.pv', 8)?.exceptionCode).toBe(6);
    expect(table.effectOn('park.pv', 7)).toMatchObject({ silent: true, exceptionCode: 6 });
    expect(table.effectOn('line.plc', 1)).toBeUndefined();
  });

  it('holds from fromMs on and until toMs, and tells of both edges once', () => {
    const table = create();
    let changes = 0;
    const unsubscribe = table.onChange(() => {
      changes += 1;
    });
    table.add({ device: 'line.plc', kind: 'delay', delayMs: 5, fromMs: 2000, toMs: 3000 });
    expect(changes).toBe(0);
    const seen = [1999, 2000, 2999, 3000].map((nowMs) => {
      const next = table.nextChangeMs();
      table.setNow(nowMs);
      return [next, table.effectOn('line.plc', 1)?.delayMs];
    });
    expect(seen).toStrictEqual([
      [2000, undefined],
      [2000, 5],
      [3000, 5],
      [3000, undefined],
    ]);
    expect(table.nextChangeMs()).toBeUndefined();
    expect(changes).toBe(2);
    unsubscribe();
    table.add({ device: 'line.plc', kind: 'close' });
    expect(changes).toBe(2);
  });

  it('names the restarts and the missing nodes of an OPC UA server', () => {
    const table = create();
    table.add([
      { id: 'again', device: 'line.opcua', kind: 'restart' },
      { device: 'line.opcua', kind: 'bad-node', node: 'A.B' },
    ]);
    expect(table.effectOn('line.opcua', 0)).toMatchObject({
      restarts: [{ id: 'again', namespaceShift: 1, downMs: 0 }],
      missingNodes: ['A.B'],
      silent: false,
    });
  });

  it('gives ids, keeps asked ones, and removes by id or all', () => {
    const table = create();
    const added = table.add([
      { device: 'line.plc', kind: 'close' },
      { id: 'mine', device: 'line.plc', kind: 'truncate' },
    ]);
    expect(added.map(({ id }) => id)).toStrictEqual(['fault-1', 'mine']);
    expect(table.remove('fault-1')).toBe(true);
    expect(table.remove('fault-1')).toBe(false);
    expect(table.effectOn('line.plc', 1)).toMatchObject({ close: false, truncate: true });
    table.clear();
    expect(table.list()).toStrictEqual([]);
    expect(table.effectOn('line.plc', 1)).toBeUndefined();
  });

  it.each([
    ['an unknown kind', { device: 'line.plc', kind: 'explode' }],
    ['an unknown device', { device: 'line.plx', kind: 'close' }],
    ['a unit above 255', { device: 'line.plc/256', kind: 'close' }],
    ['a missing option', { device: 'line.plc', kind: 'exception' }],
    ['an unknown option', { device: 'line.plc', kind: 'close', delayMs: 3 }],
    ['a kind of OPC UA at a Modbus device', { device: 'line.plc', kind: 'restart' }],
    ['a kind of Modbus at an OPC UA server', { device: 'line.opcua', kind: 'truncate' }],
    ['a unit of an OPC UA server', { device: 'line.opcua/1', kind: 'close' }],
    ['a node that is not there', { device: 'line.opcua', kind: 'bad-node', node: 'A.C' }],
    ['no object', 'close'],
    [
      'an id twice, without adding either',
      [
        { id: 'a', device: 'line.plc', kind: 'close' },
        { id: 'a', device: 'line.plc', kind: 'close' },
      ],
    ],
  ])('refuses %s', (_, body) => {
    const table = create();
    expect(() => table.add(body)).toThrow(FaultError);
    expect(table.list()).toStrictEqual([]);
  });

  it('holds at most 256 faults', () => {
    const table = create();
    table.add(Array.from({ length: 256 }, () => ({ device: 'line.plc', kind: 'close' })));
    expect(() => table.add({ device: 'line.plc', kind: 'close' })).toThrow('more than 256');
  });
});
