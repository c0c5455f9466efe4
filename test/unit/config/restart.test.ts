import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { needsRestart } from '../../../config/restart.ts';
import { goodSite, siteOf } from './site-fixture.ts';

const folder = 'data: { folder: /srv/data }\n';

describe('what needs a restart', () => {
  test('is nothing when sources, names and the watch change', async () => {
    const before = await siteOf(goodSite + folder);
    const after = await siteOf(
      `version: 1\nsite: { enterprise: acme, site: dam, name: { en: Dam, zh: 大坝 } }\n${folder}reload: { watch: false }\nsources: [{ id: a, kind: gauge }]\n`,
    );
    expect(needsRestart(before, after)).toEqual([]);
  });

  test.each([
    ['api: { port: 8081 }', ['api.port']],
    ['ticks: { periodMs: 500 }', ['ticks.periodMs']],
    ['broker: { embedded: false, port: 1884 }', ['broker.port', 'broker.embedded']],
  ])('is each key of %s', async (text, paths) => {
    const before = await siteOf(goodSite + folder);
    const after = await siteOf(`${goodSite}${folder}${text}\n`);
    expect([...needsRestart(before, after)].sort()).toEqual([...paths].sort());
  });

  test('is the folder, the journal, and who and where the site is', async () => {
    const before = await siteOf(goodSite + folder);
    const after = await siteOf(
      'version: 1\nsite: { enterprise: acme, site: lake }\ndata: { folder: /srv/other, journal: { syncMs: 100, maxAgeDays: { raw: 2 } } }\n',
    );
    expect(needsRestart(before, after)).toEqual([
      ...['site.site', 'data.folder', 'data.journal.syncMs', 'data.journal.maxAgeDays.raw'],
    ]);
  });
});

test('a site names all files that it depends on, also a profile that could be preferred', async () => {
  const site = await siteOf(
    `version: 1\nsite: { enterprise: acme, site: dam }\nsources: [{ id: a, kind: gauge, profile: round, password: "\${file:secret.txt}" }]\n`,
    {
      files: {
        'profiles/round.yaml': 'title: Round\nsize: 3\n',
        'secret.txt': 'long enough\n',
      },
    },
  );
  const at = (name: string): string => join(dirname(site.file), name);
  expect(site.files).toEqual([at('site.yaml'), at('profiles/round.yaml'), at('secret.txt')]);
});
