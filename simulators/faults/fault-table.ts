import { z } from 'zod';
import { type Dlt645Fault, dlt645FaultSchema } from './dlt645-faults.ts';
import type { FaultDevice, FaultLookup } from './fault-lookup.ts';
import { common, instantsOf } from './fault-options.ts';
import { type ModbusFault, modbusFaultSchema } from './modbus-faults.ts';
import { type OcppFault, ocppFaultSchema } from './ocpp-faults.ts';
import { type OpcuaFault, opcuaFaultSchema } from './opcua-faults.ts';
import { type ParkFault, parkFaultSchema } from './park-faults.ts';
import { modbusOnly, type ProxyFault, proxyFaultSchema } from './proxy-faults.ts';
import { type WeldFault, weldFaultSchema } from './weld-faults.ts';

const maxFaults = 256;
const maxTimerMs = 2 ** 31 - 1;

/** A fault with its id; without `fromMs` it holds at once, without `toMs` until it is removed. */
export type Fault =
  | Dlt645Fault
  | ModbusFault
  | OcppFault
  | OpcuaFault
  | ParkFault
  | ProxyFault
  | WeldFault;

type Entry =
  | { readonly protocol: 'dlt645'; readonly fault: Dlt645Fault }
  | { readonly protocol: 'modbus'; readonly fault: ModbusFault }
  | { readonly protocol: 'ocpp'; readonly fault: OcppFault }
  | { readonly protocol: 'opcua'; readonly fault: OpcuaFault }
  | { readonly protocol: 'proxy'; readonly fault: ProxyFault }
  | { readonly protocol: 'park'; readonly fault: ParkFault }
  | { readonly protocol: 'weld'; readonly fault: WeldFault };

/** A request for a fault that cannot be had; the message says why. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

const listSchema = z
  .array(z.looseObject({ id: common.id, device: common.device, kind: z.string() }))
  .max(maxFaults);
type Asked = z.infer<typeof listSchema>[number];

const schemas = {
  dlt645: dlt645FaultSchema,
  modbus: modbusFaultSchema,
  ocpp: ocppFaultSchema,
  opcua: opcuaFaultSchema,
  proxy: proxyFaultSchema,
  weld: weldFaultSchema,
  park: parkFaultSchema,
};

/**
 * The faults asked for, and which of them hold now: `fromMs <= now < toMs`. Now is the simulated
 * instant for devices, and the wall clock for proxies, whose edges a timer keeps.
 */
