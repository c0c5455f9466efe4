import { type ChildProcess, spawn } from 'node:child_process';
import type { z } from 'zod';
import { GatewayError } from '../../core/error.ts';
import { endChild, endWithUs, keepTail } from './child-end.ts';

const startTimeoutMs = 60_000;
const requestTimeoutMs = 10_000;
/** What `run` says in English when it is up. */
const readyWords = /Seamwatt is running: (http:\S+)/;

export type GatewayOptions = {
  readonly program: string;
  readonly siteFile: string;
  readonly clockUrl: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
};

/** A gateway as a process of its own, seen only through what it shows to everybody. */
export class GatewayChild {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #tail: () => string;
  /** Set before it is ended on purpose. */
  #isWanted = true;

  private constructor(url: string, child: ChildProcess, tail: () => string) {
    this.url = url;
    this.#process = child;
    this.#tail = tail;
  }

  /** Resolves when it says where it can be seen. @throws GatewayError with the end of its log when it does not */
  static async start(options: GatewayOptions): Promise<GatewayChild> {
    const { program, siteFile, clockUrl, env, signal } = options;
    const clock = clockUrl === undefined ? [] : ['--clock', clockUrl];
    const child = spawn(process.execPath, [program, 'run', '--config', siteFile, ...clock], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...env, SEAMWATT_LANG: 'en' },
    });
    endWithUs(child);
    const tail = keepTail(child);
    const kill = (): boolean => child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const timer = setTimeout(kill, startTimeoutMs);
    try {
      const url = await new Promise<string>((resolve, reject) => {
        child.stderr.on('data', () => {
          const ready = readyWords.exec(tail());
          if (ready?.[1] !== undefined) resolve(ready[1]);
        });
        child.once('exit', (code) => reject(endedError(code, tail())));
        child.once('error', reject);
      });
      return new GatewayChild(url, child, tail);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', kill);
    }
  }

  /** Rejects when it ends without having been asked to. */
  watch(): Promise<never> {
    return new Promise((_, reject) => {
      const tell = (): void => {
        if (this.#isWanted) reject(endedError(this.#process.exitCode, this.#tail()));
      };
      if (this.#process.exitCode !== null) tell();
      this.#process.once('exit', tell);
    });
  }

  async get<T>(path: string, answer: z.ZodType<T>): Promise<T> {
    const signal = AbortSignal.timeout(requestTimeoutMs);
    const response = await fetch(new URL(path, this.url), { signal });
    if (response.ok) return answer.parse(await response.json());
    const { status } = response;
    const text = { en: `${path} answered ${status}`, zh: `${path} 应答 ${status}` };
    throw new GatewayError('PROTOCOL', text, { retryable: true });
  }

  stop(): Promise<void> {
    this.#isWanted = false;
    return endChild(this.#process);
  }

  /** As a power cut: nothing is told, flushed or stored. */
  kill(): Promise<void> {
    this.#isWanted = false;
    return endChild(this.#process, 'SIGKILL');
  }
}

const endedError = (code: number | null, tail: string): GatewayError =>
  new GatewayError(
    'ABORTED',
    {
      en: `the gateway ended by itself (${code ?? 'signal'}): ${tail}`,
      zh: `网关自行退出（${code ?? '信号'}）：${tail}`,
    },
    { retryable: false },
  );
