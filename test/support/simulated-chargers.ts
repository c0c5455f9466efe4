import { onTestFinished } from 'vitest';
import type { Clock } from '../../gateway/core/clock.ts';
import type { RegisteredGroup } from '../../gateway/core/point.ts';
import { absentStatus } from '../../gateway/core/quality.ts';
import type { Source } from '../../gateway/core/source.ts';
import type { HotPathProgram } from '../../gateway/hot-path/program.ts';
import type { TestSample } from './entry-batch.ts';
import { freePort } from './free-port.ts';
import { createOcppTestSource } from './ocpp-source.ts';
import { compileTestSite, feed, type Result, tickProgram } from './program-feed.ts';
import { type Simulator, startSimulator } from './simulator.ts';
import { runSource, type SourceRun } from './source-run.ts';

/** Wednesday, 08:00 in the park, when the first vehicles come. */
export const startMs = Date.UTC(2023, 5, 21);
const dayStartMs = startMs - 8 * 3_600_000;
export const minuteMs = 60_000;
const chargerCount = 10;
const chargingStatus = 2;

type Truth = {
  readonly chargers: readonly {
    readonly status: number;
    readonly energyWh: number;
    readonly registerWh: number;
  }[];
};

const numbers = Array.from({ length: chargerCount }, (_, i) => String(i + 1).padStart(2, '0'));

/** Time that only the test moves. */
class HandClock implements Clock {
  #nowMs = startMs;
  readonly #sleepers = new Set<{ readonly dueMs: number; wake(): void }>();

  nowMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs - startMs;
  }

  join(): ReturnType<Clock['join']> {
    return {
      sleepUntil: (dueMs, signal) =>
        new Promise((resolve) => {
          const wake = (): void => {
            this.#sleepers.delete(sleeper);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          const sleeper = { dueMs, wake };
          this.#sleepers.add(sleeper);
          signal.addEventListener('abort', wake, { once: true });
          if (signal.aborted || dueMs <= this.monotonicMs()) wake();
        }),
      leave: () => undefined,
    };
  }

  moveTo(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.dueMs <= this.monotonicMs()) sleeper.wake();
    }
  }
}

/** The chargers of the simulated park, which connect to a source, and the KPI of what they say. */
export class SimulatedChargers {
  readonly run: SourceRun;
  readonly #simulator: Simulator;
  readonly #clock: HandClock;
  readonly #program: HotPathProgram;
  #nowMs = startMs;
  /** How long each charger was charging, by the truth of each minute. */
  busyMs = 0;

  private constructor(parts: {
    readonly run: SourceRun;
    readonly simulator: Simulator;
    readonly clock: HandClock;
    readonly program: HotPathProgram;
  }) {
    this.run = parts.run;
    this.#simulator = parts.simulator;
    this.#clock = parts.clock;
    this.#program = parts.program;
  }

  static async start(): Promise<SimulatedChargers> {
    const port = await freePort();
    const source = createOcppTestSource({
      port,
      heartbeatSeconds: 60,
      meterValueSeconds: 60,
      chargePoints: numbers.map((number) => ({
        ...{ identity: `SIM-CH${number}`, area: 'park', line: 'chargers' },
        connectors: [{ connector: 1, equipment: `ch${number}` }],
      })),
    });
    const { program, groups } = compileTestSite({
      groups: source.groups,
      kpis: [
        {
          ...{ kpi: 'chargerUtilisation', equipment: 'park/energy/site' },
          parameters: { ratedPowerKw: 60 },
        },
      ],
    });
    const clock = new HandClock();
    const run = runSource(feeding(source, groups, program), clock);
    await run.until(() => run.connections() > 0);
    const simulator = await startSimulator([
      ...['--plants', 'park', '--lock-step', '--start', '2023-06-21T00:00:00Z'],
      ...['--park-ocpp', `ws://127.0.0.1:${port}/ocpp`],
    ]);
    onTestFinished(async () => {
      await simulator.stop();
      await run.stop();
    });
    await run.until(
      () => run.members.filter(({ state }) => state === 'up').length === chargerCount,
    );
    // All that there is to say at the first instant is said before the next.
    await simulator.advance(startMs);
    return new SimulatedChargers({ run, simulator, clock, program });
  }

  /** Goes on minute by minute; resolves with what the KPI says at the end. */
  async minutes(count: number): Promise<Readonly<Record<string, Result>>> {
    let results: Readonly<Record<string, Result>> = {};
    for (let minute = 0; minute < count; minute += 1) {
      this.#nowMs += minuteMs;
      this.#clock.moveTo(this.#nowMs);
      await this.#simulator.advance(this.#nowMs);
      const { chargers } = await this.truth();
      this.busyMs += chargers.filter(({ status }) => status === chargingStatus).length * minuteMs;
      results = tickProgram(this.#program, this.#nowMs, dayStartMs);
    }
    return results;
  }

  async truth(): Promise<Truth> {
    return (await this.#state()).park;
  }

  async stats(): Promise<Readonly<Record<string, number>>> {
    return (await this.#state()).servers['park.ocpp'] ?? {};
  }

  async fault(fault: object): Promise<void> {
    const { status, body } = await this.#simulator.send('POST', '/faults', {
      ...{ device: 'park.ocpp', ...fault },
    });
    if (status !== 201) throw new Error(JSON.stringify(body));
  }

  async clearFaults(): Promise<void> {
    await this.#simulator.send('DELETE', '/faults');
  }

  async #state() {
    const { body } = await this.#simulator.send('GET', '/state');
    return body as {
      readonly park: Truth;
      readonly servers: Readonly<Record<string, Readonly<Record<string, number>>>>;
    };
  }
}

/** The same source, whose frames the program sees before anybody else. */
const feeding = (
  source: Source,
  groups: readonly RegisteredGroup[],
  program: HotPathProgram,
): Source => ({
  id: source.id,
  groups: source.groups,
  run: (context) =>
    source.run({
      ...context,
      emit: (frame) => {
        const group = groups[frame.groupIndex];
        if (group === undefined) throw new Error(`no group ${frame.groupIndex}`);
        const samples: Record<string, TestSample> = {};
        for (const [index, { point }] of group.channels.entries()) {
          const status = frame.status[index] as number;
          if (status === absentStatus) continue;
          samples[point] = { value: frame.values[index] as number, status };
        }
        const { timeMs, receivedMs } = frame;
        feed(program, [{ group, timeMs, receivedMs, values: samples }]);
        return context.emit(frame);
      },
    }),
});
