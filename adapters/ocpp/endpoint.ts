import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import { listenError } from '../../gateway/core/listening.ts';
import type { Refusal } from './charger-events.ts';
import type { OcppConfig } from './ocpp-config.ts';
import { isAuthorised } from './password.ts';

export const subprotocol = 'ocpp1.6';
const handshakeTimeoutMs = 10_000;
const mostHeaderBytes = 8 * 1024;
const protocolError = 1002;

/** Who may connect, with the password that must be shown. */
export type KnownPeer = { readonly identity: string; readonly password: string | undefined };

export type EndpointOptions<Peer extends KnownPeer> = {
  readonly config: OcppConfig;
  /** For messages. */
  readonly sourceId: string;
  readonly peers: ReadonlyMap<string, Peer>;
  opened(peer: Peer, socket: WebSocket): void;
  refused(refused: {
    readonly identity: string;
    readonly from: string;
    readonly refusal: Refusal;
  }): void;
  /** More connections than can be charge points: one was refused. */
  dropped(): void;
};

export type Endpoint = { readonly port: number; close(): Promise<void> };

/**
 * Listens for charge points and lets in those that are known and show their password.
 *
 * @throws GatewayError LISTEN_FAILED when the port cannot be had, CONFIG_INVALID when a file of `tls` cannot be read
 */
export const openEndpoint = async <Peer extends KnownPeer>(
  options: EndpointOptions<Peer>,
): Promise<Endpoint> => {
  const { config, peers } = options;
  const server = await createHttpServer(config);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: config.maxMessageBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  // Room for a charge point that comes back before its old connection is known to be dead.
  server.maxConnections = peers.size * 2 + 16;
  server.on('drop', () => options.dropped());
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const refuse = (refusal: Refusal): void => {
      const from = request.socket.remoteAddress ?? '';
      options.refused({ identity: identityIn(request, config) ?? '', from, refusal });
    };
    const peer = peers.get(identityIn(request, config) ?? '');
    if (peer === undefined) {
      refuse('unknown');
      refuseUpgrade(socket, '404 Not Found');
      return;
    }
    const { identity, password } = peer;
    const { authorization } = request.headers;
    if (password !== undefined && !isAuthorised(authorization, { identity, password })) {
      refuse('password');
      refuseUpgrade(socket, '401 Unauthorized', 'WWW-Authenticate: Basic realm="OCPP"\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      if (webSocket.protocol === subprotocol) {
        options.opened(peer, webSocket);
        return;
      }
      // OCPP-J 1.6 §3.1.2: complete the handshake without a subprotocol, and close.
      refuse('subprotocol');
      webSocket.on('error', () => webSocket.terminate());
      webSocket.close(protocolError, `expected the subprotocol ${subprotocol}`);
    });
  });
  const port = await listen(server, options);
  return { port, close: () => closeServer(server) };
};

const createHttpServer = async ({ tls }: OcppConfig): Promise<Server> => {
  const settings = {
    ...{ headersTimeout: handshakeTimeoutMs, requestTimeout: handshakeTimeoutMs },
    ...{ maxHeaderSize: mostHeaderBytes, noDelay: true, connectionsCheckingInterval: 2000 },
  };
  const answer = (_: IncomingMessage, response: import('node:http').ServerResponse): void => {
    response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
  };
  if (tls === undefined) return createServer(settings, answer);
  const cert = await readPem(tls.certificateFile, 'certificateFile');
  const key = await readPem(tls.keyFile, 'keyFile');
  try {
    const secure = { cert, key, minVersion: 'TLSv1.2', handshakeTimeout: handshakeTimeoutMs };
    return createTlsServer({ ...settings, ...secure, minVersion: 'TLSv1.2' }, answer);
  } catch (error) {
    const why = describeError(error);
    const text = {
      en: `certificateFile and keyFile are no pair: ${why}`,
      zh: `certificateFile 与 keyFile 不匹配：${why}`,
    };
    throw new GatewayError('CONFIG_INVALID', text, { retryable: true, cause: error });
  }
};

const readPem = async (file: string, what: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (error) {
    const why = describeError(error);
    const text = { en: `${what} cannot be read: ${why}`, zh: `无法读取 ${what}：${why}` };
    throw new GatewayError('CONFIG_INVALID', text, { retryable: true, cause: error });
  }
};

/** What follows the path of the endpoint; undefined where the address is another one, or no text. */
const identityIn = ({ url }: IncomingMessage, { path }: OcppConfig): string | undefined => {
  const [place = ''] = (url ?? '').split('?');
  const prefix = `${path}/`;
  if (!place.startsWith(prefix)) return undefined;
  try {
    return decodeURIComponent(place.slice(prefix.length));
  } catch {
    return undefined;
  }
};

const refuseUpgrade = (socket: Duplex, status: string, headers = ''): void => {
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`);
  socket.once('finish', () => socket.destroy());
};

const listen = (
  server: Server,
  { config, sourceId }: { readonly config: OcppConfig; readonly sourceId: string },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const { host, port } = config;
    const what = {
      en: `the OCPP endpoint of source ${sourceId}`,
      zh: `数据源 ${sourceId} 的 OCPP 端点`,
    };
    server.once('error', (error) => {
      reject(listenError({ what, host, port, setting: `port (${sourceId})` }, error));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
