import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';

const badPassword = { en: 'bad user name or password', zh: '用户名或密码错误' };
const notAuthorized = { en: 'not authorized', zh: '未授权' };
/** Refusals of credentials: MQTT 3.1.1 §3.2.2.3 codes 4 and 5, MQTT 5 §3.2.2.2 codes 0x86 and 0x87. */
const authenticationCodes = new Map([
  [4, badPassword],
  [5, notAuthorized],
  [134, badPassword],
  [135, notAuthorized],
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
export const connectError = (error: unknown, target: LocalText): GatewayError => {
  if (error instanceof GatewayError) return error;
  const reason = reasonCodeOf(error);
  const refusal = reason === undefined ? undefined : authenticationCodes.get(reason);
  if (refusal !== undefined) {
    return new GatewayError(
      'AUTHENTICATION_FAILED',
      {
        en: `${target.en} refused the credentials: ${refusal.en} (code ${reason})`,
        zh: `${target.zh} 拒绝了凭据：${refusal.zh}（代码 ${reason}）`,
      },
      { retryable: false, cause: error },
    );
  }
  if (reason !== undefined && versionCodes.has(reason)) {
    return new GatewayError(
      'PROTOCOL',
      {
        en: `${target.en} does not speak this version of MQTT (code ${reason}): set version to "3.1.1" or 5`,
        zh: `${target.zh} 不支持该 MQTT 版本（代码 ${reason}）：请将 version 设为 "3.1.1" 或 5`,
      },
      { retryable: false, cause: error },
    );
  }
  const code = codeOf(error);
  const isTls =
    typeof code === 'string' && /CERT|TLS|SSL|SELF_SIGNED|ALTNAME|UNABLE_TO_/.test(code);
  const what = isTls
    ? { en: 'could not agree on TLS', zh: 'TLS 协商失败' }
    : { en: 'could not be reached', zh: '无法连接' };
  const detail = describeError(error);
  return new GatewayError(
    'CONNECTION_FAILED',
    { en: `${target.en} ${what.en}: ${detail}`, zh: `${target.zh} ${what.zh}：${detail}` },
    { retryable: true, cause: error },
  );
};

/** A refused message (PUBACK with a reason, MQTT 5 §3.4.2.1), in the broker's words. */
export const refusalText = (error: unknown): string =>
  `${describeError(error)} (code ${reasonCodeOf(error)})`;
