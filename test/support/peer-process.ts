import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const startTimeoutMs = 60_000;

/** A file beside this one, as a path. */
export const peerFile = (name: string): string =>
  fileURLToPath(new URL(`./peers/${name}`, import.meta.url));

/** A foreign server as a child process that prints one line when it is ready and ends with its standard input. */
export type Peer = {
  /** What it printed: a port, mostly. */
  readonly line: string;
  readonly process: ChildProcess;
  stop(): Promise<void>;
};

/** Rejects with what it wrote to stderr when it ends before it is ready. */
export const startPeer = async (program: string, args: readonly string[] = []): Promise<Peer> => {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  // Writing to a peer that has ended is no failure of the test.
  child.stdin.on('error', () => undefined);
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  const first: unknown[] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exited,
  ]);
  clearTimeout(timer);
  const [line] = first;
  if (typeof line !== 'string') throw new Error(`${program} ended (${String(line)}): ${errors}`);
  return {
    line,
    process: child,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      const kill = setTimeout(() => child.kill('SIGKILL'), 2000);
      await exited;
      clearTimeout(kill);
    },
  };
};
