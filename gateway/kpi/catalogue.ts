import type { AnyKpiDefinition } from './definition.ts';
import { gridExport, gridImport } from './energy/grid-energy.ts';
import { pvEnergy } from './energy/pv-energy.ts';
import { heatInput } from './welding/heat-input.ts';

/** Every KPI that a site can have. */
export const kpiCatalogue: readonly AnyKpiDefinition[] = [
  heatInput,
  pvEnergy,
  gridImport,
  gridExport,
];
