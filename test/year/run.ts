import { parseArgs } from 'node:util';
import { endedChildrenSeconds } from '../support/processor-time.ts';
import {
  type Energies,
  judgeBalance,
  judgeMonths,
  judgeYear,
  totals,
  type Verdict,
} from './judge.ts';
import { type ParkRun, runPark } from './park-run.ts';

const help = `npm run year: a year of the simulated park in lock-step, every device read over Modbus, and what the meters counted.

  --days N   only the first N days, and no weeks of seasons; nothing is judged by the year then
  --help     this

The year goes by quarter hours, and one week of each season by minutes. Exit code: 0 passed, 1 failed, 2 wrong arguments.
`;
const usageExitCode = 2;
const year = 2023;
const dayMs = 86_400_000;
const quarterMs = 900_000;
const minuteMs = 60_000;
const newYear = '2022-12-31T16:00:00Z';
/** Midnights in the park's zone. */
const weeks = {
  winter: '2023-01-08T16:00:00Z',
  spring: '2023-04-09T16:00:00Z',
  summer: '2023-07-09T16:00:00Z',
  autumn: '2023-10-08T16:00:00Z',
} as const;

const { values } = parseArgs({
  options: { days: { type: 'string' }, help: { type: 'boolean', default: false } },
});

const say = (text: string): unknown => process.stderr.write(`${text}\n`);

const windowOf = (start: string, days: number) => ({
  fromMs: Date.parse(start),
  toMs: Date.parse(start) + days * dayMs,
});

const summary = (name: string, run: ParkRun, of: Energies): void => {
  const list = Object.entries(of).map(([id, kwh]) => `${id} ${(kwh / 1000).toFixed(1)}`);
  const { gateway, simulators } = run.processor;
  const processor = `processor: gateway ${gateway.toFixed(0)} s, simulators ${simulators.toFixed(0)} s`;
  say(
    `${name}: ${run.seconds.toFixed(0)} s, ${processor}, ${run.requests} requests; MWh: ${list.join(', ')}`,
  );
};

const judged = async (
  name: string,
  time: { readonly start: string; readonly days: number; readonly stepMs: number },
  more: (run: ParkRun, of: Energies) => Promise<readonly Verdict[]>,
): Promise<readonly Verdict[]> => {
  const run = await runPark(time);
  try {
    const of = await totals(run, windowOf(time.start, time.days));
    summary(name, run, of);
    return [...judgeBalance(name, run, of), ...(await more(run, of))];
  } finally {
    await run.close();
  }
};

const nothing = (): Promise<readonly Verdict[]> => Promise.resolve([]);

const seasons = async (): Promise<readonly Verdict[]> => {
  const verdicts: Verdict[] = [];
  for (const [season, start] of Object.entries(weeks)) {
    verdicts.push(...(await judged(season, { start, days: 7, stepMs: minuteMs }, nothing)));
  }
  return verdicts;
};

/** In lock-step a gateway and its simulators wait for each other: the year and the weeks beside it take a core each. */
const whole = async (): Promise<readonly Verdict[]> => {
  const ofYear = judged(
    'year',
    { start: newYear, days: 365, stepMs: quarterMs },
    async (run, of) => [...judgeYear(of), ...(await judgeMonths(run, year))],
  );
  return (await Promise.all([ofYear, seasons()])).flat();
};

const main = async (): Promise<number> => {
  const days = values.days === undefined ? undefined : Number(values.days);
  if (days !== undefined && !(Number.isInteger(days) && days > 0 && days <= 366)) {
    say(`--days ${values.days}: expected whole days from 1 to 366`);
    return usageExitCode;
  }
  const startedMs = performance.now();
  const verdicts =
    days === undefined
      ? await whole()
      : await judged(`${days} days`, { start: newYear, days, stepMs: quarterMs }, nothing);
  for (const { what, value, expected, ok } of verdicts) {
    process.stdout.write(`${ok ? 'ok    ' : 'FAILED'}  ${what}: ${value} (expected ${expected})\n`);
  }
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  process.stdout.write(
    `All of it took ${seconds} s, and ${endedChildrenSeconds().toFixed(0)} s of processor time.\n`,
  );
  return verdicts.every(({ ok }) => ok) ? 0 : 1;
};

if (values.help) process.stdout.write(help);
else process.exitCode = await main();
