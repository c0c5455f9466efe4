import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { opcuaAdapter } from '../../adapters/opcua/opcua-adapter.ts';
import type { OpcuaConfig } from '../../adapters/opcua/opcua-config.ts';
import { type Profile, profileSchema } from '../../adapters/opcua/profile-schema.ts';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import type { Source } from '../../gateway/core/source.ts';

export const plantUri = 'urn:seamwatt:test:plant';

/** A folder for keys and trust lists, removed by `remove`. */
export const makePkiFolder = (): { readonly path: string; remove(): void } => {
  const path = mkdtempSync(join(tmpdir(), 'seamwatt-opcua-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
};

/** A profile that ships with the product. */
export const loadOpcuaProfile = (name: string): Profile => {
  const file = fileURLToPath(new URL(`../../config/profiles/${name}.yaml`, import.meta.url));
  return profileSchema.parse(parse(readFileSync(file, 'utf8')));
};

/** One equipment `device` in the site file, whose points are nodes of the test's namespace. */
export const device = (
  points: readonly Record<string, unknown>[],
  options: Record<string, unknown> = {},
): Record<string, unknown> => ({
  area: 'area',
  line: 'line',
  equipment: 'device',
  class: 'device',
  ...options,
  points: points.map((point) => ({ description: { en: 'A point', zh: '测点' }, ...point })),
});

/** An entry of `sources` as it stands in a site file, as the adapter gets it. */
export const opcuaInput = (
  entry: Record<string, unknown>,
  dataFolder: string,
  profiles: readonly Profile[] = [],
): SourceInput<OpcuaConfig> => ({
  id: 'test',
  config: opcuaAdapter.configSchema.parse({ namespaceUri: plantUri, ...entry }),
  site: { enterprise: 'seamwatt', site: 'test', timeZone: 'Asia/Shanghai', simulated: true },
  profiles: new Map(profiles.map((profile) => [profile.profile, profile])),
  dataFolder,
});

export const createOpcuaTestSource = (
  entry: Record<string, unknown>,
  dataFolder: string,
  profiles: readonly Profile[] = [],
): Source => opcuaAdapter.createSource(opcuaInput(entry, dataFolder, profiles));

/** A subscription quick enough for a test. */
export const quickly: Record<string, unknown> = {
  mode: 'subscription',
  samplingIntervalMs: 0,
  publishingIntervalMs: 50,
  keepAliveMs: 200,
};
