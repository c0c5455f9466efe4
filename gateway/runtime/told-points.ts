import type { TickRecord } from '../core/entry.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { Tariff } from '../kpi/tariff/tariff-schema.ts';
import type { Admission } from './admission.ts';
import { BillingPoints } from './billing/billing-points.ts';
import type { SiteProduction } from './production/site-production.ts';

/** Points that no device has: what production was told, and what calendar and tariff say. */
export class ToldPoints {
  readonly production: SiteProduction;
  readonly #billing: BillingPoints;

  constructor(production: SiteProduction, timeZone: string) {
    this.production = production;
    this.#billing = new BillingPoints(timeZone);
  }

  /** The tariff that holds then; undefined where the site names none for that time. */
  tariffAt(timeMs: number): Tariff | undefined {
    return this.#billing.tariffAt(timeMs);
  }

  /** The configuration that comes into force now. */
  use(groups: readonly RegisteredGroup[], sections: Readonly<Record<string, unknown>>): void {
    this.production.use(groups);
    this.#billing.use(groups, sections['billing']);
  }

  /** To be called before the tick is admitted. */
  tick(record: TickRecord, admission: Admission): void {
    this.production.tick(record, admission);
    this.#billing.tick(record, (group, frame) => admission.frame(group, frame));
  }
}
