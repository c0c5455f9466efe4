import type { ConfigSection } from './core/adapter.ts';
import { energySection } from './energy/section.ts';
import { kpiSections } from './kpi/sections.ts';
import { billingSection } from './kpi/tariff/billing-section.ts';
import { productionSection } from './production/section.ts';
import { figuresSection } from './reports/figures/figures-config.ts';
import { screeningSection } from './runtime/screening/section.ts';

/** The sections of a site file that rooms of the gateway own, in the order in which they are checked: later ones see the points of earlier ones. */
export const siteSections: readonly ConfigSection[] = [
  ...[productionSection, billingSection],
  ...kpiSections,
  ...[screeningSection, energySection, figuresSection],
];
