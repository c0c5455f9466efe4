import type { LocalText } from '../../../core/point.ts';

export const dayRule: LocalText = { en: "the site's current day", zh: '站点当日' };

/** Window of what is summed by quarter hours and folded into the day. */
export const dayOfQuarters = {
  window: { tier: 'c', folds: 'b', over: 'day' },
  windowRule: {
    en: "quarter hours of the site's current day, the open one as far as it has come",
    zh: '站点当日各刻钟，含尚未结束的一刻钟',
  },
} as const;
