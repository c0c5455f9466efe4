import type { BatteryCells, CellRange } from './battery-cells.ts';
import { parkSite } from './site.ts';
import { cellsInSeries, imbalanceV, type StorageReading } from './storage-reading.ts';
import {
  battery802,
  lithiumBank803,
  lithiumModule805,
  lithiumString804,
} from './sunspec/battery-models.ts';
import { storage124 } from './sunspec/control-models.ts';
import { derStorage713 } from './sunspec/der-models.ts';
import { type ServedModel, servedModel } from './sunspec/image.ts';
import type { ModelLayout, Points } from './sunspec/layout.ts';
import { type ModelWriter, type PointSetter, scaled } from './sunspec/model-writer.ts';

const nominalCellV = 3.2;
const scale = { soc: -2, soh: -1, v: -1, cell: -3, a: 0, w: 2, rating: 3, tmp: -1 } as const;
const lithiumIon = 4;
const connected = 3;
/** Evt1: VOLTAGE_IMBALANCE_WARNING. */
const imbalanceBit = 1 << 17;
/** Enabled, contactor closed. */
const rackStatus = 0b11;

export type StorageSource = {
  readonly read: () => StorageReading;
  readonly cells: BatteryCells;
  readonly timeMs: () => number;
};

const { storageRackCount: racks, storageModulesPerRack: modules, storageCellsPerModule } = parkSite;
const capacityWh = parkSite.storageCapacityKwh * 1000;
const ratedW = parkSite.storagePowerKw * 1000;
const nominalV = cellsInSeries * nominalCellV;

const cellRaw = (meanV: number, deviationV: number): number =>
  scaled(meanV + deviationV, scale.cell);

/** Which module of which rack holds the highest and the lowest cell of the bank. */
const placesInBank = (cells: BatteryCells, bank: CellRange) => ({
  CellVMaxStr: bank.highestAt,
  CellVMaxMod: cells.rackRange(bank.highestAt - 1).highestAt,
  CellVMinStr: bank.lowestAt,
  CellVMinMod: cells.rackRange(bank.lowestAt - 1).lowestAt,
});

const ratings802 = {
  AHRtg: capacityWh / nominalV,
  AHRtg_SF: 0,
  WHRtg: scaled(capacityWh, scale.rating),
  WHRtg_SF: scale.rating,
  WChaRteMax: scaled(ratedW, scale.rating),
  WDisChaRteMax: scaled(ratedW, scale.rating),
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
  AChaMax: ratedW / nominalV,
  ADisChaMax: ratedW / nominalV,
  LocRemCtl: 0,
  AlmRst: 0,
  Typ: lithiumIon,
  State: connected,
  Evt2: 0,
  EvtVnd1: 0,
  EvtVnd2: 0,
  SetOp: 1,
  SetInvState: 3,
} as const;

/** Model 802: the battery behind the converter. */
export const batteryBase = ({ read, cells, timeMs }: StorageSource): ServedModel =>
  servedModel(battery802, (writer) => {
    writer.setAll(ratings802);
    return () => {
      const reading = read();
      const bank = cells.bankRange();
      writer.setAll({
        SoC: scaled(100 * reading.socShare, scale.soc),
        NCyc: reading.cycles,
        ChaSt: reading.chargeState,
        Hb: Math.floor(timeMs() / 1000) % 0xffff,
        Evt1: reading.isImbalanced ? imbalanceBit : 0,
        V: scaled(reading.bankV, scale.v),
        CellVMax: cellRaw(reading.cellV, bank.highestV),
        CellVMin: cellRaw(reading.cellV, bank.lowestV),
        ...placesInBank(cells, bank),
        CellVAvg: cellRaw(reading.cellV, 0),
        A: scaled(reading.bankA, scale.a),
        W: scaled(reading.dcW, scale.w),
      });
    };
  });

const bankLayout = lithiumBank803(racks);

/** The points of a group of a model, by their names in the group. */
const pointsOf = (
  layout: ModelLayout,
  writer: ModelWriter<Points>,
  group: string,
): ((name: string) => PointSetter) => {
  const names = Object.keys(layout.points).filter((name) => name.startsWith(`${group}.`));
  const setters = new Map(
    names.map((name) => [name.slice(group.length + 1), writer.setter(name)] as const),
  );
  return (name) => {
    const setter = setters.get(name);
    if (setter === undefined) throw new RangeError(`no point ${name} in ${group}`);
    return setter;
  };
};

/** What of a rack stands. */
const rackRatings = (point: (name: string) => PointSetter): void => {
  point('StrNMod')(modules);
  point('StrSt')(rackStatus);
  point('StrConFail')(0);
  point('StrSoH')(scaled(100, scale.soh));
  point('StrConSt')(1);
  point('StrEvt2')(0);
};

