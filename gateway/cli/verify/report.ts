import type { Language } from '../language.ts';
import type { Messages } from '../messages.ts';
import { type ScenarioVerdict, verdictOf } from './outcome.ts';

/** What came of one scenario, for people: an expectation a line, and below it what was found. */
export const verdictLines = (
  verdict: ScenarioVerdict,
  text: Messages,
  language: Language,
): readonly string[] => {
  const { name, title, seconds, outcomes, failure } = verdict;
  const lines = [`${name}: ${title[language]} (${seconds.toFixed(1)} s)`];
  for (const { holds, expectation, found } of outcomes) {
    lines.push(`  ${holds ? '✓' : '✗'} ${expectation[language]}`, `      ${found[language]}`);
  }
  if (failure !== undefined) lines.push(`  ✗ ${text.failed(failure[language])}`);
  return lines;
};

export const summaryLine = (verdicts: readonly ScenarioVerdict[], text: Messages): string => {
  const count = (wanted: ReturnType<typeof verdictOf>): number =>
    verdicts.filter((verdict) => verdictOf(verdict) === wanted).length;
  return text.verifySummary(count('holds'), count('differs'), count('failed'));
};

/** The results for machines; texts in both languages. */
export const verdictsJson = (verdicts: readonly ScenarioVerdict[]): string =>
  JSON.stringify(
    {
      simulated: true,
      scenarios: verdicts.map((verdict) => ({ ...verdict, verdict: verdictOf(verdict) })),
    },
    null,
    2,
  );
