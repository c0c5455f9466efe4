import type { WeldFault } from '../../faults/weld-faults.ts';
import type { Pit } from '../deformation.ts';
import { seamPlaces } from '../geometry.ts';
import { streamKey, uniform } from '../noise.ts';
import type { LineReadings, TorchReadings } from '../readings.ts';
import type { PanelEvents } from '../truth/events.ts';
import { noEffects, type TorchEffects } from './effects.ts';
import { type FailureStep, Occurrence } from './occurrence.ts';
import { SensorMasks } from './sensor-masks.ts';
import { applySignature } from './signatures.ts';

const coolantLeakShare = 0.1;
const stepSeconds = 0.1;
const torchIndices = seamPlaces.map((_, index) => index);

/** The failures of the weld that hold now, and what they do in each step. */
export class Failures {
  readonly #seed: number;
  readonly #key: number;
  readonly #masks: SensorMasks;
  #occurrences: readonly Occurrence[] = [];
  #pits: readonly (Pit & { readonly xMm: number })[] = [];
  #machine: FailureStep = { step: 0, panelNumber: 1, positionMm: 0, isWelding: false };

  constructor(seed: number) {
    this.#seed = seed;
    this.#key = streamKey(seed, 17);
    this.#masks = new SensorMasks(seed);
  }

  /** The failures from the next step on; one that is there already goes on. */
  set(faults: readonly WeldFault[], events: PanelEvents): void {
    const before = this.#occurrences;
    this.#occurrences = faults.map(
      (fault) => before.find((one) => one.fault === fault) ?? new Occurrence(fault, this.#seed),
    );
    for (const gone of before) {
      if (gone.isOn && !this.#occurrences.includes(gone)) this.#note(gone, false, events);
    }
  }

  /** Finds out what holds in a step, before anything else is computed of it. */
  advance(machine: FailureStep, events: PanelEvents): void {
    this.#masks.lift();
    this.#machine = machine;
    for (const occurrence of this.#occurrences) {
      if (occurrence.advance(machine)) this.#note(occurrence, occurrence.isOn, events);
    }
  }

  /** What holds for one torch; valid until the next call. */
  effectsOn(torchIndex: number): Readonly<TorchEffects> {
    let effects: TorchEffects | undefined;
    const { step } = this.#machine;
    for (const occurrence of this.#occurrences) {
      const steps = occurrence.stepsAt(torchIndex);
      if (steps < 0) continue;
      effects ??= { ...noEffects };
      const chance = uniform(this.#key, step * 32 + torchIndex);
      applySignature(effects, { seconds: steps * stepSeconds, chance }, occurrence.fault);
    }
    return effects ?? noEffects;
  }

  /** Real speed over what the drive would reach. */
  get speedShare(): number {
    let share = 1;
    for (const { isOn, fault } of this.#occurrences) {
      if (isOn && fault.kind === 'speed-slip') share *= 1 - fault.share;
    }
    return share;
  }

  /** Of the coolant's flow. */
  get coolantShare(): number {
    const isLeaking = this.#occurrences.some(
      ({ isOn, fault }) => isOn && fault.kind === 'common-cause' && fault.cause === 'coolant',
    );
    return isLeaking ? coolantLeakShare : 1;
  }

  beginPanel(): void {
    this.#pits = [];
  }

  /** A torch has got a new contact tip: the old one's wear is gone with it. */
  changeTip(torchIndex: number): void {
    for (const occurrence of this.#occurrences) {
      if (occurrence.fault.kind === 'tip-wear') occurrence.mend(torchIndex);
    }
  }

  /** Holes of this panel that a frame shows which looks back to the one before. */
  pitsAt(frameMm: number, everyMm: number): readonly Pit[] {
    return this.#pits.filter(({ xMm }) => xMm > frameMm - everyMm && xMm <= frameMm);
  }

  /** Lets the machine know of its vision, and wrong sensors show what they do, after the step has been computed. */
  show(torches: readonly TorchReadings[], line: Pick<LineReadings, 'isVisionDown'>): void {
    line.isVisionDown = this.#occurrences.some(
      ({ isOn, fault }) => isOn && fault.kind === 'common-cause' && fault.cause === 'vision-pc',
    );
    if (this.#occurrences.length === 0) return;
    this.#masks.put(this.#occurrences, torches, this.#machine.step);
  }

  #note(occurrence: Occurrence, isOn: boolean, events: PanelEvents): void {
    const { fault } = occurrence;
    const { positionMm } = this.#machine;
    if (isOn && fault.kind === 'burn-through') {
      const burnt = torchIndices.filter((torchIndex) => occurrence.hits(torchIndex));
      const pits = burnt.map((torchIndex) => ({
        torchIndex,
        depthMm: fault.pitMm,
        xMm: positionMm,
      }));
      this.#pits = [...this.#pits, ...pits];
    }
    if (isOn) events.begin(fault.kind, positionMm, { failure: fault.id });
    else events.end(fault.kind, positionMm, { failure: fault.id });
  }
}
