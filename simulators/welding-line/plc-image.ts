import { LazyImage } from '../wire/lazy-image.ts';
import type { SparseImage } from '../wire/register-image.ts';
import type { UnitLayout } from '../wire/unit-layout.ts';
import type { WeldingLine } from './model.ts';
import {
  beadBase,
  detailBase,
  detailRegisters,
  writeBead,
  writeLineDetails,
  writeTorchDetails,
} from './plc-details.ts';
import {
  linePhases,
  operationModes,
  type TorchReadings,
  torchCount,
  torchFaults,
} from './readings.ts';

const mapVersion = 1;
const wordOrderProbe = 230.5;
const torchBase = 1000;
const torchRegisters = 24;
const profileBase = 2000;
const profileRegisters = 16;
const trackingErrorMm = 1;

/** What faults can change of the map by its meaning. */
export const plcLayout: UnitLayout = {
  table: 'holding',
  counters: [
    { address: 39, registers: 4 },
    { address: 43, registers: 1 },
  ],
  clockAddress: 4,
  alive: [
    [1, 1],
    [4, 3],
    [43, 1],
  ],
};

/**
 * The PLC's holding registers, read-only, word order ABCD; the map is in docs/simulators.md.
 * After `update` they are those of the model's present step.
 */
export class PlcImage {
  readonly holding: LazyImage;
  readonly #model: WeldingLine;

  constructor(model: WeldingLine) {
    this.#model = model;
    this.holding = new LazyImage([
      {
        block: [0, 100],
        write: (image) => {
          this.#writeHeader(image);
          this.#writeAlarms(image);
          writeLineDetails(image, model.line, model.panelLengthMm);
        },
      },
      {
        block: [torchBase, torchRegisters * torchCount],
        write: (image) => {
          for (const [index, torch] of model.torches.entries()) {
            writeTorch(image, torchBase + index * torchRegisters, torch);
          }
        },
      },
      { block: [profileBase, profileRegisters], write: (image) => this.#writeProfile(image) },
      {
        block: [detailBase, detailRegisters * torchCount],
        write: (image) => {
          for (const [index, torch] of model.torches.entries()) {
            writeTorchDetails(image, detailBase + index * detailRegisters, torch);
          }
        },
      },
      {
        block: [beadBase, torchCount],
        write: (image) => {
          for (const [index, torch] of model.torches.entries()) {
            writeBead(image, beadBase + index, torch);
          }
        },
      },
    ]);
  }

  update(): void {
    this.holding.invalidate();
  }

  #writeHeader(holding: SparseImage): void {
    const { line } = this.#model;
    holding.setU16(0, mapVersion);
    holding.setF32(2, wordOrderProbe);
    const seconds = Math.floor(line.timeMs / 1000);
    holding.setU16(1, seconds & 0xffff);
    holding.setU32(4, seconds);
    holding.setU16(6, line.timeMs - seconds * 1000);
    holding.setU16(7, linePhases.indexOf(line.phase) + 1);
    holding.setU16(8, operationModes.indexOf(line.operationMode));
    holding.setString(13, 16, line.panelId);
    holding.setF32(29, line.positionMm);
    holding.setF32(31, line.travelSpeedMPerMin);
    holding.setF32(33, line.travelSpeedSetpointMPerMin);
    holding.setF32(35, line.ambientCelsius);
    holding.setF32(37, line.linePowerKw);
    holding.setU64(39, Math.floor(line.energyWh));
    holding.setU16(43, line.step & 0xffff);
  }

  #writeAlarms(holding: SparseImage): void {
    const { line, torches } = this.#model;
    const { alarms } = line;
    let faults = 0;
    let groups = 0;
    for (const [index, torch] of torches.entries()) {
      if (torch.faultCode !== 0) faults |= 1 << index;
      if (torch.faultCode !== 0) groups |= 1;
      if (torch.faultCode === torchFaults.seamLost) groups |= 2;
      if (torch.arcOn && !torch.gasOk) groups |= 4;
      if (Math.abs(torch.offsetYMm) > trackingErrorMm) groups |= 8;
    }
    holding.setU16(
      9,
      bits([
        alarms.travelSpeedDeviation,
        alarms.ambientHigh,
        alarms.deformation,
        alarms.coolantLow,
      ]),
    );
    holding.setU16(10, faults & 0xffff);
    holding.setU16(11, faults >>> 16);
    holding.setU16(12, groups);
  }

  #writeProfile(holding: SparseImage): void {
    const { sequence, positionMm, zMm } = this.#model.profile;
    holding.setU16(profileBase, sequence & 0xffff);
    holding.setF32(profileBase + 1, positionMm);
    for (const [index, height] of zMm.entries()) {
      holding.setI16(profileBase + 3 + index, Math.round(height * 100));
    }
    holding.setU16(profileBase + 15, sequence & 0xffff);
  }
}

const writeTorch = (holding: SparseImage, base: number, torch: TorchReadings): void => {
  holding.setU16(
    base,
    bits([
      torch.arcOn,
      torch.seamFound,
      torch.isTracking,
      torch.gasOk,
      torch.faultCode !== 0,
      torch.isEnabled,
      torch.isWireStuck,
      torch.isManual,
      torch.isSeamAhead,
    ]),
  );
  holding.setU16(base + 1, torch.faultCode);
  holding.setF32(base + 2, torch.currentA);
  holding.setF32(base + 4, torch.voltageV);
  holding.setF32(base + 6, torch.wireFeedMPerMin);
  holding.setF32(base + 8, torch.gasFlowLPerMin);
  holding.setF32(base + 10, torch.offsetYMm);
  holding.setF32(base + 12, torch.offsetZMm);
  holding.setF32(base + 14, torch.gapMm);
  holding.setU16(base + 16, within(torch.confidence * 10_000, 0, 0xffff));
  holding.setI16(base + 17, within(torch.nozzleCelsius * 10, -0x8000, noNumber));
  holding.setU32(base + 18, Math.floor(torch.arcOnSeconds));
  holding.setF32(base + 20, torch.energyWh);
  holding.setF32(base + 22, torch.arcPowerW);
};

/** What the PLC shows in whole numbers of a sensor that gives none. */
const noNumber = 0x7fff;

/** The next whole number that the register can hold. */
const within = (value: number, least: number, greatest: number): number =>
  Number.isNaN(value) ? noNumber : Math.min(greatest, Math.max(least, Math.round(value)));

/** A word with bit n set where the nth condition holds. */
const bits = (conditions: readonly boolean[]): number =>
  conditions.reduce((word, isSet, index) => (isSet ? word | (1 << index) : word), 0);
