import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Composition } from '../../../../gateway/cli/composition.ts';
import { createCli } from '../../../../gateway/cli/create-cli.ts';
import type { SourceAdapter } from '../../../../gateway/core/adapter.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { ReplayReport } from '../../../../gateway/runtime/replay.ts';

const bellSchema = z.strictObject({ tone: z.string().default('c') });

/** A source of one point that can be probed; the target `deaf` never answers, `broken` fails, `careful` asks and gives YAML. */
const bellAdapter: SourceAdapter<z.output<typeof bellSchema>> = {
  role: 'source',
  kind: 'bell',
  configSchema: bellSchema,
  plan: ({ id }) => ({
    title: { en: `Source ${id}`, zh: `数据源 ${id}` },
    columns: [
      { en: 'bell', zh: '钟' },
      { en: 'rings/s', zh: '次/s' },
    ],
    rows: [['大钟', 2]],
    summary: [{ en: '2 rings/s', zh: '每秒 2 次' }],
    issues: [],
  }),
  createSource: ({ id, site }) => ({
    id,
    groups: [
      {
        equipment: { ...site, area: 'tower', line: 'north', equipment: 'bell' },
        equipmentClass: 'bell',
        name: 'signals',
        producer: id,
        channels: [
          { point: 'level', kind: 'number', unit: '1', description: { en: 'Level', zh: '响度' } },
        ],
      },
    ],
    run: () => Promise.resolve(),
  }),
  probes: {
    bell: {
      usage: [{ en: 'bell TOWER [--loud N]', zh: 'bell 钟楼 [--loud N]' }],
      run: async ({ target, arguments: rest, signal, confirm, progress }) => {
        if (target === 'careful') {
          if (!(await confirm([{ en: 'It will be loud.', zh: '会很响。' }]))) {
            return { lines: ['silence'], data: {} };
          }
          progress({ en: 'ringing', zh: '正在敲钟' });
          return {
            lines: [{ en: 'It rings', zh: '响了' }],
            data: { rings: 1 },
            document: 'bell: 1\n',
          };
        }
        if (target === 'broken') {
          throw new GatewayError('CONNECTION_FAILED', 'the rope is torn', { retryable: true });
        }
        if (target !== 'deaf') {
          return Promise.resolve({
            lines: [{ en: 'It rings:', zh: '响了：' }, `ding ${rest.join(' ')}`],
            data: { target },
          });
        }
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('gave up')), { once: true });
        });
      },
    },
  },
};

export const replayReport = (report: Partial<ReplayReport>): ReplayReport => ({
  verdict: 'identical',
  entries: 30,
  ticks: 7,
  computedFrames: 7,
  identicalFrames: 0,
  differingFrames: 0,
  missingFrames: 0,
  uncomparedFrames: 0,
  differences: [],
  ...report,
});

const composition = (overrides: Partial<Composition> = {}): Composition => ({
  version: '1.2.3',
  adapters: [bellAdapter],
  sections: [],
  demoFile: '/nowhere/demo.yaml',
  gatewayProgram: '/nowhere/gateway.ts',
  scenarioFolder: '/nowhere/scenarios',
  simulatorsProgram: '/nowhere/main.ts',
  demoSimulatorFlags: [],
  runGateway: () => Promise.resolve(),
  replay: () => Promise.resolve(replayReport({ verdict: 'identical', identicalFrames: 7 })),
  ...overrides,
});

export type CliResult = {
  readonly code: number;
  readonly out: readonly string[];
  readonly errors: readonly string[];
};

export const runCli = async (
  argv: readonly string[],
  options: Partial<Composition> & { readonly env?: Record<string, string> } = {},
): Promise<CliResult> => {
  const { env = {}, ...overrides } = options;
  const out: string[] = [];
  const errors: string[] = [];
  const code = await createCli(composition(overrides)).run({
    argv,
    env,
    print: (line) => out.push(line),
    complain: (line) => errors.push(line),
  });
  return { code, out, errors };
};

export const goodSite = `version: 1
site: { enterprise: acme, site: dam }
sources: [{ id: big, kind: bell }]
`;

/** A site file with this text, gone after the test. */
export const siteFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'site.yaml');
  writeFileSync(file, text);
  return file;
};
