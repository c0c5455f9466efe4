/** What the faults active on one unit of one device do together to its answers. */
export type FaultEffect = {
  /** The connection is closed instead of answering. */
  readonly close: boolean;
  /** The request is read and never answered. */
  readonly silent: boolean;
  /** Registers stand as they were when the fault began; the device still answers. */
  readonly frozen: boolean;
  /** Modbus exception code given instead of data. */
  readonly exceptionCode: number | undefined;
  /** The answer carries a transaction id that was not asked. */
  readonly wrongTransactionId: boolean;
  /** The second half of the answer never comes; its length field still promises it. */
  readonly truncate: boolean;
  /** The answer waits this long, in real time, also in lock-step. */
  readonly delayMs: number;
};

/** How a server learns what is wrong with it. */
export type FaultLookup = {
  /** The effect on a unit of a device (a server name such as `park.pv`) now, or undefined when it is well. */
  effectOn(device: string, unitId: number): FaultEffect | undefined;
  /** Calls back after any change of what is active; the result ends the subscription. */
  onChange(listener: () => void): () => void;
};
