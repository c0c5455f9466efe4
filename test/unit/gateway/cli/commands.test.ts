import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { goodSite, replayReport, runCli, siteFile } from './cli-fixture.ts';

describe('check', () => {
  test('sums up a site that is in order', async () => {
    const file = siteFile(goodSite);
    const { code, out, errors } = await runCli(['check', '--config', file]);
    expect(code).toBe(0);
    expect(errors).toEqual([]);
    expect(out[0]).toBe(`${file} is in order.`);
    expect(out.join('\n')).toContain('big (bell): 1 point in 1 piece of equipment');
    expect(out.join('\n')).toContain('2 rings/s');
    expect(out.join('\n')).not.toContain('大钟');
  });

  test('prints the plans on request', async () => {
    const { out } = await runCli(['check', '--plan', '-c', siteFile(goodSite)]);
    expect(out.slice(-5)).toEqual([
      'Source big',
      'bell  rings/s',
      '----  -------',
      '大钟        2',
      '2 rings/s',
    ]);
    const chinese = await runCli(['check', '--plan', '-c', siteFile(goodSite), '--lang', 'zh']);
    expect(chinese.out.slice(-5)).toEqual([
      '数据源 big',
      '钟    次/s',
      '----  ----',
      '大钟     2',
      '每秒 2 次',
    ]);
    expect(chinese.out.join('\n')).toContain('big (bell): 1 个测点，分属 1 台设备\n');
  });

  test('tells every problem, in words, and ends with 2', async () => {
    const file = siteFile('version: 2\nsite: { enterprise: acme }\n');
    const { code, out, errors } = await runCli(['check', '--config', file]);
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(errors).toEqual([
      `${file}:1:10 version: found 2, expected 1`,
      `${file}:2:1 site.site: found nothing, expected text`,
      '2 problems in the configuration; nothing was started.',
    ]);
  });

  test('speaks JSON to machines, also about problems', async () => {
    const good = await runCli(['check', '--json', '-c', siteFile(goodSite)]);
    expect(JSON.parse(good.out.join('\n'))).toMatchObject({
      ok: true,
      site: { counts: { groups: 1, points: 1, equipment: 1 }, sources: [{ id: 'big' }] },
    });
    const bad = await runCli(['check', '--json', '-c', siteFile('version: 2\n')]);
    expect(bad.code).toBe(2);
    expect(JSON.parse(bad.out.join('\n'))).toMatchObject({
      ok: false,
      problems: [
        { line: 1, path: 'site' },
        { line: 1, column: 10, path: 'version' },
      ],
    });
  });

  test('says in words that there is no such file', async () => {
    const { code, errors } = await runCli(['check', '-c', '/no/such.yaml']);
    expect(code).toBe(2);
    expect(errors[0]).toBe(
      '/no/such.yaml: found no such file, expected a site file that the gateway may read',
    );
  });

  test('takes the file from the environment', async () => {
    const { code } = await runCli(['check'], { env: { SEAMWATT_CONFIG: siteFile(goodSite) } });
    expect(code).toBe(0);
  });
});

describe('run', () => {
  test('hands the site to the gateway and says where people look', async () => {
    let id: string | undefined;
    const { code, errors } = await runCli(['run', '-c', siteFile(goodSite), '--data', '/d'], {
      runGateway: ({ site, onReady }) => {
        id = `${site.sources[0]?.input.id} ${site.config.data.folder}`;
        onReady({ url: 'http://127.0.0.1:8080' });
        return Promise.resolve();
      },
    });
    expect(code).toBe(0);
    expect(id).toBe('big /d');
    expect(errors).toEqual(['Seamwatt is running: http://127.0.0.1:8080  (Ctrl+C stops it)']);
  });

  test('starts nothing with a wrong configuration', async () => {
    let isStarted = false;
    const { code } = await runCli(['run', '-c', siteFile('version: 9\n')], {
      runGateway: () => {
        isStarted = true;
        return Promise.resolve();
      },
    });
    expect(code).toBe(2);
    expect(isStarted).toBe(false);
  });

  test('reads the same file again for hot reload', async () => {
    const { code } = await runCli(['run', '-c', siteFile(goodSite)], {
      runGateway: async ({ reload, site }) => {
        const again = await reload();
        expect(again.ok && again.site.configurationId).toBe(site.configurationId);
      },
    });
    expect(code).toBe(0);
  });

  test('says with its causes why it cannot go on, and ends with 1', async () => {
    const { code, errors } = await runCli(['run', '-c', siteFile(goodSite)], {
      runGateway: () => {
        const cause = new Error('EADDRINUSE 8080');
        throw new GatewayError('LISTEN_FAILED', 'port taken', { retryable: false, cause });
      },
    });
    expect(code).toBe(1);
    expect(errors).toEqual(['Failed: port taken: EADDRINUSE 8080']);
  });

  test('takes a simulated clock only for a simulated site', async () => {
    const clock = ['--clock', 'http://127.0.0.1:1'];
    const real = await runCli(['run', '-c', siteFile(goodSite), ...clock]);
    expect(real.code).toBe(2);
    let url: string | undefined;
    const simulated = goodSite.replace('site: dam', 'site: dam, simulated: true');
    await runCli(['run', '-c', siteFile(simulated), ...clock], {
      runGateway: ({ clockUrl }) => {
        url = clockUrl;
        return Promise.resolve();
      },
    });
    expect(url).toBe('http://127.0.0.1:1');
  });

  test('stops after simulated seconds, which only a simulated clock has', async () => {
    const file = siteFile(goodSite.replace('site: dam', 'site: dam, simulated: true'));
    const alone = await runCli(['run', '-c', file, '--for', '60']);
    expect(alone.code).toBe(2);
    expect(alone.errors).toEqual(['run --for needs --clock: it counts simulated seconds']);
    const chinese = await runCli(['run', '-c', file, '--for', '60', '--lang', 'zh']);
    expect(chinese.errors).toEqual(['run --for 必须与 --clock 同用：它按仿真时间计秒']);
    const clock = ['--clock', 'http://127.0.0.1:1'];
    const never = await runCli(['run', '-c', file, ...clock, '--for', 'ever']);
    expect(never.code).toBe(2);
    expect(never.errors[0]).toContain('--for: found ever, expected seconds');
    let askedMs: number | undefined;
    await runCli(['run', '-c', file, ...clock, '--for', '60'], {
      runGateway: ({ durationMs }) => {
        askedMs = durationMs;
        return Promise.resolve();
      },
    });
    expect(askedMs).toBe(60_000);
  });
});

