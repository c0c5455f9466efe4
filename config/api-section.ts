import { isIP } from 'node:net';
import { z } from 'zod';

const loopbackPattern = /^(localhost|127(\.\d{1,3}){3}|::1|\[::1\])$/;

/** Whether a server that listens on `host` can be reached from this machine only. */
export const isLoopbackHost = (host: string): boolean => loopbackPattern.test(host);

/** Who may do what without signing in. */
export type AuthMode = 'token' | 'read-only' | 'none';

const file = (description: string) => z.string().min(1).max(1024).describe(description);

const hostName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'a host name such as gateway.plant.example');

const isAddressRange = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
};

const tlsSection = z
  .strictObject({
    certFile: file('PEM file of the certificate, with those between it and its authority'),
    keyFile: file('PEM file of the private key of that certificate'),
    clientCaFile: file(
      'PEM file of authorities: only who shows a certificate signed by one of them is answered (mTLS)',
    ).optional(),
  })
  .describe('Certificate of the HTTP server; files are relative to this file');

const proxySection = z
  .strictObject({
    addresses: z
      .array(z.string().refine(isAddressRange, 'an IP address or a range such as 10.0.0.0/8'))
      .min(1)
      .max(16)
      .describe('From where the proxy connects; only its X-Forwarded-… headers are believed'),
    path: z
      .string()
      .max(200)
      .regex(/^\/([A-Za-z0-9._~-]+\/)*$/, 'a path that begins and ends with /')
      .default('/')
      .describe('Path at which the proxy shows the gateway; it must take it off'),
  })
  .describe('A reverse proxy in front that ends TLS');

const sessionSection = z
  .strictObject({
    idleMinutes: z
      .int()
      .min(1)
      .max(10_080)
      .default(60)
      .describe('A session that nothing was asked with for so long is over'),
    maxHours: z
      .int()
      .min(1)
      .max(720)
      .default(12)
      .describe('A session is over so long after it began, whatever was asked'),
  })
  .prefault({})
  .describe('How long those who signed in stay so');

const liveSection = z
  .strictObject({
    maxClients: z
      .int()
      .min(1)
      .max(1000)
      .default(100)
      .describe('Browsers and programs at the live feed at one time'),
    maxPoints: z.int().min(1).max(200_000).default(20_000).describe('Points of one subscription'),
    maxUnreadBytes: z
      .int()
      .min(1024)
      .max(16 * 1024 * 1024)
      .default(65_536)
      .describe('A client that has this much unread gets nothing new until it has read'),
  })
  .prefault({})
  .describe('The live feed');

type Api = {
  readonly host: string;
  readonly auth?: AuthMode | undefined;
  readonly tls?: unknown;
  readonly proxy?: unknown;
  readonly plainHttp: boolean;
};

const isReachable = ({ host, proxy }: Api): boolean => !isLoopbackHost(host) || proxy !== undefined;

/** What may be reached from elsewhere asks everybody to sign in. */
const asksEnough = (api: Api): boolean =>
  !isReachable(api) || api.auth === undefined || api.auth === 'token';

/** No password passes in clear unasked. */
const isSafe = ({ host, tls, proxy, plainHttp }: Api): boolean =>
  isLoopbackHost(host) || tls !== undefined || proxy !== undefined || plainHttp === true;

/** Judged also where something else of the section is wrong, so that all is told at once. */
const when = ({ value }: { readonly value: unknown }): boolean =>
  z.looseObject({ host: z.string() }).safeParse(value).success;

export const apiSection = z
  .strictObject({
    host: z
      .string()
      .min(1)
      .max(255)
      .default('127.0.0.1')
      .describe('Address to listen on; another than loopback needs tls, proxy or plainHttp'),
    port: z
      .int()
      .min(0)
      .max(65_535)
      .default(8080)
      .describe('Port of the dashboard and the HTTP interface; 0 takes any free port'),
    auth: z
      .enum(['token', 'read-only', 'none'])
      .optional()
      .describe(
        'token: everybody signs in. read-only: reading needs no sign-in. none: nothing does. The latter two on loopback only. By default read-only for a simulated site on loopback, else token',
      ),
    names: z
      .array(hostName)
      .max(16)
      .default([])
      .describe('Host names by which browsers reach it, beside loopback and IP addresses'),
    tls: tlsSection.optional(),
    proxy: proxySection.optional(),
    plainHttp: z
      .boolean()
      .default(false)
      .describe(
        'true lets other machines connect without TLS: passwords and tokens pass in clear, for networks that are safe otherwise',
      ),
    session: sessionSection,
    live: liveSection,
  })
  .refine(asksEnough, {
    ...{ path: ['auth'], when },
    error: 'token, because other machines can reach it',
  })
  .refine(isSafe, {
    ...{ path: ['host'], when },
    error:
      '127.0.0.1, ::1 or localhost, or api.tls, api.proxy or api.plainHttp: true beside it: other machines can reach it, and passwords would pass in clear',
  })
  .prefault({})
  .describe('The HTTP server');

/** Who may do what, where the site file does not say: a simulated plant on this machine shows itself to everybody on it. */
export const decideAuth = (
  { host, auth, proxy }: Pick<Api, 'host' | 'auth' | 'proxy'>,
  simulated: boolean,
): AuthMode =>
  auth ?? (simulated && isLoopbackHost(host) && proxy === undefined ? 'read-only' : 'token');
