import fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  failure,
  failures,
  refuse,
  refuseThrown,
  refuseUnknownPath,
  requestReader,
  wrongParameter,
} from '../../../../gateway/api/failure-answer.ts';
import { GatewayError } from '../../../../gateway/core/error.ts';

const serve = (thrown?: Error): FastifyInstance => {
  const server = fastify({ bodyLimit: 1000 });
  server.setValidatorCompiler(requestReader);
  server.setErrorHandler((error: Error, _request, reply) => {
    refuseThrown(error, reply);
    return reply;
  });
  server.setNotFoundHandler(refuseUnknownPath);
  const schema = { querystring: z.strictObject({ name: z.string().optional() }) };
  server.get('/thing', { schema }, (_request, reply) => {
    if (thrown !== undefined) throw thrown;
    return refuse(reply, 404, {});
  });
  server.post('/thing', (_request, reply) =>
    refuse(reply, 400, wrongParameter('to', 'noon', { en: 'an instant', zh: '时刻' })),
  );
  return server;
};

const ask = async (thrown?: Error, url = '/thing') => {
  const answer = await serve(thrown).inject(url);
  const { error } = failure.parse(answer.json());
  return { status: answer.statusCode, headers: answer.headers, ...error };
};

const withStatus = (statusCode: number): Error => Object.assign(new Error('inner'), { statusCode });

describe('an answer that is a failure', () => {
  it.each([
    [400, 'BAD_REQUEST', '请求有误'],
    [403, 'FORBIDDEN', '不允许该请求'],
    [404, 'NOT_FOUND', '没有所请求的内容'],
    [413, 'TOO_LARGE', '请求体过大：此处最多接收 1000 字节'],
    [415, 'UNSUPPORTED_MEDIA_TYPE', '应为 application/json'],
    [429, 'TOO_MANY_REQUESTS', '请求过多'],
    [500, 'INTERNAL', '网关未能应答，原因见其日志'],
  ])('says %i with a code and in both languages', async (status, code, zh) => {
    const answer = await ask(withStatus(status));
    expect(answer).toMatchObject({ status, code, words: { zh } });
    expect(answer.message).toBe(answer.words.en);
    expect(JSON.stringify(answer)).not.toContain('inner');
  });

  it('is the nearest one that is known where a library says another', async () => {
    expect((await ask(withStatus(418))).status).toBe(400);
    expect((await ask(withStatus(507))).status).toBe(500);
    expect((await ask(new Error('inner'))).status).toBe(500);
  });

  it('has the words of an error of the gateway, and says when to come back', async () => {
    const words = { en: 'too many', zh: '过多' };
    const busy = new GatewayError('UNAVAILABLE', words, { retryable: true, retryAfterMs: 1500 });
    expect(await ask(busy)).toMatchObject({
      ...{ status: 503, code: 'UNAVAILABLE', words, headers: { 'retry-after': '2' } },
    });
    const lost = await ask(new GatewayError('STORE_FAILED', words, { retryable: false }));
    expect(lost).toMatchObject({
      ...{ status: 500, code: 'STORE_FAILED', words: { zh: '数据目录无法读写（过多）' } },
    });
    expect(lost.headers).not.toHaveProperty('retry-after');
  });

  it('names the field that is wrong, what was found and what is expected', async () => {
    expect(await ask(undefined, '/thing?nam=x')).toMatchObject({
      status: 400,
      fields: [
        {
          ...{ place: 'query', field: 'nam', found: { zh: '未知的名称' } },
          expected: { en: 'name', zh: 'name' },
        },
      ],
    });
    const posted = await serve().inject({ method: 'POST', url: '/thing', payload: {} });
    expect(failure.parse(posted.json()).error).toMatchObject({
      words: { zh: '查询参数 to：发现 "noon"，应为时刻' },
      fields: [{ field: 'to', found: { en: '"noon"' } }],
    });
  });

  it('is kept by nobody, and has the words of its status where nothing more is known', async () => {
    const answer = await ask();
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.words).toEqual({ en: 'there is no such thing', zh: '没有所请求的内容' });
    expect(answer).not.toHaveProperty('fields');
    expect((await ask(undefined, '/none')).words.zh).toMatch(/^没有 GET \/none：/);
  });

  it('is described for each status of a route, and for 401, 403 and 500 always', () => {
    expect(Object.keys(failures())).toEqual(['401', '403', '500']);
    expect(Object.keys(failures(404, 503))).toEqual(['401', '403', '404', '500', '503']);
    expect(failures(404)[404].description).toBe('NOT_FOUND: there is no such thing');
  });
});
