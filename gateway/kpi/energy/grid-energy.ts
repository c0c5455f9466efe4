import { defineRegisterEnergy } from './register-energy.ts';

/** Energy taken from the grid, from the register of the grid meter. */
export const gridImport = defineRegisterEnergy({
  id: 'gridImport',
  description: { en: 'Energy taken from the grid today', zh: '当日电网购电量' },
  energy: {
    pattern: '{area}/*/grid/energyImport',
    equipmentClass: 'meter',
    count: 'one',
    description: { en: 'import register of the grid meter', zh: '关口表正向电能' },
  },
});

/** Energy fed into the grid, from the register of the grid meter. */
export const gridExport = defineRegisterEnergy({
  id: 'gridExport',
  description: { en: 'Energy fed into the grid today', zh: '当日上网电量' },
  energy: {
    pattern: '{area}/*/grid/energyExport',
    equipmentClass: 'meter',
    count: 'one',
    description: { en: 'export register of the grid meter', zh: '关口表反向电能' },
  },
});
