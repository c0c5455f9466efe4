import type { SparseImage } from '../wire/register-image.ts';
import { lookAheadMm } from './geometry.ts';
import type { LineReadings, TorchReadings } from './readings.ts';

/** Registers beside the map of version 1, at places that it leaves free; the tables are in docs/simulators.md. */

const detailVersion = 1;
export const detailBase = 4000;
export const detailRegisters = 24;
const textRegisters = 8;

/** Registers 44 to 96: utilities, consumables, corrections, look-ahead and procedure of the line. */
export const writeLineDetails = (
  holding: SparseImage,
  line: LineReadings,
  panelLengthMm: number,
): void => {
  holding.setU16(44, Number(line.process));
  holding.setU16(45, detailVersion);
  holding.setF32(46, panelLengthMm);
  holding.setF32(48, line.fumeFlowM3PerHour);
  holding.setF32(50, line.fumeFilterPa);
  holding.setF32(52, line.airBar);
  holding.setF32(54, line.coolantLPerMin);
  holding.setI16(56, Math.round(line.coolantCelsius * 10));
  holding.setI16(57, Math.round(line.preheatCelsius * 10));
  holding.setI16(58, Math.round(line.interpassCelsius * 10));
  holding.setU16(59, Math.round(line.holdDownKn * 100));
  holding.setF32(60, line.wireKg);
  holding.setF32(62, line.gasM3);
  holding.setF32(64, line.fluxKg);
  holding.setU32(66, line.corrections);
  holding.setU16(68, Math.min(line.interventions, 0xffff));
  holding.setU16(69, Math.round(line.rangeShare * 10_000));
  holding.setF32(70, line.shrinkageMm);
  holding.setString(72, textRegisters, line.jobId);
  holding.setString(80, textRegisters, line.gasBatch);
  holding.setU16(88, lookAheadMm);
  holding.setString(89, textRegisters, line.wps);
};

/** 24 registers a torch from 4000 on, five torches in one read. */
export const writeTorchDetails = (
  holding: SparseImage,
  base: number,
  torch: TorchReadings,
): void => {
  holding.setF32(base, torch.wireMotorA);
  holding.setF32(base + 2, torch.backPressureMbar);
  holding.setF32(base + 4, torch.rmsCurrentA);
  holding.setF32(base + 6, torch.pulseHz);
  holding.setF32(base + 8, torch.peakA);
  holding.setF32(base + 10, torch.baseA);
  holding.setF32(base + 12, torch.shortsPerSecond);
  holding.setF32(base + 14, torch.stickOutMm);
  holding.setF32(base + 16, torch.slideYMm);
  holding.setF32(base + 18, torch.spoolKg);
  holding.setF32(base + 20, torch.tipHours);
  holding.setU16(base + 22, Math.min(torch.spoolNumber, 0xffff));
  holding.setU16(base + 23, Math.min(torch.corrections, 0xffff));
};

export const beadBase = 5000;
const noBead = 0xffff;

/** One register a torch from 5000 on: leg of the bead, mm x 1000. */
export const writeBead = (holding: SparseImage, address: number, torch: TorchReadings): void => {
  const { beadLegMm } = torch;
  const isSeen = !Number.isNaN(beadLegMm);
  holding.setU16(address, isSeen ? Math.min(Math.round(beadLegMm * 1000), noBead - 1) : noBead);
};
