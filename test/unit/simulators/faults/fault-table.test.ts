import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FaultError, FaultTable } from '../../../../simulators/faults/fault-table.ts';

const create = (): FaultTable =>
  new FaultTable(
    [
      { name: 'line.plc', protocol: 'modbus' },
      { name: 'park.pv', protocol: 'modbus', counted: true, numbered: true },
      {
        name: 'line.opcua',
        protocol: 'opcua',
        nodes: new Set(['A.B', 'A.C']),
        counters: new Set(['A.B']),
      },
      { name: 'proxy.plc', protocol: 'proxy', framing: 'modbus' },
      { name: 'proxy.db', protocol: 'proxy', framing: 'chunks' },
    ],
    1000,
  );

const kindsOn = (table: FaultTable, device: string, unitId: number): string[] =>
  table.modbusFaultsOn(device, unitId).map(({ kind }) => kind);

describe('fault table', () => {
  it('holds a fault of a device on all its units and one of a unit on that alone', () => {
    const table = create();
    table.add({ device: 'park.pv/7', kind: 'silent' });
    expect(kindsOn(table, 'park.pv', 7)).toStrictEqual(['silent']);
    expect(kindsOn(table, 'park.pv', 8)).toStrictEqual([]);
    table.add({ device: 'park.pv', kind: 'exception', code: 6 });
    expect(kindsOn(table, 'park.pv', 8)).toStrictEqual(['exception']);
    expect(kindsOn(table, 'park.pv', 7)).toStrictEqual(['silent', 'exception']);
    expect(table.modbusFaultsOn('park.pv').map(({ kind }) => kind)).toStrictEqual(['exception']);
    expect(kindsOn(table, 'line.plc', 1)).toStrictEqual([]);
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
      return [next, kindsOn(table, 'line.plc', 1).length];
    });
    expect(seen).toStrictEqual([
      [2000, 0],
      [2000, 1],
      [3000, 1],
      [3000, 0],
    ]);
    expect(table.nextChangeMs()).toBeUndefined();
    expect(changes).toBe(2);
    unsubscribe();
    table.add({ device: 'line.plc', kind: 'close' });
    expect(changes).toBe(2);
  });

  it('counts atMs from the request, and forMs from the beginning of the fault', () => {
    const table = create();
    const added = table.add([
      { device: 'line.plc', kind: 'close', atMs: 50, forMs: 100 },
      { device: 'line.plc', kind: 'close', forMs: 100 },
      { device: 'line.plc', kind: 'close', fromMs: 5000, forMs: 1 },
    ]);
    expect(added.map(({ fromMs, toMs }) => [fromMs, toMs])).toStrictEqual([
      [1050, 1150],
      [undefined, 1100],
      [5000, 5001],
    ]);
  });

  it('gives the restarts and the missing nodes of an OPC UA server', () => {
    const table = create();
    table.add([
      { id: 'again', device: 'line.opcua', kind: 'restart' },
      { device: 'line.opcua', kind: 'bad-node', node: 'A.B' },
    ]);
    expect(table.opcuaFaultsOn('line.opcua')).toMatchObject([
      { id: 'again', namespaceShift: 1, downMs: 0 },
      { node: 'A.B' },
    ]);
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
    expect(kindsOn(table, 'line.plc', 1)).toStrictEqual(['truncate']);
    table.clear();
    expect(table.list()).toStrictEqual([]);
    expect(kindsOn(table, 'line.plc', 1)).toStrictEqual([]);
  });

  it.each([
    ['an unknown kind', { device: 'line.plc', kind: 'explode' }],
    ['an unknown device', { device: 'line.plx', kind: 'close' }],
    ['a unit above 255', { device: 'line.plc/256', kind: 'close' }],
    ['a missing option', { device: 'line.plc', kind: 'exception' }],
    ['an unknown option', { device: 'line.plc', kind: 'close', delayMs: 3 }],
    ['a kind of OPC UA at a Modbus device', { device: 'line.plc', kind: 'bad-node' }],
    ['a restart of one unit', { device: 'line.plc/1', kind: 'restart' }],
    ['both beginnings', { device: 'line.plc', kind: 'close', fromMs: 1, atMs: 1 }],
    ['both ends', { device: 'line.plc', kind: 'close', toMs: 2000, forMs: 1 }],
    ['a probability of 0', { device: 'line.plc', kind: 'close', probability: 0 }],
    ['a probability of a state', { device: 'line.plc', kind: 'frozen', probability: 0.5 }],
    ['a jump of counters that are not there', { device: 'line.plc', kind: 'counter-jump', to: 0 }],
    ['a jump to nowhere', { device: 'park.pv', kind: 'counter-jump' }],
    ['a jump in two ways', { device: 'park.pv', kind: 'counter-jump', to: 0, by: 1 }],
    ['a clock that is not there', { device: 'park.pv', kind: 'clock', offsetMs: 1 }],
    ['a serial number that is not there', { device: 'line.plc', kind: 'meter-replaced' }],
    ['a jump of no counter', { device: 'line.opcua', kind: 'counter-jump', by: 1, node: 'A.C' }],
    ['a kind of proxies at a device', { device: 'line.plc', kind: 'stall' }],
    ['crossed ids without frames', { device: 'proxy.db', kind: 'crossed-ids' }],
    ['a unit of a proxy', { device: 'proxy.plc/1', kind: 'stall' }],
    ['a kind of Modbus at an OPC UA server', { device: 'line.opcua', kind: 'truncate' }],
    ['a unit of an OPC UA server', { device: 'line.opcua/1', kind: 'close' }],
    ['a node that is not there', { device: 'line.opcua', kind: 'bad-node', node: 'A.D' }],
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

  it('forgets faults that have ended rather than refuse new ones', () => {
    const table = create();
    table.add(
      Array.from({ length: 256 }, () => ({ device: 'line.plc', kind: 'close', forMs: 10 })),
    );
    table.setNow(1010);
    expect(table.add({ id: 'new', device: 'line.plc', kind: 'close' })).toHaveLength(1);
    expect(table.list().map(({ id }) => id)).toStrictEqual(['new']);
  });
});

describe('faults of a proxy', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 50_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('begin and end in real time, however simulated time stands', () => {
    const table = create();
    const seen: [number, number][] = [];
    table.onChange(() => seen.push([Date.now(), table.proxyFaultsOn('proxy.db').length]));
    table.add({ device: 'proxy.db', kind: 'stall', atMs: 200, forMs: 300 });
    expect(table.nextChangeMs()).toBeUndefined();
    table.setNow(900_000);
    vi.advanceTimersByTime(1000);
    expect(seen).toStrictEqual([
      [50_200, 1],
      [50_500, 0],
    ]);
  });
});
