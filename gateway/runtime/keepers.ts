import type { Log } from '../core/log.ts';
import type { RegisteredGroup } from '../core/point.ts';
import type { Journal } from '../journal/contract.ts';
import { type History, openHistory } from '../journal/history/history.ts';
import { withSiteRates } from '../kpi/site-rates.ts';
import type { Endings } from './endings.ts';
import type { SiteProductionOptions } from './production/site-production.ts';
import { SiteProduction } from './production/site-production.ts';
import { type ProductionOfPanels, SiteRecords } from './records/site-records.ts';
import { ToldPoints } from './told-points.ts';

/** Reads the journal and keeps what it makes of it, until the signal aborts. */
export type Keeper = { run(signal: AbortSignal): Promise<void> };

type Keeping = {
  readonly journal: Journal;
  readonly log: Log;
  /** Of the journal. */
  readonly folder: string;
  readonly groups: readonly RegisteredGroup[];
  readonly sections: Readonly<Record<string, unknown>>;
};

/** With what the site file says of how fast registers count: accounts believe what KPIs and screening do. */
export const groupsOfHistory = (
  groups: readonly RegisteredGroup[],
  sections: Keeping['sections'],
): readonly RegisteredGroup[] => withSiteRates(groups, sections['screening']);

const endWithinMs = { history: 1000, records: 500, production: 500 };

/** @throws GatewayError STORE_VERSION, STORE_FAILED */
const openSiteHistory = async (
  { flushMs, ...keeping }: Keeping & { readonly flushMs: number | undefined },
  endings: Endings,
): Promise<History> => {
  const { groups, sections } = keeping;
  const history = await openHistory({
    ...keeping,
    groups: groupsOfHistory(groups, sections),
    ...(flushMs === undefined ? {} : { flushMs }),
  });
  endings.push({
    undone: 'the history is not closed, and its last minute is counted at the next start',
    withinMs: endWithinMs.history,
    isNeeded: false,
    end: () => history.close(),
  });
  return history;
};

/** @throws GatewayError STORE_VERSION, STORE_FAILED */
const openSiteRecords = async (
  { groups, ...keeping }: Keeping & { readonly production: ProductionOfPanels },
  endings: Endings,
): Promise<SiteRecords> => {
  const records = new SiteRecords(keeping);
  endings.push({
    undone: 'the records are not closed, and the panel of now is read again at the next start',
    withinMs: endWithinMs.records,
    isNeeded: false,
    end: () => records.close(),
  });
  await records.use(groups);
  return records;
};

/** @throws GatewayError STORE_VERSION, STORE_FAILED */
const openSiteProduction = async (
  {
    groups,
    sections,
    ...keeping
  }: Keeping & Pick<SiteProductionOptions, 'clock' | 'timeZone' | 'event'>,
  endings: Endings,
): Promise<ToldPoints> => {
  const production = new SiteProduction(keeping);
  endings.push({
    undone: 'production is not closed, and is read again from the journal at the next start',
    withinMs: endWithinMs.production,
    isNeeded: false,
    end: () => production.close(),
  });
  await production.prepare(groups);
  const told = new ToldPoints(production, keeping.timeZone);
  told.use(groups, sections);
  await production.refresh();
  return told;
};

/**
 * What reads the journal and keeps what it makes of it.
 * @throws GatewayError STORE_VERSION, STORE_FAILED
 */
export const openKeepers = async (
  {
    flushMs,
    timeZone,
    ...keeping
  }: Keeping &
    Pick<SiteProductionOptions, 'clock' | 'timeZone' | 'event'> & {
      readonly flushMs: number | undefined;
    },
  endings: Endings,
): Promise<{
  readonly history: History;
  readonly told: ToldPoints;
  readonly records: SiteRecords;
}> => {
  const [history, told] = await Promise.all([
    openSiteHistory({ ...keeping, flushMs }, endings),
    openSiteProduction({ ...keeping, timeZone }, endings),
  ]);
  // Records read what production has.
  const records = await openSiteRecords({ ...keeping, production: told.production }, endings);
  return { history, told, records };
};
