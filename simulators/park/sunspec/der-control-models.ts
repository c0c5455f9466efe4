import { type ModelLayout, repeated } from './layout.ts';

/**
 * Controls of distributed energy resources (IEEE 1547-2018), as the SunSpec Information Models lay them out. Curves are
 * nested groups; each model here has one curve set, and the trip curves one point.
 */

/** Enter service (length 17). */
export const derEnter703 = {
  id: 703,
  points: {
    ES: 'enum16',
    ESVHi: 'uint16',
    ESVLo: 'uint16',
    ESHzHi: 'uint32',
    ESHzLo: 'uint32',
    ESDlyTms: 'uint32',
    ESRndTms: 'uint32',
    ESRmpTms: 'uint32',
    ESDlyRemTms: 'uint32',
    V_SF: 'sunssf',
    Hz_SF: 'sunssf',
  },
} as const satisfies ModelLayout;

/** AC controls (length 65). */
export const derControl704 = {
  id: 704,
  points: {
    PFWInjEna: 'enum16',
    PFWInjEnaRvrt: 'enum16',
    PFWInjRvrtTms: 'uint32',
    PFWInjRvrtRem: 'uint32',
    PFWAbsEna: 'enum16',
    PFWAbsEnaRvrt: 'enum16',
    PFWAbsRvrtTms: 'uint32',
    PFWAbsRvrtRem: 'uint32',
    WMaxLimPctEna: 'enum16',
    WMaxLimPct: 'uint16',
    WMaxLimPctRvrt: 'uint16',
    WMaxLimPctEnaRvrt: 'enum16',
    WMaxLimPctRvrtTms: 'uint32',
    WMaxLimPctRvrtRem: 'uint32',
    WSetEna: 'enum16',
    WSetMod: 'enum16',
    WSet: 'int32',
    WSetRvrt: 'int32',
    WSetPct: 'int16',
    WSetPctRvrt: 'int16',
    WSetEnaRvrt: 'enum16',
    WSetRvrtTms: 'uint32',
    WSetRvrtRem: 'uint32',
    VarSetEna: 'enum16',
    VarSetMod: 'enum16',
    VarSetPri: 'enum16',
    VarSet: 'int32',
    VarSetRvrt: 'int32',
    VarSetPct: 'int16',
    VarSetPctRvrt: 'int16',
    VarSetEnaRvrt: 'enum16',
    VarSetRvrtTms: 'uint32',
    VarSetRvrtRem: 'uint32',
    WRmp: 'uint16',
    WRmpRef: 'enum16',
    VarRmp: 'uint16',
    AntiIslEna: 'enum16',
    PF_SF: 'sunssf',
    WMaxLimPct_SF: 'sunssf',
    WSet_SF: 'sunssf',
    WSetPct_SF: 'sunssf',
    VarSet_SF: 'sunssf',
    VarSetPct_SF: 'sunssf',
    PFWInj_PF: 'uint16',
    PFWInj_Ext: 'enum16',
    PFWInjRvrt_PF: 'uint16',
    PFWInjRvrt_Ext: 'enum16',
    PFWAbs_PF: 'uint16',
    PFWAbs_Ext: 'enum16',
    PFWAbsRvrt_PF: 'uint16',
    PFWAbsRvrt_Ext: 'enum16',
  },
} as const satisfies ModelLayout;

/** Volt-var curve (length 13 + 10 and 2 a point). */
export const derVoltVar705 = (points: number): ModelLayout => ({
  id: 705,
  points: {
    Ena: 'enum16',
    AdptCrvReq: 'uint16',
    AdptCrvRslt: 'enum16',
    NPt: 'uint16',
    NCrv: 'uint16',
    RvrtTms: 'uint32',
    RvrtRem: 'uint32',
    RvrtCrv: 'uint16',
    V_SF: 'sunssf',
    DeptRef_SF: 'sunssf',
    RspTms_SF: 'sunssf',
    ActPt: 'uint16',
    DeptRef: 'enum16',
    Pri: 'enum16',
    VRef: 'uint16',
    VRefAuto: 'uint16',
    VRefAutoEna: 'enum16',
    VRefAutoTms: 'uint16',
    RspTms: 'uint32',
    ReadOnly: 'enum16',
    ...repeated('point', points, {
      V: 'uint16',
      Var: 'int16',
    }),
  },
});

