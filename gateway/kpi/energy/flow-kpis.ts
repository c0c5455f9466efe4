import type { AnyKpiDefinition } from '../definition.ts';
import { energyFlows } from './energy-flows.ts';
import { energyQuarter } from './energy-quarter.ts';

/** What is made of the quarter hours of a park's meters. */
export const flowKpis: readonly AnyKpiDefinition[] = [energyQuarter, energyFlows];
