import type { ModelLayout } from './layout.ts';

/** Models of inverters, as the SunSpec Information Models lay them out. */

/** What the integer models of all wirings have in common (length 50). */
const integerPoints = {
  A: 'uint16',
  AphA: 'uint16',
  AphB: 'uint16',
  AphC: 'uint16',
  A_SF: 'sunssf',
  PPVphAB: 'uint16',
  PPVphBC: 'uint16',
  PPVphCA: 'uint16',
  PhVphA: 'uint16',
  PhVphB: 'uint16',
  PhVphC: 'uint16',
  V_SF: 'sunssf',
  W: 'int16',
  W_SF: 'sunssf',
  Hz: 'uint16',
  Hz_SF: 'sunssf',
  VA: 'int16',
  VA_SF: 'sunssf',
  VAr: 'int16',
  VAr_SF: 'sunssf',
  PF: 'int16',
  PF_SF: 'sunssf',
  WH: 'acc32',
  WH_SF: 'sunssf',
  DCA: 'uint16',
  DCA_SF: 'sunssf',
  DCV: 'uint16',
  DCV_SF: 'sunssf',
  DCW: 'int16',
  DCW_SF: 'sunssf',
  TmpCab: 'int16',
  TmpSnk: 'int16',
  TmpTrns: 'int16',
  TmpOt: 'int16',
  Tmp_SF: 'sunssf',
  St: 'enum16',
  StVnd: 'enum16',
  Evt1: 'bitfield32',
  Evt2: 'bitfield32',
  EvtVnd1: 'bitfield32',
  EvtVnd2: 'bitfield32',
  EvtVnd3: 'bitfield32',
  EvtVnd4: 'bitfield32',
} as const;

const floatPoints = {
  A: 'float32',
  AphA: 'float32',
  AphB: 'float32',
  AphC: 'float32',
  PPVphAB: 'float32',
  PPVphBC: 'float32',
  PPVphCA: 'float32',
  PhVphA: 'float32',
  PhVphB: 'float32',
  PhVphC: 'float32',
  W: 'float32',
  Hz: 'float32',
  VA: 'float32',
  VAr: 'float32',
  PF: 'float32',
  WH: 'float32',
  DCA: 'float32',
  DCV: 'float32',
  DCW: 'float32',
  TmpCab: 'float32',
  TmpSnk: 'float32',
  TmpTrns: 'float32',
  TmpOt: 'float32',
  St: 'enum16',
  StVnd: 'enum16',
  Evt1: 'bitfield32',
  Evt2: 'bitfield32',
  EvtVnd1: 'bitfield32',
  EvtVnd2: 'bitfield32',
  EvtVnd3: 'bitfield32',
  EvtVnd4: 'bitfield32',
} as const;

/** Single phase, split phase, three phases. */
export const inverter101 = { id: 101, points: integerPoints } as const satisfies ModelLayout;
export const inverter102 = { id: 102, points: integerPoints } as const satisfies ModelLayout;
export const inverter103 = { id: 103, points: integerPoints } as const satisfies ModelLayout;
/** The same in floating point (length 60). */
export const inverter111 = { id: 111, points: floatPoints } as const satisfies ModelLayout;
export const inverter112 = { id: 112, points: floatPoints } as const satisfies ModelLayout;
export const inverter113 = { id: 113, points: floatPoints } as const satisfies ModelLayout;

/** Operating states of model 103, point St. */
export const inverterState = {
  off: 1,
  sleeping: 2,
  starting: 3,
  mppt: 4,
  throttled: 5,
  shuttingDown: 6,
  fault: 7,
  standby: 8,
} as const;
