import type { PlanReport, SourceInput } from '../../gateway/core/adapter.ts';
import { formatEquipmentPath, type LocalText, noText } from '../../gateway/core/point.ts';
import { layoutSource } from './layout.ts';
import { type OpcuaConfig, policyOf } from './opcua-config.ts';

/** What the source will ask of its server, before anything is connected. */
export const reportPlan = (input: SourceInput<OpcuaConfig>): PlanReport => {
  const { config, id } = input;
  const { groups, targets, issues } = layoutSource(input);
  const nodeCounts = groups.map(() => 0);
  for (const { groupIndex } of targets) nodeCounts[groupIndex] = (nodeCounts[groupIndex] ?? 0) + 1;
  const calls = Math.ceil(targets.length / config.maxItemsPerCall);
  const server = `${config.endpointUrl}, ${config.securityMode}/${policyOf(config)}`;
  return {
    title: { en: `Source ${id}: ${server}`, zh: `数据源 ${id}：${server}` },
    columns: [
      { en: 'equipment', zh: '设备' },
      { en: 'group', zh: '组' },
      { en: 'nodes', zh: '节点' },
      { en: 'points', zh: '测点' },
    ],
    rows: groups.map((group, i) => [
      formatEquipmentPath(group.equipment),
      group.name,
      nodeCounts[i] ?? 0,
      group.channels.length,
    ]),
    summary: [
      {
        en: `${targets.length} nodes in ${groups.length} groups`,
        zh: `${groups.length} 个组，共 ${targets.length} 个节点`,
      },
      describeRead(config, calls),
    ],
    issues,
  };
};

const describeRead = ({ read }: OpcuaConfig, calls: number): LocalText => {
  if (read.mode === 'polling') {
    const perSecond = ((calls * 1000) / read.periodMs).toFixed(1);
    return {
      en: `read every ${read.periodMs} ms by ${calls} requests: ${perSecond} a second`,
      zh: `每 ${read.periodMs} ms 读取一次，每次 ${calls} 个请求：每秒 ${perSecond} 个`,
    };
  }
  const { samplingIntervalMs, publishingIntervalMs, queueSize } = read;
  const spanMs = samplingIntervalMs * queueSize;
  const isEnough = spanMs >= publishingIntervalMs || samplingIntervalMs === 0;
  const queue: LocalText = {
    en: `; the queue holds only ${spanMs} ms, so that samples are lost: raise queueSize`,
    zh: `；队列只能容纳 ${spanMs} ms，会丢失采样：请增大 queueSize`,
  };
  const { en, zh } = isEnough ? noText : queue;
  return {
    en: `sampled every ${samplingIntervalMs} ms, sent every ${publishingIntervalMs} ms${en}`,
    zh: `每 ${samplingIntervalMs} ms 采样一次，每 ${publishingIntervalMs} ms 发送一次${zh}`,
  };
};
