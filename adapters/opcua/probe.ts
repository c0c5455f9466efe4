import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EndpointDescription } from 'node-opcua-client';
import { stringify } from 'yaml';
import { z } from 'zod';
import type { ProbeOptions, ProbeReport } from '../../gateway/core/adapter.ts';
import { GatewayError } from '../../gateway/core/error.ts';
import type { Log } from '../../gateway/core/log.ts';
import { type Connection, openConnection, readEndpoints } from './connection.ts';
import { loadLibrary, type OpcuaLibrary } from './library.ts';
import { type OpcuaConfig, opcuaConfigSchema, securityPolicies } from './opcua-config.ts';
import { type BrowseOutcome, browseVariables } from './probe-browse.ts';
import { type Proposal, proposePoints } from './probe-points.ts';

const count = (most: number, standard: number) =>
  z.coerce.number().int().min(1).max(most).default(standard);

/** `name=value` each. A password comes from the environment, because arguments can be seen by everybody. */
const argumentsSchema = z.strictObject({
  mode: z.enum(['None', 'Sign', 'SignAndEncrypt']).optional(),
  policy: z.enum(securityPolicies).optional(),
  user: z.string().min(1).optional(),
  passwordVariable: z.string().min(1).optional(),
  trust: z.string().min(1).optional(),
  depth: count(100, 12),
  nodes: count(100_000, 5000),
  seconds: count(600, 30),
});

type ProbeArguments = z.output<typeof argumentsSchema>;

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Shows what a server offers, and proposes points for what it has. */
export const probeOpcua = async (options: ProbeOptions): Promise<ProbeReport> => {
  const wanted = parseArguments(options.arguments);
  const endpointUrl = z
    .string()
    .regex(/^opc\.tcp:\/\/[^/]+/)
    .safeParse(options.target);
  if (!endpointUrl.success) {
    throw usage(`found ${JSON.stringify(options.target)}, expected opc.tcp://host:port`);
  }
  const library = await loadLibrary(silent);
  const dataFolder = await mkdtemp(join(tmpdir(), 'seamwatt-probe-'));
  try {
    return await probeWith({ ...options, wanted, library, dataFolder });
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }
};

const usage = (text: string): GatewayError =>
  new GatewayError('CONFIG_INVALID', text, { retryable: false });

