import type { Language } from './language.ts';

const english = {
  description:
    'What meters counted by quarter hour, day or month, and what tenants used; asks the running gateway',
  meterArgument: 'id of a meter; without it all meters are listed',
  tenantsOption: 'what each tenant used, instead of a meter',
  fromOption:
    "from when on: ISO 8601 in the site's wall clock, or epoch ms (default: a day before --to, with --step month a year)",
  toOption: 'up to when, not included (default: now)',
  stepOption: 'minute, quarter, hour, day or month (default: quarter; tenants: month)',
  simulated: 'The data of this site is simulated.',
  meterColumns: ['meter', 'name', 'register', 'below', 'building'],
  noMeters: 'No meters: the site file has none under energy.meters.',
  intervalColumns: ['from', 'kWh', 'estimated', 'method', 'complete', 'breaks', 'revision'],
  tenantColumns: [
    'from',
    'tenant',
    'kWh',
    'own meters',
    'common',
    'estimated',
    'method',
    'revision',
  ],
  nobody: '(nobody, undivided)',
  sum: 'sum',
  methods: {
    measured: 'measured',
    estimated: 'estimated (linear)',
    partial: 'partial: some time unknown',
    none: 'no reading',
  },
  running: 'not over yet',
  noReadings: (count: number) => `no reading, ${count} intervals`,
  noTenants: 'Nobody used anything: no meter with a tenant has a reading in this time.',
  below: (at: string, meter: string, kwh: number) =>
    `${at}: meter ${meter} counted ${-kwh} kWh less than the meters below it: look at its multiplier, its direction and theirs.`,
  withoutReading: (at: string, meter: string, days: number) =>
    `${at}: meter ${meter} has no reading on ${days} days`,
  meterOrTenants: 'a meter and --tenants do not go together',
};

export type EnergyMessages = typeof english;

const chinese: EnergyMessages = {
  description: '各电表按一刻钟、日或月的电量，以及各租户的用电量；向运行中的网关查询',
  meterArgument: '电表标识；不指定时列出全部电表',
  tenantsOption: '各租户的用电量，而不是某块电表',
  fromOption:
    '起点：站点当地时间的 ISO 8601，或毫秒时间戳（默认为 --to 之前一天，--step month 时为一年）',
  toOption: '终点，不含（默认为当前）',
  stepOption: 'minute、quarter、hour、day 或 month（默认 quarter；租户为 month）',
  simulated: '本站点的数据为仿真数据。',
  meterColumns: ['电表', '名称', '寄存器', '上级', '建筑'],
  noMeters: '没有电表：站点文件的 energy.meters 为空。',
  intervalColumns: ['起始', 'kWh', '估算', '方法', '完整率', '中断', '修订'],
  tenantColumns: ['起始', '租户', 'kWh', '自有电表', '公摊', '估算', '方法', '修订'],
  nobody: '（无人 / 未分摊）',
  sum: '合计',
  methods: {
    measured: '实测',
    estimated: '估算（线性）',
    partial: '部分：有时段未知',
    none: '无读数',
  },
  running: '尚未结束',
  noReadings: (count) => `无读数，共 ${count} 个区间`,
  noTenants: '没有用电量：该时段内有租户的电表均无读数。',
  below: (at, meter, kwh) =>
    `${at}：电表 ${meter} 比其下级电表之和少 ${-kwh} kWh：请检查其倍率、方向及下级电表。`,
  withoutReading: (at, meter, days) => `${at}：电表 ${meter} 有 ${days} 天无读数`,
  meterOrTenants: '电表与 --tenants 不能同时指定',
};

export const energyMessages: Readonly<Record<Language, EnergyMessages>> = {
  en: english,
  zh: chinese,
};
