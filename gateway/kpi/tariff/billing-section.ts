import { z } from 'zod';
import type { ConfigIssue, ConfigSection } from '../../core/adapter.ts';
import type { ChannelSpec, GroupSpec, LocalText } from '../../core/point.ts';
import { absolutePath } from '../point-table.ts';
import { periodNames, type Tariff, tariffSchema } from './tariff-schema.ts';

/** Produces the points of calendar and tariff; no source may have this id. */
export const billingProducer = 'billing';

const part = '[A-Za-z0-9][A-Za-z0-9_-]*';

const schema = z
  .strictObject({
    equipment: z
      .string()
      .regex(new RegExp(`^${part}/${part}/${part}$`), 'area/line/equipment')
      .describe('The park, area/line/equipment, that has the points of calendar and tariff'),
    tariffs: z
      .array(z.string().min(1).max(64))
      .max(100)
      .default([])
      .describe('Names of files in tariffs/ or of tariffs that ship, one after another in time'),
  })
  .optional()
  .describe('Months, years and tariff periods of a park; left out: no points of them');

const loadedSchema = z.strictObject({ equipment: z.string(), tables: z.array(tariffSchema) });
/** The section with the tariffs that it names, as the runtime takes it. */
export type Billing = z.infer<typeof loadedSchema>;

/** The section as `check` gave it; undefined without one. */
export const parseBilling = (value: unknown): Billing | undefined =>
  loadedSchema.optional().parse(value);

const channel = (point: string, unit: string, en: string, zh: string): ChannelSpec => ({
  ...{ point, kind: 'number', unit, decimals: unit === 'ms' || unit === '1' ? 0 : 4 },
  description: { en, zh },
});

const periodTexts: Readonly<Record<(typeof periodNames)[number], LocalText>> = {
  critical: { en: 'critical peak', zh: '尖峰' },
  peak: { en: 'peak', zh: '高峰' },
  flat: { en: 'flat', zh: '平段' },
  valley: { en: 'valley', zh: '低谷' },
  deepValley: { en: 'deep valley', zh: '深谷' },
};

const price = '{CNY}/kWh';

/** In the order in which `BillingPoints` gives them. */
const channels: readonly ChannelSpec[] = [
  channel('calendar.monthStart', 'ms', 'When the month began (UTC)', '当月起始时刻（UTC）'),
  channel('calendar.monthEnd', 'ms', 'When the month ends (UTC)', '当月结束时刻（UTC）'),
  channel('calendar.yearStart', 'ms', 'When the year began (UTC)', '当年起始时刻（UTC）'),
  channel('calendar.month', '1', 'Month of the year', '月份'),
  {
    ...channel('tariff.period', '1', 'Tariff period', '电价时段'),
    kind: 'enum',
    labels: Object.fromEntries(periodNames.map((name, index) => [index, periodTexts[name]])),
  },
  channel('tariff.periodStart', 'ms', 'When the period began (UTC)', '时段起始时刻（UTC）'),
  channel('tariff.periodEnd', 'ms', 'When the period ends (UTC)', '时段结束时刻（UTC）'),
  channel('tariff.price', price, 'Price of energy now', '当前电价'),
  channel('tariff.highestPrice', price, 'Highest price of the day', '当日最高电价'),
  channel('tariff.lowestPrice', price, 'Lowest price of the day', '当日最低电价'),
  channel('tariff.demandPrice', '{CNY}/kW', 'Price of maximum demand, a month', '需量电价（每月）'),
  channel('tariff.capacityPrice', '{CNY}/kVA', 'Price of capacity, a month', '容量电价（每月）'),
  channel('calendar.utcOffset', 'min', 'Wall clock ahead of UTC', '当地时间与 UTC 之差'),
  channel('calendar.utcOffsetBefore', 'min', 'The same before its change', '变更前与 UTC 之差'),
  channel(
    'calendar.utcOffsetStart',
    'ms',
    'When it last changed (UTC); 0: not for a year',
    '时差最近变更时刻（UTC）；0：一年内未变更',
  ),
];

/** One tariff must follow the other without a gap, and none may hold beside another. */
const validityIssues = (tables: readonly Tariff[]): readonly ConfigIssue[] => {
  const issues: ConfigIssue[] = [];
  for (const [index, table] of tables.entries()) {
    const before = tables[index - 1];
    if (before === undefined || before.validTo === table.validFrom) continue;
    const end = before.validTo;
    const isGap = end !== undefined && end < table.validFrom;
    issues.push({
      path: ['tariffs', index],
      found: isGap
        ? `${table.tariff} from ${table.validFrom}, with no tariff from ${end} on`
        : `${table.tariff} from ${table.validFrom}, while ${before.tariff} holds ${end === undefined ? 'for good' : `until ${end}`}`,
      expected: 'tariffs in the order of their dates, each from where the one before ends',
    });
  }
  return issues;
};

/** The section `billing` of the site file, to be checked before the KPIs, which read its points. */
export const billingSection: ConfigSection = {
  key: 'billing',
  schema,
  dataFiles: {
    folder: 'tariffs',
    schema: tariffSchema,
    namesIn: (value) =>
      (schema.parse(value)?.tariffs ?? []).map((name, index) => ({
        name,
        path: ['tariffs', index],
      })),
  },
  check: ({ value, groups, site, files }) => {
    const billing = schema.parse(value);
    if (billing === undefined) return { issues: [], groups: [], value: undefined };
    const { equipment } = billing;
    const tables = billing.tariffs.flatMap((name) => {
      const file = files?.get(name);
      return file === undefined ? [] : [tariffSchema.parse(file)];
    });
    const path = absolutePath(equipment, site);
    const known = groups.find(
      ({ equipment: { area, line, equipment: own } }) => `${area}/${line}/${own}` === equipment,
    );
    const group: GroupSpec = {
      ...{ equipment: path, equipmentClass: known?.equipmentClass ?? 'park', name: 'billing' },
      producer: billingProducer,
      comesOnChange: true,
      channels,
    };
    return {
      issues: tables.length === billing.tariffs.length ? validityIssues(tables) : [],
      groups: [group],
      value: { equipment, tables },
    };
  },
};
