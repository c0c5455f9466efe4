import type { ChannelSpec, EquipmentPath, GroupSpec } from '../core/point.ts';
import { productionProducer } from './line-points.ts';
import type { PanelFindings, SeamFinding } from './seam-findings.ts';

/** Of the groups of points that inspections feed. */
export const inspectionGroupName = 'inspection';

const counted = (point: string, en: string, zh: string): ChannelSpec => ({
  ...{ point, kind: 'number', unit: '1', decimals: 0 },
  description: { en: `${en} of the day so far`, zh: `当日截至目前的${zh}` },
});

const seamChannels: readonly ChannelSpec[] = [
  counted('inspected', 'Panels of which the seam was inspected', '该焊缝已检验的管屏数'),
  counted(
    ...(['goodFirstTime', 'Panels of which the seam was good without repair'] as const),
    '该焊缝未返修即合格的管屏数',
  ),
];

const lineChannels: readonly ChannelSpec[] = [
  counted('defects', 'Defects found by inspection', '检验发现的缺陷数'),
  {
    ...{ point: 'inspectedLength', kind: 'number', unit: 'm', decimals: 3 },
    description: {
      en: 'Length of weld inspected, of the day so far',
      zh: '当日截至目前的已检验焊缝长度',
    },
  },
];

/** What inspections found of a seam, beside its points from the machine. Frames come on change. */
export const seamInspectionGroup = (
  equipment: EquipmentPath,
  equipmentClass: string,
): GroupSpec => ({
  ...{ equipment, equipmentClass, name: inspectionGroupName, producer: productionProducer },
  ...{ comesOnChange: true, channels: seamChannels },
});

/** What inspections found on a line, those of all seams together. Frames come on change. */
export const lineInspectionGroup = (
  equipment: EquipmentPath,
  equipmentClass: string,
): GroupSpec => ({
  ...{ equipment, equipmentClass, name: inspectionGroupName, producer: productionProducer },
  ...{ comesOnChange: true, channels: lineChannels },
});

/** The part of a site's day that has passed, UTC epoch ms, both ends included. */
type DaySoFar = { readonly dayStartMs: number; readonly timeMs: number };

const isIn = (atMs: number | null, { dayStartMs, timeMs }: DaySoFar): boolean =>
  atMs !== null && atMs >= dayStartMs && atMs <= timeMs;

const findingOf = ({ seams, others }: PanelFindings, seam: string): SeamFinding | null => {
  const key = seam.toLowerCase();
  return Object.hasOwn(seams, key) ? (seams[key] ?? null) : others;
};

/**
 * A panel counts on the day on which the seam is inspected first. Where it fails on a later day, it counts on that as well, as
 * one that was not good: a day that is over does not change.
 */
export const seamPointsAt = (
  findings: readonly PanelFindings[],
  seam: string,
  day: DaySoFar,
): readonly number[] => {
  let [inspected, goodFirstTime] = [0, 0];
  for (const panel of findings) {
    const finding = findingOf(panel, seam);
    if (finding === null) continue;
    const { inspectedMs, failedMs } = finding;
    const isFirst = isIn(inspectedMs, day);
    if (!isFirst && !(isIn(failedMs, day) && inspectedMs < day.dayStartMs)) continue;
    inspected += 1;
    if (isFirst && (failedMs === null || failedMs > day.timeMs)) goodFirstTime += 1;
  }
  return inspected === 0 ? [Number.NaN, Number.NaN] : [inspected, goodFirstTime];
};

/** Of all seams of a line; a length that is not known of one of those inspected is not known of all. */
export const inspectionPointsAt = (
  findings: readonly PanelFindings[],
  seams: readonly string[],
  day: DaySoFar,
): readonly number[] => {
  let lengthMm = 0;
  let [inspected, defects] = [0, 0];
  for (const panel of findings) {
    defects += panel.defectsMs.filter((atMs) => isIn(atMs, day)).length;
    for (const seam of seams) {
      const finding = findingOf(panel, seam);
      if (finding === null || !isIn(finding.inspectedMs, day)) continue;
      inspected += 1;
      lengthMm += finding.lengthMm ?? Number.NaN;
    }
  }
  return [
    inspected + defects === 0 ? Number.NaN : defects,
    inspected === 0 ? Number.NaN : lengthMm / 1000,
  ];
};
