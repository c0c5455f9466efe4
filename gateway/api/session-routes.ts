import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Access } from '../access/access.ts';
import { accessRefusals } from '../access/refusal.ts';
import { permissionsOf, roleNames, roles } from '../access/roles.ts';
import { actorOf, type Identity } from '../access/session-desk.ts';
import { answerOutcome } from './access-answer.ts';
import * as contract from './access-contract.ts';
import { needsNothing, permissionsFor } from './authorise.ts';
import { failures, refuse } from './failure-answer.ts';
import { noQuery } from './query-values.ts';
import { sessionCookie } from './session-cookie.ts';

const present = (
  { protocol }: FastifyRequest,
  access: Access | undefined,
  identity: Identity | undefined,
): z.infer<typeof contract.session> => {
  const auth = access?.mode ?? 'none';
  const permissions = permissionsFor(access, identity);
  const { kind, name, role, endsMs } = identity ?? {};
  return {
    user:
      kind === undefined || name === undefined || role === undefined ? null : { name, role, kind },
    permissions: [...permissions],
    ...{ auth, signInNeeded: !permissions.includes('read'), openReadOnly: auth === 'read-only' },
    ...{ isEncrypted: protocol === 'https', endsMs: endsMs ?? null },
    roles: roles.map((one) => ({
      ...{ role: one, name: roleNames[one], permissions: [...permissionsOf(one)] },
    })),
  };
};

const wrongCredentials = {
  code: 'SIGN_IN_WRONG',
  words: {
    en: 'the name, the password or the token is wrong, or may not be used any more',
    zh: '用户名、密码或令牌有误，或已停用',
  },
};

const throttled = (reply: FastifyReply, waitMs: number): FastifyReply => {
  const seconds = Math.ceil(waitMs / 1000);
  const words = {
    en: `too many failed sign-ins: try again in ${seconds} s`,
    zh: `登录失败次数过多：请在 ${seconds} 秒后重试`,
  };
  return refuse(reply.header('retry-after', String(seconds)), 429, { words });
};

/** Signing in and out, and who one is: answered to everybody. */
export const registerSessionRoutes = (
  instance: FastifyInstance,
  access: Access | undefined,
  maxMs: number,
): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  server.get(
    '/api/v1/session',
    {
      config: needsNothing,
      schema: { querystring: noQuery, response: { 200: contract.session, ...failures(400) } },
    },
    (request) => present(request, access, request.identity),
  );
  if (access === undefined) return;

  server.post(
    '/api/v1/session',
    {
      config: needsNothing,
      bodyLimit: 4096,
      schema: {
        querystring: noQuery,
        body: contract.signInRequest,
        response: { 200: contract.session, ...failures(400, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => {
      const { identity: before, ip: address, body } = request;
      const result = await access.sessions.signIn(body, { address, before });
      if (!result.ok) {
        return result.reason === 'throttled'
          ? throttled(reply, result.waitMs)
          : refuse(reply, 401, wrongCredentials);
      }
      sessionCookie.set(reply, access, { secret: result.secret, maxMs });
      return present(request, access, result.identity);
    },
  );

  server.delete(
    '/api/v1/session',
    {
      config: needsNothing,
      schema: {
        querystring: noQuery,
        body: contract.nothing,
        response: { 200: contract.session, ...failures(400, 413, 415) },
      },
    },
    async (request, reply) => {
      const { identity, ip } = request;
      // First: the browser forgets it, whatever becomes of the rest.
      sessionCookie.clear(reply, access);
      if (identity?.sessionId) {
        await access.sessions.end(identity.sessionId, actorOf(identity, ip));
      }
      return present(request, access, undefined);
    },
  );

  server.put(
    '/api/v1/session/password',
    {
      config: needsNothing,
      bodyLimit: 4096,
      schema: {
        querystring: noQuery,
        body: contract.passwordRequest,
        response: { 200: contract.session, ...failures(400, 409, 413, 415, 429, 503) },
      },
    },
    async (request, reply) => changeOwnPassword(request, reply, { access, wanted: request.body }),
  );
};

const changeOwnPassword = async (
  request: FastifyRequest,
  reply: FastifyReply,
  {
    access,
    wanted,
  }: { readonly access: Access; readonly wanted: z.infer<typeof contract.passwordRequest> },
) => {
  const { identity, ip } = request;
  if (identity === undefined) return refuse(reply, 401, {});
  if (identity.kind !== 'user') {
    return refuse(reply, 409, { code: 'NOT_A_USER', words: accessRefusals.NOT_A_USER });
  }
  const { name, sessionId } = identity;
  const actor = actorOf(identity, ip);
  const outcome = await access.users.changeOwnPassword({ name, sessionId }, wanted, actor);
  return answerOutcome(reply, outcome, () => present(request, access, identity));
};
