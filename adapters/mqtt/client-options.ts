import { readFile } from 'node:fs/promises';
import type { IClientOptions } from 'mqtt';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { MqttConfig } from './mqtt-config.ts';

const readPem = async (file: string | undefined, what: string): Promise<Buffer | undefined> => {
  if (file === undefined) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    const why = describeError(error);
    const text = { en: `${what} cannot be read: ${why}`, zh: `无法读取 ${what}：${why}` };
    throw new GatewayError('CONFIG_INVALID', text, { retryable: true, cause: error });
  }
};

const tlsOptions = async (config: MqttConfig): Promise<IClientOptions> => {
  const { tls } = config;
  const ca = await readPem(tls?.caFile, 'caFile');
  const cert = await readPem(tls?.certFile, 'certFile');
  const key = await readPem(tls?.keyFile, 'keyFile');
  return {
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(tls?.serverName === undefined ? {} : { servername: tls.serverName }),
  };
};

/**
 * The connection's options as the mqtt library wants them. Certificates are read anew for each connection, so that
 * renewed ones are used without a restart.
 *
 * @throws GatewayError CONFIG_INVALID when a certificate cannot be read
 */
export const clientOptions = async (
  config: MqttConfig,
  about: {
    readonly clientId: string;
    readonly will: { readonly topic: string; readonly payload: string };
  },
): Promise<IClientOptions> => {
  const url = new URL(config.url);
  const isTls = url.protocol === 'mqtts:';
  const bare = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return {
    protocol: isTls ? 'mqtts' : 'mqtt',
    host: bare,
    port: url.port === '' ? (isTls ? 8883 : 1883) : Number(url.port),
    protocolVersion: config.version === 5 ? 5 : 4,
    clientId: about.clientId,
    clean: true,
    keepalive: Math.ceil(config.keepAliveMs / 1000),
    will: {
      topic: about.will.topic,
      payload: Buffer.from(about.will.payload),
      qos: config.qos,
      retain: true,
    },
    ...(config.username === undefined ? {} : { username: config.username }),
    ...(config.password === undefined ? {} : { password: config.password }),
    ...(isTls ? await tlsOptions(config) : {}),
  };
};
