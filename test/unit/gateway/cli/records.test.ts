import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { factsOfPdf, textOfPdf } from '../../../support/pdf.ts';
import { dataWithRecords, emptyData } from '../../../support/recorded-data.ts';
import { runCli } from './cli-fixture.ts';

const run = async (...argv: readonly string[]) => {
  const { code, out, errors } = await runCli(argv);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
};

test('records that are as they were verify, in the language of the user', async () => {
  const data = dataWithRecords();
  const english = await run('records', 'verify', '--data', data);
  expect(english).toMatchObject({ code: 0, errors: '' });
  expect(english.out).toContain('The records verify: 2 panels, 2 revisions, 4 files of bins.');
  const chinese = await run('records', 'verify', '--data', data, '--lang', 'zh');
  expect(chinese.out).toContain('记录校验通过：管屏 2 张');
  const machine = JSON.parse((await run('records', 'verify', '--data', data, '--json')).out);
  expect(machine).toMatchObject({ ok: true, revisions: 2, problems: [] });
  expect(english.out).toContain(machine.head);
});

test('records are listed, and looked for', async () => {
  const data = dataWithRecords();
  const all = await run('records', 'list', '--data', data);
  expect(all).toMatchObject({ code: 0, errors: '' });
  expect(all.out).toMatch(/^panel +from +to +revision +marks\n[- ]+\nA2 .*\nA1 /);
  expect((await run('records', 'list', '--data', data, '--limit', '1')).out).not.toContain('A1');
  const none = await run('records', 'list', '--data', data, '--heat', 'H-1', '--lang', 'zh');
  expect(none).toMatchObject({ code: 0, out: '没有符合条件的管屏记录。' });
  const machine = JSON.parse(
    (await run('records', 'list', '--data', data, '--text', 'A1', '--json')).out,
  );
  expect(machine).toMatchObject([{ id: 'A1', revision: 1 }]);
  expect((await run('records', 'list', '--data', data, '--limit', 'many')).code).toBe(2);
});

test('records that somebody changed do not verify, and it is said which', async () => {
  const data = dataWithRecords(
    `DROP TRIGGER revision_is_never_changed; UPDATE revision SET content = replace(content, '0.5', '0.6') WHERE id = 'A2'`,
  );
  const english = await run('records', 'verify', '--data', data);
  expect(english).toMatchObject({ code: 3, out: '' });
  expect(english.errors).toContain('A2, revision number 2 of all: the record is not what it was');
  const chinese = await run('records', 'verify', '--data', data, '--lang', 'zh');
  expect(chinese.errors).toContain('A2，总第 2 个版次：记录内容被改动');
  const machine = JSON.parse((await run('records', 'verify', '--data', data, '--json')).out);
  expect(machine.problems).toEqual([{ kind: 'content-changed', number: 2, id: 'A2' }]);
});

test('a record is exported as it was hashed, with its bins where they are asked for', async () => {
  const data = dataWithRecords();
  const plain = await run('records', 'export', 'A2', '--data', data);
  expect(plain).toMatchObject({ code: 0, errors: '' });
  expect(JSON.parse(plain.out)).toMatchObject({ id: 'A2', record: { panelId: 'A2' } });
  expect(JSON.parse(plain.out)).not.toHaveProperty('bins');
  const { bins } = JSON.parse((await run('records', 'export', 'A2', '--data', data, '--bins')).out);
  expect(bins.f01.columns[0]).toMatchObject({
    point: 'bin.panelId',
    values: Array.from({ length: 12 }, () => 'A2'),
  });
});

test('a record is exported as a dossier in PDF, in the language that is asked for or that of the user', async () => {
  const data = dataWithRecords();
  const written = async (name: string, ...rest: readonly string[]): Promise<Buffer> => {
    const out = join(data, name);
    const pdf = ['records', 'export', 'A2', '--format', 'pdf', '--data', data, '--out', out];
    expect(await run(...pdf, ...rest)).toMatchObject({ code: 0, errors: '' });
    return readFileSync(out);
  };
  const english = await written('a.pdf');
  expect(factsOfPdf(english).get('Title')).toBe('Panel dossier A2');
  expect(textOfPdf(english)).toContain('UTC (UTC+00:00)');
  const chinese = await written('b.pdf', '--language', 'zh', '--time-zone', 'Asia/Shanghai');
  expect(factsOfPdf(chinese).get('Title')).toBe('管屏质量档案 A2');
  expect(textOfPdf(chinese)).toContain('Asia/Shanghai');
  expect(await written('c.pdf', '--lang', 'zh', '--time-zone', 'Asia/Shanghai')).toEqual(chinese);
  // The strip along the panel is there only with the bins.
  expect(textOfPdf(english)).toContain('Stretches without an arc');
});

test('a dossier that cannot be made is refused with the reason', async () => {
  const data = dataWithRecords();
  const refused = async (...rest: readonly string[]) => {
    const { code, errors } = await run('records', 'export', 'A2', '--data', data, ...rest);
    return [code, errors] as const;
  };
  const out = ['--out', join(data, 'a.pdf')];
  const pdf = ['--format', 'pdf'];
  expect(await refused(...pdf)).toEqual([2, '--format pdf needs --out FILE']);
  expect(await refused('--lang', 'zh', ...pdf)).toEqual([2, '--format pdf 需要 --out 文件']);
  expect((await refused(...pdf, ...out, '--bins'))[1]).toContain('JSON only');
  expect((await refused('--format', 'doc'))[1]).toContain('expected json, pdf');
  expect((await refused(...pdf, ...out, '--language', 'fr'))[1]).toContain('expected zh, en');
  expect((await refused(...pdf, ...out, '--time-zone', 'Mars/One'))[1]).toContain('IANA');
  expect((await run('records', 'export', 'A9', '--data', data, ...pdf, ...out)).code).toBe(2);
  const nowhere = await refused(...pdf, '--out', join(data, 'none', 'a.pdf'));
  expect(nowhere[0]).toBe(1);
  expect(nowhere[1]).toContain('cannot be written');
});

test('a record is exported into a file where one is named', async () => {
  const data = dataWithRecords();
  const out = join(data, 'a.json');
  const { code } = await run('records', 'export', 'A2', '--data', data, '--out', out);
  expect(code).toBe(0);
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ id: 'A2' });
});

test('what is not there is said: no panel, no revision, no records, no journal', async () => {
  const data = dataWithRecords();
  const unknown = await run('records', 'export', 'A9', '--data', data);
  expect(unknown).toMatchObject({ code: 2, errors: 'there is no such record of a panel: A9' });
  const revision = await run('records', 'export', 'A1', '--revision', '2', '--data', data);
  expect(revision.code).toBe(2);
  expect((await run('records', 'export', 'A1', '--revision', 'x', '--data', data)).code).toBe(2);
  const none = await run('records', 'verify', '--data', emptyData());
  expect(none).toMatchObject({ code: 4, out: '' });
  expect(none.errors).toContain('there are no records of panels');
  expect((await run('records', 'verify', '--data', join(data, 'nowhere'))).code).toBe(2);
});

test('records of a newer gateway are refused in words', async () => {
  const data = dataWithRecords('PRAGMA user_version = 1000');
  const refused = await run('records', 'verify', '--data', data);
  expect(refused.code).toBe(1);
  expect(refused.errors).toContain('was written by a newer gateway');
});