export class FaultTable implements FaultLookup {
  readonly #devices: ReadonlyMap<string, FaultDevice>;
  readonly #entries = new Map<string, Entry>();
  readonly #listeners = new Set<() => void>();
  readonly #realNowMs: () => number;
  #active: readonly Entry[] = [];
  #nowMs: number;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    devices: readonly FaultDevice[],
    nowMs: number,
    realNowMs: () => number = () => Date.now(),
  ) {
    this.#devices = new Map(devices.map((device) => [device.name, device]));
    this.#nowMs = nowMs;
    this.#realNowMs = realNowMs;
  }

  list(): readonly Fault[] {
    return [...this.#entries.values()].map(({ fault }) => fault);
  }

  /**
   * Adds one fault or a list of them, all or none, and returns them with their ids.
   * @throws FaultError where the body is no fault, names an unknown device or a taken id.
   */
  add(body: unknown): readonly Fault[] {
    const parsed = listSchema.safeParse(Array.isArray(body) ? body : [body]);
    if (!parsed.success) throw new FaultError(z.prettifyError(parsed.error));
    if (this.#entries.size + parsed.data.length > maxFaults) this.#forgetEnded();
    if (this.#entries.size + parsed.data.length > maxFaults) {
      throw new FaultError(`more than ${maxFaults} faults`);
    }
    const added = new Map<string, Entry>();
    for (const asked of parsed.data) {
      const id = asked.id ?? this.#nextId();
      if (added.has(id) || this.#entries.has(id)) {
        throw new FaultError(`there is a fault ${id} already`);
      }
      added.set(id, this.#entryOf(asked, id));
    }
    for (const [id, entry] of added) this.#entries.set(id, entry);
    this.#refresh();
    return [...added.values()].map(({ fault }) => fault);
  }

  /** Whether there was a fault with this id to remove. */
  remove(id: string): boolean {
    const isRemoved = this.#entries.delete(id);
    this.#refresh();
    return isRemoved;
  }

  clear(): void {
    this.#entries.clear();
    this.#refresh();
  }

  /** The first simulated instant after `now` at which a fault begins or ends; undefined when nothing more will change. */
  nextChangeMs(): number | undefined {
    return this.#nextEdge((entry) => entry.protocol !== 'proxy', this.#nowMs);
  }

  /** Sets the simulated instant; the models already stand at it. */
  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#entries.size > 0) this.#refresh();
  }

  modbusFaultsOn(device: string, unitId?: number): readonly ModbusFault[] {
    const withUnit = unitId === undefined ? device : `${device}/${unitId}`;
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'modbus' && (fault.device === device || fault.device === withUnit)
        ? [fault]
        : [],
    );
  }

  dlt645FaultsOn(device: string, address: string): readonly Dlt645Fault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'dlt645' && [device, `${device}/${address}`].includes(fault.device)
        ? [fault]
        : [],
    );
  }

  ocppFaultsOn(device: string): readonly OcppFault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'ocpp' && fault.device === device ? [fault] : [],
    );
  }

  opcuaFaultsOn(device: string): readonly OpcuaFault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'opcua' && fault.device === device ? [fault] : [],
    );
  }

  proxyFaultsOn(device: string): readonly ProxyFault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'proxy' && fault.device === device ? [fault] : [],
    );
  }

  weldFaultsOn(device: string): readonly WeldFault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'weld' && fault.device === device ? [fault] : [],
    );
  }

  parkFaultsOn(device: string): readonly ParkFault[] {
    return this.#active.flatMap(({ protocol, fault }) =>
      protocol === 'park' && fault.device === device ? [fault] : [],
    );
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #refresh(): void {
    const before = this.#active;
    const realNowMs = this.#realNowMs();
    this.#active = [...this.#entries.values()].filter(({ protocol, fault: { fromMs, toMs } }) => {
      const nowMs = protocol === 'proxy' ? realNowMs : this.#nowMs;
      return (fromMs ?? nowMs) <= nowMs && nowMs < (toMs ?? Number.POSITIVE_INFINITY);
    });
    this.#waitForEdge(realNowMs);
    const isSame =
      before.length === this.#active.length &&
      before.every((entry, index) => entry === this.#active[index]);
    if (isSame) return;
    for (const listener of this.#listeners) listener();
  }

  #forgetEnded(): void {
    const realNowMs = this.#realNowMs();
    for (const [id, { protocol, fault }] of this.#entries) {
      const nowMs = protocol === 'proxy' ? realNowMs : this.#nowMs;
      if (fault.toMs !== undefined && fault.toMs <= nowMs) this.#entries.delete(id);
    }
  }

  #waitForEdge(realNowMs: number): void {
    clearTimeout(this.#timer);
    const edge = this.#nextEdge(({ protocol }) => protocol === 'proxy', realNowMs);
    if (edge === undefined) return;
    const waitMs = Math.min(Math.max(1, edge - realNowMs), maxTimerMs);
    this.#timer = setTimeout(() => this.#refresh(), waitMs).unref();
  }

  #nextEdge(isMeant: (entry: Entry) => boolean, nowMs: number): number | undefined {
    let next: number | undefined;
    for (const entry of this.#entries.values()) {
      if (!isMeant(entry)) continue;
      for (const edge of [entry.fault.fromMs, entry.fault.toMs]) {
        if (edge === undefined || edge <= nowMs) continue;
        if (next === undefined || edge < next) next = edge;
      }
    }
    return next;
  }

  #entryOf(asked: Asked, id: string): Entry {
    const device = this.#deviceOf(asked);
    const { protocol, name } = device;
    const kinds = schemas[protocol].options.map(({ shape }) => shape.kind.value);
    if (!kinds.some((known) => known === asked.kind)) {
      throw new FaultError(
        `${asked.kind} is not possible at ${name}: there are ${kinds.join(', ')}`,
      );
    }
    const parsed = schemas[protocol].safeParse(asked);
    if (!parsed.success) throw new FaultError(z.prettifyError(parsed.error));
    const { atMs, forMs, fromMs, toMs, ...rest } = parsed.data;
    const nowMs = protocol === 'proxy' ? this.#realNowMs() : this.#nowMs;
    const instants = instantsOf({ atMs, forMs, fromMs, toMs }, nowMs);
    if (instants === undefined) {
      throw new FaultError('expected one of fromMs and atMs, and one of toMs and forMs');
    }
    // The schema is the protocol's own, which the compiler cannot see through the table of schemas.
    const entry = { protocol, fault: { ...rest, ...instants, id } } as Entry;
    refuseImpossible(entry, device);
    return entry;
  }

  #deviceOf(asked: Asked): FaultDevice {
    const [name = '', unit] = asked.device.split('/');
    const device = this.#devices.get(name);
    if (device === undefined) {
      const known = [...this.#devices.keys()].join(', ');
      throw new FaultError(`unknown device ${asked.device}: there are ${known}`);
    }
    if (unit === undefined) return device;
    if (device.protocol === 'dlt645') {
      if (device.addresses.has(unit)) return device;
      throw new FaultError(
        `${name} has no meter ${unit}: there are ${[...device.addresses].join(', ')}`,
      );
    }
    if (device.protocol !== 'modbus') throw new FaultError(`${name} has no units`);
    if (Number(unit) > 255) throw new FaultError(`unit id of ${asked.device} is above 255`);
    return device;
  }

  #nextId(): string {
    do {
      this.#lastId += 1;
    } while (this.#entries.has(`fault-${this.#lastId}`));
    return `fault-${this.#lastId}`;
  }
}

