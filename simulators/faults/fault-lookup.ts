import type { Dlt645Fault } from './dlt645-faults.ts';
import type { ModbusFault } from './modbus-faults.ts';
import type { OcppFault } from './ocpp-faults.ts';
import type { OpcuaFault } from './opcua-faults.ts';
import type { ParkFault } from './park-faults.ts';
import type { ProxyFault } from './proxy-faults.ts';
import type { WeldFault } from './weld-faults.ts';

/** What faults may be asked for by name. */
export type FaultDevice =
  /** `counted`, `dated`, `numbered`: whether its units have counters, a clock, a serial number that faults can change. */
  | {
      readonly name: string;
      readonly protocol: 'modbus';
      readonly counted?: boolean;
      readonly dated?: boolean;
      readonly numbered?: boolean;
    }
  /** `nodes`: those that a fault can take away. `counters`: those that a fault can make jump. */
  | {
      readonly name: string;
      readonly protocol: 'opcua';
      readonly nodes: ReadonlySet<string>;
      readonly counters?: ReadonlySet<string>;
    }
  /** `addresses`: of its meters, twelve digits each; a fault may concern one of them. */
  | { readonly name: string; readonly protocol: 'dlt645'; readonly addresses: ReadonlySet<string> }
  /** `framing`: how the byte stream is cut into what a fault hits. Its faults hold in real time, also in lock-step. */
  | { readonly name: string; readonly protocol: 'proxy'; readonly framing: Framing }
  /** Charge points, which connect to a server elsewhere. */
  | { readonly name: string; readonly protocol: 'ocpp' }
  /** No server, but the process that it watches. */
  | { readonly name: string; readonly protocol: 'weld' }
  /** No server either. `meters`: those whose wiring can be wrong. */
  | { readonly name: string; readonly protocol: 'park'; readonly meters: ReadonlySet<string> };

/** `chunks`: as the bytes arrive. `modbus`: whole Modbus TCP frames. */
export type Framing = 'chunks' | 'modbus';

/** How a server learns what is wrong with it now. Lists are in the order in which the faults were asked for. */
export type FaultLookup = {
  /** The faults of a unit of a device (a server name such as `park.pv`); without a unit id those of the whole device. */
  modbusFaultsOn(device: string, unitId?: number): readonly ModbusFault[];
  /** The faults of a meter of a device (`park.revenue`), by its address. */
  dlt645FaultsOn(device: string, address: string): readonly Dlt645Fault[];
  ocppFaultsOn(device: string): readonly OcppFault[];
  opcuaFaultsOn(device: string): readonly OpcuaFault[];
  proxyFaultsOn(device: string): readonly ProxyFault[];
  weldFaultsOn(device: string): readonly WeldFault[];
  parkFaultsOn(device: string): readonly ParkFault[];
  /** Calls back after any change of what is active; the result ends the subscription. */
  onChange(listener: () => void): () => void;
};
