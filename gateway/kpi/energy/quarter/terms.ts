import type { LocalText } from '../../../core/point.ts';
import type { KpiInput } from '../../definition.ts';

/** What goes in and out of a park's bus: the seven terms of its balance, and what feeders counted the other way round. */
export const terms = [
  'pv',
  'import',
  'export',
  'load',
  'ev',
  'charge',
  'discharge',
  'pvReverse',
  'loadReverse',
  'evReverse',
] as const;
export type Term = (typeof terms)[number];

/** The terms that `pv + import + discharge = load + ev + export + charge` is made of. */
export const balanceTerms = terms.slice(0, 7);

export const termTexts: Readonly<Record<Term, LocalText>> = {
  pv: { en: 'energy from photovoltaics', zh: '光伏发电量' },
  import: { en: 'energy taken from the grid', zh: '电网购电量' },
  export: { en: 'energy fed into the grid', zh: '上网电量' },
  load: { en: 'energy of the buildings', zh: '建筑用电量' },
  ev: { en: 'energy of the chargers', zh: '充电桩用电量' },
  charge: { en: 'energy into storage', zh: '储能充电量' },
  discharge: { en: 'energy out of storage', zh: '储能放电量' },
  pvReverse: { en: 'energy drawn by photovoltaics', zh: '光伏反向（用电）电量' },
  loadReverse: { en: 'energy that buildings counted backwards', zh: '建筑电表反向电量' },
  evReverse: { en: 'energy that chargers counted backwards', zh: '充电桩电表反向电量' },
};

const register = (term: Term, pattern: string, equipmentClass: string): KpiInput => ({
  pattern,
  equipmentClass,
  unit: 'kWh',
  count: 'any',
  description: { en: `registers: ${termTexts[term].en}`, zh: `计数器：${termTexts[term].zh}` },
});

const power = (pattern: string, equipmentClass: string, description: LocalText): KpiInput => ({
  ...{ pattern, equipmentClass, unit: 'kW', count: 'any', description },
});

export const powerNames = ['pvPower', 'gridPower', 'loadPower', 'evPower', 'storagePower'] as const;
export type PowerName = (typeof powerNames)[number];

export const quarterInputs: Readonly<Record<Term | PowerName, KpiInput>> = {
  pv: {
    ...register('pv', '{area}/*/pv/energyExport', 'meter'),
    count: 'many',
  },
  import: { ...register('import', '{area}/*/grid/energyImport', 'meter'), count: 'many' },
  export: { ...register('export', '{area}/*/grid/energyExport', 'meter'), count: 'many' },
  load: register('load', '{area}/*/load/energyImport', 'meter'),
  ev: register('ev', '{area}/*/ev/energyImport', 'meter'),
  charge: register('charge', '{area}/*/*/energyCharge', 'storage'),
  discharge: register('discharge', '{area}/*/*/energyDischarge', 'storage'),
  pvReverse: register('pvReverse', '{area}/*/pv/energyImport', 'meter'),
  loadReverse: register('loadReverse', '{area}/*/load/energyExport', 'meter'),
  evReverse: register('evReverse', '{area}/*/ev/energyExport', 'meter'),
  pvPower: power('{area}/*/pv/power', 'meter', {
    en: 'power of the photovoltaic feeder, where its register fails',
    zh: '光伏馈线功率，计数器失效时使用',
  }),
  gridPower: power('{area}/*/grid/power', 'meter', {
    en: 'power of the grid meter, positive in import, where its registers fail',
    zh: '关口表功率（受电为正），计数器失效时使用',
  }),
  loadPower: power('{area}/*/load/power', 'meter', {
    en: 'power of the buildings, where their register fails',
    zh: '建筑功率，计数器失效时使用',
  }),
  evPower: power('{area}/*/ev/power', 'meter', {
    en: 'power of the chargers, where their register fails',
    zh: '充电桩功率，计数器失效时使用',
  }),
  storagePower: power('{area}/*/*/power', 'storage', {
    en: 'power of storage, positive while charging, where its registers fail',
    zh: '储能功率（充电为正），计数器失效时使用',
  }),
};

/** Where a term may be taken from when its register was not read, and which sign counts; none: it cannot. */
export const powerOf: Readonly<Partial<Record<Term, readonly [PowerName, 1 | -1]>>> = {
  import: ['gridPower', 1],
  export: ['gridPower', -1],
  load: ['loadPower', 1],
  ev: ['evPower', 1],
  charge: ['storagePower', 1],
  discharge: ['storagePower', -1],
};

/** Where each kWh went, in the order in which `splitFlows` gives them. */
export const flows = [
  'pvToGrid',
  'pvToLoad',
  'pvToStorage',
  'gridToLoad',
  'gridToStorage',
  'storageToLoad',
] as const;
export type Flow = (typeof flows)[number];

export const flowTexts: Readonly<Record<Flow, LocalText>> = {
  pvToGrid: { en: 'photovoltaics to the grid', zh: '光伏上网' },
  pvToLoad: { en: 'photovoltaics to buildings and chargers', zh: '光伏供建筑与充电桩' },
  pvToStorage: { en: 'photovoltaics to storage', zh: '光伏充储能' },
  gridToLoad: { en: 'grid to buildings and chargers', zh: '电网供建筑与充电桩' },
  gridToStorage: { en: 'grid to storage', zh: '电网充储能' },
  storageToLoad: { en: 'storage to buildings and chargers', zh: '储能供建筑与充电桩' },
};
