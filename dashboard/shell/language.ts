import { createI18n, useI18n } from 'vue-i18n';
import type { Language, TextTable } from './words.ts';

export type { Language, TextTable };

const storageKey = 'seamwatt-language';

const isLanguage = (value: unknown): value is Language => value === 'zh' || value === 'en';

const firstLanguage = (): Language => {
  const stored = localStorage.getItem(storageKey);
  if (isLanguage(stored)) return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

const showLanguage = (language: Language): void => {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
};

export const i18n = createI18n({
  legacy: false,
  locale: firstLanguage(),
  fallbackLocale: 'en',
  messages: { zh: {}, en: {} },
});

showLanguage(i18n.global.locale.value);

const messagesIn = (texts: TextTable, language: Language): Record<string, string> =>
  Object.fromEntries(Object.entries(texts).map(([key, words]) => [key, words[language]]));

export type Words<Texts extends TextTable> = {
  /** The text of a key, with `{name}` filled in. */
  t(key: keyof Texts & string, named?: Readonly<Record<string, unknown>>): string;
  /** Reactive. */
  readonly language: Language;
  /** Reactive: of words that came from the gateway in both languages. */
  say(words: Readonly<Record<Language, string>> | undefined): string;
};

/** The texts of one view or component. */
export const useWords = <Texts extends TextTable>(texts: Texts): Words<Texts> => {
  const { t, locale } = useI18n({
    useScope: 'local',
    inheritLocale: true,
    messages: { zh: messagesIn(texts, 'zh'), en: messagesIn(texts, 'en') },
  });
  return {
    t: (key, named = {}) => t(key, named),
    get language() {
      return locale.value;
    },
    say: (words) => words?.[locale.value as Language] ?? '',
  };
};

export const switchLanguage = (): void => {
  const next: Language = i18n.global.locale.value === 'zh' ? 'en' : 'zh';
  i18n.global.locale.value = next;
  localStorage.setItem(storageKey, next);
  showLanguage(next);
};
