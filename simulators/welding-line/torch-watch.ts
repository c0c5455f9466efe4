import type { TorchReadings } from './readings.ts';
import type { PanelEvents } from './truth/events.ts';

/** What of a torch is an event while it lasts, by bit. */
const kinds = ['arc-out', 'seam-lost', 'gas-low', 'wire-stuck', 'intervention'] as const;
const intervention = 1 << kinds.indexOf('intervention');

type WatchStep = {
  readonly isWelding: boolean;
  readonly positionMm: number;
  readonly events: PanelEvents;
};

/** Notes in the events of the panel what begins and ends at a torch. */
export class TorchWatch {
  readonly #readings: TorchReadings;
  #state = 0;

  constructor(readings: TorchReadings) {
    this.#readings = readings;
  }

  /** Returns how many interventions begin in this step. */
  look(machine: WatchStep, dueSteps: number): number {
    const state = machine.isWelding ? stateOf(this.#readings, dueSteps) : 0;
    const changed = state ^ this.#state;
    if (changed === 0) return 0;
    this.#state = state;
    const of = { torch: this.#readings.id };
    for (const [bit, kind] of kinds.entries()) {
      if ((changed & (1 << bit)) === 0) continue;
      const { positionMm, events } = machine;
      if ((state & (1 << bit)) === 0) events.end(kind, positionMm, of);
      else events.begin(kind, positionMm, of);
    }
    return (changed & state & intervention) === 0 ? 0 : 1;
  }
}

const stateOf = (readings: TorchReadings, dueSteps: number): number => {
  if (!readings.isEnabled || dueSteps < 0) return 0;
  const { arcOn, gasOk } = readings;
  return (
    (arcOn ? 0 : 1) |
    (arcOn && !readings.seamFound ? 2 : 0) |
    (arcOn && !gasOk ? 4 : 0) |
    (readings.isWireStuck ? 8 : 0) |
    (readings.isManual ? 16 : 0)
  );
};
