import { avoidedCo2 } from './carbon/avoided-co2.ts';
import type { AnyKpiDefinition } from './definition.ts';
import { gridDemand, gridDemandPeak, gridImportHour } from './energy/grid-demand.ts';
import { gridExport, gridImport } from './energy/grid-energy.ts';
import { pvEnergy } from './energy/pv-energy.ts';
import { selfConsumption } from './energy/self-consumption.ts';
import { oee } from './operations/oee.ts';
import { timeElements } from './operations/time-elements.ts';
import { defectsPerKm, firstPassYield, rolledYield } from './operations/yield.ts';
import { arcCurrentDeviation, arcCurrentMean } from './welding/arc-current.ts';
import { arcOnRatio } from './welding/arc-on-ratio.ts';
import { deformation } from './welding/deformation.ts';
import { deformationMax } from './welding/deformation-max.ts';
import { deformationPrediction } from './welding/deformation-prediction.ts';
import { heatInput } from './welding/heat-input.ts';
import { heatInputBin } from './welding/heat-input-bin.ts';
import { seamBins } from './welding/seam-bin-table.ts';
import { spcCurrent, spcHeatInput, spcLeg, spcOffset } from './welding/spc.ts';
import { trackingMax, trackingP95, trackingRms } from './welding/tracking.ts';
import { travelSpeedMean } from './welding/travel-speed-mean.ts';

/** Every KPI that a site can have. */
export const kpiCatalogue: readonly AnyKpiDefinition[] = [
  heatInput,
  heatInputBin,
  seamBins,
  trackingRms,
  trackingP95,
  trackingMax,
  arcOnRatio,
  arcCurrentMean,
  arcCurrentDeviation,
  travelSpeedMean,
  deformationMax,
  deformation,
  deformationPrediction,
  spcHeatInput,
  spcCurrent,
  spcOffset,
  spcLeg,
  timeElements,
  oee,
  firstPassYield,
  rolledYield,
  defectsPerKm,
  pvEnergy,
  gridImport,
  gridExport,
  gridDemand,
  gridDemandPeak,
  gridImportHour,
  selfConsumption,
  avoidedCo2,
];
