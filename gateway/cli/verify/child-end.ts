import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

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

/** No child outlives this process, however that ends by itself. */
export const endWithUs = (child: ChildProcess): void => {
  const kill = (): boolean => child.kill('SIGKILL');
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
};
