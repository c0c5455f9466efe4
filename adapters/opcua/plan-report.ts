import type { PlanReport, SourceInput } from '../../gateway/core/adapter.ts';
import { formatEquipmentPath } from '../../gateway/core/point.ts';
import { layoutSource } from './layout.ts';
import { type OpcuaConfig, policyOf } from './opcua-config.ts';

/** What the source will ask of its server, before anything is connected. */
export const reportPlan = (input: SourceInput<OpcuaConfig>): PlanReport => {
  const { config, id } = input;
  const { groups, targets, issues } = layoutSource(input);
  const nodeCounts = groups.map(() => 0);
  for (const { groupIndex } of targets) nodeCounts[groupIndex] = (nodeCounts[groupIndex] ?? 0) + 1;
  const calls = Math.ceil(targets.length / config.maxItemsPerCall);
  return {
    title: `${id}: ${config.endpointUrl}, ${config.securityMode}/${policyOf(config)}`,
    columns: ['equipment', 'group', 'nodes', 'points'],
    rows: groups.map((group, i) => [
      formatEquipmentPath(group.equipment),
      group.name,
      nodeCounts[i] ?? 0,
      group.channels.length,
    ]),
    summary: [`${targets.length} nodes in ${groups.length} groups`, describeRead(config, calls)],
    issues,
  };
};

const describeRead = ({ read }: OpcuaConfig, calls: number): string => {
  if (read.mode === 'polling') {
    const perSecond = (calls * 1000) / read.periodMs;
    return `read every ${read.periodMs} ms by ${calls} requests: ${perSecond.toFixed(1)} a second`;
  }
  const { samplingIntervalMs, publishingIntervalMs, queueSize } = read;
  const spanMs = samplingIntervalMs * queueSize;
  const queue =
    spanMs >= publishingIntervalMs || samplingIntervalMs === 0
      ? ''
      : `; the queue holds only ${spanMs} ms, so that samples are lost: raise queueSize`;
  return `sampled every ${samplingIntervalMs} ms, sent every ${publishingIntervalMs} ms${queue}`;
};
