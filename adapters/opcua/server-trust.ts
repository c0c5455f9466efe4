import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { Log } from '../../gateway/core/log.ts';

export type ServerTrustOptions = {
  /** `source ID, opc.tcp://...` */
  readonly target: string;
  readonly endpointUrl: string;
  /** DER; further certificates of the chain may follow. */
  readonly certificate: Buffer;
  readonly certificates: OPCUACertificateManager;
  readonly pinnedFile: string | undefined;
  readonly log: Log;
};

/**
 * Whether the server is who it should be.
 *
 * @throws GatewayError AUTHENTICATION_FAILED that says what to do about it
 */
export const checkServerTrust = async (options: ServerTrustOptions): Promise<void> => {
  const { certificate, pinnedFile, target } = options;
  const shown = parse(certificate, `${target}: the certificate of the server`);
  if (pinnedFile === undefined) await checkTrustList(shown, options);
  else await checkPinned(shown, pinnedFile, options);
};

const refuse = (text: string, cause?: unknown): GatewayError =>
  new GatewayError('AUTHENTICATION_FAILED', text, { retryable: false, cause });

const parse = (bytes: Buffer, what: string): X509Certificate => {
  try {
    return new X509Certificate(bytes);
  } catch (error) {
    throw refuse(`${what} cannot be read: ${describeError(error)}`, error);
  }
};

const describe = (certificate: X509Certificate): string =>
  `"${certificate.subject.replaceAll('\n', ', ')}", SHA-1 thumbprint ${thumbprint(certificate)}`;

const thumbprint = (certificate: X509Certificate): string =>
  certificate.fingerprint.replaceAll(':', '').toLowerCase();

const checkPinned = async (
  shown: X509Certificate,
  file: string,
  { target, log }: ServerTrustOptions,
): Promise<void> => {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw refuse(
      `${target}: trustServerCertificate cannot be read: ${describeError(error)}`,
      error,
    );
  });
  const pinned = parse(bytes, `${target}: trustServerCertificate ${file}`);
  if (!pinned.raw.equals(shown.raw)) {
    throw refuse(
      `${target} shows another certificate than ${file}: found ${describe(shown)}, expected ${describe(pinned)}. If its owner has changed it, put the new one there`,
    );
  }
  if (Date.parse(shown.validTo) < Date.now()) {
    log.warn({ file }, `${target}: the certificate of the server has expired on ${shown.validTo}`);
  }
};

const checkTrustList = async (
  shown: X509Certificate,
  options: ServerTrustOptions,
): Promise<void> => {
  const { certificates, certificate, target, endpointUrl } = options;
  const status = await certificates.checkCertificate(certificate);
  if (!status.isGood()) {
    const words = await untrustedWords(status.name, shown, certificates);
    throw refuse(`${target} shows a certificate that is not trusted (${status.name}): ${words}`);
  }
  if ((await certificates.isCertificateTrusted(shown.raw)) === 'Good') return;
  // Trusted through its authority, which may have signed those of many servers: it has to be this one's.
  const host = new URL(endpointUrl).hostname.replaceAll(/[[\]]/g, '');
  const isSameHost = isIP(host) === 0 ? shown.checkHost(host) : shown.checkIP(host);
  if (isSameHost !== undefined) return;
  throw refuse(
    `${target} shows a certificate for ${shown.subjectAltName ?? 'no host'}, not for ${host}: ${describe(shown)}`,
  );
};

const untrustedWords = async (
  status: string,
  shown: X509Certificate,
  certificates: OPCUACertificateManager,
): Promise<string> => {
  const trusted = join(certificates.rootDir, 'trusted', 'certs');
  switch (status) {
    case 'BadCertificateUntrusted': {
      const file = await findRejected(shown, certificates);
      return `${describe(shown)}. Compare the thumbprint with that of the server; if it is the same, move ${file} to ${trusted}`;
    }
    case 'BadCertificateTimeInvalid':
      return `${describe(shown)} is valid from ${shown.validFrom} to ${shown.validTo}. Renew it, or name its file as trustServerCertificate`;
    case 'BadCertificateChainIncomplete':
    case 'BadCertificateIssuerRevocationUnknown':
    case 'BadCertificateRevocationUnknown':
      return `${describe(shown)}. Put the certificate of its authority and its revocation list into ${join(certificates.rootDir, 'issuers')} (certs, crl), or name the file of the server's certificate as trustServerCertificate`;
    default:
      return describe(shown);
  }
};

const findRejected = async (
  shown: X509Certificate,
  certificates: OPCUACertificateManager,
): Promise<string> => {
  const folder = join(certificates.rootDir, 'rejected');
  const wanted = thumbprint(shown);
  const files = await readdir(folder);
  const file = files.find((name) => name.toLowerCase().includes(wanted));
  return join(folder, file ?? `(${wanted})`);
};