const parseArguments = (words: readonly string[]): ProbeArguments => {
  const entries = words.map((word) => {
    const at = word.indexOf('=');
    if (at < 1) throw usage(`found ${JSON.stringify(word)}, expected name=value`);
    return [word.slice(0, at), word.slice(at + 1)];
  });
  const parsed = argumentsSchema.safeParse(Object.fromEntries(entries));
  if (parsed.success) return parsed.data;
  const names = Object.keys(argumentsSchema.shape).join(', ');
  const [issue] = parsed.error.issues;
  throw usage(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''} (known: ${names})`);
};

type ProbeInput = ProbeOptions & {
  readonly wanted: ProbeArguments;
  readonly library: OpcuaLibrary;
  readonly dataFolder: string;
};

const probeWith = async (input: ProbeInput): Promise<ProbeReport> => {
  const { library, target, signal, dataFolder, wanted } = input;
  const open = (config: Readonly<Record<string, unknown>>) => ({
    input: { id: 'probe', dataFolder, config: parseConfig({ endpointUrl: target, ...config }) },
    library,
    log: silent,
    signal,
  });
  const endpoints = await readEndpoints(open({ securityMode: 'None' }));
  const endpoint = chooseEndpoint(endpoints, input);
  const security = {
    securityMode: library.MessageSecurityMode[endpoint.securityMode],
    securityPolicy: policyName(endpoint),
  };
  const pin = await pinFor(endpoint, input);
  const user =
    wanted.user === undefined
      ? 'anonymous'
      : { username: wanted.user, password: process.env[wanted.passwordVariable ?? ''] ?? '' };
  const connection = await openConnection(open({ ...security, ...pin, user }));
  try {
    const namespaces = await readNamespaces(connection);
    const limits = {
      maxDepth: wanted.depth,
      maxNodes: wanted.nodes,
      maxMs: wanted.seconds * 1000,
    };
    const outcome = await browseVariables(connection, limits, signal);
    const proposal = await proposePoints(connection, outcome.variables, namespaces);
    const shown = endpoints.map((one) => describeEndpoint(one, library));
    return report(input, { endpoints: shown, namespaces, security, outcome, proposal });
  } finally {
    await connection.close();
  }
};

/** A probe needs an entry that would do as a source; its points do not matter. */
const parseConfig = (entry: Readonly<Record<string, unknown>>): OpcuaConfig =>
  opcuaConfigSchema.parse({
    ...entry,
    devices: [{ profile: 'probe', area: 'area', line: 'line' }],
  });

const policyName = ({ securityPolicyUri }: EndpointDescription): string =>
  (securityPolicyUri ?? '').replace(/^.*#/, '');

/** The best protection that is offered and taken, unless asked for another. */
const chooseEndpoint = (
  endpoints: readonly EndpointDescription[],
  { wanted, library, target }: ProbeInput,
): EndpointDescription => {
  const names: readonly string[] = securityPolicies;
  const rank = (endpoint: EndpointDescription): number =>
    endpoint.securityMode * names.length + names.indexOf(policyName(endpoint));
  const fitting = endpoints
    .filter((endpoint) => names.includes(policyName(endpoint)))
    .filter(
      ({ securityMode }) =>
        wanted.mode === undefined || securityMode === library.MessageSecurityMode[wanted.mode],
    )
    .filter((endpoint) => wanted.policy === undefined || policyName(endpoint) === wanted.policy)
    .sort((a, b) => rank(b) - rank(a));
  const [best] = fitting;
  if (best !== undefined) return best;
  const offers = endpoints.map((one) => describeEndpoint(one, library).security);
  const text = {
    en: `${target} offers only ${offers.join(', ')}`,
    zh: `${target} 只提供 ${offers.join('、')}`,
  };
  throw new GatewayError('PROTOCOL', text, { retryable: false });
};

/** Who looks around without a name has nothing to lose to a wrong server: it is believed, and its thumbprint shown. */
const pinFor = async (
  endpoint: EndpointDescription,
  { wanted, library, dataFolder }: ProbeInput,
): Promise<{ readonly trustServerCertificate?: string }> => {
  if (endpoint.securityMode === library.MessageSecurityMode.None) return {};
  if (wanted.trust !== undefined) return { trustServerCertificate: wanted.trust };
  if (wanted.user !== undefined) {
    throw usage(
      'trust=FILE is missing: a password is only sent to a server whose certificate is known',
    );
  }
  const file = join(dataFolder, 'server.der');
  await writeFile(file, endpoint.serverCertificate);
  return { trustServerCertificate: file };
};

const readNamespaces = async ({ session, library }: Connection): Promise<readonly string[]> => {
  const attributeId = library.AttributeIds.Value;
  const { value } = await session.read({ nodeId: 'ns=0;i=2255', attributeId });
  const uris: unknown = value.value;
  return Array.isArray(uris) ? uris.map(String) : [];
};

const describeEndpoint = (endpoint: EndpointDescription, library: OpcuaLibrary) => {
  const { serverCertificate, userIdentityTokens, endpointUrl } = endpoint;
  const tokens = (userIdentityTokens ?? []).map(
    ({ tokenType }) => library.UserTokenType[tokenType],
  );
  const hasCertificate = serverCertificate !== null && serverCertificate.length > 0;
  return {
    endpointUrl: endpointUrl ?? '',
    security: `${library.MessageSecurityMode[endpoint.securityMode]}/${policyName(endpoint)}`,
    users: [...new Set(tokens)],
    thumbprint: hasCertificate
      ? new X509Certificate(serverCertificate).fingerprint.replaceAll(':', '').toLowerCase()
      : '',
  };
};

type Findings = {
  readonly endpoints: readonly ReturnType<typeof describeEndpoint>[];
  readonly namespaces: readonly string[];
  readonly security: { readonly securityMode: string | undefined; readonly securityPolicy: string };
  readonly outcome: BrowseOutcome;
  readonly proposal: Proposal;
};

const report = (input: ProbeInput, findings: Findings): ProbeReport => {
  const { endpoints, namespaces, security, outcome, proposal } = findings;
  const source = {
    id: 'opcua',
    kind: 'opcua',
    endpointUrl: input.target,
    ...security,
    equipment: proposal.equipment,
  };
  const thumbprints = [...new Set(endpoints.map(({ thumbprint }) => thumbprint))].filter(Boolean);
  const points = proposal.equipment.reduce((sum, { points: own }) => sum + own.length, 0);
  const unread = proposal.skipped.length;
  const { nodeCount, stoppedBy } = outcome;
  const lines: ProbeReport['lines'] = [
    { en: `# Endpoints of ${input.target}`, zh: `# ${input.target} 的端点` },
    ...endpoints.map(({ security: offered, users }) => ({
      en: `#   ${offered}  users: ${users.join(', ')}`,
      zh: `#   ${offered}  用户：${users.join('，')}`,
    })),
    ...thumbprints.map((thumbprint) => ({
      en: `# Certificate of the server: SHA-1 thumbprint ${thumbprint}`,
      zh: `# 服务器证书：SHA-1 指纹 ${thumbprint}`,
    })),
    { en: '# Namespaces', zh: '# 命名空间' },
    ...namespaces.map((uri, index) => `#   ${index} ${uri}`),
    {
      en: `# ${nodeCount} nodes seen, ${points} points proposed, ${unread} variables of other types left out`,
      zh: `# 浏览了 ${nodeCount} 个节点，建议 ${points} 个测点，略去 ${unread} 个其他类型的变量`,
    },
    ...(stoppedBy === undefined
      ? []
      : [
          {
            en: `# Not all has been seen: stopped by the limit of ${stoppedBy}=`,
            zh: `# 未浏览完全部：受 ${stoppedBy}= 的限制而停止`,
          },
        ]),
    {
      en: '# To be pasted under sources; name area, line and equipment as in your plant.',
      zh: '# 请粘贴到 sources 之下；area、line 与 equipment 按贵厂命名。',
    },
    ...stringify([source], { lineWidth: 0 }).trimEnd().split('\n'),
  ];
  return { lines, data: { endpoints, namespaces, source, ...outcome, skipped: proposal.skipped } };
};
