import type { Command } from 'commander';
import { z } from 'zod';
import { askGateway, gatewayUrl } from './ask-gateway.ts';
import { exitCodes } from './composition.ts';
import { type EnergyMessages, energyMessages } from './energy-messages.ts';
import type { Kit } from './kit.ts';
import { WordedError } from './option-values.ts';
import { formatTable } from './text-table.ts';

type Options = {
  readonly tenants?: boolean | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly step?: string | undefined;
  readonly url?: string | undefined;
  readonly json?: boolean | undefined;
};

const words = z.object({ en: z.string(), zh: z.string() });

/** What the running gateway answers, as far as it is used here. */
const meters = z.looseObject({
  meters: z.array(
    z.looseObject({
      id: z.string(),
      name: words,
      register: z.string(),
      parent: z.string().nullable(),
      building: z.string().nullable(),
    }),
  ),
});
const answered = { simulated: z.boolean(), timeZone: z.string() };
const method = z.enum(['measured', 'estimated', 'partial', 'none']);
const intervals = z.looseObject({
  ...answered,
  intervals: z.array(
    z.looseObject({
      startMs: z.number(),
      isOver: z.boolean(),
      energyKwh: z.number().nullable(),
      estimatedKwh: z.number(),
      method,
      completeness: z.number(),
      breaks: z.number(),
      revision: z.number(),
    }),
  ),
});
const tenants = z.looseObject({
  ...answered,
  intervals: z.array(
    z.looseObject({
      startMs: z.number(),
      isOver: z.boolean(),
      energyKwh: z.number(),
      tenants: z.array(
        z.looseObject({
          name: words.nullable(),
          tenant: z.string().nullable(),
          directKwh: z.number().nullable(),
          commonKwh: z.number(),
          energyKwh: z.number().nullable(),
          ...{ method, estimatedKwh: z.number(), revision: z.number() },
        }),
      ),
      below: z.array(z.object({ meter: z.string(), restKwh: z.number() })),
      withoutReading: z.array(z.object({ meter: z.string(), days: z.number() })),
    }),
  ),
});

const none = '—';
const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;
const kwhText = (kwh: number | null): string => (kwh === null ? none : kwh.toFixed(3));

/** Of the site's wall clock, to the minute. */
const timeText = (timeMs: number, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
    timeMs,
  );

const printTable = (columns: readonly string[], rows: readonly (readonly string[])[], kit: Kit) => {
  for (const line of formatTable({ columns, rows })) kit.print(line);
};

const printMeters = (answer: z.infer<typeof meters>, text: EnergyMessages, kit: Kit): void => {
  if (answer.meters.length === 0) {
    kit.print(text.noMeters);
    return;
  }
  const rows = answer.meters.map(({ id, name, register, parent, building }) => [
    ...[id, name[kit.language], register, parent ?? none, building ?? none],
  ]);
  printTable(text.meterColumns, rows, kit);
};

type Interval = z.infer<typeof intervals>['intervals'][number];

/** Intervals without a reading that follow each other take one line. */
const runsOf = (all: readonly Interval[]): readonly (readonly [Interval, number])[] => {
  const runs: [Interval, number][] = [];
  for (const interval of all) {
    const run = runs.at(-1);
    if (run?.[0].method === 'none' && interval.method === 'none') run[1] += 1;
    else runs.push([interval, 1]);
  }
  return runs;
};

