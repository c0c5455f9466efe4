import type { Command } from 'commander';
import { z } from 'zod';
import { askGateway, gatewayUrl } from './ask-gateway.ts';
import { exitCodes } from './composition.ts';
import type { Kit } from './kit.ts';
import { reportMessages } from './report-messages.ts';
import { formatTable } from './text-table.ts';

type Options = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly url?: string | undefined;
  readonly json?: boolean | undefined;
};

const words = z.object({ en: z.string(), zh: z.string() });
const quantity = z.looseObject({ value: z.number().nullable(), unit: z.string() });
const members = z.looseObject({
  members: z.array(z.looseObject({ words: words.nullable() })),
  leftOut: z.number(),
});

/** What the running gateway answers, as far as it is used here. */
const report = z.looseObject({
  fromMs: z.number(),
  toMs: z.number(),
  simulated: z.boolean(),
  figures: z.array(
    z.looseObject({
      name: words,
      value: z.number().nullable(),
      unit: z.string(),
      numerator: quantity,
      denominator: quantity,
      notCounted: members,
      unknown: members,
      missing: z.array(
        z.looseObject({ words, members: z.array(z.string()), leftOut: z.number().default(0) }),
      ),
      baseline: z.looseObject({ simulated: z.boolean() }).nullable(),
    }),
  ),
});
type Report = z.infer<typeof report>;

const none = '—';

const number = (value: number | null): string =>
  value === null ? none : String(Number(value.toPrecision(6)));

const withUnit = ({ value, unit }: z.infer<typeof quantity>): string =>
  value === null || unit === '1' ? number(value) : `${number(value)} ${unit}`;

const mostNamed = 3;

type Members = z.infer<typeof members>;

/** Why members do not count, as `66 × too little good, fresh data`, the most frequent reason first. */
const reasonsOf = (lists: readonly Members[], kit: Kit): readonly string[] => {
  const counts = new Map<string, number>();
  const add = (what: string, count: number): unknown =>
    count > 0 && counts.set(what, (counts.get(what) ?? 0) + count);
  for (const { members: some, leftOut } of lists) {
    for (const one of some) if (one.words !== null) add(one.words[kit.language], 1);
    add(reportMessages[kit.language].moreMembers, leftOut);
  }
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, mostNamed)
    .map(([what, count]) => `${count} × ${what}`);
};

const lackingOf = (missing: Report['figures'][number]['missing'], kit: Kit): readonly string[] =>
  missing.map(({ words: what, members: ids, leftOut }) => {
    const count = ids.length + leftOut;
    if (count === 0) return what[kit.language];
    const named = ids.slice(0, mostNamed).join(', ');
    const rest = named !== '' && count > mostNamed ? ', …' : '';
    return reportMessages[kit.language].whichLack(what[kit.language], count, named + rest);
  });

/** Never empty where there is no value or nothing counts: a bare 0 % says nothing. */
const notesOf = (figure: Report['figures'][number], kit: Kit): string => {
  const text = reportMessages[kit.language];
  const notes = [
    ...reasonsOf([figure.notCounted, figure.unknown], kit),
    ...lackingOf(figure.missing, kit),
  ];
  if (notes.length === 0 && figure.value === null) notes.push(text.nothingToCount);
  if (figure.baseline?.simulated === true) notes.push(text.baselineSimulated);
  return notes.join(text.betweenNotes);
};

const printReport = ({ figures, fromMs, toMs, simulated }: Report, kit: Kit): void => {
  const text = reportMessages[kit.language];
  kit.print(text.figuresOf(new Date(fromMs).toISOString(), new Date(toMs).toISOString()));
  if (simulated) kit.print(text.figuresSimulated);
  const rows = figures.map((figure) => [
    ...[figure.name[kit.language], withUnit(figure), withUnit(figure.numerator)],
    ...[withUnit(figure.denominator), notesOf(figure, kit)],
  ]);
  for (const line of formatTable({ columns: text.figureColumns, rows })) kit.print(line);
};

const figures = async (options: Options, kit: Kit): Promise<void> => {
  const url = new URL('/api/v1/figures', gatewayUrl(options.url, kit.text));
  if (options.from !== undefined) url.searchParams.set('from', options.from);
  if (options.to !== undefined) url.searchParams.set('to', options.to);
  const answer = await askGateway({ url, env: kit.env }, report);
  if (options.json === true) kit.print(JSON.stringify(answer, null, 2));
  else printReport(answer, kit);
  // Where nothing is known at all there is no answer.
  const isKnown = answer.figures.some(({ value }) => value !== null);
  kit.finish(isKnown ? exitCodes.ok : exitCodes.inconclusive);
};

export const addFiguresCommand = (program: Command, kit: Kit): void => {
  const text = reportMessages[kit.language];
  program
    .command('figures')
    .description(text.figuresDescription)
    .option('--from <time>', text.figuresFromOption)
    .option('--to <time>', text.figuresToOption)
    .option('--url <url>', kit.text.gatewayUrlOption)
    .option('--json', kit.text.jsonOption)
    .action((options: Options) => figures(options, kit));
};
