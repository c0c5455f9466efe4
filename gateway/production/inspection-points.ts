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

const findingOf = ({ seams, others }: PanelFindings, seam: string): SeamFinding =>
  (Object.hasOwn(seams, seam) ? seams[seam] : undefined) ?? others;

/**
 * A panel counts on the day on which the seam is inspected first. Where it fails on a later day, it counts on that as well, as
 * one that was not good: a day that is over does not change.
 */
const countOf = (
  { inspectedMs, failedMs }: SeamFinding,
  day: DaySoFar,
): 'none' | 'good' | 'failed' => {
  if (inspectedMs === null) return 'none';
  const isFirst = isIn(inspectedMs, day);
  if (!isFirst && !(isIn(failedMs, day) && inspectedMs < day.dayStartMs)) return 'none';
  return isFirst && (failedMs === null || failedMs > day.timeMs) ? 'good' : 'failed';
};

/** Panels of which a seam was inspected, and was good at first, on a day so far; each NaN where none was inspected. */
export const seamPointsAt = (
  findings: readonly PanelFindings[],
  seam: string,
  day: DaySoFar,
): readonly number[] => {
  const counts = findings
    .map((panel) => countOf(findingOf(panel, seam.toLowerCase()), day))
    .filter((count) => count !== 'none');
  if (counts.length === 0) return [Number.NaN, Number.NaN];
  return [counts.length, counts.filter((count) => count === 'good').length];
};

/**
 * Defects of all seams of a line, and the length of each seam that was inspected or has one of these defects, so that both are of
 * the same weld; a length that is not known of one of them is not known of all.
 */
export const inspectionPointsAt = (
  findings: readonly PanelFindings[],
  seams: readonly string[],
  day: DaySoFar,
): readonly number[] => {
  let lengthMm = 0;
  let [inspected, defects] = [0, 0];
  const known = seams.map((seam) => seam.toLowerCase());
  for (const panel of findings) {
    const found = panel.defects.filter(({ atMs }) => isIn(atMs, day));
    defects += found.length;
    for (const seam of new Set([...known, ...found.flatMap((defect) => defect.seam ?? [])])) {
      const finding = findingOf(panel, seam);
      const hasDefect = found.some((defect) => defect.seam === null || defect.seam === seam);
      const isInspected = isIn(finding.lookedMs, day) || countOf(finding, day) !== 'none';
      if (!hasDefect && !isInspected) continue;
      inspected += 1;
      lengthMm += finding.lengthMm ?? Number.NaN;
    }
  }
  return [
    inspected + defects === 0 ? Number.NaN : defects,
    inspected === 0 ? Number.NaN : lengthMm / 1000,
  ];
};
