import type { GatewayError } from '../../gateway/core/error.ts';

export type SunSpecModel = {
  readonly id: number;
  readonly name: string;
  /** Where its id stands. */
  readonly address: number;
  /** Registers behind id and length. */
  readonly length: number;
};

export type SunSpecMap = {
  readonly base: number;
  readonly models: readonly SunSpecModel[];
  /** Of the common model (1): who made it. */
  readonly manufacturer: string;
  readonly model: string;
  readonly serialNumber: string;
  /** Why the walk ended before the end model; empty when it did not. */
  readonly trouble: string;
};

/** Reads holding registers; an error instead of data when the device refuses or is silent. */
export type ReadHolding = (address: number, quantity: number) => Promise<Buffer | GatewayError>;

/** SunSpec Device Information Model Specification V1.1 §6.2: the marker stands at one of these, mostly the first. */
const bases = [40_000, 0, 50_000] as const;
const marker = 0x5375_6e53;
const endModel = 0xffff;
const maxModels = 64;
const lastAddress = 65_535;

const modelNames: Readonly<Record<number, string>> = {
  1: 'common',
  101: 'inverter, single phase',
  102: 'inverter, split phase',
  103: 'inverter, three phase',
  111: 'inverter, single phase, float',
  112: 'inverter, split phase, float',
  113: 'inverter, three phase, float',
  120: 'nameplate',
  121: 'basic settings',
  122: 'measurements and status',
  123: 'immediate controls',
  124: 'basic storage',
  160: 'multiple MPPT',
  201: 'meter, single phase',
  202: 'meter, split phase',
  203: 'meter, three phase, wye',
  204: 'meter, three phase, delta',
  701: 'DER AC measurement',
  713: 'DER storage',
  714: 'DER DC measurement',
  802: 'battery base',
  803: 'lithium-ion bank',
  804: 'lithium-ion string',
  805: 'lithium-ion module',
};

/** Looks for the SunSpec marker and walks the chain of models behind it; undefined where there is no marker. */
export const walkSunSpec = async (read: ReadHolding): Promise<SunSpecMap | undefined> => {
  for (const base of bases) {
    const head = await read(base, 2);
    if (head instanceof Error || head.readUInt32BE(0) !== marker) continue;
    const { models, trouble } = await walkModels(read, base + 2);
    const common = models.find(({ id }) => id === 1);
    const text = common === undefined ? undefined : await read(common.address + 2, 64);
    return { base, models, trouble, ...identityOf(text) };
  }
  return undefined;
};

const walkModels = async (
  read: ReadHolding,
  first: number,
): Promise<{ readonly models: readonly SunSpecModel[]; readonly trouble: string }> => {
  const models: SunSpecModel[] = [];
  let address = first;
  while (models.length < maxModels && address < lastAddress) {
    const head = await read(address, 2);
    if (head instanceof Error) return { models, trouble: head.message };
    const id = head.readUInt16BE(0);
    const length = head.readUInt16BE(2);
    if (id === endModel) return { models, trouble: '' };
    models.push({ id, name: modelNames[id] ?? 'unknown', address, length });
    if (length === 0) return { models, trouble: `model ${id} at ${address} has length 0` };
    address += 2 + length;
  }
  return { models, trouble: 'no end model' };
};

/** Places and sizes in registers, from the manufacturer on (model 1). */
const identityOf = (
  data: Buffer | GatewayError | undefined,
): Pick<SunSpecMap, 'manufacturer' | 'model' | 'serialNumber'> => {
  const text = (place: number, length: number): string => {
    if (data === undefined || data instanceof Error) return '';
    const bytes = data.subarray(place * 2, (place + length) * 2);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trim();
  };
  return { manufacturer: text(0, 16), model: text(16, 16), serialNumber: text(48, 16) };
};
