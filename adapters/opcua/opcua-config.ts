import { z } from 'zod';
import { namespaceUri } from './address-schema.ts';
import { machineShape } from './machine/machine-schema.ts';
import { areaPart, equipmentPart, equipmentSchema, linePart } from './profile-schema.ts';

const minute = 60_000;

/** Policies that are taken, by the last part of their URI (OPC UA Part 7, http://opcfoundation.org/UA/SecurityPolicy#...). */
export const securityPolicies = [
  'None',
  'Basic256Sha256',
  'Aes128_Sha256_RsaOaep',
  'Aes256_Sha256_RsaPss',
] as const;
export type SecurityPolicyName = (typeof securityPolicies)[number];

const deprecatedPolicies = new Map([
  ['Basic128Rsa15', 'its SHA-1 signatures and PKCS #1 v1.5 encryption are broken'],
  ['Basic256', 'its SHA-1 signatures are broken'],
]);

const policyWords = `one of ${securityPolicies.join(', ')}`;

const securityPolicy = z
  .enum(securityPolicies, {
    error: ({ input }) => {
      const reason = deprecatedPolicies.get(String(input));
      if (reason === undefined) return policyWords;
      return `${policyWords}: ${String(input)} was withdrawn by the OPC Foundation, because ${reason}`;
    },
  })
  .optional()
  .describe('How messages are protected; Basic256Sha256 unless told');

const file = (description: string) => z.string().min(1).max(1024).describe(description);

const userSchema = z
  .union([
    z.literal('anonymous'),
    z.strictObject({ username: z.string().min(1).max(1024), password: z.string().max(4096) }),
    z.strictObject({
      certificateFile: file('PEM or DER file of the certificate of the user'),
      keyFile: file('PEM file of its private key'),
    }),
  ])
  .default('anonymous')
  .describe('Who the gateway is to the server');

const subscriptionSchema = z.strictObject({
  mode: z.literal('subscription'),
  samplingIntervalMs: z
    .number()
    .min(0)
    .max(60 * minute)
    .default(100)
    .describe('How often the server looks at each value, in ms; 0 as fast as it can'),
  publishingIntervalMs: z
    .int()
    .min(10)
    .max(10 * minute)
    .default(1000)
    .describe('How often the server sends what it has seen, in ms'),
  queueSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(20)
    .describe('Samples that the server keeps for each value between two messages'),
  reportUnchanged: z
    .boolean()
    .default(false)
    .describe('Also samples whose value is the same but whose time is new'),
  keepAliveMs: z
    .int()
    .min(100)
    .max(10 * minute)
    .default(5000)
    .describe('A server with nothing to say says so that often, in ms'),
  silenceFactor: z
    .number()
    .min(1.5)
    .max(100)
    .default(3)
    .describe(
      'A connection silent for so many keep-alive or publishing intervals is torn down and made again',
    ),
  valueCheckMs: z
    .int()
    .min(0)
    .max(60 * minute)
    .default(15_000)
    .describe(
      'How often values that have been quiet are read and compared with what the subscription told, in ms; 0 never',
    ),
});

const pollingSchema = z.strictObject({
  mode: z.literal('polling'),
  periodMs: z
    .int()
    .min(10)
    .max(10 * minute)
    .default(1000)
    .describe('How often all values are read, in ms'),
});

const deviceSchema = z.strictObject({
  profile: z.string().min(1).max(64).describe('Name of the profile: which nodes there are'),
  area: areaPart,
  line: linePart,
  equipment: equipmentPart.optional(),
  namespaceUri: namespaceUri.optional(),
  machine: z
    .boolean()
    .default(true)
    .describe('Whether job orders, results and events that the profile names are taken'),
});

const machineEntrySchema = z.strictObject({
  area: areaPart,
  line: linePart,
  namespaceUri: namespaceUri.optional(),
  ...machineShape,
});

const isEndpointUrl = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && url.protocol === 'opc.tcp:' && url.hostname !== '' && url.username === '';
};

/** A source of kind `opcua`: one session with a server. */
export const opcuaConfigSchema = z
  .strictObject({
    endpointUrl: z
      .string()
      .max(1024)
      .refine(isEndpointUrl, 'opc.tcp://host:port/path, without a user')
      .describe('Where the server listens, such as opc.tcp://192.168.1.20:4840'),
    securityMode: z
      .enum(['None', 'Sign', 'SignAndEncrypt'])
      .default('SignAndEncrypt')
      .describe('None lets anybody on the network read along and pretend to be the server'),
    securityPolicy,
    user: userSchema,
    trustServerCertificate: file(
      'PEM or DER file of the one certificate that the server must show; without it, those in pki/trusted/certs of the source',
    ).optional(),
    applicationName: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 ._-]{0,39}$/, 'letters, digits, blanks, ., _ and -')
      .default('Seamwatt')
      .describe('Name in the certificate that the gateway makes for itself'),
    connectTimeoutMs: z
      .int()
      .min(100)
      .max(5 * minute)
      .default(10_000)
      .describe('Longest wait for a working session, in ms of real time'),
    timeoutMs: z
      .int()
      .min(50)
      .max(5 * minute)
      .default(5000)
      .describe('Longest wait for an answer, in ms of real time'),
    maxItemsPerCall: z
      .int()
      .min(1)
      .max(10_000)
      .default(500)
      .describe('Nodes in one request; fewer for servers that refuse so many'),
    timestamps: z
      .enum(['device', 'gateway'])
      .default('device')
      .describe('Whose clock stamps the samples'),
    maxClockSkewMs: z
      .int()
      .min(1)
      .max(1440 * minute)
      .default(5000)
      .describe(
        'A device clock further off is not believed, in ms: gateway time, quality uncertain',
      ),
    read: z
      .discriminatedUnion('mode', [subscriptionSchema, pollingSchema])
      .prefault({ mode: 'subscription' })
      .describe('How values are got: by subscription, or by reading them in turn'),
    namespaceUri: namespaceUri.optional(),
    devices: z.array(deviceSchema).max(100).default([]).describe('Machines of a known profile'),
    equipment: z
      .array(equipmentSchema)
      .max(1000)
      .default([])
      .describe('Points written out here; their namespaceUri falls back to that of the source'),
    machines: z
      .array(machineEntrySchema)
      .max(100)
      .default([])
      .describe('Job orders, results and events of machines, written out here'),
  })
  .superRefine((config, context) => {
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const { securityMode, securityPolicy: policy } = config;
    if (securityMode === 'None' && policy !== undefined && policy !== 'None') {
      refuse('securityPolicy', 'None, or a securityMode of Sign or SignAndEncrypt');
    }
    if (securityMode !== 'None' && policy === 'None') {
      refuse('securityPolicy', `a policy that protects, with securityMode ${securityMode}`);
    }
    if (securityMode === 'None' && config.trustServerCertificate !== undefined) {
      refuse('securityMode', 'Sign or SignAndEncrypt: without, certificates are not looked at');
    }
    if (config.devices.length + config.equipment.length + config.machines.length === 0) {
      refuse('devices', 'something to read, here or under equipment');
    }
  });

export type OpcuaConfig = z.output<typeof opcuaConfigSchema>;
export type SubscriptionConfig = z.output<typeof subscriptionSchema>;
export type PollingConfig = z.output<typeof pollingSchema>;
export type UserConfig = OpcuaConfig['user'];

export const policyOf = (config: OpcuaConfig): SecurityPolicyName =>
  config.securityPolicy ?? (config.securityMode === 'None' ? 'None' : 'Basic256Sha256');
