import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const killAfterMs = 6000;

const isOver = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null;

/** Ends a child process by `signal`, and by SIGKILL when that takes too long. */
export const endChild = async (
  child: ChildProcess,
  signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): Promise<void> => {
  if (isOver(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await ended;
  clearTimeout(timer);
};

/** Keeps the end of what a child writes to stderr, for whoever must find out why it failed. */
export const keepTail = (child: ChildProcess): (() => string) => {
  const mostCharacters = 2000;
  let tail = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-mostCharacters);
  });
  return () => tail.trim();
};

const guardFile = fileURLToPath(new URL('./orphan-guard.ts', import.meta.url));
let guard: Writable | undefined;

/** The guard is in a group of its own, so that Ctrl+C does not end it before those that it watches. */
const startGuard = (): Writable => {
  const child = spawn(process.execPath, [guardFile], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const { stdin } = child;
  child.unref();
  if (stdin instanceof Socket) stdin.unref();
  // Without it only what was killed would leave something behind.
  child.on('error', () => undefined);
  stdin.on('error', () => undefined);
  return stdin;
};

/** No child outlives this process, however that ends: not even when it is killed. */
export const endWithUs = (child: ChildProcess): void => {
  guard ??= startGuard();
  const tell = guard;
  tell.write(`+${child.pid}\n`);
  child.once('exit', () => tell.write(`-${child.pid}\n`));
};
