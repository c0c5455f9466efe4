import type { InfluxDB, IPingStats } from 'influx';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { abortError } from './abort-error.ts';
import type { TlsMaterial } from './http-connection.ts';
import type { Version1Config } from './influxdb-config.ts';
import { writeEndpoint } from './write-endpoint.ts';

export type DatabaseSetupOptions = {
  readonly config: Version1Config;
  readonly tls: TlsMaterial | undefined;
  readonly signal: AbortSignal;
};

/**
 * The package `influx` for what is not writing: InfluxQL management and health of InfluxDB 1.x. Loaded here, because nothing
 * else needs it and a gateway should read devices before it has loaded what sinks need.
 */
const createClient = async ({ config, tls }: DatabaseSetupOptions): Promise<InfluxDB> => {
  const library = await import('influx');
  const { protocol, hostname, port, pathname } = new URL(config.url);
  const isTls = protocol === 'https:';
  return new library.InfluxDB({
    protocol: isTls ? 'https' : 'http',
    host: hostname,
    port: port === '' ? (isTls ? 443 : 80) : Number(port),
    path: pathname.replace(/\/$/, ''),
    database: config.database,
    // Without a name of its own the package would sign in as root.
    username: config.username ?? '',
    password: config.password ?? '',
    options: { ...tls, rejectUnauthorized: true },
    pool: { maxRetries: 0, requestTimeout: config.timeoutMs, backoff: noBackoff },
  });
};

/** Waiting is the caller's business; the package's own back-off would refuse calls meanwhile. */
const noBackoff = {
  getDelay: (): number => 0,
  next: () => noBackoff,
  reset: () => noBackoff,
};

/** The version that the server names in its answer to a ping; undefined when it does not answer as InfluxDB does. */
export const pingVersion1 = async (options: DatabaseSetupOptions): Promise<string | undefined> => {
  const client = await createClient(options);
  const [stats]: IPingStats[] = await withinDeadline(
    client.ping(options.config.timeoutMs),
    options,
  );
  return stats?.online === true ? (stats.version ?? 'unknown') : undefined;
};

/**
 * Creates the database, and the retention policy with a duration, where they are missing; what exists is left as it is,
 * because a shorter duration would delete data.
 */
export const setUpDatabase = async (options: DatabaseSetupOptions): Promise<void> => {
  const { database, retentionPolicy, retentionDuration } = options.config;
  const client = await createClient(options);
  await withinDeadline(client.createDatabase(database), options);
  if (retentionPolicy === undefined) return;
  const policies = await withinDeadline(client.showRetentionPolicies(database), options);
  if (policies.some(({ name }) => name === retentionPolicy)) return;
  const creation = client.createRetentionPolicy(retentionPolicy, {
    database,
    duration: retentionDuration ?? 'INF',
    replication: 1,
  });
  await withinDeadline(creation, options);
};

/** Bounds what the package itself bounds only between two bytes, and puts its errors into ours. */
const withinDeadline = async <T>(
  work: Promise<T>,
  { config, signal }: DatabaseSetupOptions,
): Promise<T> => {
  const { target } = writeEndpoint(config);
  const given = Promise.withResolvers<never>();
  const stop = (error: GatewayError): void => given.reject(error);
  const onAbort = (): void =>
    stop(abortError(signal, { en: `set-up of ${target.en}`, zh: `${target.zh}：设置` }));
  const timer = setTimeout(() => {
    const words = {
      en: `${target.en} did not answer within ${config.timeoutMs} ms`,
      zh: `${target.zh} 在 ${config.timeoutMs} ms 内无应答`,
    };
    stop(new GatewayError('TIMEOUT', words, { retryable: true }));
  }, config.timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, given.promise]);
  } catch (error) {
    throw wrapError(error, target);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
};

const wrapError = (error: unknown, target: LocalText): GatewayError => {
  if (error instanceof GatewayError) return error;
  const status = answeredStatus(error);
  const isRefused = status === 401 || status === 403;
  const detail = describeError(error);
  return new GatewayError(
    isRefused ? 'AUTHENTICATION_FAILED' : 'UNAVAILABLE',
    { en: `${target.en} could not be set up: ${detail}`, zh: `${target.zh} 无法设置：${detail}` },
    { retryable: true, cause: error },
  );
};

/** The package throws a RequestError with the answer in `res`, but does not export the class. */
const answeredStatus = (error: unknown): number | undefined =>
  error instanceof Error &&
  'res' in error &&
  error.res instanceof process.getBuiltinModule('node:http').IncomingMessage
    ? error.res.statusCode
    : undefined;
