import { drawDeformation } from './deformation-part.ts';
import type { DossierInput } from './dossier-input.ts';
import { drawFootprint } from './footprint-part.ts';
import { shorten, TimeFormat } from './formats.ts';
import { drawHead, drawMarks, drawMissing } from './head-part.ts';
import { Paper } from './paper.ts';
import { drawPath } from './path-part.ts';
import { drawProduction } from './production-part.ts';
import { drawChain, drawEvents, drawResults } from './results-part.ts';
import { drawAppendix, drawProcess, drawSeams } from './seams-part.ts';
import { inOrder, type Sheet } from './sheet.ts';
import { words } from './words.ts';

/**
 * The record of a panel as a PDF on A4, in one language. The same input gives the same bytes. Takes a second, most of it for the
 * font: for a worker.
 */
export const renderDossier = (input: DossierInput): Promise<Uint8Array> => {
  const { chained, language } = input;
  const { record } = chained;
  const text = words[language];
  const name = shorten(chained.id, 80);
  const paper = new Paper({
    title: `${text.title} ${name}`,
    subject: `${shorten(record.line, 120)}, ${text.revision} ${chained.revision}, ${chained.hash}`,
    producer: `Seamwatt ${record.gatewayVersions.at(-1) ?? ''}`.trim(),
    dateMs: record.time.closedMs,
    language: language === 'zh' ? 'zh-CN' : 'en',
  });
  const time = new TimeFormat(input.timeZone);
  const seams = inOrder(record.seams);
  const sheet: Sheet = { ...input, paths: inOrder(input.paths), paper, record, seams, text, time };
  drawHead(sheet);
  drawMarks(sheet);
  drawMissing(sheet);
  drawSeams(sheet);
  drawPath(sheet);
  drawDeformation(sheet);
  drawResults(sheet);
  drawProcess(sheet);
  drawEvents(sheet);
  drawProduction(sheet);
  drawFootprint(sheet);
  drawChain(sheet);
  drawAppendix(sheet);
  return paper.finish({
    head: [`${text.title} · ${name}`, `${text.revision} ${chained.revision}`],
    foot: text.footHash(chained.hash),
    page: text.page,
    badge: record.simulated ? text.simulatedBadge : undefined,
  });
};
