import type { ConfigSection } from '../core/adapter.ts';
import { planSite } from './compile-site.ts';
import { calculatedSchema, kpisSchema } from './site-schema.ts';

/** The sections of the site file that this room owns; `calculated` is checked after `kpis` and may read KPI points. */
export const kpiSections: readonly ConfigSection[] = [
  {
    key: 'kpis',
    schema: kpisSchema,
    check: ({ value, groups, site }) =>
      planSite({ groups, kpis: kpisSchema.parse(value), calculated: [], site }),
  },
  {
    key: 'calculated',
    schema: calculatedSchema,
    check: ({ value, groups, site }) =>
      planSite({ groups, kpis: [], calculated: calculatedSchema.parse(value), site }),
  },
];
