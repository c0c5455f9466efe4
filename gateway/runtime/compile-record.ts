import type { SiteIdentity } from '../core/adapter.ts';
import type { ConfigurationRecord } from '../core/entry.ts';
import type { HotPathProgram } from '../hot-path/program.ts';
import { compileSite } from '../kpi/compile-site.ts';

/** What a configuration record keeps for the KPI compiler beside the groups. */
export type Computation = {
  readonly sections: Readonly<Record<string, unknown>>;
  readonly site: SiteIdentity;
};

/** The program of a journalled configuration as this build compiles it: its id tells whether it is the same. */
export const compileRecord = (record: ConfigurationRecord): HotPathProgram =>
  compileSite({ groups: record.groups, ...(record.computation as Computation) }).program;
