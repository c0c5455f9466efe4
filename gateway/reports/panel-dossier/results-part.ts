import { qualityName } from '../../core/quality.ts';
import type { PanelRecord } from '../../records/panel-record.ts';
import { formatNumber, formatPosition, formatResult, none, shorten, unitName } from './formats.ts';
import { colours } from './paper.ts';
import { byName, resultName } from './result-names.ts';
import { mostRows, type Sheet, seamName } from './sheet.ts';
import { type Cell, drawTable } from './tables.ts';

type LineResult = PanelRecord['results'][number];

const mostEvents = 200;

const resultRow = ({ text, language }: Sheet, result: LineResult): readonly Cell[] => {
  const { point, unit, coverage, status, equipment } = result;
  const name = resultName(point);
  const quality = qualityName(status);
  const covered = coverage === null ? none : `${formatNumber(100 * coverage, 1)} %`;
  return [
    shorten(name[language], 80),
    formatResult(result, name.decimals),
    unitName(unit),
    covered,
    quality === 'good'
      ? text.qualities.good
      : { text: text.qualities[quality], colour: colours.quiet },
    shorten(equipment, 40),
  ];
};

export const drawResultTable = (sheet: Sheet, results: readonly LineResult[]): void => {
  const { paper, text } = sheet;
  if (results.length === 0) return;
  const shares = [42, 14, 10, 12, 12, 12];
  drawTable(paper, {
    columns: text.resultColumns.map((title, index) => ({
      title,
      share: shares[index] ?? 10,
      isNumber: index === 1 || index === 3,
    })),
    rows: results
      .toSorted((a, b) => byName(a.point, b.point))
      .slice(0, mostRows)
      .map((result) => resultRow(sheet, result)),
  });
  if (results.length > mostRows) paper.note(text.rowsLeftOut(results.length - mostRows));
};

export const drawResults = (sheet: Sheet): void => {
  const results = sheet.record.results.filter(({ point }) => !point.startsWith('deformation'));
  if (results.length === 0) return;
  sheet.paper.heading(sheet.text.results);
  drawResultTable(sheet, results);
};

export const drawEvents = (sheet: Sheet): void => {
  const { paper, record, text, time, language } = sheet;
  paper.heading(text.events, 24);
  const { events } = record;
  if (events.length === 0) {
    paper.paragraph(text.eventsNone);
    return;
  }
  const severityOf = (severity: string): Cell => {
    const known = severity === 'info' || severity === 'warning' || severity === 'error';
    const name = known ? text.severities[severity] : shorten(severity, 20);
    return severity === 'error' ? { text: name, colour: colours.alarm } : name;
  };
  const shares = [17, 8, 9, 22, 46];
  drawTable(paper, {
    columns: text.eventColumns.map((title, index) => ({
      title,
      share: shares[index] ?? 10,
      isNumber: index === 1,
    })),
    rows: events
      .slice(0, mostEvents)
      .map((event) => [
        time.text(event.timeMs),
        formatPosition(event.positionMm),
        severityOf(event.severity),
        shorten(event.subject, 120),
        shorten(event.text[language], 300),
      ]),
    size: 6.8,
  });
  if (events.length > mostEvents) paper.note(text.eventsLeftOut(events.length - mostEvents));
};

/** Evidence that it is the record, by which anybody can check it. */
export const drawChain = (sheet: Sheet): void => {
  const { paper, chained, record, seams, text } = sheet;
  paper.heading(text.chain);
  paper.note(text.chainNote);
  const rows: readonly (readonly [string, string])[] = [
    [text.chainNumber, String(chained.number)],
    [text.chainKey, shorten(chained.key, 300)],
    [text.contentHash, chained.contentHash],
    [text.previousHash, chained.previousHash],
    [text.hash, chained.hash],
    ...record.configurations.slice(0, mostRows).map(({ configurationId, programId }) => {
      return [text.configuration, text.configurationText(configurationId, programId)] as const;
    }),
  ];
  drawTable(paper, {
    columns: [
      { title: '', share: 22 },
      { title: '', share: 78 },
    ],
    rows,
    hasHead: false,
  });
  const files = seams.filter(({ bins }) => bins !== null).slice(0, mostRows);
  if (files.length === 0) return;
  paper.need(60);
  paper.paragraph(text.binFiles, { isBold: true });
  paper.y += 2;
  drawTable(paper, {
    columns: text.binColumns.map((title, index) => ({
      title,
      share: [8, 8, 84][index] ?? 10,
      isNumber: index === 1,
    })),
    rows: files.map(({ seam, bins }) => [
      { text: seamName(seam), isBold: true },
      String(bins?.rows ?? 0),
      bins?.sha256 ?? none,
    ]),
    size: 6.8,
  });
};
