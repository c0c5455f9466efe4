/** What a welding process (ISO 4063) is at this line: wire, melting, arc and setting. */

/** Melting of a wire: wire feed in mm/s = a I + b L (r I)^2, L the stick-out in mm. */
export type Melting = {
  /** a, mm/s per A. */
  readonly arc: number;
  /** b, mm/s per mm of stick-out and A squared. */
  readonly resistive: number;
  /** r: root mean square over mean of the current, as the melting rate sees it. */
  readonly rmsOverMean: number;
};

export type ProcessId = '135' | '121';
/** `nominal` has the back face 2 % colder; `reference` has 230 A and 26 V on all torches, the basis of the energy totals. */
export type SettingId = 'nominal' | 'reference';

export type WeldingProcess = {
  readonly id: ProcessId;
  /** Number of its welding procedure at this line. */
  readonly wps: string;
  readonly wireDiameterMm: number;
  readonly melting: Melting;
  readonly stickOutMm: number;
  readonly wireFeedMPerMin: number;
  /** Wire feed of the reference setting. */
  readonly referenceWireFeedMPerMin: number;
  readonly travelSpeedMPerMin: number;
  /** Synergic voltage: at no current, and per ampere. */
  readonly voltageV: number;
  readonly voltagePerA: number;
  /** k of ISO/TR 17671-1 and EN 1011-1. */
  readonly thermalEfficiency: number;
  /** 0 where flux covers the arc. */
  readonly gasFlowLPerMin: number;
  readonly fluxPerWireKg: number;
  /** Whether both faces are welded at once; flux lies on the top one only. */
  readonly hasBackFace: boolean;
  readonly rmsShown: number;
  readonly pulseHz: number;
  readonly peakA: number;
  readonly baseA: number;
};

export const processes: Readonly<Record<ProcessId, WeldingProcess>> = {
  '135': {
    id: '135',
    wps: 'WPS-DEMO-01',
    wireDiameterMm: 1.2,
    melting: { arc: 0.26, resistive: 5e-5, rmsOverMean: 1.3 },
    stickOutMm: 13,
    wireFeedMPerMin: 7.0,
    referenceWireFeedMPerMin: 7.0746,
    travelSpeedMPerMin: 0.8,
    voltageV: 14.5,
    voltagePerA: 0.05,
    thermalEfficiency: 0.8,
    gasFlowLPerMin: 18,
    fluxPerWireKg: 0,
    hasBackFace: true,
    rmsShown: 1.28,
    pulseHz: 180,
    peakA: 450,
    baseA: 80,
  },
  // Arc melting falls with the section of the wire, resistive melting with its square.
  '121': {
    id: '121',
    wps: 'WPS-DEMO-02',
    wireDiameterMm: 2.0,
    melting: { arc: 0.0936, resistive: 6.48e-6, rmsOverMean: 1 },
    stickOutMm: 25,
    wireFeedMPerMin: 3.5377,
    referenceWireFeedMPerMin: 3.5377,
    travelSpeedMPerMin: 1.0,
    voltageV: 12,
    voltagePerA: 0.05,
    thermalEfficiency: 1,
    gasFlowLPerMin: 0,
    fluxPerWireKg: 1,
    hasBackFace: false,
    rmsShown: 1,
    pulseHz: 0,
    peakA: 380,
    baseA: 380,
  },
};

const steelKgPerMm3 = 7.85e-6;

/** Mass of a length of wire in mm, kg. */
export const wireMassKg = (diameterMm: number, lengthMm: number): number =>
  (Math.PI / 4) * diameterMm * diameterMm * lengthMm * steelKgPerMm3;