const printIntervals = (
  answer: z.infer<typeof intervals>,
  text: EnergyMessages,
  kit: Kit,
): void => {
  if (answer.simulated) kit.print(text.simulated);
  const row = (interval: Interval): readonly string[] => [
    timeText(interval.startMs, answer.timeZone),
    kwhText(interval.energyKwh),
    interval.estimatedKwh === 0 ? '' : kwhText(interval.estimatedKwh),
    interval.isOver ? text.methods[interval.method] : text.running,
    percent(interval.completeness),
    interval.breaks === 0 ? '' : String(interval.breaks),
    interval.revision === 0 ? '' : String(interval.revision),
  ];
  const rows = runsOf(answer.intervals).map(([first, count]) =>
    count === 1 ? row(first) : [...row(first).slice(0, 3), text.noReadings(count)],
  );
  const total = answer.intervals.reduce((sum, { energyKwh }) => sum + (energyKwh ?? 0), 0);
  printTable(text.intervalColumns, [...rows, [text.sum, kwhText(total)]], kit);
};

const printTenants = (answer: z.infer<typeof tenants>, text: EnergyMessages, kit: Kit): void => {
  if (answer.simulated) kit.print(text.simulated);
  const rows = answer.intervals.flatMap(({ startMs, isOver, energyKwh, tenants: used }) => [
    ...used.map(({ name, tenant, method: how, revision, ...kwh }) => [
      timeText(startMs, answer.timeZone),
      name?.[kit.language] ?? tenant ?? text.nobody,
      ...[kwhText(kwh.energyKwh), kwhText(kwh.directKwh), kwhText(kwh.commonKwh)],
      kwh.estimatedKwh === 0 ? '' : kwhText(kwh.estimatedKwh),
      isOver ? text.methods[how] : text.running,
      revision === 0 ? '' : String(revision),
    ]),
    ...(used.length === 0
      ? []
      : [[timeText(startMs, answer.timeZone), text.sum, kwhText(energyKwh)]]),
  ]);
  if (rows.length === 0) {
    kit.print(text.noTenants);
    return;
  }
  printTable(text.tenantColumns, rows, kit);
  for (const { startMs, below, withoutReading } of answer.intervals) {
    const at = timeText(startMs, answer.timeZone);
    for (const { meter, restKwh } of below) kit.print(text.below(at, meter, restKwh));
    for (const { meter, days } of withoutReading) {
      kit.print(text.withoutReading(at, meter, days));
    }
  }
};

const energy = async (meter: string | undefined, options: Options, kit: Kit): Promise<void> => {
  const text = energyMessages[kit.language];
  const isOfTenants = options.tenants === true;
  if (isOfTenants && meter !== undefined) throw new WordedError(text.meterOrTenants);
  const path = isOfTenants ? 'tenants' : 'meters';
  const of = meter === undefined ? '' : `/${encodeURIComponent(meter)}/intervals`;
  const url = new URL(`/api/v1/energy/${path}${of}`, gatewayUrl(options.url, kit.text));
  if (isOfTenants || meter !== undefined) {
    for (const name of ['from', 'to', 'step'] as const) {
      const given = options[name];
      if (given !== undefined) url.searchParams.set(name, given);
    }
  }
  const show = async <Answer>(
    schema: z.ZodType<Answer>,
    print: (answer: Answer, text: EnergyMessages, kit: Kit) => void,
  ): Promise<void> => {
    const answer = await askGateway({ url, env: kit.env }, schema);
    if (options.json === true) kit.print(JSON.stringify(answer, null, 2));
    else print(answer, text, kit);
  };
  if (isOfTenants) await show(tenants, printTenants);
  else if (meter === undefined) await show(meters, printMeters);
  else await show(intervals, printIntervals);
  kit.finish(exitCodes.ok);
};

export const addEnergyCommand = (program: Command, kit: Kit): void => {
  const text = energyMessages[kit.language];
  program
    .command('energy')
    .description(text.description)
    .argument('[meter]', text.meterArgument)
    .option('--tenants', text.tenantsOption)
    .option('--from <time>', text.fromOption)
    .option('--to <time>', text.toOption)
    .option('--step <step>', text.stepOption)
    .option('--url <url>', kit.text.gatewayUrlOption)
    .option('--json', kit.text.jsonOption)
    .action((meter: string | undefined, options: Options) => energy(meter, options, kit));
};
