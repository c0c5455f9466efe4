import type { ColumnStatistics } from '../../records/bin-statistics.ts';
import type { RecordedMethod, RecordedResult, RecordedSeam } from '../../records/panel-record.ts';
import {
  formatNumber,
  formatPosition,
  formatResult,
  formatStatistic,
  formatTold,
  none,
  shorten,
  unitName,
} from './formats.ts';
import { energyMethods, wpsMethods } from './missing-fields.ts';
import { colours } from './paper.ts';
import { byName, resultName } from './result-names.ts';
import { mostRows, type Sheet, seamName } from './sheet.ts';
import { type Cell, drawPairs, drawTable } from './tables.ts';

const resultOf = ({ results }: RecordedSeam, point: string): RecordedResult | undefined =>
  results.find((result) => result.point === point);

/** Stands out where it is not as it should be. */
const flagged = (result: RecordedResult | undefined, isWrong: (value: number) => boolean): Cell => {
  const text = formatResult(result, resultName(result?.point ?? '').decimals);
  const value = result?.value;
  return typeof value === 'number' && isWrong(value)
    ? { text, colour: colours.alarm, isBold: true }
    : text;
};

const seamRow = (sheet: Sheet, seam: RecordedSeam): readonly Cell[] => {
  const path = sheet.paths.find((candidate) => candidate.seam === seam.seam);
  const plain = (point: string): Cell =>
    formatResult(resultOf(seam, point), resultName(point).decimals);
  return [
    { text: seamName(shorten(seam.seam, 12)), isBold: true },
    formatPosition(path?.startMm ?? null),
    formatPosition(path?.stopMm ?? null),
    plain('weldLength'),
    plain('arcEnergyPerLength'),
    plain('heatInput'),
    plain('wpsConformance'),
    plain('trackingRms'),
    plain('trackingP95'),
    plain('trackingMax'),
    flagged(resultOf(seam, 'seamLostLength'), (value) => value > 0),
    flagged(resultOf(seam, 'arcInterruptions'), (value) => value > 0),
    seam.bins === null ? { text: none, colour: colours.alarm } : formatNumber(seam.bins.rows, 0),
  ];
};

const methodText = ({ kpi, equipment, parameters }: RecordedMethod): string => {
  const given = Object.entries(parameters).map(([name, value]) => `${name} ${String(value)}`);
  return shorten(`${kpi} (${equipment}): ${given.join(', ')}`, 200);
};

const bandText = (band: unknown): string => {
  const of = (key: string): string => {
    const value: unknown = typeof band === 'object' && band !== null ? Reflect.get(band, key) : '';
    return typeof value === 'number' ? formatTold(value) : '';
  };
  return `${of('minimum')}–${of('maximum')}`;
};

/** The procedure and the bands that `wpsConformance` judged by. */
const judgedBy = (parameters: RecordedMethod['parameters']): string => {
  const { wps, bands } = parameters;
  const given = typeof bands === 'object' && bands !== null ? Object.entries(bands) : [];
  const texts = given.map(([name, band]) => `${name} ${bandText(band)}`);
  return `${typeof wps === 'string' ? wps : none}: ${texts.join(', ')}`;
};

/** The procedure that production told is the one that was judged by where its number stands in the name of the bands. */
const isOther = ({ record }: Sheet, methods: readonly RecordedMethod[]): boolean => {
  const told = record.production?.procedure?.wpsNo;
  return (
    told !== undefined &&
    methods.some(({ parameters: { wps } }) => typeof wps !== 'string' || !wps.includes(told))
  );
};

const drawMethods = (sheet: Sheet): void => {
  const { paper, record, text } = sheet;
  const methods = energyMethods(record).slice(0, 10).map(methodText);
  const said = methods.length === 0 ? text.energyMethodUnknown : methods.join('; ');
  const judged = wpsMethods(record);
  const bands = [...new Set(judged.map(({ parameters }) => judgedBy(parameters)))].slice(0, 10);
  const shown = bands.length === 0 ? text.energyMethodUnknown : shorten(bands.join('; '), 400);
  drawPairs(
    paper,
    [
      [text.energyMethod, methods.length === 0 ? said : `${said}; ${text.energyMethodDefault}`],
      [
        text.wpsBands,
        isOther(sheet, judged)
          ? { text: `${shown}. ${text.wpsBandsOther}`, colour: colours.alarm }
          : shown,
      ],
    ],
    { columns: 1 },
  );
};

const drawLeftOut = ({ paper, text }: Sheet, count: number): void => {
  if (count > mostRows) paper.note(text.rowsLeftOut(count - mostRows));
};

const shares = [4.4, 6.6, 6.6, 7, 7.2, 7.2, 8, 7, 7, 7, 6.6, 7, 5.6];
const spans = [1, 2, 4, 4, 2];

