import type { JsonObject } from '../plant.ts';
import type { CyclePhase, LineReadings } from './readings.ts';

/** What the line is there for: `idle` is that nobody asks anything of it. */
export const operations = ['automatic', 'setup', 'maintenance', 'idle', 'out-of-service'] as const;
export type OperationId = (typeof operations)[number];

/** Items of the two state machines of OPC 40001-1 from which times are counted. */
export type MachineStates = Pick<LineReadings, 'itemState' | 'operationMode'>;

/** Changeovers and maintenance that come by themselves between panels; 0 panels is never. */
export type OperationPlan = {
  setupEveryPanels: number;
  setupSeconds: number;
  maintenanceEveryPanels: number;
  maintenanceSeconds: number;
};

const stepsPerSecond = 10;

/**
 * The operation of the line, step by step. What is asked for begins where a panel is loaded, so
 * after the present one; out of service is a breakdown and stops the line where it stands.
 */
export class Operation {
  now: OperationId = 'automatic';
  asked: OperationId = 'automatic';
  readonly plan: OperationPlan = {
    setupEveryPanels: 0,
    setupSeconds: 600,
    maintenanceEveryPanels: 0,
    maintenanceSeconds: 1800,
  };
  #planned: { readonly operation: OperationId; steps: number }[] = [];
  readonly #stepsIn = new Map<string, number>();
  #steps = 0;
  #executingSteps = 0;
  #starts = 0;
  #isExecuting = false;

  /** Takes on what the plan has before this panel. */
  beginPanel(panelNumber: number): void {
    const { setupEveryPanels, setupSeconds, maintenanceEveryPanels, maintenanceSeconds } =
      this.plan;
    const isDue = (every: number): boolean => every > 0 && (panelNumber - 1) % every === 0;
    this.#planned = [];
    if (isDue(maintenanceEveryPanels)) this.#put('maintenance', maintenanceSeconds);
    if (isDue(setupEveryPanels)) this.#put('setup', setupSeconds);
  }

  /** Decides on a step, before the cycle moves; returns whether that is another operation than before. */
  advance(phase: CyclePhase): boolean {
    const before = this.now;
    this.now = this.#next(phase);
    return this.now !== before;
  }

  /** What the machine shows in this step. */
  show(line: LineReadings, phase: CyclePhase): void {
    Object.assign(line, statesOf(this.now, phase));
    line.phase = shownPhase(this.now, phase);
    const key = `${line.itemState}/${line.operationMode}`;
    this.#stepsIn.set(key, (this.#stepsIn.get(key) ?? 0) + 1);
    const isExecuting = line.itemState === 'Executing';
    this.#steps += 1;
    if (isExecuting) this.#executingSteps += 1;
    if (isExecuting && !this.#isExecuting) this.#starts += 1;
    this.#isExecuting = isExecuting;
  }

  /** Since the start, as OPC 40001-1 counts operation: time with power and executing, and how often it began to execute. */
  get counters(): {
    readonly powerOnMs: number;
    readonly operationMs: number;
    readonly cycles: number;
  } {
    const msPerStep = 1000 / stepsPerSecond;
    return {
      powerOnMs: this.#steps * msPerStep,
      operationMs: this.#executingSteps * msPerStep,
      cycles: this.#starts,
    };
  }

  /** Time by both states since the start, s. */
  summary(): JsonObject {
    const seconds = [...this.#stepsIn].map(([key, steps]) => [key, steps / stepsPerSecond]);
    return { asked: this.asked, now: this.now, seconds: Object.fromEntries(seconds) };
  }

  #put(operation: OperationId, seconds: number): void {
    const steps = Math.round(seconds * stepsPerSecond);
    if (steps > 0) this.#planned.push({ operation, steps });
  }

  #next(phase: CyclePhase): OperationId {
    if (this.asked === 'out-of-service') return this.asked;
    if (phase !== 'load') return 'automatic';
    if (this.asked !== 'automatic') return this.asked;
    const [planned] = this.#planned;
    if (planned === undefined) return 'automatic';
    planned.steps -= 1;
    if (planned.steps === 0) this.#planned.shift();
    return planned.operation;
  }
}

const statesOf = (operation: OperationId, phase: CyclePhase): MachineStates => {
  switch (operation) {
    case 'automatic':
      return {
        itemState: phase === 'load' || phase === 'unload' ? 'NotExecuting' : 'Executing',
        operationMode: 'Processing',
      };
    case 'setup':
      return { itemState: 'Executing', operationMode: 'Setup' };
    case 'maintenance':
      return { itemState: 'NotExecuting', operationMode: 'Maintenance' };
    case 'idle':
      return { itemState: 'NotExecuting', operationMode: 'None' };
    case 'out-of-service':
      return { itemState: 'OutOfService', operationMode: 'Processing' };
  }
};

const shownPhase = (operation: OperationId, phase: CyclePhase): LineReadings['phase'] => {
  if (operation === 'automatic') return phase;
  return operation === 'setup' || operation === 'out-of-service' ? operation : 'standby';
};
