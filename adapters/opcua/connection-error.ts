import { describeError, GatewayError } from '../../gateway/core/error.ts';

/** What the words of a failure need to be of help. */
export type ConnectionSubject = {
  /** `source ID, opc.tcp://...` */
  readonly target: string;
  /** The user in words: `anonymous`, `user NAME`. */
  readonly user: string;
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
  const refuse = (text: string): GatewayError =>
    new GatewayError('AUTHENTICATION_FAILED', text, { retryable: false, cause: error });
  if (status !== undefined && userCodes.has(status)) {
    return refuse(`${target} refused ${user} (${status})`);
  }
  if (status !== undefined && ownCertificateCodes.has(status)) {
    return refuse(
      `${target} does not trust this gateway (${status}): let the server trust the certificate ${ownCertificateFile}`,
    );
  }
  const words = plainWords(error);
  const isHungUp = /disconnected by third party|socket hang up|ECONNRESET/i.test(words);
  const hint = isHungUp
    ? ` (a server that hangs up may not trust the certificate ${ownCertificateFile} yet)`
    : '';
  return new GatewayError('CONNECTION_FAILED', `${target} could not be reached: ${words}${hint}`, {
    retryable: true,
    cause: error,
  });
};

/** The library wraps what the system said into several lines of advice. */
const plainWords = (error: unknown): string => {
  const words = describeError(error).replaceAll(/\s+/g, ' ');
  return /Err = \((.*)\)$/.exec(words)?.[1] ?? words;
};
