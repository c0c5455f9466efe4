import type { Socket } from 'node:net';
import type { FastifyReply, FastifySchemaCompiler } from 'fastify';
import { z } from 'zod';
import { type Role, roles } from '../access/roles.ts';
import { describeWords, GatewayError } from '../core/error.ts';
import { explainError } from '../core/error-text.ts';
import { foundWords, type InputIssue, issueSentences, readInput } from '../core/input-words.ts';
import type { LocalText } from '../core/point.ts';
import { localText } from './contract.ts';

/** The body of every answer that is none. */
export const failure = z.object({
  error: z.object({
    code: z.string().describe('Stable, for machines'),
    message: z.string().describe('In English'),
    words: localText.describe('The message in both languages'),
    fields: z
      .array(
        z.object({
          place: z.enum(['query', 'path', 'body']),
          field: z.string().describe('Members joined by dots; empty where it is the whole'),
          found: localText,
          expected: localText,
        }),
      )
      .optional()
      .describe('What is wrong in the request, at most 20 of it'),
    roles: z.array(z.enum(roles)).optional().describe('Who may, where whoever asks may not'),
  }),
});

type Field = NonNullable<z.infer<typeof failure>['error']['fields']>[number];

const mostFields = 20;

const statuses = {
  400: { code: 'BAD_REQUEST', words: { en: 'the request is wrong', zh: '请求有误' } },
  401: { code: 'SIGN_IN_NEEDED', words: { en: 'sign in first', zh: '请先登录' } },
  403: { code: 'FORBIDDEN', words: { en: 'the request is not allowed', zh: '不允许该请求' } },
  404: { code: 'NOT_FOUND', words: { en: 'there is no such thing', zh: '没有所请求的内容' } },
  408: { code: 'TIMEOUT', words: { en: 'the request came too slowly', zh: '请求发送过慢' } },
  409: { code: 'CONFLICT', words: { en: 'it does not fit what is there', zh: '与现有内容冲突' } },
  413: { code: 'TOO_LARGE', words: { en: 'the request is too large', zh: '请求过大' } },
  415: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    words: { en: 'expected application/json', zh: '应为 application/json' },
  },
  426: {
    code: 'UPGRADE_REQUIRED',
    words: { en: 'this path speaks WebSocket only', zh: '该路径仅支持 WebSocket' },
  },
  429: { code: 'TOO_MANY_REQUESTS', words: { en: 'too many requests', zh: '请求过多' } },
  431: { code: 'HEADERS_TOO_LARGE', words: { en: 'the headers are too large', zh: '请求头过大' } },
  500: {
    code: 'INTERNAL',
    words: {
      en: 'the gateway failed to answer; its log has the cause',
      zh: '网关未能应答，原因见其日志',
    },
  },
  503: {
    code: 'UNAVAILABLE',
    words: { en: 'not at present; ask again', zh: '暂不可用，请稍后再试' },
  },
} as const satisfies Readonly<Record<number, { readonly code: string; readonly words: LocalText }>>;

type FailureStatus = keyof typeof statuses;

const isKnown = (status: number): status is FailureStatus => Object.hasOwn(statuses, status);

/** Describes failures of a route; that it may refuse strangers and those without the role and may fail goes without saying. */
export const failures = <Status extends FailureStatus>(
  ...those: readonly Status[]
): Readonly<Record<Status | 401 | 403 | 500, typeof failure>> =>
  Object.fromEntries(
    ([401, 403, ...those, 500] as const).map((status) => [
      status,
      failure.describe(`${statuses[status].code}: ${statuses[status].words.en}`),
    ]),
  ) as Record<Status | 401 | 403 | 500, typeof failure>;

type Refusal = {
  /** Those of the status unless given. */
  readonly words?: LocalText;
  readonly code?: string;
  readonly fields?: readonly Field[];
  /** Who may. */
  readonly roles?: readonly Role[];
};

const bodyOf = (
  status: FailureStatus,
  { words = statuses[status].words, code = statuses[status].code, fields, roles: who }: Refusal,
): z.infer<typeof failure> => ({
  error: {
    code,
    message: words.en,
    words,
    ...(fields === undefined ? {} : { fields: [...fields] }),
    ...(who === undefined ? {} : { roles: [...who] }),
  },
});

/** Answers a request by saying why not. */
export const refuse = (
  reply: FastifyReply,
  status: FailureStatus,
  refusal: Refusal,
): FastifyReply =>
  reply.code(status).header('cache-control', 'no-store').send(bodyOf(status, refusal));

const places = {
  querystring: 'query',
  params: 'path',
  headers: 'path',
  body: 'body',
} as const;