describe('start', () => {
  test('says when the simulators are not there', async () => {
    const { code, errors } = await runCli(['start', '--no-week'], { demoFile: siteFile(goodSite) });
    expect(code).toBe(1);
    expect(errors.at(-1)).toBe('Failed: The simulators are not there: /nowhere/main.ts');
  });

  test('runs a real site without simulators', async () => {
    const { code, errors } = await runCli(['start', '--config', siteFile(goodSite)]);
    expect(code).toBe(0);
    expect(errors).toEqual([]);
  });
});

describe('replay', () => {
  const differences = [
    { seq: 12, recomputed: { group: 'tower/north/bell#kpi', timeMs: 0 } },
    { seq: 13, recomputed: undefined },
  ];

  test.each([
    ['en', 'KPI results: 7 identical in every bit, 0 different, 0 missing from the journal.'],
    ['zh', '指标结果：7 条逐位一致，0 条不一致，0 条在日志中缺失。'],
  ])('identical results end with 0, in %s', async (language, line) => {
    const argv = ['replay', '-c', siteFile(goodSite), '--lang', language];
    const { code, out } = await runCli(argv);
    expect(code).toBe(0);
    expect(out[1]).toBe(line);
  });

  test.each([
    [
      'en',
      'entry 12: recomputed tower/north/bell#kpi, 1970-01-01T00:00:00.000Z',
      'entry 13: recomputed nothing',
    ],
    [
      'zh',
      '条目 12：重算得到 tower/north/bell#kpi, 1970-01-01T00:00:00.000Z',
      '条目 13：重算得到 空',
    ],
  ])('different results end with 3 and are listed, in %s', async (language, ...lines) => {
    const argv = ['replay', '-c', siteFile(goodSite), '--lang', language];
    const report = replayReport({ verdict: 'different', differingFrames: 2, differences });
    const { code, out } = await runCli(argv, { replay: () => Promise.resolve(report) });
    expect(code).toBe(3);
    expect(out.slice(-2)).toEqual(lines);
  });

  test.each([
    ['no-entries', 'the journal has no entries in this range', '日志在此范围内没有条目'],
    ['no-kpi-results', 'there are no KPI results in this range', '此范围内没有指标结果'],
    ['no-configuration', 'no configuration stands before', '没有配置记录'],
  ] as const)('%s is not taken for identical', async (reason, english, chinese) => {
    const argv = ['replay', '-c', siteFile(goodSite)];
    const report = replayReport({ verdict: 'nothing-compared', reason });
    const replay = () => Promise.resolve(report);
    for (const [language, nothing, words] of [
      ['en', 'Nothing was compared', english],
      ['zh', '没有比较任何结果', chinese],
    ] as const) {
      const { code, out } = await runCli([...argv, '--lang', language], { replay });
      expect(code).toBe(4);
      expect(out.at(-1)).toContain(nothing);
      expect(out.at(-1)).toContain(words);
      expect(out.join('\n')).not.toMatch(/identical|一致/);
    }
    const json = await runCli([...argv, '--json'], { replay });
    expect(json.code).toBe(4);
    expect(JSON.parse(json.out.join('\n'))).toMatchObject({ verdict: 'nothing-compared', reason });
  });

  test('passes the range on', async () => {
    let range: unknown;
    await runCli(['replay', '-c', siteFile(goodSite), '--from', '10', '--to', '20', '--json'], {
      replay: ({ fromSeq, toSeq }) => {
        range = [fromSeq, toSeq];
        return Promise.resolve(replayReport({}));
      },
    });
    expect(range).toEqual([10, 20]);
  });

  test('wants whole numbers', async () => {
    const { code, errors } = await runCli(['replay', '-c', siteFile(goodSite), '--from', '1.5']);
    expect(code).toBe(2);
    expect(errors).toEqual(['--from: found 1.5, expected a whole number from 0']);
  });
});

