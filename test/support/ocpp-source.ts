import { once } from 'node:events';
import { RPCClient } from 'ocpp-rpc';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { ocppAdapter } from '../../adapters/ocpp/ocpp-adapter.ts';
import type { OcppConfig } from '../../adapters/ocpp/ocpp-config.ts';
import type { SourceInput } from '../../gateway/core/adapter.ts';
import type { Clock } from '../../gateway/core/clock.ts';
import type { Source } from '../../gateway/core/source.ts';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import { freePort } from './free-port.ts';
import { runSource, type SourceRun } from './source-run.ts';

/** A charge point of the test's site with one connector, as equipment `ch01`. */
export const onePoint = {
  identity: 'CP01',
  area: 'park',
  line: 'chargers',
  connectors: [{ connector: 1, equipment: 'ch01' }],
};

/** An entry of `sources` as it stands in a site file, as the adapter gets it. */
export const ocppInput = (entry: Record<string, unknown> = {}): SourceInput<OcppConfig> => ({
  id: 'chargers',
  config: ocppAdapter.configSchema.parse({ chargePoints: [onePoint], ...entry }),
  site: { enterprise: 'seamwatt', site: 'demo', timeZone: 'Asia/Shanghai', simulated: true },
  profiles: new Map(),
  dataFolder: '.',
});

export const createOcppTestSource = (entry: Record<string, unknown> = {}): Source =>
  ocppAdapter.createSource(ocppInput(entry));

export type RunningEndpoint = { readonly port: number; readonly run: SourceRun };

/** The source on a free port, ended with the test. */
export const startOcppSource = async (
  entry: Record<string, unknown> = {},
  clock: Clock = systemClock,
): Promise<RunningEndpoint> => {
  const port = await freePort();
  const run = runSource(createOcppTestSource({ port, ...entry }), clock);
  onTestFinished(async () => {
    await run.stop();
  });
  await run.until(() => run.connections() > 0 && run.members.length > 0);
  return { port, run };
};

export type TestCharger = {
  /** Rejects with the error that the endpoint answered. */
  call(action: string, payload: unknown): Promise<unknown>;
  close(): Promise<void>;
  readonly client: RPCClient;
};

/**
 * A charge point by a library that is not ours, which holds every answer against the schemas of the standard, and has no
 * handler for a call of the endpoint: `calls` gathers those.
 */
export const connectCharger = async (
  port: number,
  options: {
    readonly identity?: string;
    readonly password?: string;
    readonly protocols?: readonly string[];
    readonly ca?: Buffer;
    readonly isStrict?: boolean;
  } = {},
): Promise<TestCharger & { readonly calls: unknown[] }> => {
  const { identity = 'CP01', password, protocols = ['ocpp1.6'], ca, isStrict = true } = options;
  const client = new RPCClient({
    endpoint: `${ca === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/ocpp`,
    identity,
    protocols: [...protocols],
    strictMode: isStrict,
    reconnect: false,
    callTimeoutMs: 5000,
    ...{ pingIntervalMs: 0, deferPingsOnActivity: false, respondWithDetailedErrors: false },
    ...{ callConcurrency: 1, strictModeValidators: [], maxBadMessages: 1, maxReconnects: 0 },
    backoff: { initialDelay: 1000, maxDelay: 2000, factor: 2, randomisationFactor: 0 },
    headers: {},
    password: password ?? null,
    wsOpts: ca === undefined ? {} : { ca },
  });
  const calls: unknown[] = [];
  client.handle(async ({ method }) => {
    calls.push(method);
    return {};
  });
  onTestFinished(async () => {
    await client.close({ force: true });
  });
  await client.connect();
  return {
    client,
    calls,
    call: (action, payload) => client.call(action, payload),
    close: async () => {
      await client.close();
    },
  };
};

/** A WebSocket without any rules of OCPP above it. */
export const openRaw = async (port: number, identity = 'CP01'): Promise<WebSocket> => {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/${identity}`, 'ocpp1.6');
  socket.on('error', () => socket.terminate());
  onTestFinished(() => socket.terminate());
  await once(socket, 'open');
  return socket;
};

/** Sends a text and resolves with what comes back next. */
export const exchange = async (socket: WebSocket, text: string): Promise<readonly unknown[]> => {
  const answered = once(socket, 'message', { signal: AbortSignal.timeout(5000) });
  socket.send(text);
  const [data] = (await answered) as [Buffer];
  return JSON.parse(data.toString('utf8')) as readonly unknown[];
};
