import { z } from 'zod';
import type { ConfigIssue, ConfigSection } from '../../core/adapter.ts';
import type { GroupSpec } from '../../core/point.ts';
import { heartbeatSchema, screeningShape } from '../../core/point-screening.ts';
import { rulesOf, type ScreeningRules } from './rules.ts';

const key = 'screening';
const dayMs = 86_400_000;

const staleMs = z
  .int()
  .min(100)
  .max(dayMs)
  .describe('Silence of a polled group after which its points are bad, in ms');

const pointRule = z.strictObject({
  points: z
    .string()
    .regex(
      /^[A-Za-z0-9_*-]+\/[A-Za-z0-9_*-]+\/[A-Za-z0-9_*-]+\/[A-Za-z0-9_.*-]+$/,
      'area/line/equipment/point, where * stands for anything within a part',
    )
    .describe('Which points, as area/line/equipment/point; * stands for anything within a part'),
  minimum: z.number().optional().describe('A value below is marked BadOutOfRange'),
  maximum: z.number().optional().describe('A value above is marked BadOutOfRange'),
  maximumRatePerSecond: screeningShape.maximumRatePerSecond,
  frozen: screeningShape.frozen,
  heartbeatMs: heartbeatSchema.optional(),
});

const schema = z
  .strictObject({
    staleMs: staleMs.optional(),
    sources: z
      .record(z.string(), z.strictObject({ staleMs }))
      .default({})
      .describe('By the id of a source'),
    points: z
      .array(pointRule)
      .max(1000)
      .default([])
      .describe('By point; of several, the last counts'),
  })
  .prefault({})
  .describe('What is not believed: silence, frozen values, values out of physics');

/** Computed ones follow from what was judged. */
const isMeasured = ({ producer }: GroupSpec): boolean =>
  producer !== 'kpi' && producer !== 'calculated';

const issuesOf = (rules: ScreeningRules, groups: readonly GroupSpec[]): readonly ConfigIssue[] => {
  const issues: ConfigIssue[] = [];
  for (const source of Object.keys(rules.sources)) {
    if (groups.some(({ producer }) => producer === source)) continue;
    issues.push({ path: ['sources', source], found: source, expected: 'the id of a source' });
  }
  for (const [index, rule] of rules.points.entries()) {
    const path = ['points', index, 'points'];
    const matched = groups.flatMap((group) =>
      group.channels
        .filter((channel) => rulesOf({ ...rules, points: [rule] }, group, channel).length > 0)
        .map(() => group),
    );
    if (matched.length === 0) {
      issues.push({ path, found: rule.points, expected: 'a point that a source gives' });
    }
    const other = rule.frozen === 'off' ? undefined : rule.frozen?.while?.point;
    if (other === undefined) continue;
    for (const group of new Set(matched)) {
      if (group.channels.some(({ point }) => point === other)) continue;
      const expected = `a point that is read together with ${rule.points}`;
      issues.push({ path: ['points', index, 'frozen', 'while', 'point'], found: other, expected });
      break;
    }
  }
  return issues;
};

/** The section `screening` of the site file. */
export const screeningSection: ConfigSection = {
  key,
  schema,
  check: ({ value, groups }) => ({
    issues: issuesOf(schema.parse(value), groups.filter(isMeasured)),
    groups: [],
  }),
};

/** The rules among the parsed sections of a site; none where the site has none. */
export const parseRules = (sections: Readonly<Record<string, unknown>>): ScreeningRules =>
  schema.parse(sections[key]);
