import { defineRegisterEnergy } from './register-energy.ts';

/** Energy that the inverters of the area fed in, from their own registers. */
export const pvEnergy = defineRegisterEnergy({
  id: 'pvEnergy',
  description: { en: 'Energy from photovoltaics today', zh: '当日光伏发电量' },
  energy: {
    pattern: '{area}/*/*/energyTotal',
    equipmentClass: 'pv_inverter',
    count: 'many',
    description: { en: 'energy register of each inverter', zh: '各逆变器累计发电量' },
  },
});