const placeNames = {
  query: {
    part: { en: 'query parameter ', zh: '查询参数 ' },
    whole: { en: 'the query', zh: '查询' },
  },
  path: {
    part: { en: 'path parameter ', zh: '路径参数 ' },
    whole: { en: 'the path', zh: '路径' },
  },
  body: { part: { en: 'field ', zh: '字段 ' }, whole: { en: 'the body', zh: '请求体' } },
} as const;

/** A request whose query, path or body is not as its route wants it. */
class WrongRequest extends Error {
  override readonly name = 'WrongRequest';
  readonly words: LocalText;
  readonly fields: readonly Field[];

  constructor(place: Field['place'], issues: readonly InputIssue[]) {
    const words = issueSentences(issues, placeNames[place]);
    super(words.en);
    this.words = words;
    this.fields = issues.slice(0, mostFields).map((issue) => ({ place, ...issue }));
  }
}

/** Reads each part of a request by the schema of its route. */
export const requestReader: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  const place = places[(httpPart ?? 'body') as keyof typeof places];
  return (data) => {
    const read = readInput(schema, data);
    return read.ok ? { value: read.value } : { error: new WrongRequest(place, read.issues) };
  };
};

/** What is wrong with one query parameter, where only its route knows. */
export const wrongParameter = (name: string, given: string, expected: LocalText): Refusal => {
  const { words, fields } = new WrongRequest('query', [
    { field: name, found: foundWords(given), expected },
  ]);
  return { words, fields };
};

const libraryWords: Readonly<Record<string, LocalText>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { en: 'the body is not JSON', zh: '请求体不是 JSON' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    en: 'the body is empty: expected JSON',
    zh: '请求体为空：应为 JSON',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    en: 'the body is not as long as content-length says',
    zh: '请求体长度与 content-length 不符',
  },
  FST_ERR_BAD_URL: {
    en: 'the path is not well-formed: %XX must be the bytes of UTF-8',
    zh: '路径格式不正确：%XX 必须是 UTF-8 字节',
  },
};

const tooLarge = (reply: FastifyReply): LocalText => {
  const most = reply.routeOptions.bodyLimit;
  return {
    en: `the body is too large: at most ${most} bytes are taken here`,
    zh: `请求体过大：此处最多接收 ${most} 字节`,
  };
};

type Thrown = Error & { readonly statusCode?: number; readonly code?: string };

/** What anything thrown is to whoever asked. */
const refusalOf = (thrown: Thrown, reply: FastifyReply): readonly [FailureStatus, Refusal] => {
  if (thrown instanceof WrongRequest) return [400, { words: thrown.words, fields: thrown.fields }];
  if (thrown instanceof GatewayError) {
    const { code } = thrown;
    return code === 'UNAVAILABLE'
      ? [503, { code, words: describeWords(thrown) }]
      : [500, { code, words: explainError(thrown) }];
  }
  const { statusCode = 500, code = '' } = thrown;
  const status = isKnown(statusCode) ? statusCode : statusCode < 500 ? 400 : 500;
  const words = status === 413 ? tooLarge(reply) : (libraryWords[code] ?? statuses[status].words);
  return [status, { words }];
};

/** Answers for anything thrown; returns the status. */
export const refuseThrown = (thrown: Thrown, reply: FastifyReply): number => {
  const [status, refusal] = refusalOf(thrown, reply);
  if (thrown instanceof GatewayError && thrown.retryAfterMs !== undefined) {
    reply.header('retry-after', String(Math.ceil(thrown.retryAfterMs / 1000)));
  }
  refuse(reply, status, refusal);
  return status;
};

const longestPath = 200;

/** Answers for a path that there is not. */
export const refuseUnknownPath = (
  { method, url }: { readonly method: string; readonly url: string },
  reply: FastifyReply,
): FastifyReply => {
  const shown = url.length > longestPath ? `${url.slice(0, longestPath)}…` : url;
  return refuse(reply, 404, {
    words: {
      en: `nothing at ${method} ${shown}: /api/v1/openapi.json lists what there is`,
      zh: `没有 ${method} ${shown}：/api/v1/openapi.json 可列出全部`,
    },
  });
};

const statusOfSocket = (code: string | undefined): 400 | 408 | 431 => {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  return code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
};

/** Answers for what is not HTTP, or not all of it in time, and ends the connection. */
export const refuseSocket = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status = statusOfSocket(error.code);
  const body = JSON.stringify(bodyOf(status, statuses[status]));
  if (socket.writable) {
    socket.write(
      [
        `HTTP/1.1 ${status} ${statuses[status].code}`,
        `content-length: ${Buffer.byteLength(body)}`,
        'content-type: application/json; charset=utf-8',
        'connection: close',
        '',
        body,
      ].join('\r\n'),
    );
  }
  socket.destroySoon();
};
