import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LocalText } from '../core/point.ts';
import { refuse } from './failure-answer.ts';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

const hostOf = (value: string): string => value.replace(/:\d+$/, '').toLowerCase();

const isLocal = (value: string | undefined): boolean =>
  value !== undefined && loopbackNames.has(hostOf(value));

/** Why a request is not answered. */
type Refusal = { readonly status: 403 | 415; readonly words: LocalText };

const refusalOf = ({ method, headers }: FastifyRequest): Refusal | undefined => {
  const { host = '', origin } = headers;
  const originHost = origin === undefined ? undefined : URL.parse(origin)?.host;
  if (!isLocal(host) || (origin !== undefined && !isLocal(originHost))) {
    const words = {
      en: `host "${host}" or its origin is not loopback: this gateway answers local requests only`,
      zh: `主机 "${host}" 或其来源不是本机地址：本网关只应答本机请求`,
    };
    return { status: 403, words };
  }
  if (method === 'GET' || method === 'HEAD') return undefined;
  // The Host is where the browser believes this server to be, also behind a tunnel to another port.
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
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
 * Guards of a server that listens on loopback without sign-in: a page of another origin must not reach it through the
 * user's browser, neither by a name that resolves to loopback (DNS rebinding) nor by a cross-origin WebSocket. What may
 * change something is taken from the server's own origin only, and never in a form that a browser sends to other origins
 * without asking (`text/plain`, forms).
 */
export const guardLoopback = (server: FastifyInstance): void => {
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
