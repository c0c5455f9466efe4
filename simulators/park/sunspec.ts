import { SparseImage } from '../wire/register-image.ts';

/**
 * SunSpec information models over holding registers: a marker, a chain of models that each begin with id
 * and length, and an end model (SunSpec Device Information Model Specification V1.1, §6).
 */
const sunSpecBase = 40_000;

const endModelId = 0xffff;

/** Types of the SunSpec specification that the park's models use. */
type PointType =
  | 'uint16'
  | 'int16'
  | 'enum16'
  | 'sunssf'
  | 'pad'
  | 'uint32'
  | 'acc32'
  | 'bitfield32'
  | 'string8'
  | 'string16';

const registersOf: Readonly<Record<PointType, number>> = {
  uint16: 1,
  int16: 1,
  enum16: 1,
  sunssf: 1,
  pad: 1,
  uint32: 2,
  acc32: 2,
  bitfield32: 2,
  string8: 8,
  string16: 16,
};

type Points = Readonly<Record<string, PointType>>;

/** A model: its id and its points in register order, from register 2 of the model on. */
export type ModelLayout<P extends Points = Points> = { readonly id: number; readonly points: P };

const modelLength = (layout: ModelLayout): number =>
  Object.values(layout.points).reduce((sum, type) => sum + registersOf[type], 0);

/**
 * Writes the points of one model by name. A value that is not given or not finite becomes the type's
 * "not implemented"; numbers are rounded and held inside the type.
 */
export class ModelWriter<P extends Points> {
  readonly #image: SparseImage;
  readonly #addresses = new Map<keyof P, number>();
  readonly #points: P;

  constructor(image: SparseImage, layout: ModelLayout<P>, start: number) {
    this.#image = image;
    this.#points = layout.points;
    image.setU16(start, layout.id);
    image.setU16(start + 1, modelLength(layout));
    let address = start + 2;
    for (const [name, type] of Object.entries(layout.points)) {
      this.#addresses.set(name, address);
      this.set(name, undefined);
      address += registersOf[type];
    }
  }

  /** Writes numbers as the registers hold them. */
  setAll(values: { readonly [K in keyof P]?: number | undefined }): void {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** Writes a number as the register holds it; undefined is "not implemented". */
  set(name: keyof P, value: number | undefined): void {
    const address = this.#addressOf(name);
    const raw = value !== undefined && Number.isFinite(value) ? Math.round(value) : undefined;
    switch (this.#points[name] as PointType) {
      case 'uint16':
      case 'enum16':
        this.#image.setU16(address, raw === undefined ? 0xffff : clamp(raw, 0, 0xfffe));
        break;
      case 'int16':
      case 'sunssf':
      case 'pad':
        this.#image.setI16(address, raw === undefined ? -0x8000 : clamp(raw, -0x7fff, 0x7fff));
        break;
      case 'uint32':
      case 'bitfield32':
        this.#image.setU32(address, raw === undefined ? 0xffffffff : clamp(raw, 0, 0xfffffffe));
        break;
      case 'acc32':
        this.#image.setU32(address, raw ?? 0);
        break;
      case 'string8':
      case 'string16':
        break;
    }
  }

  setText(name: keyof P, text: string): void {
    const quantity = registersOf[this.#points[name] as PointType];
    this.#image.setString(this.#addressOf(name), quantity, text);
  }

  #addressOf(name: keyof P): number {
    const address = this.#addresses.get(name);
    if (address === undefined) throw new RangeError(`no point ${String(name)} in this model`);
    return address;
  }
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Raw value of a quantity under a scale factor: quantity / 10^scaleFactor. */
export const scaled = (quantity: number, scaleFactor: number): number =>
  quantity / 10 ** scaleFactor;

const commonModel = {
  id: 1,
  points: {
    Mn: 'string16',
    Md: 'string16',
    Opt: 'string8',
    Vr: 'string8',
    SN: 'string16',
    DA: 'uint16',
    Pad: 'pad',
  },
} as const satisfies ModelLayout;

export type DeviceIdentity = {
  readonly model: string;
  readonly serialNumber: string;
  /** Its Modbus unit id. */
  readonly unitId: number;
};

/**
 * The registers of a SunSpec device: the marker, the common model, the given models, the end model.
 *
 * @returns the image and the address where each of the models starts
 */
export const createSunSpecImage = (
  identity: DeviceIdentity,
  layouts: readonly ModelLayout[],
): { readonly image: SparseImage; readonly starts: readonly number[] } => {
  const starts: number[] = [];
  let next = sunSpecBase + 2 + 2 + modelLength(commonModel);
  for (const layout of layouts) {
    starts.push(next);
    next += 2 + modelLength(layout);
  }
  const image = new SparseImage([[sunSpecBase, next + 2 - sunSpecBase]]);
  image.setString(sunSpecBase, 2, 'SunS');
  const common = new ModelWriter(image, commonModel, sunSpecBase + 2);
  common.setText('Mn', 'Seamwatt simulated');
  common.setText('Md', identity.model);
  common.setText('Vr', '1.0');
  common.setText('SN', identity.serialNumber);
  common.set('DA', identity.unitId);
  image.setU16(next, endModelId);
  image.setU16(next + 1, 0);
  return { image, starts };
};
