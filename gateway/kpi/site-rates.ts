import { z } from 'zod';
import type { GroupSpec } from '../core/point.ts';
import { matchGlob, relativePath } from './point-table.ts';

/** The part of the section `screening` that says how fast registers count; its owner checks it. */
const schema = z
  .object({
    points: z
      .array(z.object({ points: z.string(), maximumRatePerSecond: z.number().optional() }))
      .default([]),
  })
  .prefault({});

/** The groups with the rates that the site file gives in `screening`, so that KPIs believe what the screening believes. */
export const withSiteRates = <Group extends GroupSpec>(
  groups: readonly Group[],
  screening: unknown,
): readonly Group[] => {
  const rates = schema
    .parse(screening)
    .points.flatMap(({ points, maximumRatePerSecond }) =>
      maximumRatePerSecond === undefined
        ? []
        : [{ matches: matchGlob(points), maximumRatePerSecond }],
    );
  if (rates.length === 0) return groups;
  return groups.map((group) => ({
    ...group,
    channels: group.channels.map((channel) => {
      const reference = `${relativePath(group.equipment)}/${channel.point}`;
      const rate = rates.findLast(({ matches }) => matches(reference));
      if (rate === undefined) return channel;
      return { ...channel, maximumRatePerSecond: rate.maximumRatePerSecond };
    }),
  }));
};
