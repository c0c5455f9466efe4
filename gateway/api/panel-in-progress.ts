import { absentStatus, isBad } from '../core/quality.ts';
import { binsJson } from '../records/bins-json.ts';
import { linePath } from '../records/group-roles.ts';
import type { PanelProgress, SeamProgress } from '../records/panel-progress.ts';
import type { GatewayView } from '../runtime/view.ts';
import { presentValue } from './present.ts';
import { binState, type PanelInProgress } from './progress-contract.ts';

const usualColumns = [
  ...['bin.current.mean', 'bin.voltage.mean', 'bin.heatInput'],
  ...['bin.trackingError.rms', 'bin.wpsDeviations'],
];

/** The points of a line's own equipment by their names, as places among the points of the site. */
const linePoints = (view: GatewayView, line: string): ReadonlyMap<string, number> => {
  const places = new Map<string, number>();
  for (const [index, { group, channel }] of view.latest.points.entries()) {
    if (group.equipmentClass !== 'weld_line' || linePath(group.equipment) !== line) continue;
    const point = group.channels[channel]?.point;
    if (point !== undefined) places.set(point, index);
  }
  return places;
};

/** What the strip of a panel shows, of as many bins as were asked for. */
export const presentProgress = (
  view: GatewayView,
  line: string,
  asked: { readonly progress: PanelProgress; readonly afterSeq: number; readonly columns?: string },
): PanelInProgress => {
  const { progress, afterSeq, columns } = asked;
  const places = linePoints(view, line);
  const shownOf = (point: string): number | string | null => {
    const index = places.get(point);
    return index === undefined ? null : presentValue(view, index).value;
  };
  const numberOf = (point: string): number | null => {
    const value = shownOf(point);
    return typeof value === 'number' ? value : null;
  };
  const textOf = (point: string): string | null => {
    const value = shownOf(point);
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const { key, panelId, startMs, movedMs, positionMm, furthestMm, isAtRest } = progress;
  const bins = parametersOf(view, line, 'seamBins');
  const { deformation } = progress;
  return {
    ...{ line, nowMs: view.nowMs() },
    panel: {
      ...{ key, panelId, startMs, movedMs, positionMm, furthestMm, isAtRest },
      lengthMm: numberOf('panelLength'),
      ...{ order: textOf('jobOrder'), wps: textOf('wps') },
    },
    isWhole: afterSeq <= progress.startSeq,
    ...{ isMore: progress.isMore, throughSeq: progress.throughSeq },
    binMm: numberAt(bins, 'binMm'),
    seams: progress.seams.map((seam) => presentSeam(seam, columns?.split(',') ?? usualColumns)),
    deformation: deformation === undefined ? null : presentDeformation(deformation),
    prediction: prediction(view, line, { places, numberOf }),
    notDerivable: notDerivable(view, line, places),
  };
};

const presentDeformation = ({
  positionMm,
  heightsMm,
}: NonNullable<PanelProgress['deformation']>): NonNullable<PanelInProgress['deformation']> => ({
  positionMm: [...positionMm],
  heightsMm: heightsMm.map((heights) => [...heights]),
});

const presentSeam = (
  { seam, rows, fromRow, table }: SeamProgress,
  asked: readonly string[],
): PanelInProgress['seams'][number] => {
  const isAll = asked.includes('*');
  const { timeMs, columns } = table;
  const wanted = columns.filter(({ point }) => isAll || asked.includes(point));
  const reader = (point: string): ((row: number) => number) => {
    const column = columns.find((candidate) => candidate.point === point);
    return (row) => {
      const status = column?.status[row] ?? absentStatus;
      const isUsable = status !== absentStatus && !isBad(status);
      return isUsable ? (column?.values[row] ?? Number.NaN) : Number.NaN;
    };
  };
  const position = reader('bin.position');
  const stateOf = stateReader(reader);
  return {
    ...{ seam, rows, fromRow },
    timeMs: [...timeMs],
    positionMm: Array.from(timeMs, (_, row) => {
      const at = position(row);
      return Number.isNaN(at) ? null : at;
    }),
    state: Array.from(timeMs, (_, row) => stateOf(row)),
    columns: binsJson({ timeMs, columns: wanted }).columns.map(({ point, unit, values }) => ({
      ...{ point, unit },
      values: values.map((value) => (typeof value === 'number' ? inShort(value) : value)),
    })),
  };
};

/** Bins are kept with 24 bits: seven digits are as near, and less than half of what a double is written with. */
const inShort = (value: number): number => Number(value.toPrecision(7));

/** By what most of the length of a bin is, as the dossier shows it; then by its WPS. */
const stateReader = (
  reader: (point: string) => (row: number) => number,
): ((row: number) => number) => {
  const [length, arcOn] = [reader('bin.length'), reader('bin.arcOnLength')];
  const [lost, deviations] = [reader('bin.lostLength'), reader('bin.wpsDeviations')];
  return (row) => {
    const half = length(row) / 2;
    if (!(half > 0) || Number.isNaN(arcOn(row))) return binState.notMeasured;
    if (arcOn(row) < half) return binState.noArc;
    if (lost(row) >= half) return binState.seamLost;
    const outside = deviations(row);
    if (Number.isNaN(outside)) return binState.notJudged;
    return outside === 0 ? binState.conforming : binState.outsideWps;
  };
};

/** Of the first KPI of a kind on a line. */
const parametersOf = (
  view: GatewayView,
  line: string,
  kpi: string,
): Readonly<Record<string, unknown>> =>
  view.kpis.find(
    (candidate) => candidate.kpi === kpi && linePath(candidate.group.equipment) === line,
  )?.parameters ?? {};

const numberAt = (parameters: Readonly<Record<string, unknown>>, name: string): number | null => {
  const value = parameters[name];
  return typeof value === 'number' ? value : null;
};

const predictionPoint = 'deformationPrediction';

const prediction = (
  view: GatewayView,
  line: string,
  {
    places,
    numberOf,
  }: {
    readonly places: ReadonlyMap<string, number>;
    readonly numberOf: (point: string) => number | null;
  },
): PanelInProgress['prediction'] => {
  const index = places.get(predictionPoint);
  if (index === undefined) return null;
  const { timeMs, status } = presentValue(view, index);
  return {
    ...{ timeMs, status, value: numberOf(predictionPoint) },
    lower: numberOf(`${predictionPoint}.lower`),
    upper: numberOf(`${predictionPoint}.upper`),
    halfWidth: numberOf(`${predictionPoint}.halfWidth`),
    xMm: numberOf(`${predictionPoint}.x`),
    probability: numberAt(parametersOf(view, line, predictionPoint), 'probability'),
  };
};

const notDerivable = (
  view: GatewayView,
  line: string,
  places: ReadonlyMap<string, number>,
): PanelInProgress['notDerivable'] => {
  const unknown: PanelInProgress['notDerivable'] = [];
  const hasBins = view.kpis.some(
    ({ kpi, group }) => kpi === 'seamBins' && linePath(group.equipment) === line,
  );
  if (!hasBins) {
    unknown.push({
      en: 'bins: the site asks for no KPI seamBins on this line',
      zh: '位置区间：站点未为该产线配置 KPI seamBins',
    });
  }
  if (places.has(predictionPoint)) {
    unknown.push({
      en: 'heights ahead of the arcs: the prediction is of the largest bow and where it will be, with an interval',
      zh: '电弧前方各处高度：预测只给出最大弯曲及其位置和区间',
    });
  } else {
    unknown.push({
      en: 'prediction: the site asks for no KPI deformationPrediction on this line',
      zh: '变形预测：站点未为该产线配置 KPI deformationPrediction',
    });
  }
  return unknown;
};
