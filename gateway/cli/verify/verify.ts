import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem } from '../../../config/problem.ts';
import { explainError } from '../../core/error-text.ts';
import type { LocalText } from '../../core/point.ts';
import { type ExitCode, exitCodes } from '../composition.ts';
import type { Kit } from '../kit.ts';
import { problemLine } from '../problem-words.ts';
import { type StopSignal, stopOnSignals } from '../stop-signal.ts';
import { junitXml } from './junit.ts';
import { type ScenarioVerdict, verdictOf } from './outcome.ts';
import { summaryLine, verdictLines, verdictsJson } from './report.ts';
import { runScenario } from './run-scenario.ts';
import { loadScenario, type Scenario, ScenarioError } from './scenario.ts';
import { problemsOfSite, SiteCopyError } from './site-copy.ts';

export type VerifyOptions = {
  readonly config?: string | undefined;
  readonly json?: boolean | undefined;
  readonly junit?: string | undefined;
};

const complainOf = (problems: readonly Problem[], kit: Kit): void => {
  for (const problem of problems) kit.complain(problemLine(problem, process.cwd(), kit.language));
};

/** All scenarios, or undefined after all problems of all files have been printed. */
const loadAll = async (
  files: readonly string[],
  siteFile: string,
  kit: Kit,
): Promise<readonly Scenario[] | undefined> => {
  const scenarios: Scenario[] = [];
  const problems = [...(await problemsOfSite(siteFile, kit))];
  for (const file of files) {
    const result = await loadScenario(file, kit.composition.scenarioFolder);
    if (result.ok) scenarios.push(result.scenario);
    else problems.push(...result.problems);
  }
  if (problems.length === 0) return scenarios;
  complainOf(problems, kit);
  kit.complain(kit.text.problemCount(problems.length));
  return undefined;
};

const problemsIn = (error: unknown): readonly Problem[] | undefined =>
  error instanceof ScenarioError || error instanceof SiteCopyError ? error.problems : undefined;

type Verification = {
  readonly kit: Kit;
  readonly siteFile: string;
  readonly signal: AbortSignal;
};

/** @throws ScenarioError, SiteCopyError: then something is wrong with the files, not with what ran. */
const verdictFor = async (
  scenario: Scenario,
  { kit, siteFile, signal }: Verification,
): Promise<ScenarioVerdict> => {
  const { name, file, content } = scenario;
  const fromMs = performance.now();
  const tell = (text: LocalText): void => kit.complain(`${name}: ${text[kit.language]}`);
  tell(content.title);
  const finish = (rest: Pick<ScenarioVerdict, 'outcomes' | 'failure'>): ScenarioVerdict => {
    const seconds = Number(((performance.now() - fromMs) / 1000).toFixed(3));
    return { name, file, title: content.title, seconds, ...rest };
  };
  try {
    return finish({ outcomes: await runScenario({ scenario, siteFile, kit, signal }, tell) });
  } catch (error) {
    if (problemsIn(error) !== undefined) throw error;
    const stopped = { en: 'it was stopped', zh: '已中止' };
    return finish({ outcomes: [], failure: signal.aborted ? stopped : explainError(error) });
  }
};

const codeOf = (verdicts: readonly ScenarioVerdict[]): ExitCode => {
  const found = verdicts.map(verdictOf);
  if (found.includes('failed')) return exitCodes.failure;
  return found.includes('differs') ? exitCodes.negative : exitCodes.ok;
};

const report = async (
  verdicts: readonly ScenarioVerdict[],
  options: VerifyOptions,
  kit: Kit,
): Promise<void> => {
  const { junit, json } = options;
  if (junit !== undefined) await writeFile(junit, junitXml(verdicts, kit.language));
  kit.print(json === true ? verdictsJson(verdicts) : summaryLine(verdicts, kit.text));
};

const runAll = async (
  scenarios: readonly Scenario[],
  options: VerifyOptions,
  verification: Verification,
): Promise<void> => {
  const { kit, signal } = verification;
  const verdicts: ScenarioVerdict[] = [];
  let code: ExitCode = exitCodes.ok;
  for (const scenario of scenarios) {
    if (signal.aborted) break;
    try {
      const verdict = await verdictFor(scenario, verification);
      verdicts.push(verdict);
      if (options.json === true) continue;
      for (const line of verdictLines(verdict, kit.text, kit.language)) kit.print(line);
    } catch (error) {
      const problems = problemsIn(error);
      if (problems === undefined) throw error;
      complainOf(problems, kit);
      code = exitCodes.invalid;
    }
  }
  await report(verdicts, options, kit);
  if (signal.aborted) code = exitCodes.failure;
  kit.finish(code === exitCodes.ok ? codeOf(verdicts) : code);
};

/** Plays the scenarios against the site, and finishes with what became of them. */
export const verify = async (
  files: readonly string[],
  options: VerifyOptions,
  kit: Kit,
): Promise<void> => {
  const siteFile = resolve(options.config ?? kit.composition.demoFile);
  const scenarios = await loadAll(files, siteFile, kit);
  if (scenarios === undefined) {
    kit.finish(exitCodes.invalid);
    return;
  }
  const stop: StopSignal = stopOnSignals(() => kit.complain(kit.text.stopping));
  try {
    await runAll(scenarios, options, { kit, siteFile, signal: stop.signal });
  } finally {
    stop.release();
  }
};
