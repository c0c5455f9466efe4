import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { clientCore, onAnyCore, onCore, serverCore } from './cores.ts';

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

/** Starts a program on `core`, or wherever there is room, waits for its first line, and ends it with this process. */
export const startChild = async (
  core: number | 'any',
  program: string,
  args: readonly string[],
): Promise<Child> => {
  const command = core === 'any' ? onAnyCore(program, args) : onCore(core, program, args);
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

/** What a child answers to a command, as JSON. */
export const ask = async <T>(child: Child, command: string): Promise<T> =>
  JSON.parse(await child.ask(command)) as T;

const startScript = (core: number, name: string, args: readonly string[] = []): Promise<Child> => {
  const file = fileURLToPath(new URL(`../children/${name}.ts`, import.meta.url));
  return startChild(core, process.execPath, [file, ...args]);
};

export const startSubscriber = (url: string, lane: 'frames' | 'single'): Promise<Child> =>
  startScript(serverCore, 'subscriber', [url, lane]);

/** Its first line is its port. */
export const startHttpSink = (): Promise<Child> => startScript(serverCore, 'http-sink');

/** Its first line is its port. */
export const startPlantDevices = (): Promise<Child> => startScript(serverCore, 'plant-devices');

export const startNaiveGateway = (url: string, reads: readonly object[]): Promise<Child> =>
  startScript(clientCore, 'naive-gateway', [url, JSON.stringify(reads)]);

/** Commands on its input: `counts` and `check`. */
export const startLiveClients = (url: string, clients: number): Promise<Child> =>
  startScript(serverCore, 'live-clients', [url, String(clients)]);
