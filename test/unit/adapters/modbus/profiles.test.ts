import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { profileSchema } from '../../../../adapters/modbus/profile-schema.ts';
import { loadProfile, profileOf } from '../../../support/modbus-source.ts';

const folder = fileURLToPath(new URL('../../../../config/profiles', import.meta.url));
/** Those of OPC UA name their namespace, those of DL/T 645 data identifiers. */
const names = readdirSync(folder)
  .filter((file) => !/namespaceUri:| identifier: "/.test(readFileSync(join(folder, file), 'utf8')))
  .map((file) => basename(file, '.yaml'));

const point = { point: 'p', address: 0, type: 'u16', description: { en: 'p', zh: 'p' } };

const issuesOf = (
  points: readonly Record<string, unknown>[],
  block: Record<string, unknown> = {},
): readonly string[] => {
  const result = profileSchema.safeParse({
    profile: 'test',
    version: 1,
    title: { en: 't', zh: 't' },
    testedOn: 'nothing',
    blocks: [
      {
        name: 'signals',
        class: 'device',
        periodMs: 100,
        instances: [{ address: 0 }],
        points: points.map((one) => ({ ...point, ...one })),
        ...block,
      },
    ],
  });
  return result.success
    ? []
    : result.error.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
};

describe('the profiles that ship', () => {
  it('are there', () => {
    expect(names).toContain('weld-plc');
    expect(names.length).toBeGreaterThanOrEqual(7);
  });

  it.each(names)('%s is a profile with the name of its file', (name) => {
    expect(loadProfile(name).profile).toBe(name);
  });

  it('that were never seen on hardware say so', () => {
    for (const name of names) {
      const { testedOn, title } = loadProfile(name);
      if (testedOn === 'nothing') expect(title.en).toContain('not tested on hardware');
      else expect(testedOn).toBe('simulator');
    }
  });
});

describe('profileSchema', () => {
  it('fills in what most points leave out', () => {
    expect(profileOf([{ point: 'p', address: 3 }]).blocks[0]?.points[0]).toEqual({
      point: 'p',
      address: 3,
      type: 'u16',
      order: 'ABCD',
      scale: 1,
      offset: 0,
      sign: 1,
      invalid: [],
      unit: '1',
      description: { en: 'A point', zh: '测点' },
    });
    expect(profileOf([{ point: 'p', address: 3 }]).limits).toEqual({
      maxRegisters: 125,
      maxBits: 2000,
      maxGap: 8,
      forbidden: [],
    });
  });

  it.each([
    [{ type: 'string' }, 'points.0.length: a length, with type string'],
    [{ length: 3 }, 'points.0.length: no length but with type string'],
    [{ bit: 3 }, 'points.0.bit: no bit but with type bit'],
    [{ type: 'bit' }, 'points.0.bit: a bit number, in a table of registers'],
    [{ type: 'f32', mask: 1 }, 'points.0.mask: no mask with this type'],
    [{ shift: 3 }, 'points.0.mask: a mask beside the shift'],
    [{ type: 'enum' }, 'points.0.labels: labels, with kind enum'],
    [{ rolloverAt: 5 }, 'points.0.kind: counter, beside rolloverAt'],
    [{ kind: 'string' }, 'points.0.kind: string with type string, and only there'],
    [{ minimum: 5, maximum: 4 }, 'points.0.minimum: at most maximum (4)'],
  ])('refuses the point %o', (given, expected) => {
    expect(issuesOf([given])).toEqual([expected]);
  });

  it('refuses a name twice in a block', () => {
    expect(issuesOf([{}, { address: 5 }])).toEqual([
      'points.1.point: a name that no other point of the block has',
    ]);
  });

  it('wants plain bits in tables of bits, and no clocks or sequence numbers there', () => {
    expect(issuesOf([{ type: 'bit' }], { table: 'coil' })).toEqual([]);
    expect(issuesOf([{}], { table: 'discrete' })).toEqual([
      'points.0.type: bit without a bit number, in the table discrete',
    ]);
    expect(issuesOf([{ type: 'bit' }], { table: 'coil', tornReadCheck: [0, 1] })).toEqual([
      'table: holding or input, with deviceTime or tornReadCheck',
    ]);
  });

  it('refuses keys that it does not know', () => {
    expect(issuesOf([{ scal: 3 }])).toHaveLength(1);
  });
});
