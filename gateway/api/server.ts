import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import fastifyCookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import fastifySwagger from '@fastify/swagger';
import fastifyWebsocket from '@fastify/websocket';
import fastify, {
  type ConnectionError,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { jsonSchemaTransform, serializerCompiler } from 'fastify-type-provider-zod';
import type { Access } from '../access/access.ts';
import type { Identity, SessionDesk } from '../access/session-desk.ts';
import { listenError, refuseOtherMachines } from '../core/listening.ts';
import type { Log } from '../core/log.ts';
import type { EnergyDesk } from '../energy/energy-desk.ts';
import type { DeliveryDesk } from '../runtime/delivery-desk.ts';
import type { ReloadDesk } from '../runtime/reloader.ts';
import type { GatewayView } from '../runtime/view.ts';
import { registerAccessRoutes } from './access-routes.ts';
import { type GuardedRoute, guardRoutes, needs } from './authorise.ts';
import { registerDeliveryRoutes } from './delivery-routes.ts';
import { registerEnergyRoutes } from './energy-routes.ts';
import {
  refuse,
  refuseSocket,
  refuseThrown,
  refuseUnknownPath,
  requestReader,
} from './failure-answer.ts';
import { type HeadlineFigures, registerFigureRoutes } from './figure-routes.ts';
import { registerJournalRoutes } from './journal-routes.ts';
import { LiveClients, type LiveLimits, type LivePass } from './live.ts';
import { type PanelDossiers, registerPanelRoutes } from './panel-routes.ts';
import { type ReadPlans, registerPlanRoutes } from './plan-routes.ts';
import { registerProductionRoutes } from './production-routes.ts';
import { registerProgressRoutes } from './progress-routes.ts';
import { Reach, type ReachOptions } from './reach.ts';
import { registerReloadRoutes } from './reload-routes.ts';
import { registerRoutes } from './routes.ts';
import { guardOrigin } from './security.ts';
import { registerSeriesRoutes } from './series-routes.ts';
import { registerSessionRoutes } from './session-routes.ts';
import { followCertificate, readTls, type TlsFiles } from './tls.ts';
import { registerWhyRoutes } from './why-routes.ts';

export type ApiOptions = ReachOptions & {
  /** Without it there is no sign-in: everything is allowed, on loopback only. */
  readonly access?: Access;
  /** Without it there is no TLS. */
  readonly tls?: TlsFiles | undefined;
  /** How long a browser keeps its session at most. */
  readonly sessionMaxMs?: number;
  readonly view: GatewayView;
  readonly deliveries: DeliveryDesk;
  readonly reloads: ReloadDesk;
  /** Without it there is no path for dossiers. */
  readonly dossiers?: PanelDossiers;
  /** Without it there is no path for energy. */
  readonly energy?: EnergyDesk;
  /** Without it there is no path for figures. */
  readonly figures?: HeadlineFigures;
  /** Without it there is no path for plans of reads. */
  readonly plans?: ReadPlans;
  readonly log: Log;
  readonly port: number;
  /** Folder of the web page's files. */
  readonly pageFolder: string;
  readonly version: string;
  /** Of the live feed, where they are not the usual ones. */
  readonly live?: Partial<LiveLimits>;
};

export type ApiServer = {
  readonly url: string;
  /** All but the page's files, with what each needs. */
  readonly routes: readonly GuardedRoute[];
  close(): Promise<void>;
};

const what = { en: 'the HTTP server', zh: 'HTTP 服务' };
const maxBodyBytes = 64 * 1024;
const dayMs = 86_400_000;
const requestTimeoutMs = 10_000;
/** Of a part of a path: as long as a request's head may be, for schemas say in words how long an id is. */
const maxPathPartLength = 16_384;
/** How long a client of the live feed may take to say goodbye. */
const liveCloseMs = 500;

const serverOptions = {
  bodyLimit: maxBodyBytes,
  requestTimeout: requestTimeoutMs,
  connectionTimeout: 60_000,
  routerOptions: { maxParamLength: maxPathPartLength },
  frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    refuseThrown(error, reply);
  },
  clientErrorHandler: (error: ConnectionError, socket: Socket): void => refuseSocket(error, socket),
  forceCloseConnections: true,
};

/**
 * Serves the HTTP interface, the live feed and the page.
 * @throws GatewayError LISTEN_FAILED when the address is taken, not there, or not loopback although nobody must sign in; when
 * the certificate cannot be used
 */
