import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goodSite, problemsOf, siteOf } from './site-fixture.ts';

const withSources = (...lines: readonly string[]): string =>
  `${goodSite}sources:\n${lines.map((line) => `  - ${line}\n`).join('')}`;

describe('positions', () => {
  test('point at the value, at the key of an unknown key, and at the entry that lacks a key', async () => {
    const text = `version: 1
site:
  enterprise: acme
  site: dam
api:
  port: 80800
  hots: localhost
sources:
  - kind: gauge
    port: x
`;
    expect(await problemsOf(text)).toEqual([
      'site.yaml:6:9 api.port: found 80800, expected a whole number from 0 to 65535',
      'site.yaml:7:3 api.hots: found an unknown key, expected host, port, auth, names, tls, proxy, plainHttp, session or live (did you mean "host"?)',
      'site.yaml:9:5 sources[0].id: found nothing, expected text',
      'site.yaml:10:11 sources[0].port: found "x", expected a whole number from 1 to 65535',
    ]);
  });

  test('of an aliased value point at the alias', async () => {
    const text = `${goodSite}data: { folder: &name 7 }\napi: { port: *name, host: localhost }\n`;
    expect(await problemsOf(text)).toEqual(['site.yaml:3:23 data.folder: found 7, expected text']);
    const both = `${goodSite}data: { folder: &name 70000 }\napi: { port: *name }\n`;
    expect(await problemsOf(both)).toContain(
      'site.yaml:4:14 api.port: found 70000, expected a whole number from 0 to 65535',
    );
  });

  test('follow multi-byte text, quotes and Windows line ends', async () => {
    const text = `version: 1\r\nsite: { enterprise: acme, site: dam }\r\nwishes: ["零碳", 5]\r\n`;
    expect(await problemsOf(text)).toEqual(['site.yaml:3:16 wishes[1]: found 5, expected text']);
  });
});

describe('one broken part does not hide another', () => {
  test('entries, sections and the core are all checked, and told in the order of the file', async () => {
    const text = `version: 3
site: { enterprise: acme }
sinks:
  - { id: a, kind: drain, url: 7 }
wishes: 5
sources:
  - { id: b, kind: guage }
  - { id: c, kind: gauge, points: 1 }
`;
    expect(await problemsOf(text)).toEqual([
      'site.yaml:1:10 version: found 3, expected 1',
      'site.yaml:2:1 site.site: found nothing, expected text',
      'site.yaml:4:32 sinks[0].url: found 7, expected text',
      'site.yaml:5:9 wishes: found 5, expected a list',
      'site.yaml:7:20 sources[0].kind: found "guage", expected gauge (did you mean "gauge"?)',
      'site.yaml:8:35 sources[1].points: found 1, expected a list',
    ]);
  });

  test('what a section says about points is judged only when every source is right', async () => {
    const wishes = `${withSources('{ id: a, kind: gauge, points: [cursed] }')}wishes: [nonsense]\n`;
    expect(await problemsOf(wishes)).toEqual([
      'site.yaml:4:36 sources[0].points[0]: found the password is undefined, expected luck',
    ]);
    const right = `${withSources('{ id: a, kind: gauge }')}wishes: [nonsense]\n`;
    expect(await problemsOf(right)).toEqual([
      'site.yaml:5:10 wishes[0]: found nonsense, expected level',
    ]);
  });

  test('a plan that does not fit is a problem', async () => {
    expect(await problemsOf(withSources('{ id: a, kind: gauge, points: [slow] }'))).toEqual([
      'site.yaml:4:27 sources[0].points: found 12 s of reads, expected at most 1 s',
    ]);
  });

  test('a sink is asked too', async () => {
    const text = `${goodSite}sinks: [{ id: a, kind: drain, url: 'http://x' }]\n`;
    expect(await problemsOf(text)).toEqual([
      'site.yaml:3:36 sinks[0].url: found no TLS, expected https:',
    ]);
  });
});

