import { z } from 'zod';
import type { LocalText } from '../../../core/point.ts';
import type { Term } from '../quarter/terms.ts';

/** The meters around the bus, in the order of their numbers from 1. */
export const meters = ['pv', 'grid', 'load', 'ev', 'storage'] as const;
export type MeterName = (typeof meters)[number];

export const meterTexts: Readonly<Record<MeterName, LocalText>> = {
  pv: { en: 'photovoltaics', zh: '光伏' },
  grid: { en: 'grid', zh: '关口' },
  load: { en: 'buildings', zh: '建筑' },
  ev: { en: 'chargers', zh: '充电桩' },
  storage: { en: 'storage', zh: '储能' },
};

/** What each meter gives to the bus (+) and takes from it (-). */
export const contributions: Readonly<Record<MeterName, readonly (readonly [Term, 1 | -1])[]>> = {
  pv: [
    ['pv', 1],
    ['pvReverse', -1],
  ],
  grid: [
    ['import', 1],
    ['export', -1],
  ],
  load: [
    ['load', -1],
    ['loadReverse', 1],
  ],
  ev: [
    ['ev', -1],
    ['evReverse', 1],
  ],
  storage: [
    ['discharge', 1],
    ['charge', -1],
  ],
};

const accuracy = z.number().min(0.01).max(10).default(0.5);

/** Accuracy classes of the meters, per cent of what they show. */
export const classesSchema = z
  .strictObject({ pv: accuracy, grid: accuracy, load: accuracy, ev: accuracy, storage: accuracy })
  .prefault({});
export type Classes = z.infer<typeof classesSchema>;

/** The balance of less than this is not known from registers of whole watt-hours, kWh. */
export const floorSchema = z.number().min(0).max(1000).default(0.1);
