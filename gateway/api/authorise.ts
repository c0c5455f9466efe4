import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../access/access.ts';
import { auditOf } from '../access/context.ts';
import type { AuditDetails } from '../access/protocol.ts';
import {
  openPermissions,
  type Permission,
  permissionNames,
  permissionsOf,
  roleList,
  roleNames,
  rolesWith,
} from '../access/roles.ts';
import { actorOf, type Identity } from '../access/session-desk.ts';
import type { LocalText } from '../core/point.ts';
import { refuse } from './failure-answer.ts';
import { isFromOwnPage } from './security.ts';
import { sessionCookie } from './session-cookie.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What whoever asks must be allowed to. Every route but those of the page's files says it. */
    readonly needs?: Permission | 'nothing';
    /** `itself`: what the route does is audited where it is done, with what only that place knows. */
    readonly audits?: 'itself';
  }
  interface FastifyRequest {
    /** Who asks; undefined when nobody has signed in. */
    identity: Identity | undefined;
    /** What whoever asks may do. */
    permissions: readonly Permission[];
    /** Whether it was refused for who asks, which is audited already. */
    isTurnedAway: boolean;
    /** What a route adds to the audit log about what it did. */
    audited: AuditDetails;
  }
}

/** The permission that a route needs, as data beside it. */
export const needs = (permission: Permission): { readonly needs: Permission } => ({
  needs: permission,
});

/** Answered to everybody: it tells nothing of the plant. */
export const needsNothing = { needs: 'nothing' } as const;

/** What whoever asks may do. */
export const permissionsFor = (
  access: Access | undefined,
  identity: Identity | undefined,
): readonly Permission[] =>
  identity === undefined ? openPermissions(access?.mode ?? 'none') : permissionsOf(identity.role);

type TurnedAway = {
  readonly status: 401 | 403;
  readonly code: string;
  readonly words: LocalText;
  readonly permission?: Permission;
};

const unknownToken: TurnedAway = {
  ...{ status: 401, code: 'TOKEN_UNKNOWN' },
  words: {
    en: 'the token is unknown, expired or removed',
    zh: '令牌不存在、已过期或已被删除',
  },
};

const signInFirst = (permission: Permission): TurnedAway => {
  const what = permissionNames[permission];
  const who = roleList(permission);
  return {
    ...{ status: 401, code: 'SIGN_IN_NEEDED', permission },
    words: {
      en: `sign in first: ${what.en} is for ${who.en}`,
      zh: `请先登录：${what.zh}需要角色${who.zh}`,
    },
  };
};

const notAllowed = ({ name, role }: Identity, permission: Permission): TurnedAway => {
  const what = permissionNames[permission];
  const who = roleList(permission);
  const own = roleNames[role];
  return {
    ...{ status: 403, code: 'ROLE_NOT_ENOUGH', permission },
    words: {
      en: `${name} is ${own.en}, but ${what.en} is for ${who.en}`,
      zh: `${name} 的角色是${own.zh}，而${what.zh}需要角色${who.zh}`,
    },
  };
};

const bearer = /^Bearer +(\S{1,200})$/i;

/** Who asks; `unknown` for a token that is none. Another scheme is a matter between browser and proxy. */
const identify = (request: FastifyRequest, access: Access): Identity | undefined | 'unknown' => {
  const { authorization } = request.headers;
  if (authorization !== undefined && /^Bearer/i.test(authorization)) {
    return access.sessions.ofToken(bearer.exec(authorization)?.[1] ?? '') ?? 'unknown';
  }
  // What a browser sends by itself counts only where the own page asks.
  if (!isFromOwnPage(request)) return undefined;
  const secret = sessionCookie.read(request, access);
  return secret === undefined ? undefined : access.sessions.ofSession(secret);
};

const judge = (request: FastifyRequest, access: Access | undefined): TurnedAway | undefined => {
  const needed = request.routeOptions.config?.needs;
  if (access !== undefined) {
    const identity = identify(request, access);
    if (identity === 'unknown') return unknownToken;
    request.identity = identity;
  }
  const { identity } = request;
  request.permissions = permissionsFor(access, identity);
  if (needed === undefined || needed === 'nothing') return undefined;
  if (request.permissions.includes(needed)) return undefined;
  return identity === undefined ? signInFirst(needed) : notAllowed(identity, needed);
};

