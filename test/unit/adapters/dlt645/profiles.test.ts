// Goal: the profiles that ship give meters that the energy KPIs know: registers that count, in Wh, with the value at which
// their digits start again. Method: the groups of a source.
import { describe, expect, it } from 'vitest';
import { dlt645Adapter } from '../../../../adapters/dlt645/dlt645-adapter.ts';
import { profileSchema } from '../../../../adapters/dlt645/profile-schema.ts';
import type { ChannelSpec } from '../../../../gateway/core/point.ts';
import {
  meterEntry,
  meterInput,
  meterProfile,
  meterSource,
  shippedMeterProfile,
} from '../../../support/dlt645-source.ts';

const shipped = ['dlt645-three-phase', 'dlt645-single-phase'];

const channelsOf = (
  profile: string,
  device: Record<string, unknown> = {},
): ReadonlyMap<string, ChannelSpec> => {
  const source = meterSource(meterEntry(1, [{ profile, ...device }]), [
    shippedMeterProfile(profile),
  ]);
  const channels = source.groups.flatMap((group) => group.channels);
  return new Map(channels.map((channel) => [channel.point, channel]));
};

describe('the profiles of DL/T 645 that ship', () => {
  it.each(shipped)('%s fits a line of 2400 baud, and names no point twice', (name) => {
    const entry = meterEntry(1, [{ profile: name }], {
      timeoutMs: 1500,
      transport: { baudRate: 2400, turnaroundMs: 100, gapMs: 30, drainMs: 500 },
    });
    const input = meterInput(entry, [shippedMeterProfile(name)]);
    expect(dlt645Adapter.check?.(input)).toEqual([]);
    expect(shippedMeterProfile(name).profile).toBe(name);
  });

  it.each(shipped)('%s counts energy in Wh, up to the end of its digits', (name) => {
    const direct = channelsOf(name).get('energyImport');
    expect(direct).toMatchObject({ kind: 'counter', unit: 'Wh', rolloverAt: 1e9 });
    const ratios = { currentRatio: 120, voltageRatio: 100 };
    const behind = channelsOf(name, ratios).get('energyImport');
    expect(behind?.rolloverAt).toBe(1.2e13);
    expect(behind?.maximumRatePerSecond).toBe((direct?.maximumRatePerSecond ?? 0) * 12_000);
  });

  it('raise limits by the ratio that a point is behind', () => {
    const channels = channelsOf('dlt645-three-phase', { currentRatio: 200, voltageRatio: 100 });
    expect(channels.get('voltageL1')?.maximum).toBe(50_000);
    expect(channels.get('currentL1')?.deadband).toBe(2);
    expect(channels.get('powerFactor')?.maximum).toBe(1);
    expect(channels.get('frequency')?.maximum).toBe(100);
    expect(channels.get('demandImportMaximumTime')?.kind).toBe('string');
  });
});

describe('a profile', () => {
  const point = { point: 'a', format: 'XX.XX', description: { en: 'A', zh: '甲' } };
  const read = (...points: readonly Record<string, unknown>[]) => ({
    identifier: '00010000',
    points,
  });
  const wrongOf = (reads: readonly unknown[]): readonly string[] => {
    const parsed = profileSchema.safeParse({
      ...meterProfile(),
      groups: [{ name: 'signals', periodMs: 1000, reads }],
    });
    return parsed.error?.issues.map(({ path }) => path.slice(2).join('.')) ?? [];
  };

  it.each<[string, readonly unknown[], string]>([
    ['an odd number of digits', [read({ ...point, format: 'XXX.XX' })], 'reads.0.points.0.format'],
    [
      'an identifier of seven digits',
      [{ ...read(point), identifier: '0001000' }],
      'reads.0.identifier',
    ],
    [
      'a counter with a sign',
      [read({ ...point, kind: 'counter', signed: true })],
      'reads.0.points.0.signed',
    ],
    [
      'a moment that counts',
      [read({ ...point, format: 'YYMMDDhhmm', kind: 'counter' })],
      'reads.0.points.0.kind',
    ],
    [
      'a minimum above the maximum',
      [read({ ...point, minimum: 2, maximum: 1 })],
      'reads.0.points.0.minimum',
    ],
    [
      'a frozen rule by a point of another group',
      [read({ ...point, frozen: { afterMs: 1000, while: { point: 'b', above: 0 } } })],
      'reads.0.points.0.frozen',
    ],
  ])('with %s is refused', (_, reads, place) => {
    expect(wrongOf(reads)).toEqual([place]);
  });

  it('with a name in two reads of a group is refused at both', () => {
    expect(wrongOf([read(point), read(point)])).toEqual([
      'reads.0.points.0.point',
      'reads.1.points.0.point',
    ]);
    expect(wrongOf([read(point)])).toEqual([]);
  });
});
