import { createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Server } from 'node:https';
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { describeError, GatewayError } from '../core/error.ts';
import type { Log } from '../core/log.ts';
import type { LocalText } from '../core/point.ts';

export type TlsFiles = {
  readonly certFile: string;
  readonly keyFile: string;
  readonly clientCaFile?: string | undefined;
};

const fails = (words: LocalText, cause?: unknown): GatewayError =>
  new GatewayError('LISTEN_FAILED', words, { retryable: false, cause });

const readPem = async (file: string, setting: keyof TlsFiles): Promise<string> => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const detail = describeError(error);
    throw fails({
      en: `api.tls.${setting}: cannot read ${file}: ${detail}`,
      zh: `api.tls.${setting}：无法读取 ${file}：${detail}`,
    });
  }
};

/** What OpenSSL says of a key that belongs to another certificate. */
const mismatch = 'ERR_OSSL_X509_KEY_VALUES_MISMATCH';

const contextProblem = ({ certFile, keyFile }: TlsFiles, error: unknown): LocalText => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === mismatch) {
    return {
      en: `the key in ${keyFile} does not belong to the certificate in ${certFile}`,
      zh: `${keyFile} 中的私钥与 ${certFile} 中的证书不匹配`,
    };
  }
  const detail = describeError(error);
  return {
    en: `the certificate in ${certFile} and the key in ${keyFile} cannot be used: ${detail}`,
    zh: `${certFile} 中的证书与 ${keyFile} 中的私钥无法使用：${detail}`,
  };
};

const certificateOf = (pem: string, file: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    const detail = describeError(error);
    throw fails(
      {
        en: `${file} holds no certificate in PEM: ${detail}`,
        zh: `${file} 中没有 PEM 格式的证书：${detail}`,
      },
      error,
    );
  }
};

/** Without TLS 1.0 and 1.1; with an authority for clients, nobody without a certificate of it is answered. */
const optionsOf = (material: {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}): SecureContextOptions & TlsOptions => ({
  ...{ cert: material.cert, key: material.key, minVersion: 'TLSv1.2' },
  ...(material.ca === undefined
    ? {}
    : { ca: material.ca, requestCert: true, rejectUnauthorized: true }),
});

/**
 * Reads and tries the files of a TLS server: what is wrong is known before anything listens.
 * @throws GatewayError LISTEN_FAILED
 */
export const readTls = async (
  files: TlsFiles,
): Promise<{ readonly options: SecureContextOptions & TlsOptions; readonly endsMs: number }> => {
  const cert = await readPem(files.certFile, 'certFile');
  const key = await readPem(files.keyFile, 'keyFile');
  const { clientCaFile } = files;
  const ca = clientCaFile === undefined ? undefined : await readPem(clientCaFile, 'clientCaFile');
  const certificate = certificateOf(cert, files.certFile);
  if (ca !== undefined && clientCaFile !== undefined) certificateOf(ca, clientCaFile);
  const options = optionsOf({ cert, key, ca });
  try {
    createSecureContext(options);
  } catch (error) {
    throw fails(contextProblem(files, error), error);
  }
  return { options, endsMs: Date.parse(certificate.validTo) };
};

const lookMs = 30_000;
const soonMs = 14 * 86_400_000;

const digestOf = ({ cert, key, ca }: SecureContextOptions): string =>
  createHash('sha256')
    .update(JSON.stringify([cert, key, ca]))
    .digest('hex');

/** Takes over a renewed certificate without a restart; one that cannot be used leaves the old one in force. */
export const followCertificate = (
  server: unknown,
  files: TlsFiles,
  options: {
    readonly first: Awaited<ReturnType<typeof readTls>>;
    readonly nowMs: () => number;
    readonly log: Log;
    readonly everyMs?: number;
  },
): (() => void) => {
  const { first, nowMs, log, everyMs = lookMs } = options;
  if (!(server instanceof Server)) throw new TypeError('not a TLS server');
  let current = digestOf(first.options);
  let problem = '';
  const warnOfEnd = (endsMs: number): void => {
    if (endsMs - nowMs() > soonMs) return;
    const until = new Date(endsMs).toISOString();
    log.warn({ file: files.certFile, until }, `the certificate of the HTTP server ends ${until}`);
  };
  warnOfEnd(first.endsMs);
  const look = async (): Promise<void> => {
    try {
      const { options: found, endsMs } = await readTls(files);
      problem = '';
      if (digestOf(found) === current) return;
      server.setSecureContext(found);
      current = digestOf(found);
      log.info({ file: files.certFile }, 'another certificate of the HTTP server is in force');
      warnOfEnd(endsMs);
    } catch (error) {
      const text = describeError(error);
      if (text !== problem) log.error({ problem: text }, 'the certificate before stays in force');
      problem = text;
    }
  };
  const timer = setInterval(() => void look(), everyMs).unref();
  return () => clearInterval(timer);
};
