import { createHash } from 'node:crypto';
import type { ProductionReport } from '../core/production-report.ts';
import type { ProductionMessage } from './messages.ts';

/** A report as a message of its source; `line` is `area/line`. */
export type ReportMessage = Readonly<Record<string, unknown>> & {
  readonly kind: ProductionReport['kind'];
  readonly source: string;
  readonly id: string;
  readonly time: number;
  readonly line: string;
};

/** What names a message, and says nothing. */
const headNames: ReadonlySet<string> = new Set(['id', 'source', 'time', 'line', 'by']);

const digestLength = 16;

const renamed = (report: ProductionReport): Readonly<Record<string, unknown>> => {
  const { area: _area, line: _line, timeMs: _timeMs, ...content } = report;
  if (content.kind === 'jobOrderStatus') return { ...content, by: 'machine' };
  if (content.kind !== 'jobOrder') return content;
  const { plannedStartMs, plannedEndMs, ...rest } = content;
  return {
    ...rest,
    ...(plannedStartMs === undefined ? {} : { plannedStart: plannedStartMs }),
    ...(plannedEndMs === undefined ? {} : { plannedEnd: plannedEndMs }),
  };
};

/** What a message with this id is about; of a result not its judgement, so that two judgements under one id are a conflict. */
const aboutOf = (report: ProductionReport): readonly unknown[] => {
  const where = [report.area, report.line];
  if (report.kind !== 'machineResult') return [...where, renamed(report)];
  return [...where, report.resultId, report.panelId, report.seam];
};

/** The message of a report. The same report at the same time has the same id, whoever computes it and when. */
export const messageOfReport = (report: ProductionReport, source: string): ReportMessage => {
  const digest = createHash('sha256')
    .update(JSON.stringify(aboutOf(report)))
    .digest('hex');
  return {
    ...renamed(report),
    kind: report.kind,
    source,
    id: `${report.kind}/${report.timeMs}/${digest.slice(0, digestLength)}`,
    time: report.timeMs,
    line: `${report.area}/${report.line}`,
  };
};

type Told = Readonly<Record<string, unknown>> & Pick<ProductionMessage, 'kind' | 'time'>;

const says = (told: Told, message: ReportMessage): boolean =>
  Object.entries(message).every(
    ([name, value]) => headNames.has(name) || Object.is(told[name], value),
  );

/**
 * Whether the source has told this before, and nothing else since: a machine shows its state for as long as it lasts, and a
 * message is what changes. `told` are messages of this source about the same order or panel, in any order.
 */
export const isToldBefore = (message: ReportMessage, told: readonly Told[]): boolean => {
  const alike = told
    .filter(({ kind }) => kind === message.kind)
    .toSorted((a, b) => a.time - b.time);
  if (message.kind === 'machineResult') return alike.some((one) => says(one, message));
  const newest = alike.at(-1);
  if (newest !== undefined && says(newest, message)) return true;
  // The start of an order that has ended by now, seen once more.
  return (
    message.kind === 'jobOrderStatus' &&
    alike.some((one) => one.time >= message.time && says(one, message))
  );
};
