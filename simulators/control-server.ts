import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { FaultError } from './faults/fault-table.ts';
import { type JsonObject, type JsonValue, OverrideError, type RunningServer } from './plant.ts';
import { AdvanceError, type Simulation } from './simulation.ts';

const maxBodyBytes = 64 * 1024;
const controlHost = '127.0.0.1';
const requestTimeoutMs = 10_000;

export type ControlServer = { readonly url: string; close(): Promise<void> };

export type ControlOptions = {
  /** 0 for any free port. */
  readonly port: number;
  readonly simulation: Simulation;
  readonly seed: number;
  readonly servers: ReadonlyMap<string, RunningServer>;
  readonly onShutdown: () => void;
};

class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The HTTP JSON interface to time, truth, overrides and faults, on loopback only. */
export const createControlServer = async (options: ControlOptions): Promise<ControlServer> => {
  const server = createServer({ requestTimeout: requestTimeoutMs }, (request, response) => {
    void handle(options, request, response);
  });
  const port = await listen(server, options.port);
  return {
    url: `http://${controlHost}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, controlHost, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

type Body = Readonly<Record<string, unknown>>;
type Answer = { readonly status: number; readonly body: Body };

const handle = async (
  options: ControlOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { status, body } = await answer(options, request);
  const text = `${JSON.stringify(body)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
};

const answer = async (options: ControlOptions, request: IncomingMessage): Promise<Answer> => {
  try {
    // A page in a browser must not drive the simulators of the person who reads it.
    if (request.headers.origin !== undefined)
      throw new HttpError(403, 'no requests from web pages');
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    return await route(options, { path, query, method: request.method ?? 'GET', request });
  } catch (error) {
    return { status: statusOf(error), body: { error: messageOf(error) } };
  }
};

const statusOf = (error: unknown): number => {
  if (error instanceof HttpError || error instanceof AdvanceError) return error.status;
  return error instanceof FaultError || error instanceof OverrideError ? 400 : 500;
};

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

type Request = {
  readonly path: string;
  readonly query: string;
  readonly method: string;
  readonly request: IncomingMessage;
};

const route = async (options: ControlOptions, asked: Request): Promise<Answer> => {
  const { simulation } = options;
  const { path, method, request } = asked;
  simulation.follow();
  switch (`${method} ${path}`) {
    case 'GET /healthz':
      return ok({ simulated: true, status: 'ok' });
    case 'GET /state':
      return ok(stateOf(options));
    case 'POST /state':
      return ok({ applied: override(simulation, await readJson(request), instantOf(asked)) });
    case 'GET /faults':
      return ok(faultsOf(simulation));
    case 'POST /faults':
      return { status: 201, body: { faults: simulation.faults.add(await readJson(request)) } };
    case 'DELETE /faults':
      simulation.faults.clear();
      return ok(faultsOf(simulation));
    case 'POST /advance':
      return ok({ nowMs: await advance(options, await readJson(request)) });
    case 'POST /shutdown':
      setImmediate(options.onShutdown);
      return ok({ status: 'stopping' });
    default:
      return otherRoute(simulation, asked);
  }
};

const knownPaths = new Set(['/healthz', '/state', '/faults', '/advance', '/shutdown']);

const otherRoute = (simulation: Simulation, { path, method }: Request): Answer => {
  if (method === 'GET' && path.startsWith('/state/')) {
    return ok(detailOf(simulation, path.slice('/state/'.length)));
  }
  if (method === 'DELETE' && path.startsWith('/faults/')) {
    const id = decodeURIComponent(path.slice('/faults/'.length));
    if (!simulation.faults.remove(id)) throw new HttpError(404, `no fault ${id}`);
    return ok(faultsOf(simulation));
  }
  if (knownPaths.has(path)) throw new HttpError(405, `${method} is not possible on ${path}`);
  throw new HttpError(404, `no ${path} here`);
};

const detailOf = (simulation: Simulation, path: string): JsonObject => {
  const [name, ...parts] = path.split('/').map((part) => decodeURIComponent(part));
  const detail = simulation.plants.find((plant) => plant.name === name)?.detail?.(parts);
  if (detail === undefined) throw new HttpError(404, `no /state/${path} here`);
  return { simulated: true, ...detail };
};

const ok = (body: Body): Answer => ({ status: 200, body });

const faultsOf = (simulation: Simulation): Body => ({
  faults: simulation.faults.list(),
});

const stateOf = ({ simulation, seed, servers }: ControlOptions): JsonObject => {
  const stats: Record<string, JsonValue> = {};
  for (const [name, server] of servers) stats[name] = server.stats();
  const plants: Record<string, JsonValue> = {};
  for (const plant of simulation.plants) plants[plant.name] = plant.state();
  return {
    simulated: true,
    seed,
    nowMs: simulation.nowMs,
    lockStep: simulation.isLockStep,
    servers: stats,
    ...plants,
  };
};

const advanceSchema = z.strictObject({ toMs: z.int() });

const advance = async ({ simulation, servers }: ControlOptions, body: unknown): Promise<number> => {
  const parsed = advanceSchema.safeParse(body);
  if (!parsed.success) throw new HttpError(400, z.prettifyError(parsed.error));
  simulation.advance(parsed.data.toMs);
  for (const server of servers.values()) await server.settle?.();
  return simulation.nowMs;
};

const overrideSchema = z.record(z.string(), z.json());

/** The instant of `?at=`, such as 2023-06-21T03:00:00Z; undefined without one. */
const instantOf = ({ query }: Request): number | undefined => {
  const at = new URLSearchParams(query).get('at');
  if (at === null) return undefined;
  const instantMs = Date.parse(at);
  if (Number.isNaN(instantMs))
    throw new HttpError(400, `at=${at}: expected an instant of ISO 8601`);
  return instantMs;
};

/** Applies all entries, now or when time comes to `atMs`, or, where one is refused, none. */
const override = (simulation: Simulation, body: unknown, atMs = simulation.nowMs): number => {
  const parsed = overrideSchema.safeParse(body);
  if (!parsed.success) throw new HttpError(400, 'expected an object of path: value');
  const actions = Object.entries(parsed.data).map(([path, value]) => {
    const dot = path.indexOf('.');
    const plant = simulation.plants.find(({ name }) => name === path.slice(0, Math.max(dot, 0)));
    if (plant === undefined) throw new OverrideError(`unknown path ${path}`);
    return plant.override(path.slice(dot + 1), value);
  });
  simulation.plan(atMs, () => {
    for (const apply of actions) apply();
  });
  return actions.length;
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new HttpError(413, `more than ${maxBodyBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw new HttpError(400, `no JSON: ${messageOf(error)}`);
  }
};
