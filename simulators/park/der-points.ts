import type { BusSource } from './grid-connection.ts';
import {
  derControl704,
  derEnter703,
  derFrequencyDroop711,
  derTripHighFrequency710,
  derTripHighVoltage708,
  derTripLowFrequency709,
  derTripLowVoltage707,
  derVoltVar705,
  derVoltWatt706,
  derWattVar712,
} from './sunspec/der-control-models.ts';
import { derCapacity702, derMeasure701, derMeasureDc714 } from './sunspec/der-models.ts';
import { type ServedModel, servedModel } from './sunspec/image.ts';
import { scaled } from './sunspec/model-writer.ts';

/** What models 701 and 714 tell of a resource, in the units of the SI; positive injects. */
export type DerReading = {
  readonly activeW: number;
  readonly reactiveVar: number;
  readonly phaseV: number;
  readonly frequencyHz: number | undefined;
  readonly injectedWh: number;
  readonly absorbedWh: number;
  readonly ambientC: number;
  readonly cabinetC: number;
  /** Of model 701, counted from 0. */
  readonly inverterState: number;
  readonly source: BusSource;
  /** Forms the grid while the park is an island. */
  readonly isGridForming: boolean;
  /** Share of its power that it may give, 0…1. */
  readonly limitShare: number;
  readonly dcW: number | undefined;
  readonly dcV: number | undefined;
};

export type DerOptions = {
  readonly ratedW: number;
  /** Scale factor of powers. */
  readonly wattScale: number;
  /** 1 photovoltaic, 2 storage. */
  readonly portType: 1 | 2;
  readonly read: () => DerReading;
};

const threePhase = 2;

const phases = ['L1', 'L2', 'L3'] as const;
const lines = ['VL1L2', 'VL2L3', 'VL3L1'] as const;

export const derMeasure = ({ wattScale, read }: DerOptions): ServedModel =>
  servedModel(derMeasure701, (writer) => {
    writer.setAll({ ACType: threePhase, A_SF: 0, V_SF: -1, Hz_SF: -3, PF_SF: -3, Tmp_SF: -1 });
    writer.setAll({ W_SF: wattScale, VA_SF: wattScale, Var_SF: wattScale });
    writer.setAll({ TotWh_SF: 0, TotVarh_SF: 0, Alrm: 0, ThrotSrc: 0 });
    writer.setText('MnAlrmInfo', '');
    return () => {
      const reading = read();
      const apparentVa = Math.hypot(reading.activeW, reading.reactiveVar);
      const totalA = reading.phaseV > 0 ? apparentVa / reading.phaseV : 0;
      const lineV = scaled(reading.phaseV * Math.sqrt(3), -1);
      writer.setAll({
        St: reading.source === 'none' ? 0 : 1,
        InvSt: reading.inverterState,
        ConnSt: reading.source === 'none' ? 0 : 1,
        DERMode: reading.isGridForming ? 0b10 : 0b1,
        W: scaled(reading.activeW, wattScale),
        VA: scaled(apparentVa, wattScale),
        Var: scaled(reading.reactiveVar, wattScale),
        PF: apparentVa > 0 ? scaled(reading.activeW / apparentVa, -3) : undefined,
        A: totalA,
        LLV: lineV,
        LNV: scaled(reading.phaseV, -1),
        Hz: reading.frequencyHz === undefined ? undefined : scaled(reading.frequencyHz, -3),
        TotWhInj: reading.injectedWh,
        TotWhAbs: reading.absorbedWh,
        TmpAmb: scaled(reading.ambientC, -1),
        TmpCab: scaled(reading.cabinetC, -1),
        ThrotPct: 100 * reading.limitShare,
      });
      for (const [i, phase] of phases.entries()) {
        writer.setAll({
          [`W${phase}`]: scaled(reading.activeW / 3, wattScale),
          [`VA${phase}`]: scaled(apparentVa / 3, wattScale),
          [`Var${phase}`]: scaled(reading.reactiveVar / 3, wattScale),
          [`A${phase}`]: totalA / 3,
          [`V${phase}`]: scaled(reading.phaseV, -1),
          [lines[i] as string]: lineV,
        });
      }
    };
  });

export const derCapacity = ({ ratedW, wattScale }: DerOptions): ServedModel =>
  servedModel(derCapacity702, (writer) => {
    const watts = scaled(ratedW, wattScale);
    writer.setAll({ WMaxRtg: watts, VAMaxRtg: 1.1 * watts, WMax: watts, VAMax: 1.1 * watts });
    writer.setAll({ VNomRtg: 4000, VMaxRtg: 4400, VMinRtg: 3400, VNom: 4000 });
    writer.setAll({ AMaxRtg: ratedW / 3 / 230, CtrlModes: 0b1 });
    writer.setAll({ W_SF: wattScale, PF_SF: -3, VA_SF: wattScale, Var_SF: wattScale });
    writer.setAll({ V_SF: -1, A_SF: 0, S_SF: 0 });
    return undefined;
  });

const dcLayout = derMeasureDc714(1);

