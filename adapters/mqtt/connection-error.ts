import { describeError, GatewayError } from '../../gateway/core/error.ts';

/** Refusals of credentials: MQTT 3.1.1 §3.2.2.3 codes 4 and 5, MQTT 5 §3.2.2.2 codes 0x86 and 0x87. */
const authenticationCodes = new Map([
  [4, 'bad user name or password'],
  [5, 'not authorized'],
  [134, 'bad user name or password'],
  [135, 'not authorized'],
]);
/** 1 of MQTT 3.1.1, 0x84 of MQTT 5. */
const versionCodes = new Set([1, 132]);
/** MQTT 5 §3.4.2.1: 0x97, the broker's quota is used up for now. */
export const quotaExceeded = 151;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** The number by which a broker explains itself, in a CONNACK or PUBACK. */
export const reasonCodeOf = (error: unknown): number | undefined => {
  const code = codeOf(error);
  return typeof code === 'number' ? code : undefined;
};

/** What a failed attempt to connect means. `target` names the sink and the broker. */
export const connectError = (error: unknown, target: string): GatewayError => {
  if (error instanceof GatewayError) return error;
  const reason = reasonCodeOf(error);
  const refusal = reason === undefined ? undefined : authenticationCodes.get(reason);
  if (refusal !== undefined) {
    return new GatewayError(
      'AUTHENTICATION_FAILED',
      `${target} refused the credentials: ${refusal} (code ${reason})`,
      { retryable: false, cause: error },
    );
  }
  if (reason !== undefined && versionCodes.has(reason)) {
    return new GatewayError(
      'PROTOCOL',
      `${target} does not speak this version of MQTT (code ${reason}): set version to "3.1.1" or 5`,
      { retryable: false, cause: error },
    );
  }
  const code = codeOf(error);
  const isTls =
    typeof code === 'string' && /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(code);
  const what = isTls ? 'could not agree on TLS' : 'could not be reached';
  return new GatewayError('CONNECTION_FAILED', `${target} ${what}: ${describeError(error)}`, {
    retryable: true,
    cause: error,
  });
};

/** A refused message (PUBACK with a reason, MQTT 5 §3.4.2.1), in the broker's words. */
export const refusalText = (error: unknown): string =>
  `${describeError(error)} (code ${reasonCodeOf(error)})`;
