import { type EndpointDescription, MessageSecurityMode, UserTokenType } from 'node-opcua-client';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadLibrary, type OpcuaLibrary } from '../../../../adapters/opcua/library.ts';
import { checkUserTokens } from '../../../../adapters/opcua/user-identity.ts';
import { createTestLog } from '../../../support/test-log.ts';

const uri = (policy: string): string => `http://opcfoundation.org/UA/SecurityPolicy#${policy}`;
const user = { username: 'operator', password: 'a long password' };

let library: OpcuaLibrary;
beforeAll(async () => {
  library = await loadLibrary(createTestLog());
});

type Offer = {
  readonly mode: keyof typeof MessageSecurityMode;
  readonly policy: string;
  /** Policies of the tokens for names and passwords; empty for that of the endpoint. */
  readonly tokens: readonly string[];
};

const check = ({ mode, policy, tokens }: Offer): void => {
  const endpoint = {
    securityMode: MessageSecurityMode[mode],
    securityPolicyUri: uri(policy),
    userIdentityTokens: tokens.map((token) => ({
      tokenType: UserTokenType.UserName,
      securityPolicyUri: token === '' ? '' : uri(token),
    })),
  } as unknown as EndpointDescription;
  checkUserTokens(endpoint, user, { library, target: { en: 'source x', zh: '数据源 x' } });
};

describe('a password', () => {
  it.each<Offer>([
    { mode: 'SignAndEncrypt', policy: 'Basic256Sha256', tokens: [''] },
    { mode: 'SignAndEncrypt', policy: 'Basic256Sha256', tokens: ['None'] },
    { mode: 'Sign', policy: 'Basic256Sha256', tokens: [''] },
    { mode: 'None', policy: 'None', tokens: ['Basic256Sha256'] },
  ])('is given away under $mode/$policy with $tokens', (offer) => {
    expect(() => check(offer)).not.toThrow();
  });

  it.each<Offer>([
    { mode: 'None', policy: 'None', tokens: [''] },
    { mode: 'None', policy: 'None', tokens: ['None'] },
    { mode: 'None', policy: 'None', tokens: ['Basic256Sha256', 'None'] },
    { mode: 'None', policy: 'None', tokens: ['Basic128Rsa15'] },
    { mode: 'Sign', policy: 'Basic256Sha256', tokens: ['None'] },
  ])('is kept under $mode/$policy with $tokens', (offer) => {
    expect(() => check(offer)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/without sound encryption: use securityMode SignAndEncrypt/),
        words: expect.objectContaining({ zh: expect.stringContaining('请将 securityMode 设为') }),
      }),
    );
  });

  it('is not offered to a server that wants none', () => {
    expect(() => check({ mode: 'SignAndEncrypt', policy: 'Basic256Sha256', tokens: [] })).toThrow(
      'source x takes no UserName at this endpoint',
    );
  });
});
