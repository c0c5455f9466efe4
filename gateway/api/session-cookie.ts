import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import { shownPath } from './security.ts';

type Place = { readonly path: string; readonly isSecure: boolean };

const placeOf = (request: FastifyRequest): Place => ({
  path: shownPath(request),
  isSecure: request.protocol === 'https',
});

/**
 * Cookies do not know ports, so the name tells gateways of one host apart; `__Host-` lets no other host of the domain and no
 * connection without TLS set it.
 */
const nameOf = ({ instance }: Access, { path, isSecure }: Place): string =>
  isSecure && path === '/' ? `__Host-seamwatt-${instance}` : `seamwatt-${instance}`;

/** The one cookie of the gateway: the secret of a session, out of reach of scripts and of other sites. */
export const sessionCookie = {
  read: (request: FastifyRequest, access: Access): string | undefined =>
    request.cookies[nameOf(access, placeOf(request))],

  set: (
    reply: FastifyReply,
    access: Access,
    { secret, maxMs }: { readonly secret: string; readonly maxMs: number },
  ): void => {
    const place = placeOf(reply.request);
    reply.setCookie(nameOf(access, place), secret, {
      ...{ path: place.path, secure: place.isSecure, httpOnly: true, sameSite: 'strict' },
      maxAge: Math.floor(maxMs / 1000),
    });
  },

  clear: (reply: FastifyReply, access: Access): void => {
    const place = placeOf(reply.request);
    reply.setCookie(nameOf(access, place), '', {
      ...{ path: place.path, secure: place.isSecure, httpOnly: true, sameSite: 'strict' },
      maxAge: 0,
    });
  },
};
