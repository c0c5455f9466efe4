import { expect, test } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { explainError } from '../../../../gateway/core/error-text.ts';
import { listenError, refuseOtherMachines } from '../../../../gateway/core/listening.ts';

const what = { en: 'the server', zh: '服务' };
const listening = { what, host: '127.0.0.1', port: 80, setting: 'api.port' };

test.each(['127.0.0.1', '127.255.0.9', '127.249.200.99', '127.19.5.0', '::1', 'localhost'])(
  '%s is this machine',
  (host) => {
    expect(() => refuseOtherMachines({ what, host })).not.toThrow();
  },
);

test.each([
  ...['0.0.0.0', '::', '128.0.0.1', '127.0.0.256', '127.1', '127.0.0.1.example', ''],
  ...['my.localhost', 'x::1', '1127.0.0.1', '127.2x.0.1', '127.1x.0.1'],
])('"%s" is refused', (host) => {
  expect(() => refuseOtherMachines({ what, host })).toThrow(GatewayError);
});

test('a refusal says why, and that trying again does not help', () => {
  try {
    refuseOtherMachines({ what, host: '0.0.0.0' });
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({
      code: 'LISTEN_FAILED',
      retryable: false,
      words: {
        en: 'the server cannot listen on 0.0.0.0: it has no sign-in, so only 127.0.0.1, ::1 and localhost are allowed',
        zh: '服务不得监听 0.0.0.0：它没有登录功能，只允许 127.0.0.1、::1 与 localhost',
      },
    });
  }
});

test.each([
  ['EADDRINUSE', 'another program has it', '已被其他程序占用'],
  [
    'EACCES',
    'this user may not use it; ports below 1024 need a privilege: set api.port',
    '当前用户无权使用',
  ],
  ['EADDRNOTAVAIL', 'this machine has no such address', '本机没有这个地址'],
])('%s is told in words', (code, en, zh) => {
  const error = listenError(listening, Object.assign(new Error('listen'), { code }));
  expect(error.code).toBe('LISTEN_FAILED');
  expect(error.message).toContain(`the server cannot listen on port 80 of 127.0.0.1: ${en}`);
  expect(explainError(error).zh).toContain(`服务无法使用 127.0.0.1 的端口 80：${zh}`);
});

test.each([undefined, null, { code: 'EACCES' }, 'EACCES'])(
  '%o is no error with a code',
  (thrown) => {
    expect(listenError(listening, thrown).message).not.toContain('privilege');
  },
);

test('what nobody expected is told as the system said it', () => {
  const cause = new Error('listen EWHAT');
  const error = listenError(listening, cause);
  expect(error.cause).toBe(cause);
  expect(error.retryable).toBe(false);
  expect(error.words).toEqual({
    en: 'the server cannot listen on port 80 of 127.0.0.1: listen EWHAT',
    zh: '服务无法使用 127.0.0.1 的端口 80：listen EWHAT',
  });
});
