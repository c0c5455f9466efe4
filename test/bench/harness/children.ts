import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onCore } from './cores.ts';

const startTimeoutMs = 20_000;

export type Child = {
  readonly process: ChildProcess;
  readonly pid: number;
  /** The first line it wrote. */
  readonly firstLine: string;
  /** Writes `line` to it and resolves with the next line that it writes. */
  ask(line: string): Promise<string>;
  stop(): Promise<void>;
};

/** Starts a program on `core`, waits for its first line, and ends it with this process. */
export const startChild = async (
  core: number,
  program: string,
  args: readonly string[],
): Promise<Child> => {
  const command = onCore(core, program, args);
  const child = spawn(command.program, [...command.args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const endWithUs = (): boolean => child.kill('SIGKILL');
  process.once('exit', endWithUs);
  const exited = once(child, 'exit').then(() => process.off('exit', endWithUs));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const timer = setTimeout(endWithUs, startTimeoutMs);
    const { value, done } = await lines.next();
    clearTimeout(timer);
    if (done === true) throw new Error(`${program} ${args.join(' ')} ended or kept silent`);
    return value;
  };
  const firstLine = await nextLine();
  return {
    process: child,
    pid: child.pid ?? -1,
    firstLine,
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return nextLine();
    },
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await exited;
    },
  };
};

/** A TypeScript program of this folder as a child. */
export const startScript = (
  core: number,
  file: URL,
  args: readonly string[] = [],
): Promise<Child> => startChild(core, process.execPath, [file.pathname, ...args]);
