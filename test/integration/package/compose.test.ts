import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { adapters } from '../../../adapters/index.ts';
import { loadSite } from '../../../config/loader.ts';
import type { LoadedSite } from '../../../config/site.ts';
import { siteSections } from '../../../gateway/site-sections.ts';
import { parseProgramOptions } from '../../../simulators/options.ts';

// Goal: compose.yaml, the Dockerfile and the site file that they run agree with each other and with the program. Method:
// no daemon is asked; whatever one file says and another must mean is compared.
const root = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const network = z.object({ internal: z.boolean().default(false) });
const service = z.object({
  image: z.string(),
  build: z.object({ context: z.string(), args: z.record(z.string(), z.string()) }).optional(),
  entrypoint: z.array(z.string()).optional(),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  ports: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
  read_only: z.boolean(),
  cap_drop: z.array(z.string()),
  cap_add: z.array(z.string()).default([]),
  privileged: z.boolean().default(false),
  security_opt: z.array(z.string()),
  tmpfs: z.array(z.string()),
  restart: z.string(),
  logging: z.object({ options: z.record(z.string(), z.string()) }),
});
type Service = z.output<typeof service>;
const composeSchema = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), network),
  volumes: z.record(z.string(), z.unknown()),
});

const composeText = read('compose.yaml');
/** As Compose reads it in an empty environment: `${NAME:-default}` is its default, `$$` a dollar sign. */
const compose = composeSchema.parse(
  parse(composeText.replaceAll(/\$\{[A-Z_]+:-([^}]*)\}/g, '$1').replaceAll('$$', '$'), {
    merge: true,
  }),
);
const dockerfile = read('Dockerfile');
const siteFile = 'config/demo-compose.yaml';
const siteTarget = '/etc/seamwatt/site.yaml';

const serviceOf = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`no service ${name}`);
  return found;
};
const eachService = Object.entries(compose.services);

const loaded = async (file: string): Promise<LoadedSite> => {
  const result = await loadSite({
    file: join(root, file),
    adapters,
    sections: siteSections,
    env: {},
  });
  if (!result.ok) throw new Error(JSON.stringify(result.problems, null, 2));
  return result.site;
};

type Endpoint = { readonly host: string; readonly port: number };

