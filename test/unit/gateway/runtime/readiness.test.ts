import { expect, test } from 'vitest';
import { judgeReadiness } from '../../../../gateway/runtime/readiness.ts';

test('a gateway whose journal writes and whose ticks come is ready', () => {
  const readiness = judgeReadiness({ failing: undefined, sinceTickMs: 3000, periodMs: 1000 });
  expect(readiness).toEqual({ ready: true, reasons: [] });
});

test('every reason against it is given, in both languages', () => {
  const readiness = judgeReadiness({ failing: 'ENOSPC', sinceTickMs: 3000.6, periodMs: 1000 });
  expect(readiness).toEqual({
    ready: false,
    reasons: [
      { en: 'the journal cannot write: ENOSPC', zh: '日志无法写入（ENOSPC）' },
      { en: 'no tick for 3001 ms', zh: '已有 3001 毫秒没有节拍' },
    ],
  });
});
