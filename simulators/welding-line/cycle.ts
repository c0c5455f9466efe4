import type { CyclePhase } from './readings.ts';

/** All durations in steps of 100 ms. */
const loadSteps = 1500;
const findSteps = 30;
const ignitionSteps = 30;
const scanSteps = 300;
const unloadSteps = 900;
/** Crater fill takes the last second of travel, over the run-off end of the panel. */
const craterSeconds = 1;

/** The sequence of one panel after the other: load and clamp, find, weld, scan, unload. */
export class Cycle {
  phase: CyclePhase = 'find';
  /** Steps since the arcs of this panel began to be lit; -1 outside the weld. */
  weldStep = -1;
  /** True travel of the panel at the end of the step, mm. */
  positionMm = 0;
  panelNumber = 1;
  /** While the line is not in automatic operation the sequence stands. */
  isHeld = false;
  #phaseStep = -1;

  /** Moves one step on; returns true when it begins a panel. */
  advance(panelLengthMm: number, setpointMmPerS: number): boolean {
    this.#phaseStep += 1;
    switch (this.phase) {
      case 'load':
        if (this.#phaseStep >= loadSteps) this.#enter('find');
        return false;
      case 'find':
        if (this.#phaseStep >= findSteps) this.#enterWeld();
        return false;
      case 'ignite':
      case 'weld':
      case 'crater':
        this.#weld(panelLengthMm, setpointMmPerS);
        return false;
      case 'scan':
        if (this.#phaseStep >= scanSteps) this.#enter('unload');
        return false;
      case 'unload':
        if (this.#phaseStep < unloadSteps) return false;
        this.#enter('load');
        this.positionMm = 0;
        this.panelNumber += 1;
        return true;
    }
  }

  get isWelding(): boolean {
    return this.weldStep >= 0 && !this.isHeld;
  }

  #weld(panelLengthMm: number, setpointMmPerS: number): void {
    if (this.positionMm >= panelLengthMm) {
      this.#enter('scan');
      this.weldStep = -1;
      return;
    }
    this.weldStep += 1;
    if (this.positionMm >= panelLengthMm - craterSeconds * setpointMmPerS) this.phase = 'crater';
    else if (this.weldStep >= ignitionSteps) this.phase = 'weld';
  }

  #enterWeld(): void {
    this.#enter('ignite');
    this.weldStep = 0;
  }

  #enter(phase: CyclePhase): void {
    this.phase = phase;
    this.#phaseStep = 0;
  }
}
