import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { TLSSocket, type TlsOptions } from 'node:tls';
import { gunzipSync } from 'node:zlib';

export type ReceivedWrite = {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: string;
  readonly lines: readonly string[];
  /** Common name in the client's certificate, when it showed one. */
  readonly clientName: string | undefined;
};

export type ScriptedAnswer = {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Text as it stands, or what becomes JSON. */
  readonly body?: unknown;
  /** Only when this has resolved. */
  readonly after?: Promise<void>;
};

/** An HTTP server that answers writes as a test says, for what no server in Debian's packages answers. */
export type InfluxWriteServer = {
  readonly url: string;
  readonly port: number;
  readonly received: readonly ReceivedWrite[];
  /** From now on writes are answered so; 204 until it is called. */
  answer(script: (write: ReceivedWrite) => ScriptedAnswer): void;
  /** From now on `GET /ping` is answered so; 204 until it is called. */
  answerPing(answer: ScriptedAnswer): void;
  /** Breaks all connections, as a server does with idle ones. */
  dropConnections(): void;
  close(): Promise<void>;
};

export type InfluxWriteServerOptions = {
  readonly tls?: TlsOptions;
};

export const startInfluxWriteServer = async (
  options: InfluxWriteServerOptions = {},
): Promise<InfluxWriteServer> => {
  const received: ReceivedWrite[] = [];
  let script = (_write: ReceivedWrite): ScriptedAnswer => ({ status: 204 });
  let ping: ScriptedAnswer = { status: 204 };
  const listener: RequestListener = (request, response) => {
    void buffer(request).then(async (raw) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server');
      const isGzip = request.headers['content-encoding'] === 'gzip';
      const body = (isGzip ? gunzipSync(raw) : raw).toString('utf8');
      const write = {
        path: pathname,
        query: Object.fromEntries(searchParams),
        headers: request.headers,
        body,
        lines: body.split('\n').filter((line) => line !== ''),
        clientName: clientNameOf(request.socket),
      };
      if (request.method === 'POST') received.push(write);
      const answer = request.method === 'POST' ? script(write) : ping;
      await answer.after;
      const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
      response.writeHead(answer.status, answer.headers).end(text);
    });
  };
  const server =
    options.tls === undefined ? createServer(listener) : createTlsServer(options.tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    received,
    answer: (next) => {
      script = next;
    },
    answerPing: (next) => {
      ping = next;
    },
    dropConnections: () => server.closeAllConnections(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
};

const clientNameOf = (socket: Socket): string | undefined => {
  if (!(socket instanceof TLSSocket)) return undefined;
  const name = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : undefined;
};