/** Volt-watt curve (length 13 + 5 and 2 a point). */
export const derVoltWatt706 = (points: number): ModelLayout => ({
  id: 706,
  points: {
    Ena: 'enum16',
    AdptCrvReq: 'uint16',
    AdptCrvRslt: 'enum16',
    NPt: 'uint16',
    NCrv: 'uint16',
    RvrtTms: 'uint32',
    RvrtRem: 'uint32',
    RvrtCrv: 'uint16',
    V_SF: 'sunssf',
    DeptRef_SF: 'sunssf',
    RspTms_SF: 'sunssf',
    ActPt: 'uint16',
    DeptRef: 'enum16',
    RspTms: 'uint32',
    ReadOnly: 'enum16',
    ...repeated('point', points, {
      V: 'uint16',
      W: 'int16',
    }),
  },
});

const voltageTripPoints = {
  Ena: 'enum16',
  AdptCrvReq: 'uint16',
  AdptCrvRslt: 'enum16',
  NPt: 'uint16',
  NCrvSet: 'uint16',
  V_SF: 'sunssf',
  Tms_SF: 'sunssf',
  ReadOnly: 'enum16',
  MustTrip_ActPt: 'uint16',
  MustTrip_V: 'uint16',
  MustTrip_Tms: 'uint32',
  MayTrip_ActPt: 'uint16',
  MayTrip_V: 'uint16',
  MayTrip_Tms: 'uint32',
  MomCess_ActPt: 'uint16',
  MomCess_V: 'uint16',
  MomCess_Tms: 'uint32',
} as const;

/** Low voltage trip. */
export const derTripLowVoltage707 = {
  id: 707,
  points: voltageTripPoints,
} as const satisfies ModelLayout;

/** High voltage trip. */
export const derTripHighVoltage708 = {
  id: 708,
  points: voltageTripPoints,
} as const satisfies ModelLayout;

const frequencyTripPoints = {
  Ena: 'enum16',
  AdptCrvReq: 'uint16',
  AdptCrvRslt: 'enum16',
  NPt: 'uint16',
  NCrvSet: 'uint16',
  Hz_SF: 'sunssf',
  Tms_SF: 'sunssf',
  ReadOnly: 'enum16',
  MustTrip_ActPt: 'uint16',
  MustTrip_Hz: 'uint32',
  MustTrip_Tms: 'uint32',
  MayTrip_ActPt: 'uint16',
  MayTrip_Hz: 'uint32',
  MayTrip_Tms: 'uint32',
  MomCess_ActPt: 'uint16',
  MomCess_Hz: 'uint32',
  MomCess_Tms: 'uint32',
} as const;

/** Low frequency trip. */
export const derTripLowFrequency709 = {
  id: 709,
  points: frequencyTripPoints,
} as const satisfies ModelLayout;

/** High frequency trip. */
export const derTripHighFrequency710 = {
  id: 710,
  points: frequencyTripPoints,
} as const satisfies ModelLayout;

/** Frequency droop (length 12 + 10 a control). */
export const derFrequencyDroop711 = {
  id: 711,
  points: {
    Ena: 'enum16',
    AdptCtlReq: 'uint16',
    AdptCtlRslt: 'enum16',
    NCtl: 'uint16',
    RvrtTms: 'uint32',
    RvrtRem: 'uint32',
    RvrtCtl: 'uint16',
    Db_SF: 'sunssf',
    K_SF: 'sunssf',
    RspTms_SF: 'sunssf',
    DbOf: 'uint32',
    DbUf: 'uint32',
    KOf: 'uint16',
    KUf: 'uint16',
    RspTms: 'uint32',
    PMin: 'int16',
    ReadOnly: 'enum16',
  },
} as const satisfies ModelLayout;

/** Watt-var curve (length 12 + 4 and 2 a point). */
export const derWattVar712 = (points: number): ModelLayout => ({
  id: 712,
  points: {
    Ena: 'enum16',
    AdptCrvReq: 'uint16',
    AdptCrvRslt: 'enum16',
    NPt: 'uint16',
    NCrv: 'uint16',
    RvrtTms: 'uint32',
    RvrtRem: 'uint32',
    RvrtCrv: 'uint16',
    W_SF: 'sunssf',
    DeptRef_SF: 'sunssf',
    ActPt: 'uint16',
    DeptRef: 'enum16',
    Pri: 'enum16',
    ReadOnly: 'enum16',
    ...repeated('point', points, {
      W: 'int16',
      Var: 'int16',
    }),
  },
});
