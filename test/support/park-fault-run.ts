import { readJournal } from '../../gateway/journal/journal.ts';
import { runGatewayProcess } from './gateway-process.ts';
import { readSamples, type SamplesByPath } from './journal-samples.ts';
import { parkAlone, writeParkSite } from './park-alone.ts';
import { startSimulator } from './simulator.ts';

// A working day of the park at one o'clock, under clouds: the grid gives all the while, and the battery charges as the hour
// says, whatever the sun gives. The day of the site begins with the simulation.
const start = '2023-06-20T05:00:00Z';
export const startMs = Date.parse(start);
const timeZone = 'Etc/GMT+5';
const defaultPeriodMs = 30_000;
/** Two whole quarter hours and what is looked at behind them. */
const defaultMinutes = 31;

export type ParkFault = Readonly<Record<string, unknown>> & {
  readonly device: string;
  readonly kind: string;
};

/** What the gateway computed of a park, and told. */
export type ParkFaultRun = {
  /** By the instants that are looked at, each path with its sample. */
  readonly computed: ReadonlyMap<number, SamplesByPath>;
  /** Code and subject of each event. */
  readonly events: readonly string[];
};

/** Instants at which all that was computed is compared: every minute, and when the newest quarter hour is closed. */
const looksOf = (minutes: number): readonly number[] =>
  Array.from({ length: minutes }, (_, minute) => startMs + (minute + 1) * 60_000);

/** Runs the simulated park with some faults over the wire, in lock-step, and reads what the journal holds. */
export const runFaultyPark = async (
  faults: readonly ParkFault[],
  options: {
    readonly inputs?: Readonly<Record<string, unknown>>;
    readonly minutes?: number;
    readonly periodMs?: number;
  } = {},
): Promise<ParkFaultRun> => {
  const { inputs, minutes = defaultMinutes, periodMs = defaultPeriodMs } = options;
  const simulator = await startSimulator([
    ...['--plants', 'park', '--lock-step', '--start', start],
    ...['--park-step-seconds', String(periodMs / 1000)],
  ]);
  const site = await writeParkSite(simulator, (demo) => {
    demo.site = { ...demo.site, timeZone };
    parkAlone(periodMs)(demo);
  });
  try {
    const ask = async (path: string, body: unknown): Promise<void> => {
      const { status, body: answer } = await simulator.send('POST', path, body);
      if (status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    };
    await ask('/state', { 'park.storage.soc': 0.4, ...inputs });
    if (faults.length > 0) await ask('/faults', faults);
    const { code, log } = await runGatewayProcess([
      ...[
        'run',
        '--config',
        site.file,
        '--clock',
        simulator.control,
        '--for',
        String(60 * minutes),
      ],
    ]);
    if (code !== 0) throw new Error(`the gateway ended with ${code}: ${log.slice(-2000)}`);
    const { computed } = await readSamples(site.journalFolder, looksOf(minutes));
    return { computed, events: await eventsOf(site.journalFolder) };
  } finally {
    await simulator.stop();
    await site.remove();
  }
};

const eventsOf = async (folder: string): Promise<readonly string[]> => {
  const events: string[] = [];
  for await (const batch of readJournal(folder, { classes: ['event'] })) {
    for (const record of batch.records) {
      if (record.type === 'event') events.push(`${record.event.code} ${record.event.subject}`);
    }
  }
  return events;
};
