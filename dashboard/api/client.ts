import type { Failure, LocalText } from './types.ts';

const timeoutMs = 10_000;

/** What the gateway answered in place of what was asked for, in its own words. */
export class RequestFailure extends Error {
  readonly status: number;
  /** In both languages where the gateway said why. */
  readonly words: LocalText | undefined;

  constructor(path: string, status: number, words: LocalText | undefined) {
    super(words?.en ?? `${path}: ${status}`);
    this.status = status;
    this.words = words;
  }
}

type Options = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

/** Below the page's own address, so that the page works behind a sub-path too. */
export const urlOf = (path: string): URL => new URL(path, document.baseURI);

const request = (path: string, { method = 'GET', body, signal }: Options): Promise<Response> => {
  const timeout = AbortSignal.timeout(timeoutMs);
  return fetch(urlOf(path), {
    method,
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    // A change is taken only as JSON: a browser never sends that to another origin without asking.
    ...(method !== 'GET' && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    }),
  });
};

const failureOf = async (path: string, response: Response): Promise<RequestFailure> => {
  const failure = (await response.json().catch(() => undefined)) as Failure | undefined;
  return new RequestFailure(path, response.status, failure?.error.words);
};

/**
 * Asks the gateway and gives its answer.
 * @throws RequestFailure when it refuses; TypeError when it does not answer; DOMException when it takes longer than 10 s
 */
export const ask = async <T>(path: string, options: Options = {}): Promise<T> => {
  const response = await request(path, options);
  if (!response.ok) throw await failureOf(path, response);
  return (response.status === 204 ? undefined : await response.json()) as T;
};
