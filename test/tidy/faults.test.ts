// Goal: docs/faults.md lists every fault that there is, and its examples are accepted. Method: its tables are compared with the
// schemas, and each example is asked for at a table of faults with the devices that it names.
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { dlt645FaultSchema } from '../../simulators/faults/dlt645-faults.ts';
import { FaultTable } from '../../simulators/faults/fault-table.ts';
import { modbusFaultSchema } from '../../simulators/faults/modbus-faults.ts';
import { ocppFaultSchema } from '../../simulators/faults/ocpp-faults.ts';
import { opcuaFaultSchema } from '../../simulators/faults/opcua-faults.ts';
import { parkFaultSchema } from '../../simulators/faults/park-faults.ts';
import { proxyFaultSchema } from '../../simulators/faults/proxy-faults.ts';
import { weldFaultSchema } from '../../simulators/faults/weld-faults.ts';

const text = await readFile(new URL('../../docs/faults.md', import.meta.url), 'utf8');
const schemas = {
  'At a Modbus device': modbusFaultSchema,
  'At a DL/T 645 meter': dlt645FaultSchema,
  'At an OPC UA server': opcuaFaultSchema,
  'At a proxy': proxyFaultSchema,
  'At the weld': weldFaultSchema,
  'At the charge points': ocppFaultSchema,
  'At the park': parkFaultSchema,
};
const common = new Set([
  ...['id', 'device', 'kind', 'fromMs', 'toMs', 'atMs', 'forMs', 'probability'],
  ...['torches', 'fromMm', 'forMm', 'panel', 'spreadMs'],
]);

/** First and second column of the tables of kinds in a section. */
const rowsOf = (section: string): Map<string, string> => {
  const [, body = ''] = text.split(`## ${section}\n`);
  const [own = ''] = body.split('\n## ');
  const rows = own.split('\n').flatMap((line) => {
    const [, kind, options] = /^\| `([a-z-]+)` +\| ([^|]*) \|/.exec(line) ?? [];
    return kind === undefined || options === undefined ? [] : ([[kind, options]] as const);
  });
  return new Map(rows);
};

const known = new FaultTable(
  [
    ...['line.plc', 'park.pv', 'park.meters', 'park.storage', 'park.chargers'].map((name) => ({
      ...{ name, protocol: 'modbus' as const, counted: true, dated: true, numbered: true },
    })),
    {
      name: 'line.opcua',
      protocol: 'opcua',
      nodes: new Set(['MPM01.T.F01.Current']),
      counters: new Set(['MPM01.Energy.AcActiveEnergyTotalImportHp']),
    },
    { name: 'park.revenue', protocol: 'dlt645', addresses: new Set(['000000000021']) },
    { name: 'line.weld', protocol: 'weld' },
    { name: 'park.ocpp', protocol: 'ocpp' },
    {
      name: 'park.plant',
      protocol: 'park',
      meters: new Set(['grid', 'building', 'pv', 't05']),
    },
    { name: 'proxy.plc', protocol: 'proxy', framing: 'modbus' },
    { name: 'proxy.influx', protocol: 'proxy', framing: 'chunks' },
    { name: 'proxy.mqtt', protocol: 'proxy', framing: 'chunks' },
  ],
  0,
);

describe('docs/faults.md', () => {
  it.each(Object.entries(schemas))('has every kind and every option: %s', (section, schema) => {
    const rows = rowsOf(section);
    const kinds = schema.options.map(({ shape }) => shape.kind.value);
    expect(kinds.filter((kind) => !rows.has(kind))).toStrictEqual([]);
    for (const { shape } of schema.options) {
      const kind = shape.kind.value;
      const row = rows.get(kind) ?? '';
      if (row.includes('the same')) continue;
      const options = Object.keys(shape).filter((name) => !common.has(name) && name !== 'towards');
      expect([kind, options.filter((name) => !row.includes(`\`${name}\``))]).toStrictEqual([
        kind,
        [],
      ]);
    }
  });

  it('has examples that are accepted', () => {
    const examples = [...text.matchAll(/\{"device".*?\}/g)].map(([example]) => example);
    expect(examples.length).toBeGreaterThan(25);
    for (const example of examples) {
      expect(() => known.add(JSON.parse(example)), example).not.toThrow();
    }
    known.clear();
  });
});
