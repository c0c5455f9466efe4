import { expect, test } from 'vitest';
import { didYouMean, listAlternatives, nearest } from '../../../config/suggest.ts';

test.each([
  ['prot', ['port', 'path'], 'port'],
  ['Host', ['host', 'post'], 'host'],
  ['timeout', ['timeoutMs', 'title'], 'timeoutMs'],
  ['guage', ['gauge'], 'gauge'],
  ['x', ['yz'], undefined],
  ['', ['a'], 'a'],
  ['completely-else', ['port', 'host'], undefined],
])('%s is meant as %3$s', (word, candidates, expected) => {
  expect(nearest(word, candidates)).toBe(expected);
});

test('nothing is suggested for a word that is already right', () => {
  expect(didYouMean('port', ['port', 'host'])).toBe('');
});

test('words of great length are not compared', () => {
  expect(nearest('x'.repeat(100_000), ['x'.repeat(64)])).toBeUndefined();
});

test('alternatives are listed like in a sentence, and shortened when there are many', () => {
  expect(listAlternatives([])).toBe('nothing');
  expect(listAlternatives(['a'])).toBe('a');
  expect(listAlternatives(['a', 'b', 'c'])).toBe('a, b or c');
  const many = Array.from({ length: 30 }, (_, index) => `k${index}`);
  expect(listAlternatives(many)).toMatch(/^k0, .*, k23 or 6 more$/);
});