export const derMeasureDc = ({ wattScale, portType, read }: DerOptions): ServedModel =>
  servedModel(dcLayout, (writer) => {
    writer.setAll({ PrtAlrms: 0, NPrt: 1, DCA_SF: 0, DCV_SF: -1, DCW_SF: wattScale });
    writer.setAll({ DCWH_SF: 0, Tmp_SF: -1, 'port1.PrtTyp': portType - 1, 'port1.ID': 1 });
    writer.setText('port1.IDStr', 'DC1');
    return () => {
      const { dcW, dcV, cabinetC } = read();
      const isLive = dcW !== undefined && dcV !== undefined;
      const watts = isLive ? scaled(dcW, wattScale) : undefined;
      const amperes = isLive ? dcW / dcV : undefined;
      writer.setAll({ DCA: amperes, DCW: watts, 'port1.DCA': amperes, 'port1.DCW': watts });
      writer.setAll({
        'port1.DCV': isLive ? scaled(dcV, -1) : undefined,
        'port1.Tmp': scaled(cabinetC, -1),
        'port1.DCSta': isLive ? 1 : 0,
        'port1.DCAlrm': 0,
      });
    };
  });

/** A model whose points stand. */
const standing = (
  layout: Parameters<typeof servedModel>[0],
  values: Readonly<Record<string, number>>,
): ServedModel =>
  servedModel(layout, (writer) => {
    writer.setAll(values);
    return undefined;
  });

const curve = { Ena: 0, AdptCrvReq: 0, AdptCrvRslt: 1, NCrv: 1, RvrtTms: 0, RvrtRem: 0 } as const;

const voltagePoints = (volts: readonly number[], others: readonly number[], other: string) =>
  Object.fromEntries(
    volts.flatMap((v, i) => [
      [`point${i + 1}.V`, v],
      [`point${i + 1}.${other}`, others[i] as number],
    ]),
  );

const trip = (name: 'V' | 'Hz', scale: number, at: number): Readonly<Record<string, number>> => ({
  Ena: 1,
  AdptCrvReq: 0,
  AdptCrvRslt: 1,
  NPt: 1,
  NCrvSet: 1,
  [`${name}_SF`]: scale,
  Tms_SF: -2,
  ReadOnly: 1,
  MustTrip_ActPt: 1,
  [`MustTrip_${name}`]: at,
  MustTrip_Tms: 200,
  MayTrip_ActPt: 0,
  MomCess_ActPt: 0,
});

/** Settings of a grid code; read only, and nothing here acts on them. */
export const derControls = ({ read }: DerOptions): readonly ServedModel[] => [
  standing(derEnter703, {
    ES: 1,
    ESVHi: 1050,
    ESVLo: 900,
    ESHzHi: 5020,
    ESHzLo: 4950,
    ESDlyTms: 300,
    ESRndTms: 0,
    ESRmpTms: 300,
    ESDlyRemTms: 0,
    V_SF: -1,
    Hz_SF: -2,
  }),
  servedModel(derControl704, (writer) => {
    writer.setAll({ PFWInjEna: 0, PFWAbsEna: 0, WSetEna: 0, VarSetEna: 0, AntiIslEna: 1 });
    writer.setAll({ PF_SF: -3, WMaxLimPct_SF: -1, WSet_SF: 1, WSetPct_SF: -1, VarSet_SF: 1 });
    writer.setAll({ VarSetPct_SF: -1, PFWInj_PF: 1000, PFWInj_Ext: 0 });
    return () => {
      const { limitShare } = read();
      writer.setAll({ WMaxLimPctEna: limitShare < 1 ? 1 : 0, WMaxLimPct: 1000 * limitShare });
    };
  }),
  standing(derVoltVar705(4), {
    ...curve,
    NPt: 4,
    V_SF: -1,
    DeptRef_SF: -1,
    RspTms_SF: -1,
    ActPt: 4,
    DeptRef: 1,
    Pri: 0,
    VRef: 1000,
    VRefAutoEna: 0,
    RspTms: 50,
    ReadOnly: 1,
    ...voltagePoints([920, 980, 1020, 1080], [300, 0, 0, -300], 'Var'),
  }),
  standing(derVoltWatt706(2), {
    ...curve,
    NPt: 2,
    V_SF: -1,
    DeptRef_SF: -1,
    RspTms_SF: -1,
    ActPt: 2,
    DeptRef: 0,
    RspTms: 100,
    ReadOnly: 1,
    ...voltagePoints([1060, 1100], [1000, 200], 'W'),
  }),
  standing(derTripLowVoltage707, trip('V', -1, 500)),
  standing(derTripHighVoltage708, trip('V', -1, 1350)),
  standing(derTripLowFrequency709, trip('Hz', -2, 4800)),
  standing(derTripHighFrequency710, trip('Hz', -2, 5050)),
  standing(derFrequencyDroop711, {
    Ena: 0,
    AdptCtlReq: 0,
    AdptCtlRslt: 1,
    NCtl: 1,
    RvrtTms: 0,
    RvrtRem: 0,
    Db_SF: -3,
    K_SF: -2,
    RspTms_SF: -1,
    DbOf: 36,
    DbUf: 36,
    KOf: 5,
    KUf: 5,
    RspTms: 50,
    PMin: 0,
    ReadOnly: 1,
  }),
  standing(derWattVar712(4), {
    ...curve,
    NPt: 4,
    W_SF: -1,
    DeptRef_SF: -1,
    ActPt: 2,
    DeptRef: 1,
    Pri: 0,
    ReadOnly: 1,
    'point1.W': 500,
    'point1.Var': 0,
    'point2.W': 1000,
    'point2.Var': -300,
  }),
];
