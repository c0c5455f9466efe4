import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { answersWith, type ChildProgram, startProgram } from './child-program.ts';

export type InfluxdOptions = {
  /** What `requireProgram('influxd')` found. */
  readonly program: string;
  /** Then every call but /ping needs a user; the first to be created needs none and must be an administrator. */
  readonly auth?: boolean;
  readonly maxBodyBytes?: number;
};

/** A real InfluxDB 1.x on free ports of 127.0.0.1, with everything it keeps in a folder of its own. */
export type Influxd = {
  readonly url: string;
  readonly port: number;
  /** Ends it as a power cut would; `start` brings it back on the same port with what it had kept. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Runs InfluxQL and gives back its answer's JSON. */
  query(influxQl: string, options?: QueryOptions): Promise<QueryAnswer>;
  stop(): Promise<void>;
};

export type QueryOptions = {
  readonly database?: string;
  readonly user?: { readonly username: string; readonly password: string };
};

export type QueryAnswer = {
  readonly error?: string;
  readonly results?: readonly {
    readonly error?: string;
    readonly series?: readonly {
      readonly name: string;
      readonly tags?: Readonly<Record<string, string>>;
      readonly columns: readonly string[];
      readonly values: readonly (readonly unknown[])[];
    }[];
  }[];
};

const configuration = (
  folder: string,
  ports: { readonly http: number; readonly rpc: number },
  { auth = false, maxBodyBytes = 25_000_000 }: InfluxdOptions,
): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${ports.rpc}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
[http]
  bind-address = "127.0.0.1:${ports.http}"
  auth-enabled = ${auth}
  log-enabled = false
  max-body-size = ${maxBodyBytes}
[monitor]
  store-enabled = false
[logging]
  level = "warn"
`;

export const startInfluxd = async (options: InfluxdOptions): Promise<Influxd> => {
  const folder = await mkdtemp(join(tmpdir(), 'seamwatt-influxd-'));
  const http = await freePort();
  const configFile = join(folder, 'influxd.conf');
  await writeFile(configFile, configuration(folder, { http, rpc: await freePort() }, options));
  const url = `http://127.0.0.1:${http}`;
  let running: ChildProgram | undefined;
  const kill = async (): Promise<void> => {
    await running?.kill();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    running = await startProgram({
      program: options.program,
      arguments: ['-config', configFile],
      logFile: join(folder, 'influxd.log'),
      isReady: () => answersWith(`${url}/ping`, 204),
    });
  };
  await start();
  return {
    url,
    port: http,
    kill,
    start,
    query: (influxQl, queryOptions) => query(url, influxQl, queryOptions),
    stop: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const query = async (
  url: string,
  influxQl: string,
  { database, user }: QueryOptions = {},
): Promise<QueryAnswer> => {
  const form = new URLSearchParams({ q: influxQl, epoch: 'ns' });
  if (database !== undefined) form.set('db', database);
  const credentials = Buffer.from(`${user?.username}:${user?.password}`).toString('base64');
  const response = await fetch(`${url}/query`, {
    method: 'POST',
    body: form,
    headers: user === undefined ? {} : { authorization: `Basic ${credentials}` },
    signal: AbortSignal.timeout(10_000),
  });
  // Nanoseconds are beyond what a double holds, so time stamps stay texts.
  const text = (await response.text()).replace(/([[,])(-?\d{16,})(?=[,\]])/g, '$1"$2"');
  return JSON.parse(text) as QueryAnswer;
};
