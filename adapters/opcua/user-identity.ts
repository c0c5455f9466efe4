import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { EndpointDescription, UserIdentityInfo } from 'node-opcua-client';
import { describeError, GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import type { OpcuaLibrary } from './library.ts';
import { securityPolicies, type UserConfig } from './opcua-config.ts';

export const describeUser = (user: UserConfig): LocalText => {
  if (user === 'anonymous') return { en: 'the anonymous user', zh: '匿名用户' };
  return 'username' in user
    ? {
        en: `the user ${user.username} with this password`,
        zh: `用户 ${user.username} 及其密码`,
      }
    : { en: `the user of ${user.certificateFile}`, zh: `证书 ${user.certificateFile} 的用户` };
};

/** @throws GatewayError AUTHENTICATION_FAILED when the files of a certificate cannot be used */
export const loadUserIdentity = async (
  user: UserConfig,
  { UserTokenType }: OpcuaLibrary,
): Promise<UserIdentityInfo> => {
  if (user === 'anonymous') return { type: UserTokenType.Anonymous };
  if ('username' in user) {
    return { type: UserTokenType.UserName, userName: user.username, password: user.password };
  }
  try {
    const certificate = new X509Certificate(await readFile(user.certificateFile));
    const key = createPrivateKey(await readFile(user.keyFile));
    if (!certificate.checkPrivateKey(key)) throw new Error('they do not belong together');
    return {
      type: UserTokenType.Certificate,
      certificateData: certificate.raw,
      privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  } catch (error) {
    throw new GatewayError(
      'AUTHENTICATION_FAILED',
      {
        en: `the certificate ${user.certificateFile} and its key ${user.keyFile} cannot be used: ${describeError(error)}`,
        zh: `证书 ${user.certificateFile} 及其密钥 ${user.keyFile} 无法使用：${describeError(error)}`,
      },
      { retryable: false, cause: error },
    );
  }
};

/**
 * Refuses what the library would do to please a server: to send a password that anybody could read.
 *
 * @throws GatewayError AUTHENTICATION_FAILED, or PROTOCOL when the server does not take this kind of user
 */
export const checkUserTokens = (
  endpoint: EndpointDescription,
  user: UserConfig,
  { library, target }: { readonly library: OpcuaLibrary; readonly target: LocalText },
): void => {
  const { UserTokenType, MessageSecurityMode } = library;
  const wanted =
    user === 'anonymous'
      ? UserTokenType.Anonymous
      : 'username' in user
        ? UserTokenType.UserName
        : UserTokenType.Certificate;
  const offered = endpoint.userIdentityTokens ?? [];
  const fitting = offered.filter(({ tokenType }) => tokenType === wanted);
  if (fitting.length === 0) {
    const kinds = [...new Set(offered.map(({ tokenType }) => UserTokenType[tokenType]))];
    throw new GatewayError(
      'AUTHENTICATION_FAILED',
      {
        en: `${target.en} takes no ${UserTokenType[wanted]} at this endpoint, only ${kinds.join(', ')}`,
        zh: `${target.zh} 的该端点不接受 ${UserTokenType[wanted]}，只接受 ${kinds.join('、')}`,
      },
      { retryable: false },
    );
  }
  if (wanted !== UserTokenType.UserName) return;
  const isEncrypted = endpoint.securityMode === MessageSecurityMode.SignAndEncrypt;
  const isSafe = fitting.every(({ securityPolicyUri }) => {
    const uri = securityPolicyUri ?? '';
    return protects(uri === '' ? (endpoint.securityPolicyUri ?? '') : uri);
  });
  if (isEncrypted || isSafe) return;
  throw new GatewayError(
    'AUTHENTICATION_FAILED',
    {
      en: `${target.en} would take the password of ${describeUser(user).en} without sound encryption: use securityMode SignAndEncrypt`,
      zh: `${target.zh} 会在没有可靠加密的情况下接收${describeUser(user).zh}：请将 securityMode 设为 SignAndEncrypt`,
    },
    { retryable: false },
  );
};

const protects = (policyUri: string): boolean => {
  const name = policyUri.slice(policyUri.indexOf('#') + 1);
  return name !== 'None' && securityPolicies.some((policy) => policy === name);
};
