import { parkSite } from './site.ts';
import { type ModelWriter, scaled } from './sunspec.ts';
import { type batteryModel, chargeState } from './sunspec-models.ts';

const cellsInSeries = 240;
const nominalCellV = 3.2;
/** Half the spread between the highest and the lowest cell of a healthy bank, V. */
const halfCellSpreadV = 0.006;
const internalResistanceOhm = 0.012;
const scale = { soc: -2, soh: -1, v: -1, cell: -3, a: 0, w: 2, rating: 3 } as const;

const lithiumIon = 4;
const connected = 3;

/** Open-circuit voltage of an LFP cell: flat between two steep ends. */
const openCircuitV = (share: number): number =>
  3.2 + 0.12 * share - 0.45 * Math.exp(-22 * share) + 0.1 * Math.exp(-30 * (1 - share));

export type StorageReading = {
  /** At the AC terminals, kW; positive charges. */
  readonly acKw: number;
  /** Energy in the cells over capacity, 0…1. */
  readonly storedShare: number;
  /** Exact energy discharged since the start, at the AC terminals, Wh. */
  readonly dischargeWh: number;
  readonly timeMs: number;
};

const chargeStateOf = ({ acKw, storedShare }: StorageReading): number => {
  if (acKw > 0) return chargeState.charging;
  if (acKw < 0) return chargeState.discharging;
  if (storedShare <= parkSite.storageMinimumShare) return chargeState.empty;
  return storedShare >= parkSite.storageMaximumShare ? chargeState.full : chargeState.holding;
};

/** The points of SunSpec model 802: the battery behind the converter. */
export class StoragePoints {
  readonly #model: ModelWriter<typeof batteryModel.points>;

  constructor(model: ModelWriter<typeof batteryModel.points>) {
    this.#model = model;
    const ratedKw = scaled(parkSite.storagePowerKw * 1000, scale.rating);
    const nominalV = cellsInSeries * nominalCellV;
    model.setAll({
      AHRtg: (parkSite.storageCapacityKwh * 1000) / nominalV,
      AHRtg_SF: 0,
      WHRtg: scaled(parkSite.storageCapacityKwh * 1000, scale.rating),
      WHRtg_SF: scale.rating,
      WChaRteMax: ratedKw,
      WDisChaRteMax: ratedKw,
      WChaDisChaMax_SF: scale.rating,
      SoCMax: scaled(100 * parkSite.storageMaximumShare, scale.soc),
      SoCMin: scaled(100 * parkSite.storageMinimumShare, scale.soc),
      SoC_SF: scale.soc,
      SoH: scaled(100, scale.soh),
      SoH_SF: scale.soh,
      V_SF: scale.v,
      CellV_SF: scale.cell,
      A_SF: scale.a,
      AMax_SF: scale.a,
      W_SF: scale.w,
      AChaMax: (parkSite.storagePowerKw * 1000) / nominalV,
      ADisChaMax: (parkSite.storagePowerKw * 1000) / nominalV,
      LocRemCtl: 0,
      AlmRst: 0,
      Typ: lithiumIon,
      State: connected,
      Evt1: 0,
      Evt2: 0,
      EvtVnd1: 0,
      EvtVnd2: 0,
      SetOp: 1,
      SetInvState: 3,
    });
  }

  /** Brings the registers to a reading. */
  show(reading: StorageReading): void {
    const { acKw, storedShare } = reading;
    const efficiency = parkSite.storageEfficiency;
    const dcW = 1000 * (acKw > 0 ? acKw * efficiency : acKw / efficiency);
    const restV = openCircuitV(storedShare) * cellsInSeries;
    const terminalV = restV + internalResistanceOhm * (dcW / restV);
    const cellV = terminalV / cellsInSeries;
    this.#model.setAll({
      SoC: scaled(100 * storedShare, scale.soc),
      NCyc: Math.floor(reading.dischargeWh / 1000 / parkSite.storageCapacityKwh),
      ChaSt: chargeStateOf(reading),
      Hb: Math.floor(reading.timeMs / 1000) % 0xffff,
      V: scaled(terminalV, scale.v),
      CellVMax: scaled(cellV + halfCellSpreadV, scale.cell),
      CellVMin: scaled(cellV - halfCellSpreadV, scale.cell),
      CellVAvg: scaled(cellV, scale.cell),
      A: scaled(dcW / terminalV, scale.a),
      W: scaled(dcW, scale.w),
    });
  }
}