describe('references', () => {
  test('take values from the environment and from files, whole and within a text', async () => {
    const text = `${goodSite}sinks:
  - { id: a, kind: drain, url: 'https://\${env:HOST}:\${env:PORT:-8086}/\${file:path.txt}?a=$$x$' }
`;
    const site = await siteOf(text, { env: { HOST: 'db' }, files: { 'path.txt': 'write\n' } });
    expect(site.sinks[0]?.config).toEqual({ url: 'https://db:8086/write?a=$x$' });
  });

  test('become numbers and booleans only where the schema wants such', async () => {
    const text = withSources(
      `{ id: a, kind: gauge, port: '\${env:PORT}', isLoud: '\${env:LOUD}', password: '\${env:PASSWORD}' }`,
    );
    const env = { PORT: '1502', LOUD: 'true', PASSWORD: '12345678' };
    const site = await siteOf(text, { env });
    expect(site.sources[0]?.input.config).toMatchObject({
      port: 1502,
      isLoud: true,
      password: '12345678',
    });
  });

  test('that lead nowhere are named, all of them, without a value', async () => {
    const text = withSources(
      `{ id: a, kind: gauge, port: '\${env:PORT}', password: '\${file:secrets/pw}' }`,
      `{ id: b, kind: gauge, points: ['\${env PORT}'] }`,
    );
    expect(await problemsOf(text)).toEqual([
      `site.yaml:4:33 sources[0].port: found no environment variable PORT, expected PORT to be set, or a default: \${env:PORT:-value}`,
      'site.yaml:4:58 sources[0].password: found no readable file secrets/pw (ENOENT), expected a file that the gateway may read',
      `site.yaml:5:36 sources[1].points[0]: found \${env PORT}, expected \${env:NAME}, \${env:NAME:-default}, \${file:PATH} or $$ for a dollar sign`,
    ]);
  });

  test('never show what came from outside', async () => {
    const text = withSources(
      `{ id: a, kind: gauge, password: '\${env:PASSWORD}', points: [cursed] }`,
      `{ id: b, kind: gauge, port: '\${env:PASSWORD}', password: '\${env:SHORT}' }`,
      `{ id: c, kind: gauge, password: 12345 }`,
    );
    const problems = await problemsOf(text, { env: { PASSWORD: 'swordfish', SHORT: 'abc' } });
    expect(problems).toEqual([
      'site.yaml:4:65 sources[0].points[0]: found the password is (secret), expected luck',
      'site.yaml:5:33 sources[1].port: found (secret), expected a whole number from 1 to 65535',
      'site.yaml:5:62 sources[1].password: found (secret), expected at least 8 characters',
      'site.yaml:6:37 sources[2].password: found (secret), expected text',
    ]);
  });
});

describe('entries that are off', () => {
  const text = `${goodSite}sinks:
  - { id: a, kind: drain, enabledWhenSet: DRAIN, url: '\${env:DRAIN}' }
`;

  test('need none of their references, and say why they are off', async () => {
    const site = await siteOf(text);
    expect(site.sinks).toEqual([]);
    expect(site.notices).toEqual([{ entry: 'sinks[0]', id: 'a', enabledWhenSet: 'DRAIN' }]);
  });

  test('come on with the variable that they name', async () => {
    const site = await siteOf(text, { env: { DRAIN: 'https://db' } });
    expect(site.sinks.map(({ id, config }) => ({ id, config }))).toEqual([
      { id: 'a', config: { url: 'https://db' } },
    ]);
  });

  test('are still checked for what is wrong in the file itself', async () => {
    const wrong = withSources('{ id: a, kind: gauge, enabled: false, port: 0 }');
    expect(await problemsOf(wrong)).toEqual([
      'site.yaml:4:49 sources[0].port: found 0, expected a whole number from 1 to 65535',
    ]);
  });
});

describe('profiles', () => {
  const text = withSources('{ id: a, kind: gauge, profile: round }');
  const round = { 'profiles/round.yaml': 'title: Round\nsize: 3\n' };

  test('are found beside the site file and handed to the adapter parsed', async () => {
    const site = await siteOf(text, { files: round });
    expect(site.sources[0]?.input.profiles).toEqual(
      new Map([['round', { title: 'Round', size: 3 }]]),
    );
  });

  test('that are broken are reported in their own file', async () => {
    const files = { 'profiles/round.yaml': 'title: Round\nsize: 0\nweight: 1\n' };
    expect(await problemsOf(text, { files })).toEqual([
      'profiles/round.yaml:2:7 size: found 0, expected a whole number of at least 1',
      'profiles/round.yaml:3:1 weight: found an unknown key, expected title or size',
    ]);
  });

  test('that nobody has are reported where they are named, with the nearest name', async () => {
    const wrong = withSources('{ id: a, kind: gauge, profile: rond }');
    const [problem] = await problemsOf(wrong, { files: round });
    expect(problem).toMatch(
      /^site\.yaml:4:36 sources\[0\]\.profile: found the unknown profile "rond", /,
    );
    expect(problem).toContain('(did you mean "round"?)');
  });

  test('are never looked for outside of the profile folders', async () => {
    const wrong = withSources("{ id: a, kind: gauge, profile: '../site' }");
    expect((await problemsOf(wrong))[0]).toContain('found the unknown profile "../site"');
  });
});

