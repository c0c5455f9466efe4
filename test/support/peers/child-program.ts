import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

export type ChildProgramOptions = {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly logFile: string;
  /** Asked again and again until it resolves to true. */
  isReady(): Promise<boolean>;
  readonly readyWithinMs?: number;
};

/** A real server that a test starts and ends, by its own process id. */
export type ChildProgram = {
  readonly pid: number;
  /** Ends it at once (kill -9), and waits until it is gone. */
  kill(): Promise<void>;
};

const pollMs = 25;

export const startProgram = async (options: ChildProgramOptions): Promise<ChildProgram> => {
  const child = spawn(options.program, options.arguments, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(options.logFile, { flags: 'a' });
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    if (isRunning(child)) {
      child.kill('SIGKILL');
      await exited;
    }
    log.end();
  };
  const deadlineMs = performance.now() + (options.readyWithinMs ?? 20_000);
  while (!(await options.isReady())) {
    if (!isRunning(child) || performance.now() > deadlineMs) {
      await kill();
      const words = await readFile(options.logFile, 'utf8');
      throw new Error(`${options.program} did not start:\n${words.slice(-2_000)}`);
    }
    await sleep(pollMs);
  }
  return { pid: child.pid ?? -1, kill };
};

const isRunning = (child: ChildProcess): boolean =>
  child.exitCode === null && child.signalCode === null;

/** Whether a GET of `url` is answered with `status`. */
export const answersWith = async (url: string, status: number): Promise<boolean> => {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.status === status;
  } catch (error) {
    // Not listening yet.
    if (error instanceof Error) return false;
    throw error;
  }
};