/** Every place in the values of a site file that names another machine. */
const endpointsIn = (value: unknown): Endpoint[] => {
  if (typeof value !== 'object' || value === null) return [];
  const { host, port } = value as Readonly<Record<string, unknown>>;
  const own = typeof host === 'string' ? [{ host, port: Number(port) }] : [];
  const below = Object.values(value).flatMap((item) => {
    if (typeof item !== 'string' || !/^[a-z.]+:\/\//.test(item)) return endpointsIn(item);
    const url = new URL(item);
    return [{ host: url.hostname, port: Number(url.port) }];
  });
  return [...own, ...below];
};

const simulatorOptions = (): ReturnType<typeof parseProgramOptions> => {
  const [command, separator, ...flags] = serviceOf('simulators').command;
  expect([command, separator]).toEqual(['simulate', '--']);
  return parseProgramOptions(flags);
};

/** The ports that a service listens on in its networks. */
const listening = (name: string): readonly number[] => {
  if (name === 'simulators') {
    const { control, ...wire } = simulatorOptions().ports;
    const served = Object.values(wire).filter((port) => port !== undefined);
    return [...served, ...[simulatorOptions().lineOpcua?.port ?? []].flat()];
  }
  if (name === 'influxdb') return [8086];
  const listener = /^listener (\d+)$/m.exec(read('docker/mosquitto.conf'))?.[1];
  return name === 'mosquitto' ? [Number(listener)] : [];
};

describe('the site file of compose.yaml', () => {
  it('is in order, and has the very points of the demo site', async () => {
    const [site, demo] = await Promise.all([loaded(siteFile), loaded('config/demo.yaml')]);
    expect(site.groups).toEqual(demo.groups);
    expect(site.identity).toEqual(demo.identity);
    expect(site.sections).toEqual(demo.sections);
  });

  it('writes to the database and the broker, so that the embedded one stays off', async () => {
    const { sinks, config, notices } = await loaded(siteFile);
    expect(sinks.map(({ adapter }) => adapter.kind)).toEqual(['influxdb', 'mqtt']);
    expect(config.broker.embedded).toBe(false);
    expect(notices).toEqual([]);
  });

  it('names only services that share a network with the gateway, at ports they listen on', () => {
    const { sources, sinks } = parse(read(siteFile)) as Readonly<Record<string, unknown>>;
    const endpoints = endpointsIn([sources, sinks]);
    expect(endpoints.length).toBeGreaterThanOrEqual(7);
    for (const { host, port } of endpoints) {
      expect(Object.keys(compose.services)).toContain(host);
      expect(listening(host)).toContain(port);
      const shared = serviceOf(host).networks.filter((name) =>
        serviceOf('gateway').networks.includes(name),
      );
      expect(shared).not.toEqual([]);
    }
  });

  it('is where the image looks for it, and its data is on a volume', () => {
    expect(dockerfile).toContain(`SEAMWATT_CONFIG=${siteTarget}`);
    const { volumes, command } = serviceOf('gateway');
    expect(volumes).toContain(`./${siteFile}:${siteTarget}:ro`);
    expect(command).toEqual([]);
    const imageCommand = JSON.parse(/^CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '[]') as string[];
    const folder = imageCommand[imageCommand.indexOf('--data') + 1];
    expect(volumes).toContain(`gateway-data:${folder}`);
    expect(dockerfile).toMatch(new RegExp(`^VOLUME ${folder}$`, 'm'));
  });
});

describe('the page', () => {
  const forwarded = (): readonly number[] => serviceOf('page').command.map(Number);

  it('is carried from the port of the site file to loopback of the host, and nothing else is published', async () => {
    const { config } = await loaded(siteFile);
    const [outer, inner] = forwarded();
    expect(inner).toBe(config.api.port);
    expect(serviceOf('page').network_mode).toBe('service:gateway');
    expect(serviceOf('page').entrypoint?.[1]).toBe('/app/scripts/forward-port.mjs');
    expect(eachService.flatMap(([, { ports }]) => ports)).toEqual([`127.0.0.1:8080:${outer}`]);
  });

  it('is what the image exposes and asks about its health', async () => {
    const { config } = await loaded(siteFile);
    const exposed = /^EXPOSE (\d+)$/m.exec(dockerfile)?.[1];
    const asked = /fetch\('http:\/\/127\.0\.0\.1:(\d+)\/healthz'/.exec(dockerfile)?.[1];
    expect([exposed, asked]).toEqual([String(config.api.port), String(config.api.port)]);
  });
});

describe('the simulators', () => {
  it('listen on their network, and their control only on loopback', () => {
    const { host, ports } = simulatorOptions();
    expect(host).toBe('0.0.0.0');
    const asked = serviceOf('simulators').healthcheck?.test.join(' ');
    expect(asked).toContain(`http://127.0.0.1:${ports.control}/healthz`);
  });
});

describe.each(eachService)('service %s', (name, { image, build, networks, ...rest }) => {
  it('runs a pinned image', () => {
    expect(image).toMatch(/^[a-z-]+:\d+\.\d+\.\d+$/);
    if (build === undefined) return;
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(read('package.json')));
    expect(image).toBe(`seamwatt:${version}`);
    const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1];
    expect(build).toEqual({ context: '.', args: { NODE_IMAGE: base } });
  });

  it('may do no more than it must', () => {
    expect(rest).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      cap_add: [],
      privileged: false,
      security_opt: ['no-new-privileges:true'],
      restart: 'unless-stopped',
    });
    expect(rest.logging.options).toHaveProperty('max-size');
    expect(rest.tmpfs.every((mount) => /:size=\d+m$/.test(mount))).toBe(true);
  });

  it('says whether it is healthy', () => {
    const asksImage = build !== undefined && /^HEALTHCHECK /m.test(dockerfile);
    expect(rest.healthcheck !== undefined || asksImage).toBe(true);
  });

  it('uses only files, volumes and networks that exist', () => {
    for (const mount of rest.volumes) {
      const [from = ''] = mount.split(':');
      if (!from.startsWith('.')) expect(Object.keys(compose.volumes)).toContain(from);
      else {
        expect(existsSync(join(root, from)), from).toBe(true);
        expect(mount).toMatch(/:ro$/);
      }
    }
    for (const one of networks) {
      expect(Object.keys(compose.networks)).toContain(one);
      if (name !== 'gateway') expect(compose.networks[one]?.internal).toBe(true);
    }
  });
});

describe('variables', () => {
  it('of compose.yaml all have a default', () => {
    expect(composeText).not.toMatch(/(?<!\$)\$(?!\$|\{[A-Z_]+:-[^}]+\})/);
  });

  it('for the program are those that it knows', () => {
    const set = Object.keys(serviceOf('gateway').environment);
    const lines = [...dockerfile.matchAll(/^ENV (.*)$/gm)];
    const baked = lines.flatMap(([, pairs = '']) => pairs.split(' '));
    const names = [...set, ...baked.map((pair) => pair.split('=')[0] ?? '')];
    const own = names.filter((name) => !name.startsWith('NODE_'));
    expect(own).toEqual(['SEAMWATT_LANG', 'GLIBC_TUNABLES', 'SEAMWATT_CONFIG']);
    for (const name of own) expect(read('docs/cli.md')).toContain(`\`${name}\``);
  });
});

describe('the Dockerfile', () => {
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));

  it('copies only what .dockerignore lets through', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)]
      .flatMap(([, sources]) => sources?.split(' ') ?? [])
      .filter((source) => source !== '.');
    expect(copied).toContain('package-lock.json');
    for (const source of copied) expect(allowed).toContain(source.split('/')[0]);
    for (const source of copied) expect(existsSync(join(root, source)), source).toBe(true);
  });

  it('gets all that the compiler and the page need', () => {
    const { include } = z
      .object({ include: z.array(z.string()) })
      .parse(JSON.parse(read('tsconfig.build.json')));
    expect(allowed).toEqual(expect.arrayContaining([...include, 'dashboard', 'tsconfig.json']));
  });

  it('runs as a user, not as root, and is stopped by SIGTERM', () => {
    expect(/^USER (.*)$/m.exec(dockerfile)?.[1]).toBe('1000:1000');
    expect(dockerfile).toMatch(/^STOPSIGNAL SIGTERM$/m);
  });
});
