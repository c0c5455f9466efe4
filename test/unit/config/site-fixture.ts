import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { loadSite } from '../../../config/loader.ts';
import { formatProblem } from '../../../config/problem.ts';
import type { LoadedSite, LoadOptions } from '../../../config/site.ts';
import type {
  ConfigSection,
  SinkAdapter,
  SourceAdapter,
  SourceInput,
} from '../../../gateway/core/adapter.ts';
import type { GroupSpec } from '../../../gateway/core/point.ts';

const gaugeSchema = z.strictObject({
  port: z.int().min(1).max(65_535).default(502),
  isLoud: z.boolean().default(false),
  password: z.string().min(8).optional(),
  profile: z.string().optional(),
  points: z.array(z.string()).default(['level']),
});
type GaugeConfig = z.output<typeof gaugeSchema>;

const gaugeGroup = ({ id, config, site }: SourceInput<GaugeConfig>): GroupSpec => ({
  equipment: { ...site, area: 'tanks', line: 'north', equipment: 'tank1' },
  equipmentClass: 'tank',
  name: id,
  producer: id,
  channels: config.points.map((point) => ({
    point,
    kind: 'number' as const,
    unit: '1',
    description: { en: point, zh: point },
  })),
});

/** A source of one group; its `check` complains of a point `cursed`, its `plan` of a point `slow`. */
const gaugeAdapter: SourceAdapter<GaugeConfig> = {
  role: 'source',
  kind: 'gauge',
  configSchema: gaugeSchema,
  profileSchema: z.strictObject({ title: z.string(), size: z.int().min(1) }),
  profileNames: ({ profile }) => (profile === undefined ? [] : [profile]),
  check: ({ config }) =>
    config.points.flatMap((point, index) =>
      point === 'cursed'
        ? [
            {
              path: ['points', index],
              found: `the password is ${config.password}`,
              expected: 'luck',
            },
          ]
        : [],
    ),
  plan: ({ config }) => ({
    title: { en: 'plan', zh: '计划' },
    columns: [],
    rows: [],
    summary: [],
    issues: config.points.includes('slow')
      ? [{ path: ['points'], found: '12 s of reads', expected: 'at most 1 s' }]
      : [],
  }),
  createSource: (input) => ({
    id: input.id,
    groups: [gaugeGroup(input)],
    run: () => Promise.resolve(),
  }),
};

const drainAdapter: SinkAdapter<{ readonly url: string }> = {
  role: 'sink',
  kind: 'drain',
  configSchema: z.strictObject({ url: z.url() }),
  check: ({ config }) =>
    config.url.startsWith('https:') ? [] : [{ path: ['url'], found: 'no TLS', expected: 'https:' }],
  createSink: ({ id }) => ({
    id,
    open: () => Promise.resolve(),
    write: ({ entries }) => Promise.resolve({ accepted: entries.length, rejected: [] }),
    close: () => Promise.resolve(),
  }),
};

/** Names that must be points of the groups before it. */
const wishSection: ConfigSection = {
  key: 'wishes',
  schema: z.array(z.string()).default([]),
  check: ({ value, groups, isPartial }) => {
    const known = new Set(groups.flatMap(({ channels }) => channels.map(({ point }) => point)));
    const issues = z
      .array(z.string())
      .parse(value)
      .flatMap((wish, index) =>
        isPartial || known.has(wish)
          ? []
          : [{ path: [index], found: wish, expected: [...known].join(', ') }],
      );
    return { issues, groups: [] };
  },
};

export const goodSite = 'version: 1\nsite: { enterprise: acme, site: dam }\n';

const writeFiles = (files: Readonly<Record<string, string>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'seamwatt-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

type Given = {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: LoadOptions['env'];
  readonly sections?: LoadOptions['sections'];
};

const load = async (text: string, given: Given) => {
  const folder = writeFiles({ 'site.yaml': text, ...given.files });
  const result = await loadSite({
    file: join(folder, 'site.yaml'),
    adapters: [gaugeAdapter, drainAdapter],
    sections: given.sections ?? [wishSection],
    env: given.env ?? {},
  });
  return { folder, result };
};

/** The messages for a site file that must be wrong. */
export const problemsOf = async (text: string, given: Given = {}): Promise<string[]> => {
  const { folder, result } = await load(text, given);
  if (result.ok) throw new Error('the site file was found right');
  return result.problems.map((problem) => formatProblem(problem, folder));
};

/** The site of a file that must be right. */
export const siteOf = async (text: string, given: Given = {}): Promise<LoadedSite> => {
  const { folder, result } = await load(text, given);
  if (result.ok) return result.site;
  throw new Error(result.problems.map((problem) => formatProblem(problem, folder)).join('\n'));
};
