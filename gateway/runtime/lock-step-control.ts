import { Agent, type IncomingMessage, request } from 'node:http';
import { z } from 'zod';
import { GatewayError, toGatewayError } from '../core/error.ts';
import type { LockStepOptions } from './lock-step-clock.ts';

const stateSchema = z.object({ nowMs: z.number(), lockStep: z.literal(true) });
const answerTimeoutMs = 30_000;
const mostBytes = 4 * 1024 * 1024;

/** One request of the control interface. An hour of a plant takes 36 000: `fetch` would take three times their processor time. */
type Question = {
  readonly url: URL;
  readonly agent: Agent;
  readonly signal: AbortSignal;
  /** JSON to post; undefined: to be asked for with GET. */
  readonly body?: string;
};

const send = (question: Question): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { url, agent, signal, body } = question;
    const asked = request(url, {
      ...{ agent, signal, timeout: answerTimeoutMs },
      ...(body === undefined ? {} : { method: 'POST', headers: headersOf(body) }),
    });
    asked.on('response', resolve);
    asked.on('error', (error: NodeJS.ErrnoException) => {
      // The simulators may close an idle connection just when it is used again; a question can be asked twice.
      if (asked.reusedSocket && error.code === 'ECONNRESET') resolve(send(question));
      else reject(error);
    });
    asked.on('timeout', () => {
      asked.destroy(new Error(`no answer within ${answerTimeoutMs} ms`));
    });
    asked.end(body);
  });

const headersOf = (body: string) => ({
  'content-type': 'application/json',
  'content-length': Buffer.byteLength(body),
});

const textOf = async (response: IncomingMessage): Promise<string> => {
  let text = '';
  response.setEncoding('utf8');
  for await (const part of response as AsyncIterable<string>) {
    text += part;
    if (text.length > mostBytes) throw new Error(`an answer of more than ${mostBytes} bytes`);
  }
  return text;
};

const control = async (question: Question): Promise<unknown> => {
  const { href } = question.url;
  try {
    const response = await send(question);
    const body: unknown = JSON.parse(await textOf(response));
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return body;
    throw new GatewayError(
      'PROTOCOL',
      {
        en: `${href} answered ${statusCode} ${JSON.stringify(body)}`,
        zh: `${href} 应答 ${statusCode} ${JSON.stringify(body)}`,
      },
      { retryable: false },
    );
  } catch (error) {
    throw toGatewayError(error, {
      code: 'CONNECTION_FAILED',
      retryable: false,
      message: {
        en: `the simulators' control interface at ${href} does not answer`,
        zh: `仿真器的控制接口 ${href} 没有应答`,
      },
    });
  }
};

/**
 * What a lock-step clock needs of simulators whose control interface is at `controlUrl`.
 * @throws GatewayError CONNECTION_FAILED, or PROTOCOL when they were not started with --lock-step
 */
export const lockStepWith = async (
  controlUrl: string,
  signal: AbortSignal,
): Promise<Pick<LockStepOptions, 'startMs' | 'advance'>> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  signal.addEventListener('abort', () => agent.destroy(), { once: true });
  const url = new URL('/state', controlUrl);
  const state = stateSchema.safeParse(await control({ url, agent, signal }));
  if (!state.success) {
    throw new GatewayError(
      'PROTOCOL',
      {
        en: `the simulators at ${controlUrl} do not wait for anybody: start them with --lock-step`,
        zh: `${controlUrl} 的仿真器未按锁步方式运行：请用 --lock-step 启动`,
      },
      { retryable: false },
    );
  }
  const advanceUrl = new URL('/advance', controlUrl);
  return {
    startMs: state.data.nowMs,
    advance: async (toMs) => {
      await control({ url: advanceUrl, agent, signal, body: JSON.stringify({ toMs }) });
    },
  };
};
