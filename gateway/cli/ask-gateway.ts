import { z } from 'zod';
import { GatewayError } from '../core/error.ts';
import type { Messages } from './messages.ts';
import { UsageError } from './option-values.ts';

const refusal = z.object({
  error: z.object({
    message: z.string(),
    words: z.object({ en: z.string(), zh: z.string() }).optional(),
  }),
});

const requestTimeoutMs = 30_000;

const defaultUrl = 'http://127.0.0.1:8080';

/** Where the running gateway is. @throws UsageError */
export const gatewayUrl = (url: string | undefined, text: Messages): URL => {
  const base = URL.parse(url ?? defaultUrl);
  if (base === null) throw new UsageError(text.invalidOption('--url', url ?? '', defaultUrl));
  return base;
};

/** A token of the gateway, for one where reading or changing needs a sign-in. */
const tokenVariable = 'SEAMWATT_TOKEN';

export type Question = {
  readonly url: URL;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly body?: unknown;
  /** POST with a body, else GET. */
  readonly method?: 'POST' | 'PATCH' | 'DELETE';
};

const codes: Readonly<Record<number, 'UNAVAILABLE' | 'AUTHENTICATION_FAILED'>> = {
  401: 'AUTHENTICATION_FAILED',
  403: 'AUTHENTICATION_FAILED',
  503: 'UNAVAILABLE',
};

const requestOf = ({ env, body, method = 'POST' }: Question): RequestInit => {
  const token = env[tokenVariable];
  const headers = { ...(token && { authorization: `Bearer ${token}` }) };
  const signal = AbortSignal.timeout(requestTimeoutMs);
  if (body === undefined) return { signal, headers };
  return {
    ...{ signal, method, body: JSON.stringify(body) },
    headers: { ...headers, 'content-type': 'application/json' },
  };
};

/** Asks the running gateway. @throws GatewayError with the gateway's own words, or that it does not answer */
export const askGateway = async <T>(question: Question, answer: z.ZodType<T>): Promise<T> => {
  const { url } = question;
  let response: Response;
  try {
    response = await fetch(url, requestOf(question));
  } catch (error) {
    throw new GatewayError(
      'CONNECTION_FAILED',
      { en: `no gateway answers at ${url.origin}`, zh: `${url.origin} 没有网关应答` },
      { retryable: true, cause: error },
    );
  }
  const content: unknown = await response.json();
  if (response.ok) return answer.parse(content);
  const said = refusal.safeParse(content);
  throw new GatewayError(
    codes[response.status] ?? 'PROTOCOL',
    said.success
      ? (said.data.error.words ?? said.data.error.message)
      : {
          en: `${url.href} answered ${response.status}`,
          zh: `${url.href} 应答 ${response.status}`,
        },
    { retryable: response.status === 503 },
  );
};
