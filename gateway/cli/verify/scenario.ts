import { basename, join, resolve } from 'node:path';
import { checkValue } from '../../../config/check-value.ts';
import { interpolate } from '../../../config/interpolate.ts';
import { formatPath, type Problem, sortProblems } from '../../../config/problem.ts';
import { createReport } from '../../../config/report.ts';
import { readYaml } from '../../../config/yaml-file.ts';
import { contradictions, type ScenarioContent, scenarioSchema } from './scenario-schema.ts';

export type Scenario = {
  readonly file: string;
  /** The file's name without its ending. */
  readonly name: string;
  readonly content: ScenarioContent;
  /** A problem that shows only when the simulators are asked. */
  problemAt(
    path: readonly (string | number)[],
    words: { readonly found: string; readonly expected: string },
  ): Problem;
};

export type ScenarioResult =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A plain name is that of a scenario that ships; anything else is a file. */
const fileOf = (name: string, shippedFolder: string): string =>
  /^[a-z0-9-]+$/.test(name) ? join(shippedFolder, `${name}.yaml`) : resolve(name);

/** Reads a scenario and says everything that is wrong with it, each with its place. */
export const loadScenario = async (
  name: string,
  shippedFolder: string,
): Promise<ScenarioResult> => {
  const file = fileOf(name, shippedFolder);
  const yaml = await readYaml(file);
  if (yaml === undefined) {
    const words = { found: 'no such file', expected: 'a scenario file' };
    return { ok: false, problems: [{ file, line: 0, column: 0, path: '', ...words }] };
  }
  if (yaml.problems.length > 0) return { ok: false, problems: yaml.problems };
  const tree = await interpolate(yaml.value, { environment: {}, folder: '' });
  const report = createReport(yaml, tree);
  for (const issue of tree.issues) report.addReference(issue);
  const checked = checkValue(scenarioSchema, { value: tree.value, references: tree.references });
  if (!checked.ok) for (const issue of checked.issues) report.add([], issue);
  for (const issue of contradictions(tree.value)) report.add([], issue);
  if (!checked.ok || report.problems.length > 0) {
    return { ok: false, problems: sortProblems(report.problems, file) };
  }
  const scenario: Scenario = {
    file,
    name: basename(file).replace(/\.ya?ml$/, ''),
    content: checked.value,
    problemAt: (path, words) => ({ file, ...yaml.locate(path), path: formatPath(path), ...words }),
  };
  return { ok: true, scenario };
};

/** The scenario asks for what the site or the simulators do not have. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('the scenario asks for what is not there');
    this.problems = problems;
  }
}
