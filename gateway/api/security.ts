import type { FastifyInstance } from 'fastify';

const loopbackNames = new Set(['127.0.0.1', 'localhost', '[::1]', '::1']);

const hostOf = (value: string): string => value.replace(/:\d+$/, '').toLowerCase();

/**
 * Guards of a server that listens on loopback without sign-in: a page of another origin must not reach it through the
 * user's browser, neither by a name that resolves to loopback (DNS rebinding) nor by a cross-origin WebSocket.
 */
export const guardLoopback = (server: FastifyInstance): void => {
  server.addHook('onRequest', async (request, reply) => {
    const host = request.headers.host ?? '';
    const { origin } = request.headers;
    const originHost = origin === undefined ? undefined : URL.parse(origin)?.host;
    const foreign =
      !loopbackNames.has(hostOf(host)) ||
      (origin !== undefined &&
        (originHost === undefined || !loopbackNames.has(hostOf(originHost))));
    if (!foreign) return undefined;
    return reply.code(403).send({
      error: {
        code: 'FORBIDDEN',
        message: `host "${host}" or its origin is not loopback: this gateway answers local requests only`,
      },
    });
  });
  server.addHook('onSend', async (_request, reply) => {
    reply.headers({
      'content-security-policy':
        "default-src 'self'; connect-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    });
  });
};
