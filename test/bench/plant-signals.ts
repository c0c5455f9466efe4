import { WeldingLine } from '../../simulators/welding-line/model.ts';
import { linePhases } from '../../simulators/welding-line/readings.ts';
import { SparseImage } from '../../simulators/wire/register-image.ts';

/** Registers of one seam: eight signals, and a word of bits that holds two. */
export const seamRegisters = 9;
export const seamAddress = 1000;
/** Registers 0-2 are the time of the answer, as in c/devices.c. */
export const lineRegisters = 17;
export const inverterCount = 50;
export const inverterRegisters = 61;
export const meterRegisters = 4;

/** 50 Hz of seams, 10 Hz of the line, 1 Hz of the park. */
export const seamPeriodMs = 20;

const modelStepMs = 100;
/** Into the first weld, past loading, finding and igniting. */
const longestSetupSteps = 6000;
const stringCount = 56;

const limited = (value: number, most: number): number =>
  Math.min(most, Math.max(0, Math.round(value)));
const signed = (value: number): number => limited(value + 32_768, 65_535) - 32_768;

/**
 * The signals of the welding line as a PLC shows them in 16-bit registers, and those of the inverters of a park. Each 20 ms
 * takes the model a whole step of 100 ms on, so that signals are new at 50 Hz, and livelier than in the plant.
 */
export class PlantSignals {
  readonly line = new SparseImage([
    [0, lineRegisters],
    [seamAddress, seamRegisters * 20],
  ]);
  readonly inverters: readonly SparseImage[] = Array.from(
    { length: inverterCount },
    () => new SparseImage([[0, inverterRegisters]]),
  );
  readonly meter = new SparseImage([[0, meterRegisters]]);
  readonly #model = new WeldingLine({ seed: 1, startMs: 0, panelLengthMm: 18_000 });
  readonly #energyWh = new Float64Array(inverterCount).fill(4.2e6);
  #importedWh = 8.1e6;
  #exportedWh = 2.3e6;
  #noise = 1;
  #sunshine = 0.7;
  #steps = 0;

  constructor() {
    while (this.#model.line.phase !== linePhases[3] && this.#model.line.step < longestSetupSteps) {
      this.#stepModel();
    }
    for (let step = 0; step < 50; step += 1) this.advance();
  }

  /** 20 ms on. */
  advance(): void {
    this.#stepModel();
    this.#updateSeams();
    this.#updateLine();
    if (this.#steps % 50 === 0) this.#updatePark();
    this.#steps += 1;
  }

  /** Writes when the answer leaves, in microseconds of UTC modulo 2^48. */
  stamp(nowUs: number): void {
    const { line } = this;
    line.setU16(0, Math.floor(nowUs / 2 ** 32) % 65_536);
    line.setU16(1, Math.floor(nowUs / 2 ** 16) % 65_536);
    line.setU16(2, nowUs % 65_536);
  }

  #stepModel(): void {
    this.#model.advanceTo(this.#model.line.timeMs + modelStepMs);
  }

  #updateSeams(): void {
    const { line } = this;
    for (const [index, torch] of this.#model.torches.entries()) {
      const base = seamAddress + index * seamRegisters;
      line.setU16(base, limited(torch.currentA * 10, 65_535));
      line.setU16(base + 1, limited(torch.voltageV * 100, 65_535));
      line.setU16(base + 2, limited(torch.wireFeedMPerMin * 100, 65_535));
      line.setU16(base + 3, limited(torch.gasFlowLPerMin * 100, 65_535));
      line.setI16(base + 4, signed(torch.offsetYMm * 100));
      line.setI16(base + 5, signed(torch.offsetZMm * 100));
      line.setU16(base + 6, limited(torch.confidence * 1000, 1000));
      line.setU16(base + 7, limited(torch.arcPowerW, 65_535));
      line.setU16(base + 8, (torch.arcOn ? 1 : 0) | (torch.seamFound ? 2 : 0));
    }
  }

  #updateLine(): void {
    const { line } = this;
    const { travelSpeedMPerMin, positionMm } = this.#model.line;
    line.setU16(3, limited(travelSpeedMPerMin * 1000, 65_535));
    line.setU16(4, limited(positionMm, 65_535));
    for (const [index, height] of this.#model.profile.zMm.entries()) {
      line.setI16(5 + index, signed(height * 100));
    }
  }

  #updatePark(): void {
    // Clouds: a walk between a tenth and the whole of the sun.
    this.#sunshine = Math.min(1, Math.max(0.1, this.#sunshine + this.#random() * 0.005));
    this.#importedWh += 60 * (1 - this.#sunshine);
    this.#exportedWh += 400 * this.#sunshine;
    this.meter.setU32(0, Math.floor(this.#importedWh));
    this.meter.setU32(2, Math.floor(this.#exportedWh));
    for (const [index, inverter] of this.inverters.entries()) {
      const powerW = 100_000 * this.#sunshine * (1 + this.#random() * 0.01);
      const energyWh = (this.#energyWh[index] as number) + powerW / 3600;
      this.#energyWh[index] = energyWh;
      inverter.setU32(0, Math.floor(energyWh));
      inverter.setU16(2, limited(powerW / 10, 65_535));
      inverter.setU16(3, limited(5000 + this.#random() * 4, 65_535));
      inverter.setU16(4, limited(420 + this.#sunshine * 60 + this.#random(), 65_535));
      for (let place = 0; place < stringCount; place += 1) {
        const isCurrent = place % 2 === 0;
        const value = isCurrent
          ? 1200 * this.#sunshine * (1 + this.#random() * 0.003)
          : 6400 + 200 * this.#sunshine + this.#random() * 10;
        inverter.setU16(5 + place, limited(value, 65_535));
      }
    }
  }

  /** -1 to 1, the same in every run. */
  #random(): number {
    this.#noise = (Math.imul(this.#noise, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#noise / 2 ** 31 - 1;
  }
}
