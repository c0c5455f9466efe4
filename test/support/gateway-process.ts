import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type * as contract from '../../gateway/api/contract.ts';

const program = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
const startTimeoutMs = 60_000;

export type Point = z.infer<typeof contract.point>;
export type Kpi = z.infer<typeof contract.kpi>;
export type Device = z.infer<typeof contract.device>;
export type SinkState = z.infer<typeof contract.sink>;

/** A gateway as a child process, seen only through what it shows to everybody. */
export type GatewayProcess = {
  readonly url: string;
  readonly process: ChildProcess;
  /** What it has written to stderr so far. */
  log(): string;
  /** What it has written to stdout so far. */
  out(): string;
  get<T>(path: string): Promise<T>;
  /** Sends the signal and returns the exit code; null after SIGKILL. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** Resolves with the exit code when it ends by itself. */
  readonly ended: Promise<number | null>;
};

const readyWords = /Seamwatt is running: (http:\S+)/;

/** Starts `seamwatt ARGUMENTS` without waiting for anything. */
export const spawnGatewayProcess = (
  args: readonly string[],
): {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
  /** What it has written to stderr so far. */
  log(): string;
} => {
  const child = spawn(process.execPath, [program, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, SEAMWATT_LANG: 'en' },
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  return {
    process: child,
    ended: once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null)),
    log: () => log,
  };
};

/** Runs `seamwatt ARGUMENTS` to its end, by default of this build. */
export const runGatewayProcess = async (
  args: readonly string[],
  build = program,
): Promise<{ readonly code: number | null; readonly out: string; readonly log: string }> => {
  const child = spawn(process.execPath, [build, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SEAMWATT_LANG: 'en' },
  });
  let out = '';
  let log = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, out, log };
};

/**
 * Starts `seamwatt ARGUMENTS`, by default of this build, and waits until it says where it can be seen. Rejects with its log
 * when it ends before.
 */
export const startGatewayProcess = async (
  args: readonly string[],
  build = program,
): Promise<GatewayProcess> => {
  const child = spawn(process.execPath, [build, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SEAMWATT_LANG: 'en' },
  });
  let log = '';
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const ended = once(child, 'exit').then(([code]) => (typeof code === 'number' ? code : null));
  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const ready = readyWords.exec(log);
      if (ready?.[1] === undefined) return;
      clearTimeout(timer);
      resolve(ready[1]);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the gateway ended (${String(code)}):\n${log}`));
    });
  });
  return {
    url,
    process: child,
    log: () => log,
    out: () => out,
    ended,
    get: async <T>(path: string): Promise<T> => {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(5000) });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as T;
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      return ended;
    },
  };
};

/** Repeats `look` every 50 ms until it gives something, at most `withinMs`. */
export const eventually = async <T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  withinMs = 15_000,
): Promise<T> => {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
