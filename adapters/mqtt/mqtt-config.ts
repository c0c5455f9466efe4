import { z } from 'zod';

const minute = 60_000;
const mebibyte = 1024 * 1024;

const file = (description: string) => z.string().min(1).max(1024).describe(description);

const tlsSchema = z
  .strictObject({
    caFile: file(
      'PEM file of the authorities that may sign the certificate of the broker; without it, those that Node trusts',
    ).optional(),
    certFile: file('PEM file of the certificate of this client').optional(),
    keyFile: file('PEM file of the private key of that certificate').optional(),
    serverName: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe(
        'Name that the certificate of the broker must carry when it is not the host of url',
      ),
  })
  .describe('Certificates, with mqtts://');

const stateSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether newest values are published'),
    periodMs: z
      .int()
      .min(0)
      .max(60 * minute)
      .default(1000)
      .describe('Least distance of two messages of one point, in ms; 0 sends every change'),
  })
  .describe('State lane: the newest value of each point, retained');

const laneSchema = (description: string) =>
  z.strictObject({ enabled: z.boolean().default(true) }).describe(description);

const isBrokerUrl = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.hostname === '') return false;
  if (url.search !== '' || url.hash !== '' || url.pathname.length > 1) return false;
  return url.protocol === 'mqtt:' || url.protocol === 'mqtts:';
};

const carriesCredentials = (text: string): boolean => {
  const url = URL.parse(text);
  return url !== null && (url.username !== '' || url.password !== '');
};

export const mqttConfigSchema = z
  .strictObject({
    url: z
      .string()
      .max(1024)
      .refine(isBrokerUrl, 'mqtt://host:port or mqtts://host:port')
      .refine(
        (text) => !carriesCredentials(text),
        'no user name or password in the URL: use username and password',
      )
      .describe('mqtt://host:1883, or mqtts://host:8883 for TLS, which never falls back to plain'),
    version: z
      .union([z.literal('3.1.1'), z.literal(5)])
      .default(5)
      .describe('MQTT 5 tells when a message is refused; a 3.1.1 broker acknowledges and drops it'),
    clientId: z
      .string()
      .regex(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable characters without spaces')
      .optional()
      .describe('Unique at its broker; seamwatt-{enterprise}-{site}-{id} when not given'),
    username: z.string().min(1).max(1024).optional(),
    password: z.string().min(1).max(4096).optional(),
    tls: tlsSchema.optional(),
    qos: z
      .union([z.literal(0), z.literal(1)])
      .default(1)
      .describe('1: delivered means acknowledged by the broker; 0: handed to the network'),
    keepAliveMs: z
      .int()
      .min(1000)
      .max(60 * minute)
      .default(30_000)
      .describe('Longest silence before the connection is checked, in ms'),
    connectTimeoutMs: z
      .int()
      .min(100)
      .max(5 * minute)
      .default(10_000)
      .describe('Longest wait for the connection, in ms'),
    publishTimeoutMs: z
      .int()
      .min(100)
      .max(5 * minute)
      .default(10_000)
      .describe('Longest wait without any acknowledgement while messages are under way, in ms'),
    maxInFlight: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('Messages sent and not yet acknowledged; fewer when the broker says so'),
    maxPayloadBytes: z
      .int()
      .min(1024)
      .max(16 * mebibyte)
      .default(65_536)
      .describe('Longer runs of frames are split; a single frame above it is rejected'),
    state: stateSchema.prefault({}),
    stream: laneSchema('Stream lane: every sample, in columns').prefault({}),
    events: laneSchema('Events of the gateway').prefault({}),
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string): void => {
      context.addIssue({ code: 'custom', path, message });
    };
    if (config.tls !== undefined && !config.url.startsWith('mqtts:')) {
      refuse(['url'], 'mqtts:// because tls is configured');
    }
    const { tls } = config;
    if ((tls?.certFile === undefined) !== (tls?.keyFile === undefined)) {
      refuse(['tls'], 'certFile and keyFile together');
    }
    if (config.password !== undefined && config.username === undefined) {
      refuse(['username'], 'a user name, because there is a password');
    }
  });

export type MqttConfig = z.infer<typeof mqttConfigSchema>;
