import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { OPCUACertificateManager } from 'node-opcua-certificate-manager';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { Log } from '../../gateway/core/log.ts';
import type { LocalText } from '../../gateway/core/point.ts';

export type ServerTrustOptions = {
  /** The source and its address. */
  readonly target: LocalText;
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
  const shown = parse(certificate, {
    en: `${target.en}: the certificate of the server`,
    zh: `${target.zh}：服务器证书`,
  });
  if (pinnedFile === undefined) await checkTrustList(shown, options);
  else await checkPinned(shown, pinnedFile, options);
};

const refuse = (text: LocalText, cause?: unknown): GatewayError =>
  new GatewayError('AUTHENTICATION_FAILED', text, { retryable: false, cause });

const parse = (bytes: Buffer, what: LocalText): X509Certificate => {
  try {
    return new X509Certificate(bytes);
  } catch (error) {
    const detail = describeError(error);
    throw refuse(
      { en: `${what.en} cannot be read: ${detail}`, zh: `${what.zh}无法读取：${detail}` },
      error,
    );
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
    const detail = describeError(error);
    throw refuse(
      {
        en: `${target.en}: trustServerCertificate cannot be read: ${detail}`,
        zh: `${target.zh}：trustServerCertificate 无法读取：${detail}`,
      },
      error,
    );
  });
  const pinned = parse(bytes, {
    en: `${target.en}: trustServerCertificate ${file}`,
    zh: `${target.zh}：trustServerCertificate ${file} `,
  });
  if (!pinned.raw.equals(shown.raw)) {
    throw refuse({
      en: `${target.en} shows another certificate than ${file}: found ${describe(shown)}, expected ${describe(pinned)}. If its owner has changed it, put the new one there`,
      zh: `${target.zh} 出示的证书与 ${file} 不同：实际为 ${describe(shown)}，应为 ${describe(pinned)}。如果证书确已由其所有者更换，请放入新证书`,
    });
  }
  if (Date.parse(shown.validTo) < Date.now()) {
    log.warn(
      { file },
      `${target.en}: the certificate of the server has expired on ${shown.validTo}`,
    );
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
    throw refuse({
      en: `${target.en} shows a certificate that is not trusted (${status.name}): ${words.en}`,
      zh: `${target.zh} 出示的证书不受信任（${status.name}）：${words.zh}`,
    });
  }
  if ((await certificates.isCertificateTrusted(shown.raw)) === 'Good') return;
  // Trusted through its authority, which may have signed those of many servers: it has to be this one's.
  const host = new URL(endpointUrl).hostname.replaceAll(/[[\]]/g, '');
  const isSameHost = isIP(host) === 0 ? shown.checkHost(host) : shown.checkIP(host);
  if (isSameHost !== undefined) return;
  throw refuse({
    en: `${target.en} shows a certificate for ${shown.subjectAltName ?? 'no host'}, not for ${host}: ${describe(shown)}`,
    zh: `${target.zh} 出示的证书属于 ${shown.subjectAltName ?? '未指明的主机'}，而不是 ${host}：${describe(shown)}`,
  });
};

const untrustedWords = async (
  status: string,
  shown: X509Certificate,
  certificates: OPCUACertificateManager,
): Promise<LocalText> => {
  const named = describe(shown);
  const trusted = join(certificates.rootDir, 'trusted', 'certs');
  const issuers = join(certificates.rootDir, 'issuers');
  switch (status) {
    case 'BadCertificateUntrusted': {
      const file = await findRejected(shown, certificates);
      return {
        en: `${named}. Compare the thumbprint with that of the server; if it is the same, move ${file} to ${trusted}`,
        zh: `${named}。请与服务器上的证书指纹核对；如果一致，请把 ${file} 移到 ${trusted}`,
      };
    }
    case 'BadCertificateTimeInvalid':
      return {
        en: `${named} is valid from ${shown.validFrom} to ${shown.validTo}. Renew it, or name its file as trustServerCertificate`,
        zh: `${named} 的有效期为 ${shown.validFrom} 至 ${shown.validTo}。请更新证书，或将其文件设为 trustServerCertificate`,
      };
    case 'BadCertificateChainIncomplete':
    case 'BadCertificateIssuerRevocationUnknown':
    case 'BadCertificateRevocationUnknown':
      return {
        en: `${named}. Put the certificate of its authority and its revocation list into ${issuers} (certs, crl), or name the file of the server's certificate as trustServerCertificate`,
        zh: `${named}。请把签发机构的证书及吊销列表放入 ${issuers}（certs、crl），或将服务器证书的文件设为 trustServerCertificate`,
      };
    default:
      return { en: named, zh: named };
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
