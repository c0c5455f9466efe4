import { carbonFreeShare } from '../carbon/carbon-free-share.ts';
import { avoidedCo2Hourly, importCo2Hourly } from '../carbon/hourly-co2.ts';
import { carbonPerArea, savedPerModule } from '../carbon/year-intensity.ts';
import type { AnyKpiDefinition } from '../definition.ts';
import { balanceResidual } from './balance/balance-residual.ts';
import { meterChecks } from './balance/meter-checks.ts';
import { meterSuspect } from './balance/meter-suspect.ts';
import { chargerUtilisation } from './charger-utilisation.ts';
import { arbitrageMargin, energyCost } from './cost/energy-cost.ts';
import { demandForecast } from './demand/demand-forecast.ts';
import { demandCharge, loadFactor, maximumDemand } from './demand/maximum-demand.ts';
import { powerFactor, powerFactorMonth } from './demand/power-factor.ts';
import { energyFlows } from './energy-flows.ts';
import { energyQuarter } from './energy-quarter.ts';
import { energySaved } from './energy-saved.ts';
import { gridConnection } from './microgrid/grid-connection.ts';
import { frequencyQuality, voltageQuality } from './microgrid/supply-quality.ts';
import { savedProgress } from './saved-progress.ts';
import { selfSufficiency, selfSufficiencyPv } from './self-sufficiency.ts';
import { equivalentCycles } from './storage/equivalent-cycles.ts';
import { roundTripEfficiency } from './storage/round-trip-efficiency.ts';
import { socCoulomb } from './storage/soc-coulomb.ts';
import { sohMeasured } from './storage/soh-measured.ts';

/** What the meters, the storage, the chargers and the grid connection of a park tell of its energy. */
export const flowKpis: readonly AnyKpiDefinition[] = [
  energyQuarter,
  energyFlows,
  energySaved,
  selfSufficiency,
  selfSufficiencyPv,
  balanceResidual,
  meterSuspect,
  meterChecks,
  demandForecast,
  maximumDemand,
  loadFactor,
  demandCharge,
  powerFactor,
  powerFactorMonth,
  energyCost,
  arbitrageMargin,
  carbonFreeShare,
  avoidedCo2Hourly,
  importCo2Hourly,
  carbonPerArea,
  savedPerModule,
  savedProgress,
  chargerUtilisation,
  frequencyQuality,
  voltageQuality,
  gridConnection,
  socCoulomb,
  sohMeasured,
  roundTripEfficiency,
  equivalentCycles,
];
