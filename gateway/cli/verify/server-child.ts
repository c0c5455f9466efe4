import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../../core/error.ts';
import { endChild, endWithUs, keepTail } from './child-end.ts';
import { freePort } from './free-port.ts';

const startTimeoutMs = 20_000;
const lookEveryMs = 25;

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
};

/** On PATH, or in /usr/sbin, where Debian puts servers. */
const findProgram = (name: string): string => {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  const found = folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw new GatewayError(
    'CONFIG_INVALID',
    {
      en: `the program ${name}, which the scenario needs, is not on PATH`,
      zh: `场景所需的程序 ${name} 不在 PATH 中`,
    },
    { retryable: false },
  );
};

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

type ServerKind = 'mosquitto' | 'influxd';

const mosquittoConfiguration = (folder: string, port: number): string =>
  [
    'per_listener_settings false',
    ...(process.getuid?.() === 0 ? ['user root'] : []),
    'persistence true',
    `persistence_location ${folder}/`,
    'set_tcp_nodelay true',
    'max_queued_messages 1000000',
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    '',
  ].join('\n');

const influxdConfiguration = (folder: string, port: number, rpcPort: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
[monitor]
  store-enabled = false
[logging]
  level = "warn"
`;

/** A real broker or database with a port and a folder of its own, which can go and come back. */
export class ServerChild {
  readonly port: number;
  readonly #program: string;
  readonly #arguments: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, program: string, args: readonly string[]) {
    this.port = port;
    this.#program = program;
    this.#arguments = args;
  }

  /** @throws GatewayError when the program is missing or does not come up */
  static async start(kind: ServerKind, parentFolder: string): Promise<ServerChild> {
    const program = findProgram(kind);
    const folder = join(parentFolder, kind);
    await mkdir(folder);
    const file = join(folder, `${kind}.conf`);
    const port = await freePort();
    const text =
      kind === 'mosquitto'
        ? mosquittoConfiguration(folder, port)
        : influxdConfiguration(folder, port, await freePort());
    await writeFile(file, text);
    const args = kind === 'mosquitto' ? ['-c', file] : ['-config', file];
    const server = new ServerChild(port, program, args);
    await server.up();
    return server;
  }

  async up(): Promise<void> {
    const child = spawn(this.#program, this.#arguments, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    endWithUs(child);
    const tail = keepTail(child);
    const endMs = performance.now() + startTimeoutMs;
    while (child.exitCode === null && performance.now() < endMs) {
      if (await accepts(this.port)) return;
      await sleep(lookEveryMs);
    }
    const text = {
      en: `${this.#program} does not come up: ${tail()}`,
      zh: `${this.#program} 未能启动：${tail()}`,
    };
    throw new GatewayError('UNAVAILABLE', text, { retryable: false });
  }

  /** Ends it in order, so that a broker keeps what its subscribers have not heard yet. */
  async down(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child !== undefined) await endChild(child);
  }
}
