import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LocalText } from '../core/point.ts';
import { refuse } from './failure-answer.ts';
import { isLoopbackAddress, type Reach } from './reach.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly reach: Reach;
  }
}

/** Why a request is not answered. */
type Refusal = { readonly status: 403 | 415; readonly words: LocalText };

const ownOrigin = ({ protocol, host }: FastifyRequest): string =>
  `${protocol}://${host.toLowerCase()}`;

/** Whether a program or the own page asks, and not a page of another server that the user's browser shows. */
export const isFromOwnPage = (request: FastifyRequest): boolean => {
  const { origin } = request.headers;
  return origin === undefined || origin.toLowerCase() === ownOrigin(request);
};

const isThroughProxy = ({ server, socket, headers }: FastifyRequest): boolean =>
  server.reach.isProxy(socket.remoteAddress ?? '') &&
  (headers['x-forwarded-for'] !== undefined || headers['x-forwarded-proto'] !== undefined);

/** The path at which the browser that asks sees the gateway. */
export const shownPath = (request: FastifyRequest): string =>
  isThroughProxy(request) ? request.server.reach.proxyPath : '/';

const strangeName = (host: string, { hasNames }: Reach): LocalText =>
  hasNames
    ? {
        en: `host "${host}" or its origin is not this gateway: api.names in the site file lists its names`,
        zh: `主机 "${host}" 或其来源不是本网关：站点文件的 api.names 列出其名称`,
      }
    : {
        en: `host "${host}" or its origin is not loopback: this gateway answers local requests only`,
        zh: `主机 "${host}" 或其来源不是本机地址：本网关只应答本机请求`,
      };

const inClear: LocalText = {
  en: 'this gateway answers other machines over TLS only; a proxy must send X-Forwarded-Proto: https',
  zh: '本网关只通过 TLS 应答其他机器；代理须发送 X-Forwarded-Proto: https',
};

const isInClear = (request: FastifyRequest): boolean => {
  const { protocol, server, socket, routeOptions } = request;
  if (protocol === 'https' || server.reach.mayBePlain || routeOptions.url === '/healthz') {
    return false;
  }
  return !isLoopbackAddress(socket.remoteAddress) || isThroughProxy(request);
};

const refusalOf = (request: FastifyRequest): Refusal | undefined => {
  const { method, headers, host, server } = request;
  const { origin } = headers;
  const originHost = origin === undefined ? undefined : URL.parse(origin)?.host;
  const isStrange =
    !server.reach.isOwnName(host) ||
    (origin !== undefined && (originHost === undefined || !server.reach.isOwnName(originHost)));
  if (isStrange) return { status: 403, words: strangeName(host, server.reach) };
  if (isInClear(request)) return { status: 403, words: inClear };
  if (method === 'GET' || method === 'HEAD') return undefined;
  // The Host is where the browser believes this server to be, also behind a tunnel to another port.
  if (!isFromOwnPage(request)) {
    const words = {
      en: `origin "${origin}" is not this server: pages of other servers may only read`,
      zh: `来源 "${origin}" 不是本服务：其他服务的网页只能读取`,
    };
    return { status: 403, words };
  }
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === 'application/json') return undefined;
  const words = {
    en: `content-type is "${type ?? ''}": expected application/json`,
    zh: `content-type 为 "${type ?? ''}"：应为 application/json`,
  };
  return { status: 415, words };
};

/**
 * Guards against what a page of another origin could do through the user's browser: neither by a name that resolves to this
 * server (DNS rebinding) nor by a cross-origin WebSocket does it get anywhere. What may change something is taken from the
 * server's own origin only, and never in a form that a browser sends to other origins without asking (`text/plain`, forms).
 */
export const guardOrigin = (server: FastifyInstance, reach: Reach): void => {
  server.decorate('reach', reach);
  server.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request);
    if (refusal === undefined) return undefined;
    return refuse(reply, refusal.status, refusal);
  });
  server.addHook('onSend', async (_request, reply) => {
    // What is told is of now; files of the page say for themselves how long they may be kept.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    reply.headers({
      'content-security-policy':
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
};
