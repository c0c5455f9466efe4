import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import type { StoredToken, StoredUser } from '../access/protocol.ts';
import type { Permission } from '../access/roles.ts';
import { actorOf } from '../access/session-desk.ts';
import { answerOutcome } from './access-answer.ts';
import * as contract from './access-contract.ts';
import { failures } from './failure-answer.ts';
import { noQuery } from './query-values.ts';

const presentUser = ({ password: _, ...user }: StoredUser): z.infer<typeof contract.user> => user;
const presentToken = ({ hash: _, ...token }: StoredToken): z.infer<typeof contract.token> => token;

/** What these do is audited by the desks, in the commit that does it. */
const needs = (permission: Permission) => ({ needs: permission, audits: 'itself' }) as const;

const gone = () => ({ removed: true as const });

/** Who may come in, who has, and what they did: for admins. */
export const registerAccessRoutes = (instance: FastifyInstance, access: Access): void => {
  registerUsers(instance, access);
  registerTokens(instance, access);
  registerSessions(instance, access);
  registerAudit(instance, access);
};

const registerUsers = (instance: FastifyInstance, { users }: Access): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const config = needs('users.manage');

  server.get(
    '/api/v1/users',
    {
      config,
      schema: {
        querystring: noQuery,
        response: { 200: z.array(contract.user), ...failures(400) },
      },
    },
    () => users.list().map(presentUser),
  );

  server.post(
    '/api/v1/users',
    {
      config,
      bodyLimit: 4096,
      schema: {
        querystring: noQuery,
        body: contract.newUser,
        response: { 200: contract.user, ...failures(400, 409, 413, 415, 503) },
      },
    },
    async ({ body, identity, ip }, reply) =>
      answerOutcome(reply, await users.add(body, actorOf(identity, ip)), presentUser),
  );

  server.patch(
    '/api/v1/users/:name',
    {
      config,
      bodyLimit: 4096,
      schema: {
        params: contract.userParams,
        querystring: noQuery,
        body: contract.userChange,
        response: { 200: contract.user, ...failures(400, 404, 409, 413, 415, 503) },
      },
    },
    async ({ params: { name }, body, identity, ip }, reply) =>
      answerOutcome(reply, await users.change(name, body, actorOf(identity, ip)), presentUser),
  );

  server.delete(
    '/api/v1/users/:name',
    {
      config,
      schema: {
        params: contract.userParams,
        querystring: noQuery,
        body: contract.nothing,
        response: { 200: contract.removed, ...failures(400, 404, 409, 413, 415) },
      },
    },
    async ({ params: { name }, identity, ip }, reply) =>
      answerOutcome(reply, await users.remove(name, actorOf(identity, ip)), gone),
  );
};

const registerTokens = (instance: FastifyInstance, { tokens }: Access): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const config = needs('tokens.manage');

  server.get(
    '/api/v1/tokens',
    {
      config,
      schema: {
        querystring: noQuery,
        response: { 200: z.array(contract.token), ...failures(400) },
      },
    },
    () => tokens.list().map(presentToken),
  );

  server.post(
    '/api/v1/tokens',
    {
      config,
      bodyLimit: 4096,
      schema: {
        querystring: noQuery,
        body: contract.newToken,
        response: { 200: contract.madeToken, ...failures(400, 409, 413, 415) },
      },
    },
    async ({ body, identity, ip }, reply) =>
      answerOutcome(reply, await tokens.add(body, actorOf(identity, ip)), ({ token, secret }) => ({
        token: presentToken(token),
        secret,
      })),
  );

  server.delete(
    '/api/v1/tokens/:id',
    {
      config,
      schema: {
        params: contract.idParams,
        querystring: noQuery,
        body: contract.nothing,
        response: { 200: contract.removed, ...failures(400, 404, 409, 413, 415) },
      },
    },
    async ({ params: { id }, identity, ip }, reply) =>
      answerOutcome(reply, await tokens.remove(id, actorOf(identity, ip)), gone),
  );
};

const registerSessions = (instance: FastifyInstance, { sessions }: Access): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const config = needs('users.manage');

  server.get(
    '/api/v1/sessions',
    {
      config,
      schema: {
        querystring: noQuery,
        response: { 200: z.array(contract.openSession), ...failures(400) },
      },
    },
    ({ identity }) =>
      sessions.list().map(({ hash: _, ...session }) => ({
        ...session,
        isOwn: session.id === identity?.sessionId,
      })),
  );

  server.delete(
    '/api/v1/sessions/:id',
    {
      config,
      schema: {
        params: contract.idParams,
        querystring: noQuery,
        body: contract.nothing,
        response: { 200: contract.removed, ...failures(400, 404, 413, 415) },
      },
    },
    async ({ params: { id }, identity, ip }, reply) =>
      answerOutcome(reply, await sessions.end(id, actorOf(identity, ip)), gone),
  );
};

const registerAudit = (instance: FastifyInstance, { audit }: Access): void => {
  const server = instance.withTypeProvider<ZodTypeProvider>();
  const config = needs('audit.read');

  server.get(
    '/api/v1/audit',
    {
      config,
      schema: {
        querystring: contract.auditQuery,
        response: { 200: contract.auditLog, ...failures(400, 503) },
      },
    },
    async ({ query: { beforeSeq, actor, action, outcome, limit } }) => {
      // One more tells whether there is another page.
      const wanted = { beforeSeq, actor, action, outcome, limit: limit + 1 };
      const found = await audit.list(wanted);
      const entries = found.slice(0, limit).map((entry) => ({ ...entry }));
      const last = entries.at(-1)?.seq ?? null;
      return { entries, nextBeforeSeq: found.length > limit ? last : null };
    },
  );

  server.get(
    '/api/v1/audit/state',
    {
      config,
      schema: {
        querystring: noQuery,
        response: { 200: contract.auditState, ...failures(400, 503) },
      },
    },
    () => audit.state(),
  );
};