export const startApi = async (options: ApiOptions): Promise<ApiServer> => {
  const { view, log, host, port, access } = options;
  if (access?.mode !== 'token') refuseOtherMachines({ what, host });
  const reach = new Reach(options);
  const tls = options.tls === undefined ? undefined : await readTls(options.tls);
  // The type of the server is that of its socket, which nothing here depends on.
  const server: FastifyInstance = fastify({
    ...serverOptions,
    https: tls?.options ?? null,
    trustProxy: (address) => reach.isProxy(address),
  });
  server.setValidatorCompiler(requestReader);
  server.setSerializerCompiler(serializerCompiler);
  handleErrors(server, log);
  await server.register(fastifySwagger, {
    openapi: {
      info: {
        title: 'Seamwatt',
        description: 'Points, KPIs, devices and sinks of one gateway',
        version: options.version,
      },
    },
    transform: jsonSchemaTransform,
  });
  await server.register(fastifyCookie);
  await server.register(fastifyWebsocket, {
    options: { maxPayload: maxBodyBytes },
    preClose: endLiveFeeds,
  });
  // Behind the hook of the WebSocket plugin, which ends the socket of an upgrade that is refused.
  guardOrigin(server, reach);
  const liveClients = new LiveClients(view, {
    ...(options.live && { limits: options.live }),
    configurationId: () => options.reloads.configurationId,
  });
  await servePage(server, options);
  // The page's files hold no data; what is registered from here on says who may have it.
  const routes = guardRoutes(server, access);
  server.route({
    ...{ method: 'GET', url: '/api/v1/live', schema: { hide: true }, config: needs('read') },
    handler: (_request, reply) => refuse(reply.header('upgrade', 'websocket'), 426, {}),
    wsHandler: (socket, { identity }) =>
      liveClients.serve(socket, identity && access && pass(access.sessions, identity)),
  });
  server.addHook('onClose', async () => liveClients.close());
  registerSessionRoutes(server, access, options.sessionMaxMs ?? dayMs);
  if (access !== undefined) registerAccessRoutes(server, access);
  registerRoutes(server, view);
  registerSeriesRoutes(server, view);
  registerProgressRoutes(server, view);
  registerWhyRoutes(server, view);
  registerPanelRoutes(server, view, options.dossiers);
  if (options.energy !== undefined) registerEnergyRoutes(server, view, options.energy);
  if (options.figures !== undefined) registerFigureRoutes(server, view, options.figures);
  registerProductionRoutes(server, view);
  registerDeliveryRoutes(server, options.deliveries);
  registerJournalRoutes(server, view);
  if (options.plans !== undefined) registerPlanRoutes(server, options.plans);
  registerReloadRoutes(server, options.reloads);
  if (tls !== undefined && options.tls !== undefined) {
    const nowMs = access?.nowMs ?? view.nowMs;
    const stop = followCertificate(server.server, options.tls, { first: tls, nowMs, log });
    server.addHook('onClose', async () => stop());
  }
  return { url: await listen(server, host, port), routes, close: () => server.close() };
};

/** What lets a client of the live feed stay. */
const pass = (sessions: SessionDesk, identity: Identity): LivePass => ({
  onEnd: (end) => sessions.onEnd(identity, end),
  used: () => sessions.keep(identity),
});

const noPage = {
  en: 'The page is not built: npm run build, then start again.',
  zh: '网页尚未构建：请执行 npm run build，然后重新启动。',
};

/** A checkout has no page until somebody builds it; everything else works without. */
const servePage = async (
  server: FastifyInstance,
  { pageFolder, log }: ApiOptions,
): Promise<void> => {
  if (existsSync(join(pageFolder, 'index.html'))) {
    await server.register(fastifyStatic, { root: pageFolder });
    return;
  }
  log.warn({ pageFolder }, `${noPage.en} ${noPage.zh}`);
  server.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply.code(503).type('text/plain; charset=utf-8').send(`${noPage.en}\n${noPage.zh}\n`),
  );
};

/** A client that is gone or does not answer must not hold up the end. */
function endLiveFeeds(this: FastifyInstance, done: () => void): void {
  for (const client of this.websocketServer.clients) {
    client.close(1001);
    const timer = setTimeout(() => client.terminate(), liveCloseMs);
    client.once('close', () => clearTimeout(timer));
  }
  done();
}

const handleErrors = (server: FastifyInstance, log: Log): void => {
  server.setNotFoundHandler(refuseUnknownPath);
  server.setErrorHandler((error: Error, request, reply) => {
    const status = refuseThrown(error, reply);
    if (status === 500) log.error({ err: error, url: request.url }, 'request failed');
    return reply;
  });
};

const listen = async (server: FastifyInstance, host: string, port: number): Promise<string> => {
  try {
    return await server.listen({ host, port });
  } catch (error) {
    await server.close();
    throw listenError({ what, host, port, setting: 'api.port' }, error);
  }
};