export const drawSeams = (sheet: Sheet): void => {
  const { paper, seams, text } = sheet;
  paper.heading(text.seams);
  paper.note(text.seamsNote);
  drawMethods(sheet);
  drawTable(paper, {
    columns: text.seamColumns.map((title, index) => ({
      title,
      share: shares[index] ?? 7,
      isNumber: index > 0,
    })),
    groups: text.seamGroups.map((title, index) => ({ title, span: spans[index] ?? 1 })),
    rows: seams.slice(0, mostRows).map((seam) => seamRow(sheet, seam)),
    size: 6.8,
  });
  drawLeftOut(sheet, seams.length);
};

type Quantity = {
  readonly name: keyof Sheet['text']['processGroups'];
  readonly decimals: number;
  /** Columns of the bins: of their means, their least and their most values. */
  readonly columns: readonly [mean: string, least: string, most: string];
};

const quantity = (
  name: Quantity['name'],
  decimals: number,
  extremes: readonly ['minimum' | 'mean', 'maximum' | 'mean'],
): Quantity => ({
  ...{ name, decimals },
  columns: [`bin.${name}.mean`, `bin.${name}.${extremes[0]}`, `bin.${name}.${extremes[1]}`],
});

const quantities: readonly (readonly Quantity[])[] = [
  [
    quantity('current', 1, ['minimum', 'maximum']),
    quantity('voltage', 2, ['minimum', 'maximum']),
    quantity('wireFeedSpeed', 2, ['minimum', 'maximum']),
  ],
  [
    quantity('gasFlow', 1, ['minimum', 'maximum']),
    quantity('travelSpeed', 3, ['minimum', 'maximum']),
  ],
  [
    quantity('gap', 2, ['mean', 'maximum']),
    {
      name: 'heatInput',
      decimals: 4,
      columns: ['bin.heatInput', 'bin.heatInput', 'bin.heatInput'],
    },
  ],
];

const processCells = (seam: RecordedSeam, { columns, decimals }: Quantity): readonly Cell[] => {
  const statisticsOf = (point: string): ColumnStatistics | undefined =>
    seam.bins?.statistics.find((statistics) => statistics.point === point);
  const [mean, least, most] = columns.map(statisticsOf);
  return [
    formatStatistic(mean, 'mean', decimals),
    formatStatistic(least, 'minimum', decimals),
    formatStatistic(most, 'maximum', decimals),
    formatStatistic(mean, 'deviation', decimals + 1),
  ];
};

export const drawProcess = ({ paper, seams, text }: Sheet): void => {
  paper.heading(text.process);
  paper.note(text.processNote);
  for (const group of quantities) {
    drawTable(paper, {
      columns: [
        { title: text.seam, share: 4.4 },
        ...group.flatMap(() =>
          text.statistics.map((title) => ({ title, share: 7, isNumber: true })),
        ),
      ],
      groups: [
        { title: '', span: 1 },
        ...group.map(({ name }) => ({ title: text.processGroups[name], span: 4 })),
      ],
      rows: seams
        .slice(0, mostRows)
        .map((seam) => [
          { text: seamName(shorten(seam.seam, 12)), isBold: true },
          ...group.flatMap((one) => processCells(seam, one)),
        ]),
      size: 6.8,
    });
    paper.y += 4;
  }
};

const seamsAside = 10;
const mostResults = 400;

/** Every result of every seam: what the tables before it choose from. */
export const drawAppendix = (sheet: Sheet): void => {
  const { paper, text, language } = sheet;
  const seams = sheet.seams.slice(0, mostRows).filter(({ results }) => results.length > 0);
  if (seams.length === 0) return;
  paper.heading(text.appendix, 300);
  for (let at = 0; at < seams.length; at += seamsAside) {
    const aside = seams.slice(at, at + seamsAside);
    paper.need(Math.min(300, 20 * (aside[0]?.results.length ?? 0)));
    const points = [...new Set(aside.flatMap(({ results }) => results.map(({ point }) => point)))];
    const unitOf = (point: string): string =>
      unitName(
        aside.map((seam) => resultOf(seam, point)).find((one) => one !== undefined)?.unit ?? '',
      );
    drawTable(paper, {
      columns: [
        { title: text.appendixResult, share: 27 },
        ...aside.map(({ seam }) => ({ title: seamName(seam), share: 7.3, isNumber: true })),
      ],
      rows: points
        .toSorted(byName)
        .slice(0, mostResults)
        .map((point) => {
          const name = resultName(point);
          const unit = unitOf(point);
          return [
            shorten(`${name[language]}${unit === '' ? '' : `, ${unit}`}`, 80),
            ...aside.map((seam) => formatResult(resultOf(seam, point), name.decimals)),
          ];
        }),
      size: 6.2,
    });
    paper.y += 6;
  }
};
