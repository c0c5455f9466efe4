import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { dlt645Adapter } from '../../adapters/dlt645/dlt645-adapter.ts';
import type { Dlt645Config } from '../../adapters/dlt645/dlt645-config.ts';
import { type Profile, profileSchema } from '../../adapters/dlt645/profile-schema.ts';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import type { Source } from '../../gateway/core/source.ts';

/** A profile that ships with the product. */
export const shippedMeterProfile = (name: string): Profile => {
  const file = fileURLToPath(new URL(`../../config/profiles/${name}.yaml`, import.meta.url));
  return profileSchema.parse(parse(readFileSync(file, 'utf8')));
};

type Read = { readonly identifier: string; readonly points: readonly Record<string, unknown>[] };

/** A profile of one group `signals` that is read every 100 ms: energy and power unless told. */
export const meterProfile = (
  reads: readonly Read[] = [
    {
      identifier: '00010000',
      points: [{ point: 'energy', format: 'XXXXXX.XX', kind: 'counter', unit: 'kWh' }],
    },
    { identifier: '02030000', points: [{ point: 'power', format: 'XX.XXXX', signed: true }] },
  ],
  options: Record<string, unknown> = {},
): Profile =>
  profileSchema.parse({
    profile: 'test',
    version: 1,
    title: { en: 'Test', zh: '测试' },
    testedOn: 'nothing',
    groups: [
      {
        name: 'signals',
        periodMs: 100,
        reads: reads.map(({ identifier, points }) => ({
          identifier,
          points: points.map((point) => ({
            description: { en: 'A point', zh: '测点' },
            ...point,
          })),
        })),
      },
    ],
    ...options,
  });

/** An entry of `sources` as it stands in a site file, over TCP unless told, with deadlines that suit a test. */
export const meterEntry = (
  port: number,
  devices: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): Record<string, unknown> => {
  const { transport, ...rest } = options;
  const address = { type: 'tcp', host: '127.0.0.1', port };
  return {
    transport: {
      ...(typeof transport === 'object' && transport !== null && 'type' in transport
        ? {}
        : address),
      // The periods of tests are shorter than a line of 2400 baud has time for.
      ...{ baudRate: 115_200, turnaroundMs: 0, gapMs: 0, drainMs: 30 },
      ...(typeof transport === 'object' ? transport : {}),
    },
    timeoutMs: 150,
    ...rest,
    devices: devices.map((device) => ({
      address: '000000000001',
      profile: 'test',
      area: 'area',
      line: 'line',
      equipment: 'meter',
      ...device,
    })),
  };
};

export const meterInput = (
  entry: Record<string, unknown>,
  profiles: readonly Profile[] = [meterProfile()],
): SourceInput<Dlt645Config> => ({
  id: 'test',
  config: dlt645Adapter.configSchema.parse(entry),
  site: { enterprise: 'seamwatt', site: 'test', timeZone: 'Asia/Shanghai', simulated: true },
  profiles: new Map(profiles.map((profile) => [profile.profile, profile])),
  dataFolder: '/nonexistent',
});

export const meterSource = (
  entry: Record<string, unknown>,
  profiles?: readonly Profile[],
): Source => dlt645Adapter.createSource(meterInput(entry, profiles));
