import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type AddressInfo, createServer, isIP, type Server, type Socket } from 'node:net';
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes';
import { listenError, refuseOtherMachines } from '../../gateway/core/listening.ts';
import type { Log } from '../../gateway/core/log.ts';
import { keepPacketLibrarySmall } from './packet-library.ts';
import { LimitedSocket } from './packet-limit.ts';

const defaultMaxConnections = 64;
const defaultMaxPacketBytes = 1024 * 1024;
const maxSubscriptionsPerClient = 100;
/** A subscriber that takes nothing for so long is disconnected, so that it does not hold up the others. */
const drainTimeoutMs = 5000;
const connectTimeoutMs = 10_000;
const badCredentials = 4;

export type EmbeddedBrokerOptions = {
  /** Loopback only: anybody may read from this broker. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly log: Log;
  readonly maxConnections?: number;
  /** Of any packet from a client, the gateway's included. */
  readonly maxPacketBytes?: number;
};

export type EmbeddedBroker = {
  readonly url: string;
  readonly port: number;
  /** Made anew at every start; only who knows them may publish. */
  readonly username: string;
  readonly password: string;
  /** Disconnects everybody and frees the port; may be called twice. */
  close(): Promise<void>;
};

const what = { en: 'the embedded broker', zh: '内置消息代理' };

/**
 * Starts an MQTT 3.1.1 broker inside of the gateway, for people and programs on the same machine. Everybody may subscribe,
 * nobody but the gateway may publish, and sessions end with their connection, so that an absent subscriber costs nothing.
 *
 * @throws GatewayError LISTEN_FAILED when `host` is not loopback or the port cannot be had
 */
export const startEmbeddedBroker = async (
  options: EmbeddedBrokerOptions,
): Promise<EmbeddedBroker> => {
  const { host, log } = options;
  refuseOtherMachines({ what, host });
  const credentials = {
    username: `gateway-${randomBytes(4).toString('hex')}`,
    password: randomBytes(24).toString('base64url'),
  };
  await keepPacketLibrarySmall();
  const aedes = await Aedes.createBroker({
    ...accessRules(credentials),
    connectTimeout: connectTimeoutMs,
    drainTimeout: drainTimeoutMs,
  });
  watch(aedes, log);
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    aedes.handle(new LimitedSocket(socket, options.maxPacketBytes ?? defaultMaxPacketBytes));
  });
  server.maxConnections = options.maxConnections ?? defaultMaxConnections;
  server.on('drop', () => log.warn({}, 'embedded broker: too many connections, one was refused'));
  const closeBroker = (): Promise<void> => new Promise((resolve) => aedes.close(() => resolve()));
  let port: number;
  try {
    port = await listen(server, options);
  } catch (error) {
    await closeBroker();
    throw error;
  }
  return {
    url: `mqtt://${isIP(host) === 6 ? `[${host}]` : host}:${port}`,
    port,
    ...credentials,
    close: async () => {
      if (!server.listening) return;
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await closeBroker();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
};

const listen = (server: Server, options: EmbeddedBrokerOptions): Promise<number> => {
  const { host, port } = options;
  const listening = Promise.withResolvers<number>();
  server.once('error', (error) => {
    listening.reject(listenError({ what, host, port, setting: 'broker.port' }, error));
  });
  server.listen({ host, port }, () => listening.resolve((server.address() as AddressInfo).port));
  return listening.promise;
};

const isSame = (given: Buffer | undefined, expected: string): boolean => {
  const wanted = Buffer.from(expected);
  return given !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
};

const refusal = (text: string): AuthenticateError =>
  Object.assign(new Error(text), { returnCode: badCredentials });

/** Who may do what: the holder of the credentials everything, everybody else read. */
const accessRules = (credentials: {
  readonly username: string;
  readonly password: string;
}): AedesOptions => {
  const gateways = new Map<string, Client>();
  const subscriptions = new WeakMap<Client, number>();
  return {
    preConnect: (_client, packet, done) => {
      packet.clean = true;
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      if (username === undefined) {
        // A client with the gateway's id would take over its connection.
        const isTaken = gateways.get(client.id)?.closed === false;
        done(isTaken ? refusal('this client id belongs to the gateway') : null, !isTaken);
        return;
      }
      const isGateway =
        isSame(Buffer.from(username), credentials.username) &&
        isSame(password, credentials.password);
      if (isGateway) gateways.set(client.id, client);
      done(isGateway ? null : refusal('wrong user name or password'), isGateway);
    },
    authorizePublish: (client, packet, done) => {
      const isGateway = client !== null && gateways.get(client.id) === client;
      if (!isGateway) done(new Error('only the gateway publishes here'));
      else if (packet.topic.startsWith('$')) done(new Error('topics with $ are reserved'));
      else done(null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const count = (subscriptions.get(client) ?? 0) + 1;
      subscriptions.set(client, count);
      if (count > maxSubscriptionsPerClient) {
        done(new Error(`more than ${maxSubscriptionsPerClient} subscriptions`));
      } else done(null, subscription);
    },
  };
};

const watch = (aedes: Aedes, log: Log): void => {
  aedes.on('clientError', (client, error) =>
    log.debug({ client: client.id, err: error }, `embedded broker: client cut: ${error.message}`),
  );
  aedes.on('connectionError', (_client, error) =>
    log.debug({ err: error }, `embedded broker: connection refused: ${error.message}`),
  );
};