/** The racks share the current evenly. */
const showRack = (
  point: (name: string) => PointSetter,
  reading: StorageReading,
  range: CellRange,
): void => {
  point('StrSoC')(scaled(100 * reading.socShare, scale.soc));
  point('StrA')(scaled(reading.bankA / racks, -1));
  point('StrCellVMax')(cellRaw(reading.cellV, range.highestV));
  point('StrCellVMaxMod')(range.highestAt);
  point('StrCellVMin')(cellRaw(reading.cellV, range.lowestV));
  point('StrCellVMinMod')(range.lowestAt);
  point('StrCellVAvg')(cellRaw(reading.cellV, 0));
  point('StrModTmpMax')(scaled(reading.moduleC + 1, scale.tmp));
  point('StrModTmpMin')(scaled(reading.moduleC - 1, scale.tmp));
  point('StrModTmpAvg')(scaled(reading.moduleC, scale.tmp));
  point('StrEvt1')(range.highestV - range.lowestV > imbalanceV ? imbalanceBit : 0);
};

/** Model 803: the racks of the battery. */
export const batteryBank = ({ read, cells }: StorageSource): ServedModel =>
  servedModel(bankLayout, (writer) => {
    writer.setAll({ NStr: racks, NStrCon: racks, NCellBal: 0, CellV_SF: scale.cell });
    writer.setAll({ ModTmp_SF: scale.tmp, A_SF: -1, SoH_SF: scale.soh, SoC_SF: scale.soc });
    writer.setAll({ V_SF: scale.v });
    const rackPoints = Array.from({ length: racks }, (_, rack) =>
      pointsOf(bankLayout, writer, `string${rack + 1}`),
    );
    rackPoints.forEach(rackRatings);
    return () => {
      const reading = read();
      const volts = scaled(reading.bankV, scale.v);
      const amperes = scaled(reading.bankA / racks, -1);
      writer.setAll({
        ModTmpMax: scaled(reading.moduleC + 1, scale.tmp),
        ModTmpMin: scaled(reading.moduleC - 1, scale.tmp),
        ModTmpAvg: scaled(reading.moduleC, scale.tmp),
        StrVMax: volts,
        StrVMin: volts,
        StrVAvg: volts,
        StrAMax: amperes,
        StrAMin: amperes,
        StrAAvg: amperes,
      });
      for (let rack = 0; rack < racks; rack += 1) {
        showRack(rackPoints[rack] as (typeof rackPoints)[number], reading, cells.rackRange(rack));
      }
    };
  });

const stringLayout = lithiumString804(modules);

/** Model 804: one rack and its modules. */
export const batteryRack = ({ read, cells }: StorageSource, rack: number): ServedModel =>
  servedModel(stringLayout, (writer) => {
    writer.setAll({ Idx: rack + 1, NMod: modules, St: rackStatus, ConFail: 0, NCellBal: 0 });
    writer.setAll({ SoC_SF: scale.soc, SoH_SF: scale.soh, DoD_SF: scale.soc, A_SF: -1 });
    writer.setAll({ V_SF: scale.v, CellV_SF: scale.cell, ModTmp_SF: scale.tmp });
    writer.setAll({ SoH: scaled(100, scale.soh), ConSt: 1, Evt2: 0, SetEna: 1, SetCon: 1 });
    const points = Array.from({ length: modules }, (_, module) =>
      pointsOf(stringLayout, writer, `module${module + 1}`),
    );
    for (const point of points) {
      point('ModNCell')(storageCellsPerModule);
      point('ModSoH')(scaled(100, scale.soh));
    }
    return () => {
      const reading = read();
      const range = cells.rackRange(rack);
      const soc = scaled(100 * reading.socShare, scale.soc);
      writer.setAll({
        SoC: soc,
        NCyc: reading.cycles,
        A: scaled(reading.bankA / racks, -1),
        V: scaled(reading.bankV, scale.v),
        CellVMax: cellRaw(reading.cellV, range.highestV),
        CellVMaxMod: range.highestAt,
        CellVMin: cellRaw(reading.cellV, range.lowestV),
        CellVMinMod: range.lowestAt,
        CellVAvg: cellRaw(reading.cellV, 0),
        ModTmpMax: scaled(reading.moduleC + 1, scale.tmp),
        ModTmpMin: scaled(reading.moduleC - 1, scale.tmp),
        ModTmpAvg: scaled(reading.moduleC, scale.tmp),
        Evt1: range.highestV - range.lowestV > imbalanceV ? imbalanceBit : 0,
      });
      for (const [module, point] of points.entries()) {
        const inModule = cells.moduleRange(rack, module);
        point('ModSoC')(soc);
        point('ModCellVMax')(cellRaw(reading.cellV, inModule.highestV));
        point('ModCellVMaxCell')(inModule.highestAt);
        point('ModCellVMin')(cellRaw(reading.cellV, inModule.lowestV));
        point('ModCellVMinCell')(inModule.lowestAt);
        point('ModCellVAvg')(cellRaw(reading.cellV, 0));
        point('ModCellTmpMax')(scaled(reading.moduleC + 1, scale.tmp));
        point('ModCellTmpMin')(scaled(reading.moduleC - 1, scale.tmp));
        point('ModCellTmpAvg')(scaled(reading.moduleC, scale.tmp));
      }
    };
  });