describe('clashes', () => {
  test('an id names one source or sink', async () => {
    const text = `${withSources('{ id: a, kind: gauge }', '{ id: kpi, kind: gauge, points: [b] }')}sinks:
  - { id: a, kind: drain, url: 'https://x' }
`;
    expect(await problemsOf(text)).toEqual([
      'site.yaml:5:11 sources[1].id: found "kpi", expected an id of its own (the gateway itself has this one)',
      'site.yaml:7:11 sinks[0].id: found "a", expected an id of its own (sources[0] has this one)',
    ]);
  });

  test('a point has one producer', async () => {
    const text = withSources(
      '{ id: a, kind: gauge, points: [p, q, r, s, t] }',
      '{ id: b, kind: gauge, points: [q, r, s, t] }',
    );
    expect(await problemsOf(text)).toEqual([
      'site.yaml:5:5 sources[1]: found q, r, s and 1 more of acme/dam/tanks/north/tank1, which source a produces already, expected one producer for every point',
    ]);
  });
});

describe('a site in order', () => {
  test('keeps an absolute data folder as it is', async () => {
    const site = await siteOf(`${goodSite}\ndata: { folder: /srv/seamwatt }\n`);
    expect(site.config.data.folder).toBe('/srv/seamwatt');
  });

  test('gets defaults, absolute folders and a decided broker', async () => {
    const site = await siteOf(goodSite);
    expect(site.config.data.folder).toBe(join(dirname(site.file), 'data'));
    expect(site.config.broker).toEqual({ embedded: true, host: '127.0.0.1', port: 1883 });
    expect(site.config.data.journal).toEqual({
      syncMs: 200,
      snapshotMs: 60_000,
      maxBytes: 2 * 1024 ** 3,
      maxAgeDays: { raw: 30, kpi: 365, event: 365, record: 3650 },
      stagingBytes: 64 * 1024 ** 2,
      memoryBytes: 16 * 1024 ** 2,
      segmentBytes: 8 * 1024 ** 2,
      textBytes: 16 * 1024 ** 2,
    });
    expect(site.config.reload).toEqual({ watch: true });
    expect(site.config.ticks).toEqual({ periodMs: 1000, allowedLatenessMs: 2000 });
    expect(site.identity.timeZone).toBe('Asia/Shanghai');
  });

  test('leaves nothing behind on the disk', async () => {
    const site = await siteOf(withSources('{ id: a, kind: gauge }'));
    expect(readdirSync(dirname(site.file))).toEqual(['site.yaml']);
  });

  test('has an id that layout, order and secrets do not change, and content does', async () => {
    const source = (rest: string): string => withSources(`{ id: a, kind: gauge${rest} }`);
    const secret = source(`, password: '\${env:PW}'`);
    const first = await siteOf(secret, { env: { PW: 'swordfish' } });
    const other = await siteOf(`# a comment\n\n${secret}`, { env: { PW: 'haddock99' } });
    const plain = await siteOf(source(', password: swordfish'));
    const plainToo = await siteOf(source(', password: haddock99'));
    const changed = await siteOf(source(', port: 503'));
    expect(first.configurationId).toMatch(/^[0-9a-f]{64}$/);
    expect(other.configurationId).toBe(first.configurationId);
    expect(plainToo.configurationId).toBe(plain.configurationId);
    expect(changed.configurationId).not.toBe((await siteOf(source(''))).configurationId);
  });

  test('changes its id with a profile that it uses', async () => {
    const text = withSources('{ id: a, kind: gauge, profile: round }');
    const ids = await Promise.all(
      [3, 4].map(async (size) => {
        const files = { 'profiles/round.yaml': `title: Round\nsize: ${size}\n` };
        return (await siteOf(text, { files })).configurationId;
      }),
    );
    expect(ids[0]).not.toBe(ids[1]);
  });
});

describe('files that cannot be read', () => {
  test('are named with the reason', async () => {
    const text = withSources('{ id: a, kind: gauge, profile: round }');
    const files = { 'profiles/round.yaml/inner': '' };
    expect(await problemsOf(text, { files })).toEqual([
      'profiles/round.yaml: found no readable file (EISDIR), expected a file that the gateway may read',
    ]);
  });

  test('are read only up to a limit, also when they have no end', async () => {
    const endless = withSources(`{ id: a, kind: gauge, password: '\${file:/dev/zero}' }`);
    expect(await problemsOf(endless)).toEqual([
      'site.yaml:4:37 sources[0].password: found a larger file /dev/zero, expected at most 65536 bytes',
    ]);
    expect(await problemsOf(`${goodSite}#${'x'.repeat(4 * 1024 * 1024)}`)).toEqual([
      'site.yaml: found more than 4194304 bytes, expected a smaller file',
    ]);
  });
});
