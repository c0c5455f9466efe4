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

/** Asks the running gateway. @throws GatewayError with the gateway's own words, or that it does not answer */
export const askGateway = async <T>(url: URL, answer: z.ZodType<T>, body?: unknown): Promise<T> => {
  const signal = AbortSignal.timeout(requestTimeoutMs);
  const request =
    body === undefined
      ? { signal }
      : {
          ...{ signal, method: 'POST', body: JSON.stringify(body) },
          headers: { 'content-type': 'application/json' },
        };
  let response: Response;
  try {
    response = await fetch(url, request);
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
    response.status === 503 ? 'UNAVAILABLE' : 'PROTOCOL',
    said.success
      ? (said.data.error.words ?? said.data.error.message)
      : {
          en: `${url.href} answered ${response.status}`,
          zh: `${url.href} 应答 ${response.status}`,
        },
    { retryable: response.status === 503 },
  );
};
