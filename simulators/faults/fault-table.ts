import { z } from 'zod';
import type { FaultDevice, FaultEffect, FaultLookup } from './fault-effect.ts';

const maxFaults = 256;
const when = {
  id: z.string().min(1).max(64).optional(),
  /** A server's name, or `name/unit` for one unit of it. */
  device: z
    .string()
    .regex(/^[a-z]+\.[a-z]+(\/\d{1,3})?$/, 'expected a server name, e.g. park.pv/7'),
  fromMs: z.int().optional(),
  toMs: z.int().optional(),
};
const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ ...when, kind: z.literal('silent') }),
  z.strictObject({ ...when, kind: z.literal('exception'), code: z.int().min(1).max(255) }),
  z.strictObject({ ...when, kind: z.literal('delay'), delayMs: z.int().min(1).max(600_000) }),
  z.strictObject({ ...when, kind: z.literal('close') }),
  z.strictObject({ ...when, kind: z.literal('frozen') }),
  z.strictObject({ ...when, kind: z.literal('wrong-transaction-id') }),
  z.strictObject({ ...when, kind: z.literal('truncate') }),
  z.strictObject({
    ...when,
    kind: z.literal('restart'),
    namespaceShift: z.int().min(0).max(16).default(1),
    downMs: z.int().min(0).max(600_000).default(0),
  }),
  z.strictObject({ ...when, kind: z.literal('bad-node'), node: z.string().min(1).max(256) }),
]);
const listSchema = z.array(faultSchema).max(maxFaults);

/** A fault with its id; without `fromMs` it holds at once, without `toMs` until it is removed. */
export type Fault = z.infer<typeof faultSchema> & { readonly id: string };

const kinds: Readonly<Record<FaultDevice['protocol'], readonly Fault['kind'][]>> = {
  modbus: ['silent', 'exception', 'delay', 'close', 'frozen', 'wrong-transaction-id', 'truncate'],
  opcua: ['silent', 'close', 'restart', 'bad-node'],
};

/** A request for a fault that cannot be had; the message says why. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
}

/** The faults asked for, and which of them hold at the simulated instant: `fromMs <= now < toMs`. */
export class FaultTable implements FaultLookup {
  readonly #devices: ReadonlyMap<string, FaultDevice>;
  readonly #faults = new Map<string, Fault>();
  readonly #listeners = new Set<() => void>();
  #active: readonly Fault[] = [];
  #nowMs: number;
  #lastId = 0;

  constructor(devices: readonly FaultDevice[], nowMs: number) {
    this.#devices = new Map(devices.map((device) => [device.name, device]));
    this.#nowMs = nowMs;
  }

  list(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  /**
   * Adds one fault or a list of them, all or none, and returns them with their ids.
   * @throws FaultError where the body is no fault, names an unknown device or a taken id.
   */
  add(body: unknown): readonly Fault[] {
    const parsed = listSchema.safeParse(Array.isArray(body) ? body : [body]);
    if (!parsed.success) throw new FaultError(z.prettifyError(parsed.error));
    const asked = parsed.data;
    if (this.#faults.size + asked.length > maxFaults) {
      throw new FaultError(`more than ${maxFaults} faults`);
    }
    const faults = asked.map((fault) => ({ ...fault, id: fault.id ?? this.#nextId() }));
    const taken = new Set(this.#faults.keys());
    for (const fault of faults) {
      if (taken.has(fault.id)) throw new FaultError(`there is a fault ${fault.id} already`);
      taken.add(fault.id);
      this.#check(fault);
    }
    for (const fault of faults) this.#faults.set(fault.id, fault);
    this.#refresh();
    return faults;
  }

  /** Whether there was a fault with this id to remove. */
  remove(id: string): boolean {
    const isRemoved = this.#faults.delete(id);
    this.#refresh();
    return isRemoved;
  }

  clear(): void {
    this.#faults.clear();
    this.#refresh();
  }

  /** The first instant after `now` at which a fault begins or ends; undefined when nothing more will change. */
  nextChangeMs(): number | undefined {
    let next: number | undefined;
    for (const { fromMs, toMs } of this.#faults.values()) {
      for (const edge of [fromMs, toMs]) {
        if (edge === undefined || edge <= this.#nowMs) continue;
        if (next === undefined || edge < next) next = edge;
      }
    }
    return next;
  }

  /** Sets the simulated instant; the models already stand at it. */
  setNow(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#faults.size > 0) this.#refresh();
  }

  effectOn(device: string, unitId: number): FaultEffect | undefined {
    const withUnit = `${device}/${unitId}`;
    const faults = this.#active.filter((one) => one.device === device || one.device === withUnit);
    return faults.length === 0 ? undefined : combine(faults);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #refresh(): void {
    const before = this.#active;
    this.#active = this.list().filter(
      ({ fromMs, toMs }) =>
        (fromMs ?? this.#nowMs) <= this.#nowMs && this.#nowMs < (toMs ?? Number.POSITIVE_INFINITY),
    );
    const isSame =
      before.length === this.#active.length &&
      before.every((fault, index) => fault === this.#active[index]);
    if (isSame) return;
    for (const listener of this.#listeners) listener();
  }

  #check(fault: Fault): void {
    const [name = '', unit] = fault.device.split('/');
    const device = this.#devices.get(name);
    if (device === undefined) {
      const known = [...this.#devices.keys()].join(', ');
      throw new FaultError(`unknown device ${fault.device}: there are ${known}`);
    }
    if (!kinds[device.protocol].includes(fault.kind)) {
      const possible = kinds[device.protocol].join(', ');
      throw new FaultError(`${fault.kind} is not possible at ${name}: there are ${possible}`);
    }
    if (device.protocol === 'modbus') {
      if (Number(unit ?? 0) > 255) throw new FaultError(`unit id of ${fault.device} is above 255`);
      return;
    }
    if (unit !== undefined) throw new FaultError(`${name} has no units`);
    if (fault.kind === 'bad-node' && !device.nodes.has(fault.node)) {
      throw new FaultError(`${name} has no node ${fault.node}`);
    }
  }

  #nextId(): string {
    this.#lastId += 1;
    return `fault-${this.#lastId}`;
  }
}

const combine = (faults: readonly Fault[]): FaultEffect => {
  const has = (kind: Fault['kind']): boolean => faults.some((fault) => fault.kind === kind);
  let exceptionCode: number | undefined;
  let delayMs = 0;
  for (const fault of faults) {
    if (fault.kind === 'exception') exceptionCode = fault.code;
    if (fault.kind === 'delay') delayMs = Math.max(delayMs, fault.delayMs);
  }
  return {
    close: has('close'),
    silent: has('silent'),
    frozen: has('frozen'),
    wrongTransactionId: has('wrong-transaction-id'),
    truncate: has('truncate'),
    exceptionCode,
    delayMs,
    restarts: faults.filter((fault) => fault.kind === 'restart'),
    missingNodes: faults.filter((fault) => fault.kind === 'bad-node').map(({ node }) => node),
  };
};
