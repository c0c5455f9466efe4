import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url));
const startTimeoutMs = 60_000;

export type SimulatorAddress = { readonly host: string; readonly port: number };

/** The simulators as a child process on free ports. */
export type Simulator = {
  readonly control: string;
  /** Address of a Modbus server by name, e.g. `line.plc`. */
  address(name: string): SimulatorAddress;
  /** Endpoint of an OPC UA server by name, e.g. `line.opcua`. */
  url(name: string): string;
  /** Sends JSON to the control port and returns status and answer. */
  send(method: string, path: string, body?: unknown): Promise<SimulatorAnswer>;
  /** Moves lock-step time. */
  advance(toMs: number): Promise<void>;
  /** Sends the signal and returns the exit code. */
  stop(signal?: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number | null>;
  readonly process: ChildProcess;
};

export type SimulatorAnswer = { readonly status: number; readonly body: unknown };

const anyPorts = [
  '--control-port',
  '--line-plc-port',
  '--park-pv-port',
  '--park-meter-port',
  '--park-storage-port',
  '--park-charger-port',
].flatMap((name) => [name, '0']);
/** The OPC UA server costs a second: only who reads from it asks for it, by `--line-opcua-port 0`. */
const leftOut = ['--line-opcua-port', 'off'];

/** Starts the simulators; later arguments win over the free ports. Rejects with what they wrote to stderr. */
export const startSimulator = async (args: readonly string[] = []): Promise<Simulator> => {
  const ours = ['--exit-with-stdin', ...anyPorts, ...leftOut];
  const child = spawn(process.execPath, [program, ...ours, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Writing to simulators that have ended is no failure of the test.
  child.stdin.on('error', () => undefined);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), startTimeoutMs);
  const first = await Promise.race([once(lines, 'line'), exited]);
  clearTimeout(timer);
  const line: unknown = first[0];
  if (typeof line !== 'string') throw new Error(`simulators ended (${String(line)}): ${errors}`);
  const { control, servers } = JSON.parse(line) as {
    control: string;
    servers: Record<string, SimulatorAddress | { readonly url: string }>;
  };
  const send: Simulator['send'] = async (method, path, body) => {
    const response = await fetch(`${control}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  return {
    control,
    process: child,
    address: (name) => {
      const address = servers[name];
      if (address === undefined || 'url' in address) throw new Error(`no ${name} in ${line}`);
      return address;
    },
    url: (name) => {
      const address = servers[name];
      if (address === undefined || !('url' in address)) throw new Error(`no ${name} in ${line}`);
      return address.url;
    },
    send,
    advance: async (toMs) => {
      const { status, body } = await send('POST', '/advance', { toMs });
      if (status !== 200) throw new Error(`advance to ${toMs}: ${JSON.stringify(body)}`);
    },
    stop: async (signal = 'SIGTERM') => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await exited;
      }
      return child.exitCode;
    },
  };
};
