import { expect, test } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import { explainError } from '../../../../gateway/core/error-text.ts';
import { listenError, refuseOtherMachines } from '../../../../gateway/core/listening.ts';

const what = { en: 'the server', zh: '服务' };
const listening = { what, host: '127.0.0.1', port: 80, setting: 'api.port' };

test.each(['127.0.0.1', '127.255.0.9', '::1', 'localhost'])('%s is this machine', (host) => {
  expect(() => refuseOtherMachines({ what, host })).not.toThrow();
});

test.each(['0.0.0.0', '::', '128.0.0.1', '127.0.0.256', '127.1', '127.0.0.1.example', ''])(
  '"%s" is refused',
  (host) => {
    expect(() => refuseOtherMachines({ what, host })).toThrow(GatewayError);
  },
);

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

test('what nobody expected is told as the system said it', () => {
  const error = listenError(listening, new Error('listen EWHAT'));
  expect(error.words).toEqual({
    en: 'the server cannot listen on port 80 of 127.0.0.1: listen EWHAT',
    zh: '服务无法使用 127.0.0.1 的端口 80：listen EWHAT',
  });
});
