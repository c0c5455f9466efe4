import { describeError, GatewayError } from '../../gateway/core/error.ts';
import { type LocalText, noText } from '../../gateway/core/point.ts';

/** What the words of a failure need to be of help. */
export type ConnectionSubject = {
  /** The source and its address. */
  readonly target: LocalText;
  /** The user in words: `anonymous`, `user NAME`. */
  readonly user: LocalText;
  /** Where the certificate of the gateway lies. */
  readonly ownCertificateFile: string;
};

/** OPC UA Part 4 §7.39, codes about the user. */
const userCodes = new Set([
  'BadIdentityTokenInvalid',
  'BadIdentityTokenRejected',
  'BadUserAccessDenied',
  'BadUserSignatureInvalid',
]);

/** What a server says of a certificate of ours that it does not take. */
const ownCertificateCodes = new Set([
  'BadSecurityChecksFailed',
  'BadCertificateUntrusted',
  'BadCertificateInvalid',
  'BadCertificateUriInvalid',
  'BadCertificateTimeInvalid',
  'BadCertificateUseNotAllowed',
  'BadCertificateChainIncomplete',
  'BadCertificateIssuerTimeInvalid',
  'BadCertificateIssuerRevocationUnknown',
  'BadCertificateRevocationUnknown',
  'BadCertificatePolicyCheckFailed',
  'BadApplicationSignatureInvalid',
]);

/** The symbol of the OPC UA status in a failure of the library, which gives it in the text only. */
export const statusNameOf = (error: unknown): string | undefined =>
  /\bBad[A-Z][A-Za-z]+\b/.exec(describeError(error))?.[0];

/** What a failed attempt to connect means. */
export const connectError = (error: unknown, subject: ConnectionSubject): GatewayError => {
  if (error instanceof GatewayError) return error;
  const { target, user, ownCertificateFile } = subject;
  const status = statusNameOf(error);
  const refuse = (text: LocalText): GatewayError =>
    new GatewayError('AUTHENTICATION_FAILED', text, { retryable: false, cause: error });
  if (status !== undefined && userCodes.has(status)) {
    return refuse({
      en: `${target.en} refused ${user.en} (${status})`,
      zh: `${target.zh} 拒绝了${user.zh}（${status}）`,
    });
  }
  if (status !== undefined && ownCertificateCodes.has(status)) {
    return refuse({
      en: `${target.en} does not trust this gateway (${status}): let the server trust the certificate ${ownCertificateFile}`,
      zh: `${target.zh} 不信任本网关（${status}）：请让服务器信任证书 ${ownCertificateFile}`,
    });
  }
  const words = plainWords(error);
  const isHungUp = /disconnected by third party|socket hang up|ECONNRESET/i.test(words);
  const hint = isHungUp
    ? {
        en: ` (a server that hangs up may not trust the certificate ${ownCertificateFile} yet)`,
        zh: `（服务器主动断开，可能尚未信任证书 ${ownCertificateFile}）`,
      }
    : noText;
  return new GatewayError(
    'CONNECTION_FAILED',
    {
      en: `${target.en} could not be reached: ${words}${hint.en}`,
      zh: `${target.zh} 无法连接：${words}${hint.zh}`,
    },
    { retryable: true, cause: error },
  );
};

/** The library wraps what the system said into several lines of advice. */
const plainWords = (error: unknown): string => {
  const words = describeError(error).replaceAll(/\s+/g, ' ');
  return /Err = \((.*)\)$/.exec(words)?.[1] ?? words;
};