const moduleLayout = lithiumModule805(storageCellsPerModule);

/** Model 805: the cells of one module. */
export const batteryModule = (
  { read, cells }: StorageSource,
  place: { readonly rack: number; readonly module: number },
): ServedModel =>
  servedModel(moduleLayout, (writer) => {
    writer.setAll({
      StrIdx: place.rack + 1,
      ModIdx: place.module + 1,
      NCell: storageCellsPerModule,
    });
    writer.setAll({ SoC_SF: scale.soc, SoH_SF: scale.soh, DoD_SF: scale.soc, V_SF: scale.v });
    writer.setAll({ CellV_SF: scale.cell, Tmp_SF: scale.tmp, SoH: scaled(100, scale.soh) });
    writer.setText('SN', `SIM-MOD-${place.rack + 1}-${place.module + 1}`);
    return () => {
      const reading = read();
      const range = cells.moduleRange(place.rack, place.module);
      writer.setAll({
        SoC: scaled(100 * reading.socShare, scale.soc),
        NCyc: reading.cycles,
        V: scaled(reading.cellV * storageCellsPerModule, scale.v),
        CellVMax: cellRaw(reading.cellV, range.highestV),
        CellVMaxCell: range.highestAt,
        CellVMin: cellRaw(reading.cellV, range.lowestV),
        CellVMinCell: range.lowestAt,
        CellVAvg: cellRaw(reading.cellV, 0),
        CellTmpMax: scaled(reading.moduleC + 1, scale.tmp),
        CellTmpMin: scaled(reading.moduleC - 1, scale.tmp),
        CellTmpAvg: scaled(reading.moduleC, scale.tmp),
        NCellBal: 0,
      });
      for (const [i, deviationV] of cells.deviations(place.rack, place.module).entries()) {
        writer.setAll({
          [`cell${i + 1}.CellV`]: cellRaw(reading.cellV, deviationV),
          [`cell${i + 1}.CellTmp`]: scaled(reading.moduleC, scale.tmp),
          [`cell${i + 1}.CellSt`]: 0,
        });
      }
    };
  });

/** Model 124: what a battery inverter tells of its storage. */
export const storageControls = ({ read }: StorageSource): ServedModel =>
  servedModel(storage124, (writer) => {
    writer.setAll({
      WChaMax: scaled(ratedW, 2),
      WChaGra: 100,
      WDisChaGra: 100,
      StorCtl_Mod: 0,
      MinRsvPct: scaled(100 * parkSite.storageMinimumShare, scale.soc),
      ChaGriSet: 1,
      WChaMax_SF: 2,
      WChaDisChaGra_SF: 0,
      VAChaMax_SF: 2,
      MinRsvPct_SF: scale.soc,
      ChaState_SF: scale.soc,
      StorAval_SF: 0,
      InBatV_SF: scale.v,
      InOutWRte_SF: scale.soc,
    });
    return () => {
      const { socShare, bankV, chargeState } = read();
      writer.setAll({
        ChaState: scaled(100 * socShare, scale.soc),
        InBatV: scaled(bankV, scale.v),
        ChaSt: chargeState,
      });
    };
  });

/** Model 713: capacity of a storage resource. */
export const storageCapacity = ({ read }: StorageSource): ServedModel =>
  servedModel(derStorage713, (writer) => {
    writer.setAll({ WHRtg: scaled(capacityWh, 3), WH_SF: 3, Pct_SF: scale.soc, Sta: 0 });
    writer.setAll({ SoH: scaled(100, scale.soc) });
    return () => {
      const { socShare, isImbalanced } = read();
      writer.setAll({
        WHAvail: scaled(capacityWh * socShare, 3),
        SoC: scaled(100 * socShare, scale.soc),
        Sta: isImbalanced ? 1 : 0,
      });
    };
  });
