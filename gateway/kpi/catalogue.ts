import { avoidedCo2 } from './carbon/avoided-co2.ts';
import { carbonIntensity } from './carbon/carbon-intensity.ts';
import { panelCarbon } from './carbon/panel-carbon.ts';
import type { AnyKpiDefinition } from './definition.ts';
import { flowKpis } from './energy/flow-kpis.ts';
import { gridDemand, gridDemandPeak, gridImportHour } from './energy/grid-demand.ts';
import { gridExport, gridImport } from './energy/grid-energy.ts';
import {
  inverterAvailability,
  pvEnergyAvailability,
  pvTechnicalAvailability,
} from './energy/photovoltaic/availability.ts';
import { pvExpectedEnergy, pvExpectedPower } from './energy/photovoltaic/expected.ts';
import { pvClipping, pvCurtailment } from './energy/photovoltaic/limits.ts';
import { pvLosses } from './energy/photovoltaic/losses.ts';
import {
  inverterPerformanceIndex,
  pvPerformanceIndex,
  pvPerformanceRatio,
  pvPerformanceRatio25,
} from './energy/photovoltaic/ratios.ts';
import { pvSoilingRatio } from './energy/photovoltaic/soiling.ts';
import {
  inverterFinalYield,
  pvFinalYield,
  pvReferenceYield,
} from './energy/photovoltaic/yields.ts';
import { pvEnergy } from './energy/pv-energy.ts';
import { selfConsumption } from './energy/self-consumption.ts';
import { oee } from './operations/oee.ts';
import { throughput } from './operations/order-ratios.ts';
import { timeElements } from './operations/time-elements.ts';
import { defectsPerKm, firstPassYield, rolledYield } from './operations/yield.ts';
import { arcCurrentDeviation, arcCurrentMean } from './welding/arc-current.ts';
import { arcInterruptions, arcInterruptionsPerMetre } from './welding/arc-interruptions.ts';
import { arcOnRatio } from './welding/arc-on-ratio.ts';
import {
  arcCurrentVariation,
  arcStability,
  arcStabilityNow,
  arcVoltageVariation,
} from './welding/arc-stability.ts';
import { gasVolume, weldLength, wireMass } from './welding/consumption.ts';
import { deformation } from './welding/deformation.ts';
import { deformationMax } from './welding/deformation-max.ts';
import { deformationPrediction } from './welding/deformation-prediction.ts';
import { legLength, throat } from './welding/fillet.ts';
import { heatBalanceIndex, heatBalanceNow } from './welding/heat-balance.ts';
import { arcEnergy, heatInput } from './welding/heat-input.ts';
import { heatInputBin } from './welding/heat-input-bin.ts';
import {
  adjustmentRangeUsed,
  corrections,
  interventions,
  unmannedRatio,
} from './welding/manual-work.ts';
import { panelEnergy, panelEnergyDeviation, weldingEnergy } from './welding/panel-energy.ts';
import {
  correctionsPerMetre,
  energyPerDeposit,
  energyPerMetre,
  gasPerMetre,
  panelGasVolume,
  panelInterventions,
  panelWeldLength,
  panelWireMass,
  wirePerMetre,
} from './welding/panel-sums.ts';
import { panelWindows } from './welding/panel-windows.ts';
import { seamBins } from './welding/seam-bin-table.ts';
import { seamLostLength, seamLostRatio } from './welding/seam-lost.ts';
import { shortCircuitRate } from './welding/short-circuits.ts';
import {
  spcCurrent,
  spcCurrentDeviation,
  spcHeatInput,
  spcLeg,
  spcOffset,
  spcVoltageDeviation,
} from './welding/spc.ts';
import { spcDeformation } from './welding/spc-panels.ts';
import { speedConformity } from './welding/speed-conformity.ts';
import { trackingBias, trackingMax, trackingP95, trackingRms } from './welding/tracking.ts';
import { travelSpeedMean } from './welding/travel-speed-mean.ts';
import { wpsConformance } from './welding/wps-conformance.ts';

/** Every KPI that a site can have. */
export const kpiCatalogue: readonly AnyKpiDefinition[] = [
  heatInput,
  arcEnergy,
  heatInputBin,
  seamBins,
  trackingRms,
  trackingP95,
  trackingMax,
  trackingBias,
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
  spcCurrentDeviation,
  spcVoltageDeviation,
  spcDeformation,
  timeElements,
  oee,
  throughput,
  firstPassYield,
  rolledYield,
  defectsPerKm,
  arcStability,
  arcStabilityNow,
  arcCurrentVariation,
  arcVoltageVariation,
  shortCircuitRate,
  arcInterruptions,
  arcInterruptionsPerMetre,
  seamLostRatio,
  seamLostLength,
  speedConformity,
  wpsConformance,
  legLength,
  throat,
  heatBalanceIndex,
  heatBalanceNow,
  weldLength,
  wireMass,
  gasVolume,
  panelWeldLength,
  panelWireMass,
  panelGasVolume,
  panelEnergy,
  weldingEnergy,
  panelEnergyDeviation,
  energyPerMetre,
  energyPerDeposit,
  wirePerMetre,
  gasPerMetre,
  panelWindows,
  unmannedRatio,
  interventions,
  panelInterventions,
  corrections,
  correctionsPerMetre,
  adjustmentRangeUsed,
  pvEnergy,
  pvReferenceYield,
  pvFinalYield,
  pvPerformanceRatio,
  pvPerformanceRatio25,
  pvExpectedPower,
  pvExpectedEnergy,
  pvPerformanceIndex,
  pvTechnicalAvailability,
  pvEnergyAvailability,
  pvClipping,
  pvCurtailment,
  pvSoilingRatio,
  pvLosses,
  inverterFinalYield,
  inverterPerformanceIndex,
  inverterAvailability,
  gridImport,
  gridExport,
  gridDemand,
  gridDemandPeak,
  gridImportHour,
  selfConsumption,
  avoidedCo2,
  carbonIntensity,
  panelCarbon,
  ...flowKpis,
];
