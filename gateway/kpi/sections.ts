import type { ConfigSection } from '../core/adapter.ts';
import { planSite, type SitePlan } from './compile-site.ts';
import { calculatedSchema, kpisSchema } from './site-schema.ts';

const judge = (plan: SitePlan, isPartial: boolean): Pick<SitePlan, 'groups' | 'issues'> => ({
  groups: plan.groups,
  issues: plan.issues.filter(({ isMissing }) => !isPartial || isMissing !== true),
});

/** The sections of the site file that this room owns; `calculated` is checked after `kpis` and may read KPI points. */
export const kpiSections: readonly ConfigSection[] = [
  {
    key: 'kpis',
    schema: kpisSchema,
    check: ({ value, groups, isPartial, site }) =>
      judge(planSite({ groups, kpis: kpisSchema.parse(value), calculated: [], site }), isPartial),
  },
  {
    key: 'calculated',
    schema: calculatedSchema,
    check: ({ value, groups, isPartial, site }) => {
      const calculated = calculatedSchema.parse(value);
      return judge(planSite({ groups, kpis: [], calculated, site }), isPartial);
    },
  },
];
