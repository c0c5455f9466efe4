import type { TextTable } from '../shell/language.ts';

export const qualityTexts = {
  good: { en: 'good', zh: '正常' },
  uncertain: { en: 'uncertain', zh: '不确定' },
  bad: { en: 'no value', zh: '无数值' },
} as const satisfies TextTable;
