/** What the faults active on one unit of one device do together to its answers. */
export type FaultEffect = {
  /** The connection is closed instead of answering. OPC UA: all connections, at once. */
  readonly close: boolean;
  /** The request is read and never answered. OPC UA: no new values come. */
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
  /** OPC UA: restarts asked for, each to be done once. */
  readonly restarts: readonly Restart[];
  /** OPC UA: identifiers of nodes that are not there. */
  readonly missingNodes: readonly string[];
};

type Restart = {
  /** Of the fault. */
  readonly id: string;
  /** How many namespaces come before the plant's own that were not there. */
  readonly namespaceShift: number;
  /** Time between the end and the new start, in real time. */
  readonly downMs: number;
};

/** A server that faults may name. */
export type FaultDevice =
  | { readonly name: string; readonly protocol: 'modbus' }
  /** `nodes`: those that a fault can take away. */
  | { readonly name: string; readonly protocol: 'opcua'; readonly nodes: ReadonlySet<string> };

/** How a server learns what is wrong with it. */
export type FaultLookup = {
  /** The effect on a unit of a device (a server name such as `park.pv`) now, or undefined when it is well. */
  effectOn(device: string, unitId: number): FaultEffect | undefined;
  /** Calls back after any change of what is active; the result ends the subscription. */
  onChange(listener: () => void): () => void;
};
