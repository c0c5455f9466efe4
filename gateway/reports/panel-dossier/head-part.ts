import { markText, productionMarkText, reasonText } from './code-words.ts';
import { formatDuration, formatNumber, formatPosition, shorten } from './formats.ts';
import { missingOf } from './missing-fields.ts';
import { colours, lineHeight, margin } from './paper.ts';
import { mostRows, type Sheet } from './sheet.ts';
import { type Cell, drawPairs } from './tables.ts';

const statusCell = ({ record, text }: Sheet): Cell => {
  const disposition = record.production?.disposition;
  if (disposition === undefined || disposition === null) return text.statusOpen;
  const { status } = disposition;
  const colour = status === 'released' ? colours.text : colours.alarm;
  return { text: text.statuses[status], colour, isBold: true };
};

const mostClocks = 8;
/** A line travels 13 mm in it. */
const clockOffMs = 1000;

/** How far each clock was ahead of the gateway's: last, and between which bounds within the panel. */
const timeSyncCell = ({ record: { timeSync = [] }, text, time, language }: Sheet): Cell => {
  const seconds = (skewMs: number): string =>
    `${skewMs < 0 ? '−' : '+'}${formatNumber(Math.abs(skewMs) / 1000, 3)}`;
  const clocks = timeSync.slice(0, mostClocks).map(({ source, device, ...clock }) =>
    text.clockText(shorten(`${source}/${device}`, 60), {
      last: seconds(clock.skewMs),
      least: seconds(clock.leastSkewMs),
      most: seconds(clock.mostSkewMs),
      seen: time.text(clock.seenMs),
    }),
  );
  if (timeSync.length > mostClocks) clocks.push('…');
  if (clocks.length === 0) return text.timeSyncNone;
  const isOff = timeSync.some(
    ({ leastSkewMs, mostSkewMs }) => Math.max(-leastSkewMs, mostSkewMs) > clockOffMs,
  );
  const line = clocks.join(language === 'zh' ? '；' : '; ');
  return isOff ? { text: line, colour: colours.alarm, isBold: true } : line;
};

/** Who, where, when: what a dossier begins with. */
export const drawHead = (sheet: Sheet): void => {
  const { paper, record, chained, text, time, language } = sheet;
  const { startMs, endMs, closedMs, closedBy } = record.time;
  paper.put(text.title, { x: margin.left, y: paper.y }, { size: 18, isBold: true });
  paper.y += 26;
  paper.put(text.subtitle, { x: margin.left, y: paper.y }, { size: 9, colour: colours.quiet });
  paper.y += 20;
  for (const line of paper.wrap(shorten(chained.id, 200), 510, { size: 14, isBold: true })) {
    paper.put(line, { x: margin.left, y: paper.y }, { size: 14, isBold: true });
    paper.y += lineHeight(14);
  }
  paper.y += 4;
  const { first, minimum, maximum } = record.positionMm;
  const range = [first, minimum, maximum].map(formatPosition) as [string, string, string];
  drawPairs(paper, [
    [text.panel, shorten(record.panelId ?? text.noId, 200)],
    [text.line, shorten(record.line, 200)],
    [text.start, time.text(startMs)],
    [text.end, time.text(endMs)],
    [text.duration, formatDuration(endMs - startMs)],
    [text.closed, `${time.text(closedMs)} ${text.closedBy[closedBy]}`],
    [text.position, text.positionText(...range)],
    [text.timeZone, `${time.zone} (${time.offset(startMs)})`],
    [
      text.revision,
      text.revisionText(chained.revision, chained.revisions, reasonText(chained.reason, language)),
    ],
    [text.software, record.gatewayVersions.slice(0, 20).join(', ')],
    [text.journal, `${record.journal.firstSeq} – ${record.journal.lastSeq}`],
    [
      text.data,
      record.simulated ? { text: text.simulated, colour: colours.alarm, isBold: true } : text.real,
    ],
    [text.status, statusCell(sheet)],
  ]);
  drawPairs(
    paper,
    [
      [text.timeSync, timeSyncCell(sheet)],
      [text.hash, chained.hash],
    ],
    { columns: 1 },
  );
  if (record.simulated) paper.paragraph(text.simulatedNote, { size: 8, colour: colours.alarm });
};

const bullet = (sheet: Sheet, line: string): void => {
  const { paper } = sheet;
  paper.need(lineHeight(8));
  paper.put('•', { x: margin.left + 2, y: paper.y }, { colour: colours.alarm });
  paper.paragraph(shorten(line, 400), {}, 12);
};

const bullets = (sheet: Sheet, lines: readonly string[]): void => {
  for (const line of lines.slice(0, mostRows)) bullet(sheet, line);
  if (lines.length > mostRows) sheet.paper.note(sheet.text.rowsLeftOut(lines.length - mostRows));
};

/** What speaks against the record stands before what it says. */
export const drawMarks = (sheet: Sheet): void => {
  const { paper, record, text, language } = sheet;
  paper.heading(text.marks, 20);
  const lines = [
    ...record.marks.map((mark) => markText(mark, language)),
    ...(record.production?.marks ?? []).map((mark) => productionMarkText(mark, language)),
  ];
  if (lines.length === 0) {
    paper.paragraph(text.marksNone);
    return;
  }
  paper.paragraph(text.marksText, { isBold: true, colour: colours.alarm });
  bullets(sheet, lines);
};

export const drawMissing = (sheet: Sheet): void => {
  const { paper, record, text, language } = sheet;
  paper.heading(text.missing, 20);
  const { measured, told } = missingOf(record, language);
  if (measured.length + told.length === 0) {
    paper.paragraph(text.missingNone);
    return;
  }
  paper.paragraph(text.missingText);
  paper.y += 2;
  const separator = language === 'zh' ? '；' : '; ';
  const pairs: (readonly [string, string])[] = [];
  if (measured.length > 0) pairs.push([text.missingMeasured, measured.join(separator)]);
  if (told.length > 0) pairs.push([text.missingTold, told.join(separator)]);
  drawPairs(paper, pairs, { columns: 1 });
};
