import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { needProgram } from '../bench/harness/c-programs.ts';
import { startChild } from '../bench/harness/children.ts';
import { UsageWindow } from '../bench/harness/process-usage.ts';
import { judge, verdictTable } from './judges.ts';
import { countArrivals, withPlant } from './plant.ts';
import type { Minute, Sample } from './series.ts';
import { readLosses, waitForSinks, watch } from './watch.ts';

const help = `npm run soak: the gateway at plant load for an hour, and what became of its memory, queues and punctuality.

  --seconds N   how long to watch; 3600 unless told, at least 120
  --out FILE    where the figures go; soak-results.json unless told
  --help        this

20 seams x 10 channels x 50 Hz and a park of 3 000 values/s, all KPIs, journal, history and HTTP, into a real influxd and a
real mosquitto. The first sixth is warm-up and not judged. Exit code: 0 passed, 1 failed, 2 wrong arguments.
`;
const usageExitCode = 2;
const leastSeconds = 120;
const warmUpShare = 1 / 6;

const load = (): string => loadavg()[0]?.toFixed(2) ?? '?';
const controlFile = fileURLToPath(new URL('./children/control.ts', import.meta.url));

const machine = {
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGibibytes: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};

const progress = (sample: Sample, { gatewayP99Ms, controlP99Ms }: Minute): void => {
  const { atS, residentMebibytes, stagedMebibytes, sinks } = sample;
  const waiting = sinks.map(({ id, lagEntries }) => `${id} ${lagEntries}`).join(', ');
  process.stderr.write(
    `${atS / 60} min: ${residentMebibytes.toFixed(1)} MiB, staged ${stagedMebibytes.toFixed(2)} MiB, waiting ${waiting}, ` +
      `loop p99 ${gatewayP99Ms.toFixed(1)} ms beside ${controlP99Ms.toFixed(1)}, load ${load()}\n`,
  );
};

const soak = (seconds: number, out: string): Promise<void> =>
  withPlant({ influxd: needProgram('influxd') }, async ({ gateway, influxd }) => {
    const control = await startChild('any', process.execPath, [controlFile]);
    try {
      const startedMs = Date.now();
      const warmUpS = Math.round(seconds * warmUpShare);
      const usage = new UsageWindow(gateway.pid);
      const watched = await watch({ gateway, control, seconds, progress });
      const { corePercent } = usage.read();
      const window = { fromMs: startedMs + warmUpS * 1000, toMs: startedMs + seconds * 1000 };
      await waitForSinks(gateway);
      const arrivals = await countArrivals(influxd, window);
      const run = { warmUpS, ...watched, arrivals, losses: await readLosses(gateway) };
      const verdicts = judge(run);
      const latePolls = await gateway.metric('seamwatt_source_events_total', 'kind="polls_late"');
      const { processor, cores, memoryGibibytes, node } = machine;
      console.log(
        `\n${processor}, ${cores} cores, ${memoryGibibytes} GiB, Node ${node}, load now ${load()}, ${seconds} s, ` +
          `${corePercent.toFixed(1)} % of a core, ${latePolls} polls left out because the one before took too long\n`,
      );
      console.log(verdictTable(verdicts));
      const startedAt = new Date(startedMs).toISOString();
      const content = { startedAt, seconds, machine, corePercent, latePolls, verdicts, ...run };
      writeFileSync(out, `${JSON.stringify(content, undefined, 2)}\n`);
      process.exitCode = verdicts.every(({ isPassed }) => isPassed) ? 0 : 1;
    } catch (error) {
      process.stderr.write(`what the gateway said last:\n${gateway.log().slice(-4000)}\n`);
      throw error;
    } finally {
      await control.stop();
    }
  });

const main = async (): Promise<void> => {
  const { values: options } = parseArgs({
    options: {
      seconds: { type: 'string', default: '3600' },
      out: { type: 'string', default: 'soak-results.json' },
      help: { type: 'boolean', default: false },
    },
  });
  if (options.help) {
    process.stdout.write(help);
    return;
  }
  const seconds = Number(options.seconds);
  if (!Number.isInteger(seconds) || seconds < leastSeconds) {
    process.stderr.write(`--seconds ${options.seconds}: a whole number from ${leastSeconds}\n`);
    process.exitCode = usageExitCode;
    return;
  }
  await soak(seconds, options.out);
};

await main();
