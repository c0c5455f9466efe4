import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
} from 'node:http';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { abortError } from './abort-error.ts';

/** What TLS needs of files, read. */
export type TlsMaterial = {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
};

export type HttpConnectionOptions = {
  /** `http:` or `https:`; a path is put before every request's own. */
  readonly url: string;
  readonly tls?: TlsMaterial | undefined;
  /** Deadline of a request from its first step to the last byte of its answer. */
  readonly timeoutMs: number;
  /** Sent with every request. */
  readonly headers: OutgoingHttpHeaders;
};

export type HttpRequest = {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
};

export type HttpAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most `maxAnswerBytes` of it. */
  readonly body: string;
};

/**
 * An import of these reads every name that they export, WebSocket among them, and so loads all of Node's fetch: 50 ms and
 * 8 MB that nothing here uses.
 */
const http = () => process.getBuiltinModule('node:http');
const https = () => process.getBuiltinModule('node:https');

/** A server that answers more than this is not listened to further. */
const maxAnswerBytes = 256 * 1024;

/** Failed before there was a connection, so that nothing of the request can have arrived. */
const connectCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENETDOWN',
]);

/**
 * One kept-alive HTTP connection. Redirects are answers like any other, so credentials never follow one to another host,
 * and certificates are always verified.
 */
export class HttpConnection {
  readonly #options: HttpConnectionOptions;
  readonly #url: URL;
  readonly #agent: Agent;
  #isClosed = false;

  constructor(options: HttpConnectionOptions) {
    this.#options = options;
    this.#url = new URL(options.url);
    const agentOptions = { keepAlive: true, maxSockets: 1, maxFreeSockets: 1 };
    this.#agent =
      this.#url.protocol === 'https:'
        ? new (https().Agent)({ ...agentOptions, ...options.tls, rejectUnauthorized: true })
        : new (http().Agent)(agentOptions);
  }

  /** Throws a retryable GatewayError when no whole answer comes in time. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const first = this.#attempt(request);
    try {
      return await first.answer;
    } catch (error) {
      // The server may close an idle connection just when it is used again; asking once more, on a new one, is then safe
      // because every request made here may arrive twice.
      const isStale = error instanceof GatewayError && error.code === 'CONNECTION_LOST';
      if (!isStale || !first.wasReused() || request.signal.aborted || this.#isClosed) throw error;
      return this.#attempt(request).answer;
    }
  }

  /** Breaks off what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#agent.destroy();
  }

  #attempt(request: HttpRequest): { answer: Promise<HttpAnswer>; wasReused: () => boolean } {
    const { timeoutMs } = this.#options;
    const { signal } = request;
    if (signal.aborted) {
      return {
        answer: Promise.reject(abortError(signal, this.#requestWords())),
        wasReused: () => false,
      };
    }
    const outgoing = this.#start(request);
    const answer = new Promise<HttpAnswer>((resolve, reject) => {
      const onAbort = (): void => void outgoing.destroy(abortError(signal, this.#requestWords()));
      const timer = setTimeout(() => {
        const words = {
          en: `${this.#name().en} did not answer within ${timeoutMs} ms`,
          zh: `${this.#name().zh} 在 ${timeoutMs} ms 内无应答`,
        };
        outgoing.destroy(new GatewayError('TIMEOUT', words, { retryable: true }));
      }, timeoutMs);
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        finish();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      outgoing.on('error', (error) => settle(() => reject(this.#wrap(error))));
      outgoing.on('response', (response) => {
        readBounded(response).then(
          (body) =>
            settle(() =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
            ),
          (error: unknown) => settle(() => reject(this.#wrap(outgoing.errored ?? error))),
        );
      });
    });
    outgoing.end(request.body);
    return { answer, wasReused: () => outgoing.reusedSocket };
  }

  #start(request: HttpRequest): ClientRequest {
    const start = this.#url.protocol === 'https:' ? https().request : http().request;
    return start({
      agent: this.#agent,
      protocol: this.#url.protocol,
      hostname: this.#url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: this.#url.port,
      method: request.method,
      path: this.#url.pathname.replace(/\/$/, '') + request.path,
      headers: {
        ...this.#options.headers,
        ...request.headers,
        'content-length': request.body?.length ?? 0,
      },
    });
  }

  #name(): LocalText {
    const { origin } = this.#url;
    return { en: `InfluxDB at ${origin}`, zh: `InfluxDB（${origin}）` };
  }

  #requestWords(): LocalText {
    const { en, zh } = this.#name();
    return { en: `request to ${en}`, zh: `${zh}：请求` };
  }

  #wrap(error: unknown): GatewayError {
    if (error instanceof GatewayError) return error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const isConnect = connectCodes.has(code) || /CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code);
    const words = isConnect
      ? { en: 'cannot be reached', zh: '无法连接' }
      : { en: 'closed the connection', zh: '关闭了连接' };
    const name = this.#name();
    const detail = describeError(error) || code;
    return new GatewayError(
      isConnect ? 'CONNECTION_FAILED' : 'CONNECTION_LOST',
      { en: `${name.en} ${words.en}: ${detail}`, zh: `${name.zh} ${words.zh}：${detail}` },
      { retryable: true, cause: error },
    );
  }
}

const readBounded = async (response: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxAnswerBytes - length));
    length += chunk.length;
    // Leaving the loop destroys the response and its connection.
    if (length >= maxAnswerBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
};
