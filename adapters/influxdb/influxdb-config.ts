import { z } from 'zod';

const isServerUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
};

const tlsSchema = z
  .strictObject({
    caFile: z.string().min(1).optional().describe('PEM file of the authority to trust'),
    certFile: z.string().min(1).optional().describe('PEM file of our own certificate'),
    keyFile: z.string().min(1).optional().describe('PEM file of the key of certFile'),
    serverName: z.string().min(1).optional().describe('Name expected in its certificate'),
  })
  .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
    error: 'certFile and keyFile together',
  });

/** Goes into an HTTP header as it stands. */
const credential = z.string().regex(/^[\x21-\x7e]+$/, 'printable ASCII without spaces');

const common = {
  url: z
    .string()
    .refine(isServerUrl, { error: 'http(s)://HOST[:PORT][/PREFIX] without credentials' })
    .describe('Where InfluxDB is'),
  timeoutMs: z.int().min(100).max(300_000).default(10_000).describe('Deadline of one request'),
  batchLines: z.int().min(1).max(50_000).default(5_000).describe('Most lines in one request'),
  maxBodyBytes: z
    .int()
    .min(1_024)
    .max(64 * 1_024 * 1_024)
    .default(4 * 1_024 * 1_024)
    .describe('Most bytes in one request, before gzip'),
  gatherMs: z
    .int()
    .min(0)
    .max(60_000)
    .default(250)
    .describe('How long an entry may wait for others to share its request, in ms'),
  gzip: z.boolean().default(false).describe('Compress requests: for slow links'),
  tls: tlsSchema.optional().describe('Only with https'),
};

const durationPattern = /^(INF|(\d+(w|d|h|m|s))+)$/;

const version1 = z.strictObject({
  version: z.literal(1),
  ...common,
  database: z.string().min(1),
  retentionPolicy: z.string().min(1).optional().describe('Without: the default of the database'),
  retentionDuration: z
    .string()
    .regex(durationPattern, 'an InfluxQL duration such as 90d, or INF')
    .optional()
    .describe('With createDatabase: how long retentionPolicy keeps data when it is created'),
  username: z.string().min(1).optional(),
  password: z.string().min(1).optional(),
  createDatabase: z.boolean().default(false).describe('Create what is missing of the database'),
});

const version2 = z.strictObject({
  version: z.literal(2),
  ...common,
  org: z.string().min(1),
  bucket: z.string().min(1),
  token: credential,
});

const version3 = z.strictObject({
  version: z.literal(3),
  ...common,
  database: z.string().min(1),
  token: credential.optional(),
});

/**
 * A sink of kind `influxdb`. Version 1 writes to `/write`, 2 to `/api/v2/write` (also InfluxDB Cloud, whatever is inside),
 * 3 to `/api/v3/write_lp`.
 */
export const influxdbConfigSchema = z
  .discriminatedUnion('version', [version1, version2, version3])
  .refine(({ url, tls }) => tls === undefined || url.startsWith('https:'), {
    path: ['url'],
    error: 'https://… because tls is set',
  })
  .refine((config) => config.version !== 1 || hasWholeCredentials(config), {
    path: ['username'],
    error: 'username and password together',
  })
  .refine((config) => config.version !== 1 || canKeep(config), {
    path: ['retentionDuration'],
    error: 'it only beside retentionPolicy and createDatabase: true',
  });

const hasWholeCredentials = ({ username, password }: z.output<typeof version1>): boolean =>
  (username === undefined) === (password === undefined);

const canKeep = (config: z.output<typeof version1>): boolean =>
  config.retentionDuration === undefined ||
  (config.createDatabase && config.retentionPolicy !== undefined);

export type InfluxdbConfig = z.output<typeof influxdbConfigSchema>;
export type Version1Config = Extract<InfluxdbConfig, { version: 1 }>;
export type TlsConfig = NonNullable<InfluxdbConfig['tls']>;
