import type { Language } from '../language.ts';
import { type ScenarioVerdict, verdictOf } from './outcome.ts';

/** XML 1.0 knows no other control characters than these, not even escaped. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

const escaped = (text: string): string =>
  text.replaceAll(forbidden, '\ufffd').replaceAll(/[&<>"\n]/g, (found) => entities[found] ?? found);

const suite = (verdict: ScenarioVerdict, language: Language): readonly string[] => {
  const { name, title, seconds, outcomes, failure } = verdict;
  const failures = outcomes.filter(({ holds }) => !holds).length;
  const errors = failure === undefined ? 0 : 1;
  const counts = `tests="${outcomes.length + errors}" failures="${failures}" errors="${errors}"`;
  const lines = [`  <testsuite name="${escaped(name)}" ${counts} time="${seconds.toFixed(3)}">`];
  for (const { holds, expectation, found } of outcomes) {
    const head = `    <testcase classname="${escaped(name)}" name="${escaped(expectation[language])}"`;
    const message = escaped(found[language]);
    if (holds) lines.push(`${head}><system-out>${message}</system-out></testcase>`);
    else lines.push(`${head}><failure message="${message}"/></testcase>`);
  }
  if (failure !== undefined) {
    const head = `    <testcase classname="${escaped(name)}" name="${escaped(title[language])}"`;
    lines.push(`${head}><error message="${escaped(failure[language])}"/></testcase>`);
  }
  return [...lines, '  </testsuite>'];
};

/** The results as JUnit XML, which CI systems show: a suite for each scenario, a case for each expectation. */
export const junitXml = (verdicts: readonly ScenarioVerdict[], language: Language): string => {
  const sum = (count: (verdict: ScenarioVerdict) => number): number =>
    verdicts.reduce((total, verdict) => total + count(verdict), 0);
  const failures = sum(({ outcomes }) => outcomes.filter(({ holds }) => !holds).length);
  const errors = verdicts.filter((verdict) => verdictOf(verdict) === 'failed').length;
  const tests = sum(({ outcomes }) => outcomes.length) + errors;
  const time = sum(({ seconds }) => seconds).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="seamwatt verify" tests="${tests}" failures="${failures}" errors="${errors}" time="${time}">`,
    ...verdicts.flatMap((verdict) => suite(verdict, language)),
    '</testsuites>',
    '',
  ].join('\n');
};
