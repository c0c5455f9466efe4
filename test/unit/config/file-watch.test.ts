import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FileWatch } from '../../../config/file-watch.ts';

const setUp = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-watch-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const [site, profile] = [join(folder, 'site.yaml'), join(folder, 'profile.yaml')];
  writeFileSync(site, 'one');
  const watch = new FileWatch();
  const load = async () => ({ files: [site, profile] });
  await watch.during(load);
  return { site, profile, watch, load };
};

describe('a watch over files', () => {
  test('sees nothing while nothing changes', async () => {
    const { watch } = await setUp();
    expect([await watch.look(), await watch.look()]).toEqual([false, false]);
  });

  test('tells a change once, when it has lasted from one look to the next', async () => {
    const { watch, site } = await setUp();
    writeFileSync(site, 'another');
    expect([await watch.look(), await watch.look(), await watch.look()]).toEqual([
      ...[false, true, false],
    ]);
  });

  test('waits for a file that is still being written', async () => {
    const { watch, site } = await setUp();
    const looks: boolean[] = [];
    for (const text of ['half', 'half of', 'half of it']) {
      writeFileSync(site, text);
      looks.push(await watch.look());
    }
    expect([...looks, await watch.look()]).toEqual([false, false, false, true]);
  });

  test('sees a file that is replaced by another of the same size, made or removed', async () => {
    const { watch, site, profile, load } = await setUp();
    writeFileSync(`${site}.new`, 'two');
    renameSync(`${site}.new`, site);
    expect([await watch.look(), await watch.look()]).toEqual([false, true]);
    await watch.during(load);
    writeFileSync(profile, 'made');
    expect([await watch.look(), await watch.look()]).toEqual([false, true]);
    await watch.during(load);
    rmSync(profile);
    expect([await watch.look(), await watch.look()]).toEqual([false, true]);
  });

  test('has nothing to tell of a change that was loaded meanwhile, or taken back', async () => {
    const { watch, site, profile, load } = await setUp();
    writeFileSync(site, 'loaded by somebody');
    expect(await watch.look()).toBe(false);
    await watch.during(load);
    expect([await watch.look(), await watch.look()]).toEqual([false, false]);
    writeFileSync(profile, 'by mistake');
    expect(await watch.look()).toBe(false);
    rmSync(profile);
    expect([await watch.look(), await watch.look()]).toEqual([false, false]);
  });

  test('does not miss what changes during a load', async () => {
    const { watch, site } = await setUp();
    await watch.during(async () => {
      writeFileSync(site, 'too late for this load');
      return { files: [site] };
    });
    expect([await watch.look(), await watch.look()]).toEqual([false, true]);
  });
});
