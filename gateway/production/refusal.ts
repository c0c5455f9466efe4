import { type InputIssue, issueSentences, readInput } from '../core/input-words.ts';
import type { LocalText } from '../core/point.ts';
import type { CorrectionProblem } from './corrections.ts';
import type { MessageSchema, ProductionMessage } from './messages.ts';
import type { MessageNote } from './protocol.ts';

/** Why a message is not taken. */
export const refusalCodes = [
  'MALFORMED',
  'TOO_LARGE',
  'UNKNOWN_LINE',
  'TIME_OUT_OF_RANGE',
  'CONFLICT',
  'UNAVAILABLE',
] as const;
export type RefusalCode = (typeof refusalCodes)[number];

export type Refusal = { readonly code: RefusalCode; readonly words: LocalText };

/** As JSON, in UTF-16 units. */
export const longestMessage = 65_536;
/** A sender's clock may be ahead by so much. */
const mostAheadMs = 600_000;
const dayMs = 86_400_000;
/** What is older is taken for a mistake in the unit or the year. */
const oldestMs = 730 * dayMs;
const furthestPlanMs = 730 * dayMs;

export type ReadingContext = {
  readonly schema: MessageSchema;
  /** `enterprise/site/area/line` of each welding line. */
  readonly lines: readonly string[];
  readonly nowMs: number;
};

/** A message as it is kept, or why it is not taken. */
export const readMessage = (
  raw: unknown,
  { schema, lines, nowMs }: ReadingContext,
): ProductionMessage | Refusal => {
  const length = lengthOf(raw);
  if (length > longestMessage) return tooLarge(length);
  const parsed = readInput(schema, raw);
  if (!parsed.ok) return malformed(parsed.issues);
  const { line: named, ...rest } = parsed.value;
  const line = named === undefined && lines.length === 1 ? lines[0] : lineOf(lines, named);
  if (line === undefined) return unknownLine(named, lines);
  const message: ProductionMessage = { ...rest, line };
  return outOfRange(message, nowMs) ?? message;
};

/** What is nested too deeply to be written is too large. */
const lengthOf = (raw: unknown): number => {
  try {
    return JSON.stringify(raw)?.length ?? 0;
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY;
    throw error;
  }
};

export const isRefusal = (read: ProductionMessage | Refusal): read is Refusal => 'words' in read;

const lineOf = (lines: readonly string[], named: string | undefined): string | undefined =>
  lines.find((line) => line === named || line.split('/').slice(2).join('/') === named);

const tooLarge = (length: number): Refusal => ({
  code: 'TOO_LARGE',
  words: {
    en: `the message has ${length} characters: ${longestMessage} at most; tell lists in several messages`,
    zh: `消息有 ${length} 个字符，最多 ${longestMessage} 个；较长的列表请分多条消息发送`,
  },
});

const names = { part: { en: '', zh: '' }, whole: { en: 'the message', zh: '消息' } };

const malformed = (issues: readonly InputIssue[]): Refusal => {
  const { en, zh } = issueSentences(issues, names);
  return {
    code: 'MALFORMED',
    words: { en: `not a message that is known: ${en}`, zh: `无法识别的消息：${zh}` },
  };
};

const unknownLine = (named: string | undefined, lines: readonly string[]): Refusal => {
  const known = lines.map((line) => line.split('/').slice(2).join('/')).join(', ');
  return {
    code: 'UNKNOWN_LINE',
    words:
      named === undefined
        ? {
            en: `no line is named, and this site has ${lines.length}: ${known}`,
            zh: `未指明产线，而本站点有 ${lines.length} 条：${known}`,
          }
        : {
            en: `this site has no welding line ${named}: it has ${known}`,
            zh: `本站点没有焊接产线 ${named}，现有：${known}`,
          },
  };
};

/** Instants that a message plans for. */
const plannedOf = (message: ProductionMessage): readonly number[] => {
  if (message.kind === 'jobOrder') {
    return [message.plannedStart, message.plannedEnd].flatMap((time) => time ?? []);
  }
  if (message.kind !== 'calendar') return [];
  return [message.from, message.to, ...message.busy.flatMap(({ start, end }) => [start, end])];
};

const iso = (timeMs: number): string => {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
};

