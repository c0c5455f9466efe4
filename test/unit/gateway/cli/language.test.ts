import { describe, expect, test } from 'vitest';
import { chooseLanguage } from '../../../../gateway/cli/language.ts';
import { messages } from '../../../../gateway/cli/messages.ts';

const languageOf = (argv: readonly string[], env: Record<string, string> = {}): string =>
  chooseLanguage(argv, env).language;

describe('the language', () => {
  test('is English unless something says otherwise', () => {
    expect(languageOf([])).toBe('en');
    expect(languageOf([], { LANG: 'C' })).toBe('en');
    expect(languageOf([], { LANG: 'de_DE.UTF-8' })).toBe('en');
  });

  test('follows the locale, its stronger variables first', () => {
    expect(languageOf([], { LANG: 'zh_CN.UTF-8' })).toBe('zh');
    expect(languageOf([], { LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' })).toBe('en');
    expect(languageOf([], { LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' })).toBe('zh');
    expect(languageOf([], { LANG: 'zh_CN', LC_ALL: '' })).toBe('zh');
  });

  test('is what SEAMWATT_LANG says, and above all what --lang says', () => {
    expect(languageOf([], { SEAMWATT_LANG: 'zh', LANG: 'en_US' })).toBe('zh');
    expect(languageOf(['check', '--lang', 'en'], { SEAMWATT_LANG: 'zh' })).toBe('en');
    expect(languageOf(['--lang=zh', 'check'])).toBe('zh');
  });

  test('is taken out of the arguments wherever it stands, but not behind --', () => {
    expect(chooseLanguage(['--lang', 'zh', 'check', '--plan'], {}).rest).toEqual([
      'check',
      '--plan',
    ]);
    expect(chooseLanguage(['check', '--lang=zh'], {}).rest).toEqual(['check']);
    const behind = ['simulate', '--', '--lang', 'zh'];
    expect(chooseLanguage(behind, {})).toMatchObject({ language: 'en', rest: behind });
  });

  test('must be one that there is', () => {
    expect(chooseLanguage(['--lang', 'fr'], {}).unknown).toBe('fr');
    expect(chooseLanguage(['--lang'], {}).unknown).toBe('');
  });
});

describe('the messages', () => {
  const samples = ['alpha', 'beta', 'gamma'];
  const textOf = (message: unknown): string =>
    typeof message === 'function' ? String(message(...samples)) : String(message);

  test('exist in both languages under the same names, with the same kinds', () => {
    expect(Object.keys(messages.zh).sort()).toEqual(Object.keys(messages.en).sort());
    for (const [name, message] of Object.entries(messages.en)) {
      expect(typeof Reflect.get(messages.zh, name), name).toBe(typeof message);
    }
  });

  test('say something, and both say what they are told', () => {
    for (const [name, message] of Object.entries(messages.en)) {
      const other: unknown = Reflect.get(messages.zh, name);
      expect(textOf(message), name).not.toBe('');
      expect(textOf(other), name).not.toBe('');
      const said = samples.filter((sample) => textOf(message).includes(sample));
      expect(
        samples.filter((sample) => textOf(other).includes(sample)),
        name,
      ).toEqual(said);
    }
  });

  test('are Chinese where they should be', () => {
    const latinOnly = Object.entries(messages.zh)
      .filter(([, message]) => !/[\u4E00-\u9FFF]/.test(textOf(message)))
      .map(([name]) => name);
    expect(latinOnly).toEqual([]);
  });
});
