import { describe, expect, it } from 'vitest';
import { usageIn } from '../../../simulators/usage.ts';

const optionsIn = (text: string): readonly string[] =>
  [...text.matchAll(/^ {2}(--\S+)/gm)].map(([, name]) => name ?? '');

describe('how the simulators are called', () => {
  const english = usageIn({});
  const chinese = usageIn({ SEAMWATT_LANG: 'zh' });

  it('is told in the language that was asked for, else in that of the locale', () => {
    expect(english).toContain('usage:');
    expect(chinese).toContain('用法：');
    expect(usageIn({ LANG: 'zh_CN.UTF-8' })).toBe(chinese);
    expect(usageIn({ SEAMWATT_LANG: 'en', LC_ALL: 'zh_CN.UTF-8' })).toBe(english);
    expect(usageIn({ LANG: 'de_DE.UTF-8' })).toBe(english);
  });

  it('names the same options with the same defaults in both', () => {
    expect(optionsIn(english).length).toBeGreaterThan(20);
    expect(optionsIn(chinese)).toStrictEqual(optionsIn(english));
  });
});