const isChange = ({ method }: FastifyRequest): boolean => method !== 'GET' && method !== 'HEAD';

const actionOf = ({ method, routeOptions }: FastifyRequest): string =>
  `${method} ${routeOptions.url ?? ''}`;

const subjectOf = ({ params }: FastifyRequest): string | null => {
  const parts = Object.values((params ?? {}) as Readonly<Record<string, string>>);
  return parts.length === 0 ? null : parts.join('/').slice(0, 200);
};

/** Whoever only has not signed in yet and wants to read is not worth an entry: every page begins so. */
const isWorthTelling = (request: FastifyRequest, { code }: TurnedAway): boolean =>
  code !== 'SIGN_IN_NEEDED' || isChange(request);

const turnAway = async (
  request: FastifyRequest,
  reply: FastifyReply,
  { access, why }: { readonly access: Access | undefined; readonly why: TurnedAway },
): Promise<FastifyReply> => {
  request.isTurnedAway = true;
  const { status, code, words, permission } = why;
  if (access !== undefined && isWorthTelling(request, why)) {
    await access.audit.tellBounded(
      'refusals',
      auditOf(access, {
        ...{ actor: actorOf(request.identity, request.ip), action: actionOf(request) },
        ...{ subject: subjectOf(request), outcome: 'refused', reason: code },
      }),
    );
  }
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="seamwatt"');
  const roles = permission === undefined ? {} : { roles: rolesWith(permission) };
  return refuse(reply, status, { code, words, ...roles });
};

const outcomeOf = (status: number): 'done' | 'refused' | 'failed' => {
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
};

/** A route with what it needs. */
export type GuardedRoute = {
  readonly method: string;
  readonly url: string;
  readonly needs: Permission | 'nothing';
};

/**
 * Lets everybody do what their role may, and nothing else, and audits what was done. A route that does not say what it needs
 * cannot be registered behind this. Without `access` there is no sign-in, and everything is allowed. Gives the routes, which
 * are there once they have been registered.
 */
export const guardRoutes = (
  server: FastifyInstance,
  access: Access | undefined,
): readonly GuardedRoute[] => {
  const routes: GuardedRoute[] = [];
  server.addHook('onRoute', ({ method, url, config }) => {
    const needed = config?.needs;
    if (needed !== undefined) {
      routes.push(...[method].flat().map((one) => ({ method: one, url, needs: needed })));
      return;
    }
    throw new Error(`the route ${String(method)} ${url} does not say what it needs`);
  });
  server.decorateRequest('identity', undefined);
  server.decorateRequest('permissions');
  server.decorateRequest('isTurnedAway', false);
  server.decorateRequest('audited');
  server.addHook('onRequest', async (request, reply) => {
    Object.assign(request, { audited: {}, permissions: [] });
    const why = judge(request, access);
    return why === undefined ? undefined : turnAway(request, reply, { access, why });
  });
  if (access !== undefined) auditChanges(server, access);
  return routes;
};

const auditChanges = (server: FastifyInstance, access: Access): void => {
  server.addHook('onSend', async (request, { statusCode: status }) => {
    const { needs: needed, audits } = request.routeOptions.config ?? {};
    if (needed === undefined || needed === 'nothing' || audits === 'itself') return;
    if (!isChange(request) || request.isTurnedAway) return;
    const outcome = outcomeOf(status);
    const event = auditOf(access, {
      ...{ actor: actorOf(request.identity, request.ip), action: actionOf(request) },
      ...{ subject: subjectOf(request), outcome, details: { ...request.audited, status } },
      ...(outcome === 'done' ? {} : { reason: `HTTP_${status}` }),
    });
    // What more than admins may do, machines do all day.
    if (rolesWith(needed).length > 1) await access.audit.tellBounded('operations', event);
    else await access.audit.tell(event);
  });
};