const outOfRange = (message: ProductionMessage, nowMs: number): Refusal | undefined => {
  const earliest = nowMs - oldestMs;
  const wrong = (timeMs: number, latestMs: number): boolean =>
    timeMs < earliest || timeMs > latestMs;
  const planned = plannedOf(message).find((timeMs) => wrong(timeMs, nowMs + furthestPlanMs));
  const found = wrong(message.time, nowMs + mostAheadMs) ? message.time : planned;
  if (found !== undefined) {
    const until = found === message.time ? nowMs + mostAheadMs : nowMs + furthestPlanMs;
    return outside(`${iso(found)}`, `${iso(earliest)} – ${iso(until)}`);
  }
  if (message.kind === 'calendar') return calendarProblem(message);
  if (message.kind !== 'jobOrder') return undefined;
  const { plannedStart = 0, plannedEnd = Number.POSITIVE_INFINITY } = message;
  return plannedEnd < plannedStart ? backwards(plannedStart, plannedEnd) : undefined;
};

const calendarProblem = ({
  from,
  to,
  busy,
}: Extract<ProductionMessage, { kind: 'calendar' }>): Refusal | undefined => {
  if (to <= from) return backwards(from, to);
  for (const { start, end } of busy) {
    if (end <= start) return backwards(start, end);
    if (start < from || end > to)
      return outside(`${iso(start)} – ${iso(end)}`, `${iso(from)} – ${iso(to)}`);
  }
  return undefined;
};

const outside = (found: string, expected: string): Refusal => ({
  code: 'TIME_OUT_OF_RANGE',
  words: {
    en: `the time ${found} is not within ${expected}`,
    zh: `时间 ${found} 不在 ${expected} 之内`,
  },
});

const backwards = (startMs: number, endMs: number): Refusal => ({
  code: 'TIME_OUT_OF_RANGE',
  words: {
    en: `it ends at ${iso(endMs)}, not after its start ${iso(startMs)}`,
    zh: `结束时间 ${iso(endMs)} 不晚于开始时间 ${iso(startMs)}`,
  },
});

/** Another message of the sender has the id. */
export const conflict = ({ source, id }: ProductionMessage): Refusal => ({
  code: 'CONFLICT',
  words: {
    en: `${source} sent another message with the id ${id} before: give a changed message an id of its own`,
    zh: `${source} 此前已用编号 ${id} 发送过内容不同的消息：内容有变时请使用新的编号`,
  },
});

/** A correction that cannot be one. */
export const impossible = (
  problem: CorrectionProblem,
  { corrects = '' }: { readonly corrects?: string | undefined },
): Refusal =>
  problem === 'correction-early'
    ? {
        code: 'TIME_OUT_OF_RANGE',
        words: {
          en: `it corrects the inspection ${corrects}, which has a later time: give the time at which the correction was decided`,
          zh: `本报文所更正的检验 ${corrects} 时间更晚：请填写作出更正的时间`,
        },
      }
    : {
        code: 'CONFLICT',
        words: {
          en: `it corrects the inspection ${corrects}, which itself corrects this one: corrections in a ring are not taken`,
          zh: `本报文所更正的检验 ${corrects} 又直接或间接更正本报文：更正不得成环`,
        },
      };

/** It is not known whether it was kept: the same message may be sent again. */
export const unavailable = (cause: LocalText): Refusal => ({
  code: 'UNAVAILABLE',
  words: {
    en: `it cannot be kept at present; send it again: ${cause.en}`,
    zh: `目前无法保存，请稍后重发：${cause.zh}`,
  },
});

/** What to tell the sender of a message that is taken all the same. */
export const noteWords: Readonly<Record<MessageNote, LocalText>> = {
  'panel-unknown': {
    en: 'no panel assignment has named this panel yet',
    zh: '尚无管屏分派消息提到该管屏',
  },
  'order-unknown': { en: 'this job order is not defined yet', zh: '该生产订单尚未定义' },
  'order-redefined': {
    en: 'the job order was told with other contents before; the newest by time counts',
    zh: '该生产订单此前的内容与此不同；以时间最新者为准',
  },
  'seam-unknown': {
    en: 'the line has no seam of this name; it is kept, and marked in the record of the panel',
    zh: '该产线没有此名称的焊缝；消息已保存，并在管屏记录中标记',
  },
  'corrected-unknown': {
    en: 'no inspection of this sender and panel has the id that this one corrects yet',
    zh: '尚未收到本报文所更正的检验（须为同一报送方、同一管屏）',
  },
};
