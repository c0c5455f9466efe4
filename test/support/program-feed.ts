import type { SiteIdentity } from '../../gateway/core/adapter.ts';
import type { TickRecord } from '../../gateway/core/entry.ts';
import type { GroupSpec, RegisteredGroup } from '../../gateway/core/point.ts';
import type { HotPathProgram } from '../../gateway/hot-path/program.ts';
import { compileSite, planSite } from '../../gateway/kpi/compile-site.ts';
import { calculatedSchema, kpisSchema } from '../../gateway/kpi/site-schema.ts';
import { EntryBatchBuilder, type TestFrame, testDirectory } from './entry-batch.ts';

export const testSite: SiteIdentity = {
  enterprise: 'seamwatt',
  site: 'demo',
  timeZone: 'Asia/Shanghai',
  simulated: true,
};

export type FrameOf = TestFrame & { readonly group: RegisteredGroup };

export const feed = (program: HotPathProgram, frames: readonly FrameOf[]): void => {
  const builder = new EntryBatchBuilder();
  for (const { group, ...frame } of frames) builder.frame(group, frame);
  const batch = builder.build();
  for (let index = 0; index < batch.length; index++) program.onEntry(batch, index);
};

export const tickAt = (timeMs: number, dayStartMs = 0): TickRecord => ({
  type: 'tick',
  timeMs,
  watermarkMs: timeMs - 2000,
  dayStartMs,
});

export type Result = { readonly value: number; readonly status: number };

/** Ticks once; the outputs by `area/line/equipment/point`. */
export const tickProgram = (
  program: HotPathProgram,
  timeMs: number,
  dayStartMs = 0,
): Readonly<Record<string, Result>> => {
  const results: Record<string, Result> = {};
  program.onTick(tickAt(timeMs, dayStartMs), ({ equipment, channels }, _timeMs, values, status) => {
    const path = `${equipment.area}/${equipment.line}/${equipment.equipment}`;
    for (const [index, { point }] of channels.entries()) {
      results[`${path}/${point}`] = {
        value: values[index] ?? Number.NaN,
        status: status[index] ?? 0,
      };
    }
  });
  return results;
};

/** A compiled site; throws when something is wrong with it. */
export const compileTestSite = (options: {
  readonly groups: readonly GroupSpec[];
  readonly kpis?: readonly object[];
  readonly calculated?: readonly object[];
  readonly screening?: object;
}): { readonly program: HotPathProgram; readonly groups: readonly RegisteredGroup[] } => {
  const sections = {
    kpis: kpisSchema.parse(options.kpis ?? []),
    calculated: calculatedSchema.parse(options.calculated ?? []),
  };
  const plan = planSite({ groups: options.groups, site: testSite, ...sections });
  const { groups } = testDirectory([...options.groups, ...plan.groups]);
  const { program, issues } = compileSite({
    groups,
    sections: { ...sections, screening: options.screening },
    site: testSite,
  });
  if (issues.length > 0) throw new Error(JSON.stringify(issues, undefined, 2));
  return { program, groups };
};
