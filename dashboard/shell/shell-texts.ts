import type { TextTable } from './language.ts';

export const shellTexts = {
  simulated: { en: 'Simulated data', zh: '仿真数据' },
  live: { en: 'Live', zh: '实时' },
  connecting: { en: 'Connecting…', zh: '正在连接…' },
  unreachable: {
    en: 'The gateway does not answer; trying again.',
    zh: '网关没有应答，正在重试。',
  },
  lost: {
    en: 'No connection to the gateway: the values below are not current.',
    zh: '与网关的连接已中断：以下数值不是当前值。',
  },
  stale: {
    en: 'The gateway sends nothing new: the values below are not current.',
    zh: '网关没有新数据：以下数值不是当前值。',
  },
  notReady: {
    en: 'The gateway does not record, the values below may not be current: ',
    zh: '网关未能正常记录数据，以下数值可能不是当前值：',
  },
  refusedFeed: {
    en: 'The gateway does not send what this view shows, the values below are not current: ',
    zh: '网关未推送本页所需数据，以下数值不是当前值：',
  },
  semicolon: { en: '; ', zh: '；' },
  navigation: { en: 'Views', zh: '页面导航' },
  toContent: { en: 'To the content', zh: '跳到主要内容' },
  otherLanguage: { en: '中文', zh: 'English' },
  light: { en: 'Light', zh: '浅色' },
  dark: { en: 'Dark', zh: '深色' },
} as const satisfies TextTable;
