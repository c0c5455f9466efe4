import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { EntryBatchBuilder, type TestSample } from '../../../support/entry-batch.ts';
import { encoderOf, oneGroup, parseEncoded } from '../../../support/influxdb-lines.ts';
import { testSeed } from '../../../support/seed.ts';

const timeMs = 1_700_000_000_000;

/** What line protocol cannot say: line breaks in names, a backslash at their end, and names that are empty. */
const nameArbitrary = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 12 })
  .filter((name) => !/[\r\n]|\\$|^#/.test(name) && name.isWellFormed());
const awkwardName = fc.oneof(
  nameArbitrary,
  fc.constantFrom('焊缝', 'a b', 'a,b', 'a=b', '"', 'a\\b', ' ', ',', '=', '\\,x', 'a\\ b', '🔥'),
);
const textArbitrary = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());

describe('escaping', () => {
  it('brings any names and texts back', () => {
    const shape = fc.record({
      equipmentClass: awkwardName,
      area: awkwardName,
      line: awkwardName,
      equipment: awkwardName,
      point: awkwardName,
      text: textArbitrary,
    });
    fc.assert(
      fc.property(shape, ({ point, text, ...path }) => {
        const { directory, group } = oneGroup({
          ...path,
          channels: [{ point, kind: 'string' }],
        });
        const batch = new EntryBatchBuilder()
          .frame(group, { timeMs, values: { [point]: directory.intern(text) } })
          .build();
        const [line] = parseEncoded(encoderOf(directory).encode(batch));
        expect(line).toEqual({
          measurement: path.equipmentClass,
          tags: {
            area: path.area,
            enterprise: 'seamwatt',
            equipment: path.equipment,
            line: path.line,
            site: 'demo',
          },
          fields: { [point]: { type: 'string', value: text } },
          timeNs: 1_700_000_000_000_000_000n,
        });
      }),
      { seed: testSeed(), numRuns: 500 },
    );
  });

  it('puts spaces for line breaks and drops backslashes at the end of names', () => {
    const { directory, group } = oneGroup({ equipment: 'a\r\nb\\\\', channels: ['a'] });
    const batch = new EntryBatchBuilder().frame(group, { timeMs, values: { a: 1 } }).build();
    expect(parseEncoded(encoderOf(directory).encode(batch))[0]?.tags['equipment']).toBe('a b');
  });
});

describe('whole batches', () => {
  const sample = fc.oneof(
    fc.constant(undefined),
    fc.double(),
    fc.record({
      value: fc.double(),
      status: fc.constantFrom(
        0,
        0x00a0_0000,
        statusCodes.uncertain,
        statusCodes.badNoData,
        0xc000_0000,
      ),
    }),
  );

  it('come back sample by sample, whatever the mixture', () => {
    const channels = ['a', 'b', 'c', 'd'];
    const frames = fc.array(fc.array(sample, { minLength: 4, maxLength: 4 }), { maxLength: 40 });
    fc.assert(
      fc.property(frames, (rows) => {
        const { directory, group } = oneGroup({ channels });
        const builder = new EntryBatchBuilder();
        const expected: Record<string, unknown>[] = [];
        for (const row of rows) {
          const values: Record<string, TestSample> = {};
          const fields: Record<string, unknown> = {};
          for (const [index, value] of row.entries()) {
            const name = channels[index] ?? '';
            if (value === undefined) continue;
            values[name] = value;
            Object.assign(fields, expectedFields(name, value));
          }
          builder.frame(group, { timeMs, values });
          if (Object.keys(fields).length > 0) expected.push(fields);
        }
        const lines = parseEncoded(encoderOf(directory).encode(builder.build()));
        expect(lines.map((line) => line.fields)).toEqual(expected);
      }),
      { seed: testSeed(), numRuns: 300 },
    );
  });

  const expectedFields = (name: string, given: TestSample): Record<string, unknown> => {
    const { value, status } = typeof given === 'number' ? { value: given, status: 0 } : given;
    const isUsable = status >>> 30 < 2;
    const isSent = isUsable && Number.isFinite(value);
    const code = isUsable && !isSent ? statusCodes.bad : status;
    return {
      ...(isSent ? { [name]: { type: 'float', value } } : {}),
      ...(code === 0 ? {} : { [`${name}_status`]: { type: 'integer', value: BigInt(code) } }),
    };
  };

  it('never mention the mark of absent samples', () => {
    const { directory, group } = oneGroup({ channels: ['a', 'b'] });
    const batch = new EntryBatchBuilder().frame(group, { timeMs, values: { a: 1 } }).build();
    const text = encoderOf(directory).encode(batch).bytes.toString();
    expect(text).not.toContain(String(absentStatus));
  });

  it('grow the buffer as needed, with texts longer than any frame', () => {
    const { directory, group } = oneGroup({ channels: [{ point: 't', kind: 'string' }, 'a'] });
    const text = '焊'.repeat(50_000);
    const builder = new EntryBatchBuilder();
    for (let index = 0; index < 5; index += 1) {
      builder.frame(group, { timeMs, values: { t: directory.intern(text), a: index } });
    }
    const lines = parseEncoded(encoderOf(directory).encode(builder.build()));
    expect(lines.map(({ fields }) => fields['a'])).toEqual(
      [0, 1, 2, 3, 4].map((value) => ({ type: 'float', value })),
    );
    expect(lines.every(({ fields }) => fields['t']?.value === text)).toBe(true);
  });
});
