/** What failures do to one torch in one step, as changes of what would be without them. */
export type TorchEffects = {
  /** Of the flow that is set. */
  gasShare: number;
  /** Back pressure of the gas in the nozzle, times its nominal value. */
  backPressureShare: number;
  voltageV: number;
  voltageSigmaShare: number;
  currentA: number;
  currentShare: number;
  currentSigmaShare: number;
  wireFeedShare: number;
  motorShare: number;
  nozzleKelvin: number;
  gapMm: number;
  offsetYMm: number;
  /** Of where the vision believes the seam. */
  visionYMm: number;
  confidence: number;
  isSeamHidden: boolean;
  isWireStuck: boolean;
  /** No arc can burn, or none can be lit. */
  isArcOut: boolean;
  hasNoCoolant: boolean;
};

export const noEffects: Readonly<TorchEffects> = {
  gasShare: 1,
  backPressureShare: 1,
  voltageV: 0,
  voltageSigmaShare: 1,
  currentA: 0,
  currentShare: 1,
  currentSigmaShare: 1,
  wireFeedShare: 1,
  motorShare: 1,
  nozzleKelvin: 0,
  gapMm: 0,
  offsetYMm: 0,
  visionYMm: 0,
  confidence: 0,
  isSeamHidden: false,
  isWireStuck: false,
  isArcOut: false,
  hasNoCoolant: false,
};
