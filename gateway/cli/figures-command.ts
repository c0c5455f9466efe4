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

const printReport = ({ figures, fromMs, toMs, simulated }: Report, kit: Kit): void => {
  const text = reportMessages[kit.language];
  kit.print(text.figuresOf(new Date(fromMs).toISOString(), new Date(toMs).toISOString()));
  if (simulated) kit.print(text.figuresSimulated);
  const rows = figures.map(({ name, value, unit, numerator, denominator, missing, baseline }) => {
    const lacking = missing.map(({ words: what, members, leftOut }) => {
      const count = members.length + leftOut;
      if (count === 0) return what[kit.language];
      const named = members.slice(0, mostNamed).join(', ');
      const rest = named !== '' && count > mostNamed ? ', …' : '';
      return `${what[kit.language]} (${[String(count), ...(named === '' ? [] : [named])].join(': ')}${rest})`;
    });
    const notes = [...lacking, ...(baseline?.simulated === true ? [text.baselineSimulated] : [])];
    return [
      name[kit.language],
      withUnit({ value, unit }),
      withUnit(numerator),
      withUnit(denominator),
      notes.join('; '),
    ];
  });
  for (const line of formatTable({ columns: text.figureColumns, rows })) kit.print(line);
};

const figures = async (options: Options, kit: Kit): Promise<void> => {
  const url = new URL('/api/v1/figures', gatewayUrl(options.url, kit.text));
  if (options.from !== undefined) url.searchParams.set('from', options.from);
  if (options.to !== undefined) url.searchParams.set('to', options.to);
  const answer = await askGateway(url, report);
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