/** What only the device itself can say: whether it has what the fault is to change. */
const refuseImpossible = ({ protocol, fault }: Entry, device: FaultDevice): void => {
  const { name } = device;
  if (protocol === 'modbus' && device.protocol === 'modbus') {
    const lacks =
      (fault.kind === 'counter-jump' && !device.counted && 'counters') ||
      (fault.kind === 'meter-replaced' && !device.numbered && 'serial number') ||
      (fault.kind === 'clock' && !device.dated && 'clock');
    if (fault.kind === 'restart' && fault.device !== name) {
      throw new FaultError(`${name} restarts as a whole, not ${fault.device} alone`);
    }
    if (lacks !== false) throw new FaultError(`${name} has no ${lacks}`);
  }
  if (protocol === 'opcua' && device.protocol === 'opcua') {
    if (fault.kind === 'bad-node' && !device.nodes.has(fault.node)) {
      throw new FaultError(`${name} has no node ${fault.node}`);
    }
    if (fault.kind !== 'counter-jump') return;
    const { node } = fault;
    if (node === undefined ? !device.counters?.size : !device.counters?.has(node)) {
      throw new FaultError(`${name} has no counter ${node ?? ''}`.trimEnd());
    }
  }
  if (protocol === 'park' && device.protocol === 'park' && 'meter' in fault) {
    const { meter } = fault;
    if (device.meters.has(meter)) return;
    throw new FaultError(
      `${name} has no meter ${meter}: there are ${[...device.meters].join(', ')}`,
    );
  }
  if (protocol === 'proxy' && device.protocol === 'proxy') {
    if (device.framing !== 'modbus' && modbusOnly.has(fault.kind)) {
      throw new FaultError(
        `${fault.kind} needs whole Modbus frames: ${name} is no modbus:// proxy`,
      );
    }
  }
};
