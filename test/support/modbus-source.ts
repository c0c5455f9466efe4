import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { modbusAdapter } from '../../adapters/modbus/index.ts';
import type { ModbusConfig } from '../../adapters/modbus/modbus-config.ts';
import { type Profile, profileSchema } from '../../adapters/modbus/profile-schema.ts';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import type { Source } from '../../gateway/core/source.ts';

/** A profile that ships with the product. */
export const loadProfile = (name: string): Profile => {
  const file = fileURLToPath(new URL(`../../config/profiles/${name}.yaml`, import.meta.url));
  return profileSchema.parse(parse(readFileSync(file, 'utf8')));
};

/** The shortest profile: points of one group `signals` of class `device`, read every 100 ms. */
export const profileOf = (
  points: readonly Record<string, unknown>[],
  options: Record<string, unknown> & { readonly block?: Record<string, unknown> } = {},
): Profile => {
  const { block, ...rest } = options;
  return profileSchema.parse({
    profile: 'test',
    version: 1,
    title: { en: 'Test', zh: '测试' },
    testedOn: 'nothing',
    blocks: [
      {
        name: 'signals',
        class: 'device',
        periodMs: 100,
        instances: [{ address: 0 }],
        points: points.map((point) => ({
          type: 'u16',
          description: { en: 'A point', zh: '测点' },
          ...point,
        })),
        ...block,
      },
    ],
    ...rest,
  });
};

/** An entry of `sources` as it stands in a site file, with its profiles, as the adapter gets it. */
export const modbusInput = (
  entry: Record<string, unknown>,
  profiles: readonly Profile[],
): SourceInput<ModbusConfig> => ({
  id: 'test',
  config: modbusAdapter.configSchema.parse(entry),
  site: { enterprise: 'seamwatt', site: 'test', timeZone: 'Asia/Shanghai', simulated: true },
  profiles: new Map(profiles.map((profile) => [profile.profile, profile])),
  dataFolder: '/nonexistent',
});

export const tcpEntry = (
  port: number,
  devices: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): Record<string, unknown> => {
  const { transport, ...rest } = options;
  return {
    transport: {
      type: 'tcp',
      host: '127.0.0.1',
      port,
      ...(typeof transport === 'object' ? transport : {}),
    },
    timeoutMs: 200,
    ...rest,
    devices: devices.map((device) => ({
      profile: 'test',
      area: 'area',
      line: 'line',
      equipment: 'device',
      ...device,
    })),
  };
};

export const createSource = (
  entry: Record<string, unknown>,
  profiles: readonly Profile[],
): Source => modbusAdapter.createSource(modbusInput(entry, profiles));