describe('probe', () => {
  test('asks the adapter of that kind, with its own arguments', async () => {
    const { code, out } = await runCli(['probe', 'bell', 'tower', '--', '--loud', '2']);
    expect(code).toBe(0);
    expect(out).toEqual(['It rings:', 'ding --loud 2']);
    const chinese = await runCli(['probe', 'bell', 'tower', '--lang', 'zh']);
    expect(chinese.out).toEqual(['响了：', 'ding ']);
    const json = await runCli(['probe', 'bell', 'tower', '--json']);
    expect(JSON.parse(json.out.join('\n'))).toEqual({ target: 'tower' });
  });

  test('names the kinds that there are', async () => {
    const { code, errors } = await runCli(['probe', 'gong', 'tower']);
    expect(code).toBe(2);
    expect(errors).toEqual(['unknown kind gong; there are: bell']);
  });

  test('takes the options of what is probed as they stand', async () => {
    const { out } = await runCli(['probe', 'bell', 'tower', '--loud', '2']);
    expect(out).toEqual(['It rings:', 'ding --loud 2']);
  });

  test('lists what can be probed, and how, in its help', async () => {
    const { out } = await runCli(['probe', '--help']);
    expect(out.join('\n')).toContain('seamwatt probe bell TOWER [--loud N]');
    const chinese = await runCli(['probe', '--help', '--lang', 'zh']);
    expect(chinese.out.join('\n')).toContain('seamwatt probe bell 钟楼 [--loud N]');
  });

  test('sends nothing without a yes where nobody can be asked', async () => {
    const { code, out, errors } = await runCli(['probe', 'bell', 'careful']);
    expect([code, out]).toEqual([2, ['silence']]);
    expect(errors[0]).toBe('It will be loud.');
    expect(errors[1]).toContain('--yes');
  });

  test('gives YAML that can be put into a file, the report as comments in front', async () => {
    const { code, out, errors } = await runCli(['probe', 'bell', 'careful', '--yes']);
    expect([code, out]).toEqual([0, ['# It rings', 'bell: 1']]);
    expect(errors).toEqual(['It will be loud.', 'ringing']);
    const json = await runCli(['probe', 'bell', 'careful', '--yes', '--json']);
    expect(JSON.parse(json.out.join('\n'))).toEqual({ rings: 1, document: 'bell: 1\n' });
  });

  test('writes the YAML into a new file, and never over another', async () => {
    const file = siteFile('taken');
    const taken = await runCli(['probe', 'bell', 'careful', '--yes', '--out', file]);
    expect([taken.code, readFileSync(file, 'utf8')]).toEqual([1, 'taken']);
    const fresh = `${file}.new`;
    const { code, out } = await runCli(['probe', 'bell', 'careful', '--yes', '--out', fresh]);
    expect([code, out, readFileSync(fresh, 'utf8')]).toEqual([0, ['It rings'], 'bell: 1\n']);
  });

  test('gives up after a time', async () => {
    const { code, errors } = await runCli(['probe', 'bell', 'deaf', '--timeout', '0.01']);
    expect(code).toBe(1);
    expect(errors).toEqual(['Failed: no answer within 0.01 s']);
  });

  test('says why it failed', async () => {
    const { code, errors } = await runCli(['probe', 'bell', 'broken']);
    expect(code).toBe(1);
    expect(errors).toEqual(['Failed: the rope is torn']);
    const chinese = await runCli(['probe', 'bell', 'broken', '--lang', 'zh']);
    expect(chinese.errors).toEqual(['失败：无法建立连接（the rope is torn）']);
  });
});

describe('a wrong command line', () => {
  test.each([
    [['chekc'], 'unknown command chekc', '未知命令 chekc'],
    [['check', '--hosts'], 'unknown option --hosts', '未知选项 --hosts'],
    [['check', 'site.yaml'], 'too many arguments for check', 'check 的参数过多'],
    [['probe', 'bell'], 'missing argument target', '缺少参数 target'],
    [
      ['run', '--config'],
      'option -c, --config <file> needs a value',
      '选项 -c, --config <file> 需要一个值',
    ],
  ])('%j ends with 2 and says why in both languages', async (argv, english, chinese) => {
    for (const [language, expected] of [
      ['en', english],
      ['zh', chinese],
    ] as const) {
      const { code, errors, out } = await runCli([...argv, '--lang', language]);
      expect(code).toBe(2);
      expect(out).toEqual([]);
      expect(errors[0]).toBe(expected);
      expect(errors[1]).toContain('seamwatt --help');
    }
  });

  test('no command shows the help and ends with 2', async () => {
    const { code, errors } = await runCli([]);
    expect(code).toBe(2);
    expect(errors.join('\n')).toContain('Usage:');
  });

  test('a language that we do not speak', async () => {
    const { code, errors } = await runCli(['check', '--lang', 'fr']);
    expect(code).toBe(2);
    expect(errors).toEqual(['unknown language fr: en or zh']);
  });
});
