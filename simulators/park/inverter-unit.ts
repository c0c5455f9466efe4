import type { SparseImage } from '../wire/register-image.ts';
import { EnergyRegister, startReadingWh } from './energy-register.ts';
import type { GridSupply } from './grid-supply.ts';
import { cellTemperatureC } from './pv-plant.ts';
import { parkSite } from './site.ts';
import { createSunSpecImage, ModelWriter, scaled } from './sunspec.ts';
import { inverterModel, inverterState } from './sunspec-models.ts';

const nominalPhaseVoltage = 230;
const reactiveShare = 0.02;
/** Evt1 of a tripped inverter: bit 0, GROUND_FAULT. */
const groundFaultBit = 1;

const scale = {
  a: -1,
  v: -1,
  w: 1,
  hz: -2,
  pf: -2,
  wh: 0,
  dca: -1,
  dcv: -1,
  dcw: 1,
  tmp: -1,
} as const;

export type InverterReading = {
  readonly acKw: number;
  readonly dcKw: number;
  readonly energyWh: number;
  readonly poaWm2: number;
  readonly ambientC: number;
  readonly isFaulted: boolean;
};

const stateOf = ({ acKw, poaWm2, isFaulted }: InverterReading): number => {
  if (isFaulted) return inverterState.fault;
  if (poaWm2 <= 0) return inverterState.sleeping;
  if (acKw <= 0) return inverterState.starting;
  return acKw >= parkSite.inverterLimitKw ? inverterState.throttled : inverterState.mppt;
};

/** An inverter as a SunSpec device: models 1 and 103. */
export class InverterUnit {
  readonly image: SparseImage;
  readonly register: EnergyRegister;
  state: number = inverterState.sleeping;
  readonly #model: ModelWriter<typeof inverterModel.points>;

  /** @param unitId - 1…50 */
  constructor(seed: number, unitId: number) {
    const identity = {
      model: 'PV-112',
      serialNumber: `SIM-PV-${String(unitId).padStart(3, '0')}`,
      unitId,
    };
    const { image, starts } = createSunSpecImage(identity, [inverterModel]);
    this.image = image;
    this.register = new EnergyRegister(startReadingWh(seed, unitId, 400e6));
    this.#model = new ModelWriter(image, inverterModel, starts[0] as number);
    this.#model.setAll({
      A_SF: scale.a,
      V_SF: scale.v,
      W_SF: scale.w,
      Hz_SF: scale.hz,
      VA_SF: scale.w,
      VAr_SF: scale.w,
      PF_SF: scale.pf,
      WH_SF: scale.wh,
      DCA_SF: scale.dca,
      DCV_SF: scale.dcv,
      DCW_SF: scale.dcw,
      Tmp_SF: scale.tmp,
      Evt2: 0,
    });
  }

  /** Brings the registers to a reading. */
  show(reading: InverterReading, supply: GridSupply): void {
    this.state = stateOf(reading);
    this.#showAc(reading, supply);
    this.#showDc(reading);
    const cabinetC = reading.ambientC + (18 * reading.acKw) / parkSite.inverterLimitKw;
    this.#model.setAll({
      WH: this.register.rawWh(reading.energyWh),
      TmpCab: scaled(cabinetC, scale.tmp),
      TmpSnk: scaled(cabinetC + (12 * reading.acKw) / parkSite.inverterLimitKw, scale.tmp),
      St: this.state,
      Evt1: reading.isFaulted ? groundFaultBit : 0,
    });
  }

  #showAc({ acKw }: InverterReading, supply: GridSupply): void {
    const activeW = acKw * 1000;
    const reactiveVar = activeW * reactiveShare;
    const apparentVa = Math.hypot(activeW, reactiveVar);
    const phaseV = nominalPhaseVoltage * supply.voltageShare;
    const phaseA = scaled(apparentVa / 3 / phaseV, scale.a);
    const lineRaw = scaled(phaseV * Math.sqrt(3), scale.v);
    const phaseRaw = scaled(phaseV, scale.v);
    this.#model.setAll({
      A: phaseA * 3,
      AphA: phaseA,
      AphB: phaseA,
      AphC: phaseA,
      PPVphAB: lineRaw,
      PPVphBC: lineRaw,
      PPVphCA: lineRaw,
      PhVphA: phaseRaw,
      PhVphB: phaseRaw,
      PhVphC: phaseRaw,
      W: scaled(activeW, scale.w),
      Hz: scaled(supply.frequencyHz, scale.hz),
      VA: scaled(apparentVa, scale.w),
      VAr: scaled(reactiveVar, scale.w),
      PF: apparentVa > 0 ? scaled((100 * activeW) / apparentVa, scale.pf) : undefined,
    });
  }

  /** With the DC side dead, an inverter has no DC values to tell: they become "not implemented". */
  #showDc({ dcKw, poaWm2, ambientC }: InverterReading): void {
    const isLive = dcKw > 0;
    const dcV = 720 * (1 - 0.003 * (cellTemperatureC(ambientC, poaWm2) - 25));
    this.#model.setAll({
      DCV: isLive ? scaled(dcV, scale.dcv) : undefined,
      DCA: isLive ? scaled((dcKw * 1000) / dcV, scale.dca) : undefined,
      DCW: isLive ? scaled(dcKw * 1000, scale.dcw) : undefined,
    });
  }
}
