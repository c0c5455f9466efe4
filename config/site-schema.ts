import { z } from 'zod';
import type { AnyAdapter, ConfigSection } from '../gateway/core/adapter.ts';
import { pathPartPattern } from '../gateway/core/point.ts';
import { apiSection, isLoopbackHost } from './api-section.ts';

const mebibyte = 1024 * 1024;
const gibibyte = 1024 * mebibyte;

const pathPart = (description: string) =>
  z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe(description);

const loopbackHost = (what: string) =>
  z
    .string()
    .refine(
      isLoopbackHost,
      `127.0.0.1, ::1 or localhost: ${what} has no sign-in yet, so it must not be reachable from other machines`,
    );

const port = (description: string) =>
  z.int().min(0).max(65_535).describe(`${description}; 0 takes any free port`);

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};

const siteSection = z
  .strictObject({
    enterprise: pathPart('First part of every path and topic: the company'),
    site: pathPart('Second part of every path and topic: the plant'),
    name: z
      .strictObject({
        en: z.string().min(1).max(120).describe('In English'),
        zh: z.string().min(1).max(120).describe('In Chinese'),
      })
      .describe('What people call the plant')
      .optional(),
    note: z
      .strictObject({
        en: z.string().min(1).max(240).describe('In English'),
        zh: z.string().min(1).max(240).describe('In Chinese'),
      })
      .describe('What whoever looks at the page should know of the plant')
      .optional(),
    timeZone: z
      .string()
      .refine(isTimeZone, 'an IANA time zone such as Asia/Shanghai')
      .default('Asia/Shanghai')
      .describe('IANA time zone of shifts, days and tariffs; inside, all time is UTC'),
    simulated: z
      .boolean()
      .default(false)
      .describe('Whether the devices are simulators; every output then carries that label'),
  })
  .describe('Who and where the plant is');

const ageDays = (days: number, what: string) =>
  z.number().min(0.01).max(36_500).default(days).describe(`Days for which ${what} are kept`);

const journalSection = z
  .strictObject({
    syncMs: z
      .int()
      .min(1)
      .max(10_000)
      .default(200)
      .describe('At most so much time may be lost when the power fails, in ms'),
    snapshotMs: z
      .int()
      .min(50)
      .max(3_600_000)
      .default(60_000)
      .describe(
        'How often the state of the KPIs is saved, in ms; a start recomputes what came since',
      ),
    maxBytes: z
      .int()
      .min(64 * mebibyte)
      .max(16 * 1024 * gibibyte)
      .default(2 * gibibyte)
      .describe(
        'The journal never takes more of the disk; when full, the oldest raw data goes first',
      ),
    maxAgeDays: z
      .strictObject({
        raw: ageDays(30, 'samples of devices'),
        kpi: ageDays(365, 'KPI results'),
        event: ageDays(365, 'events'),
        record: ageDays(3650, 'records'),
      })
      .prefault({})
      .describe('Age at which each kind of entry goes, also when there is room'),
    stagingBytes: z
      .int()
      .min(mebibyte)
      .max(gibibyte)
      .default(64 * mebibyte)
      .describe('What may wait to be written; beyond it frames are refused and counted'),
    memoryBytes: z
      .int()
      .min(mebibyte)
      .max(8 * gibibyte)
      .default(16 * mebibyte)
      .describe('The newest part that is also kept in memory for sinks and live views'),
    textBytes: z
      .int()
      .min(65_536)
      .max(8 * gibibyte)
      .default(16 * mebibyte)
      .describe(
        'Memory for the texts of string points, which are kept for good; new ones beyond it are bad',
      ),
    segmentBytes: z
      .int()
      .min(mebibyte)
      .max(gibibyte)
      .default(8 * mebibyte)
      .describe('Size of one file of the journal; the smallest piece that retention removes'),
  })
  .superRefine((journal, context) => {
    if (journal.segmentBytes * 8 <= journal.maxBytes) return;
    context.addIssue({
      code: 'custom',
      path: ['segmentBytes'],
      message: `at most an eighth of maxBytes (${Math.floor(journal.maxBytes / 8)})`,
    });
  });

const dataSection = z
  .strictObject({
    folder: z
      .string()
      .min(1)
      .max(1024)
      .default('data')
      .describe('Where everything that must last is kept; relative to this file'),
    journal: journalSection.prefault({}).describe('The log through which every sample goes'),
  })
  .prefault({})
  .describe('What is kept, where and how long');

const ticksSection = z
  .strictObject({
    periodMs: z
      .int()
      .min(100)
      .max(3_600_000)
      .default(1000)
      .describe('Distance of the ticks on which KPIs emit, in ms'),
    allowedLatenessMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(2000)
      .describe('A sample that comes later than this after its time counts as late, in ms'),
  })
  .prefault({})
  .describe('The heartbeat of the KPIs');

export const brokerSection = z
  .strictObject({
    embedded: z
      .boolean()
      .optional()
      .describe('Whether to run a broker inside; by default when no sink of kind mqtt is named'),
    host: loopbackHost('the embedded broker').default('127.0.0.1').describe('Address to listen on'),
    port: port('Port of the embedded MQTT broker').default(1883),
  })
  .prefault({})
  .describe('The embedded MQTT broker');

const reloadSection = z
  .strictObject({
    watch: z
      .boolean()
      .default(true)
      .describe('Whether a change of this file, a profile or a secret file is applied by itself'),
  })
  .prefault({})
  .describe('How changes of this file are applied while the gateway runs');

const environmentName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable');

/** What every source and sink has beside its adapter's own keys. */
export const entrySchema = (kinds: readonly string[]) =>
  z.looseObject({
    id: pathPart('Names it in messages, metrics and stored state; never change it'),
    kind: z.enum(kinds).describe('The adapter that handles it'),
    enabled: z.boolean().default(true).describe('false keeps the entry but does not use it'),
    enabledWhenSet: environmentName
      .optional()
      .describe('Uses the entry only when this environment variable is set and not empty'),
  });

export const entryKeys = ['id', 'kind', 'enabled', 'enabledWhenSet'] as const;

export const mostSources = 256;
export const mostSinks = 32;

const entryList = (most: number, description: string) =>
  z.array(z.unknown()).max(most).default([]).describe(description);

const siteShape = {
  version: z.literal(1).describe('Version of this format'),
  site: siteSection,
  data: dataSection,
  api: apiSection,
  ticks: ticksSection,
  broker: brokerSection,
  reload: reloadSection,
  sources: entryList(mostSources, 'Connections to devices'),
  sinks: entryList(mostSinks, 'Where data goes'),
};

const coreSchema = z.strictObject(siteShape);
/** The part of the site file that belongs to no adapter and no section. */
export type SiteConfig = Omit<z.output<typeof coreSchema>, 'sources' | 'sinks'>;

/** The kinds of one role, as the registry lists them. */
export const kindsOf = (
  adapters: readonly AnyAdapter[],
  role: AnyAdapter['role'],
): readonly string[] =>
  adapters.filter((adapter) => adapter.role === role).map((adapter) => adapter.kind);

/**
 * The site file's outermost layer: its own sections, and the keys of the other rooms' sections. Entries of `sources` and
 * `sinks` and the values of sections are left to the schemas of those who own them, so that one broken entry does not
 * hide what is wrong in another.
 */
export const buildSiteSchema = (sections: readonly ConfigSection[]) =>
  z.strictObject({
    ...siteShape,
    ...Object.fromEntries(sections.map((section) => [section.key, z.unknown().optional()])),
  });
