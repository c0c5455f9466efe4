import type { SparseImage } from '../../wire/register-image.ts';
import {
  type CompiledModel,
  compileModel,
  type ModelLayout,
  type Place,
  type Points,
} from './layout.ts';

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Raw value of a quantity under a scale factor: quantity / 10^scaleFactor. */
export const scaled = (quantity: number, scaleFactor: number): number =>
  quantity / 10 ** scaleFactor;

/** The smallest scale factor, 0…3, with which a value fits 16 bits with a sign. */
export const fittingScale = (quantity: number): number => {
  const size = Math.abs(quantity);
  let scale = 0;
  while (scale < 3 && size / 10 ** scale > 32_000) scale += 1;
  return scale;
};

const notANumber = 0x7fc0_0000;
const allOnes64 = 0xffff_ffff_ffff_ffffn;

/** Writes one point; undefined and what is not finite become "not implemented". */
export type PointSetter = (value: number | undefined) => void;

const isGiven = (value: number | undefined): value is number =>
  value !== undefined && Number.isFinite(value);

/** Most points are 16 bits wide, and some thousand of them are written for one reading of the park. */
const setter16 =
  (bytes: Buffer, at: number, range: { none: number; low: number; high: number }): PointSetter =>
  (value) => {
    const raw = isGiven(value) ? clamp(Math.round(value), range.low, range.high) : range.none;
    bytes[at] = (raw >> 8) & 0xff;
    bytes[at + 1] = raw & 0xff;
  };

const whole = (value: number | undefined): number | undefined =>
  isGiven(value) ? Math.round(value) : undefined;

const setterOf = (bytes: Buffer, { offset, type }: Place): PointSetter => {
  const at = offset * 2;
  switch (type) {
    case 'uint16':
    case 'enum16':
    case 'bitfield16':
      return setter16(bytes, at, { none: 0xffff, low: 0, high: 0xfffe });
    case 'int16':
    case 'sunssf':
    case 'pad':
      return setter16(bytes, at, { none: 0x8000, low: -0x7fff, high: 0x7fff });
    case 'uint32':
    case 'enum32':
    case 'bitfield32':
      return (value) => {
        bytes.writeUInt32BE(clamp(whole(value) ?? 0xffffffff, 0, 0xffffffff), at);
      };
    case 'int32':
      return (value) => {
        bytes.writeInt32BE(clamp(whole(value) ?? -0x8000_0000, -0x8000_0000, 0x7fff_ffff), at);
      };
    case 'acc32':
      return (value) => {
        bytes.writeUInt32BE(whole(value) ?? 0, at);
      };
    case 'float32':
      return (value) => {
        if (isGiven(value)) bytes.writeFloatBE(value, at);
        else bytes.writeUInt32BE(notANumber, at);
      };
    case 'uint64':
      return (value) => {
        const raw = whole(value);
        bytes.writeBigUInt64BE(raw === undefined ? allOnes64 : BigInt(Math.max(0, raw)), at);
      };
    case 'acc64':
      return (value) => {
        bytes.writeBigUInt64BE(BigInt(Math.max(0, whole(value) ?? 0)), at);
      };
    case 'string4':
    case 'string8':
    case 'string16':
    case 'string32':
      return () => undefined;
  }
};

/**
 * Writes the points of one model by name. A value that is not given or not finite becomes the type's
 * "not implemented"; whole numbers are rounded and held inside the type.
 */
export class ModelWriter<P extends Points> {
  readonly #image: SparseImage;
  readonly #start: number;
  readonly #model: CompiledModel;
  readonly #setters = new Map<string, PointSetter>();

  constructor(image: SparseImage, layout: ModelLayout<P>, start: number) {
    this.#image = image;
    this.#start = start;
    this.#model = compileModel(layout);
    image.setU16(start, layout.id);
    image.setU16(start + 1, this.#model.length);
    const bytes = image.bytesAt(start, 2 + this.#model.length);
    for (const [name, place] of this.#model.places) {
      const set = setterOf(bytes, place);
      set(undefined);
      this.#setters.set(name, set);
    }
  }

  /** Writes numbers as the registers hold them. */
  setAll(values: { readonly [K in keyof P]?: number | undefined }): void {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** Writes a number as the register holds it; undefined is "not implemented". */
  set(name: keyof P, value: number | undefined): void {
    this.setter(name)(value);
  }

  /** Writes one point from now on: for those that are written so often that looking up the name would count. */
  setter(name: keyof P): PointSetter {
    const setter = this.#setters.get(String(name));
    if (setter === undefined) throw new RangeError(`no point ${String(name)} in this model`);
    return setter;
  }

  setText(name: keyof P, text: string): void {
    const place = this.#model.places.get(String(name));
    if (place === undefined) throw new RangeError(`no point ${String(name)} in this model`);
    this.#image.setString(this.#start + place.offset, place.registers, text);
  }
}

/** How a value of the SI becomes the number of a register. */
export type PointScale =
  | { readonly factor: number }
  /** The smallest scale factor that fits, written to this point, which so changes while the device runs. */
  | { readonly fitted: string };

/** Writes values of the SI into a model, each by its scale: worked out once, because it is done all the time. */
export const scaledValues = <P extends Points>(
  writer: ModelWriter<P>,
  scales: { readonly [K in keyof P]?: PointScale },
): ((values: { readonly [K in keyof P]?: number | undefined }) => void) => {
  const plan = Object.entries<PointScale | undefined>(scales).flatMap(([name, scale]) =>
    scale === undefined
      ? []
      : [{ name, set: writer.setter(name), scale: scaleSetter(writer, scale) }],
  );
  return (values) => {
    for (const { name, set, scale } of plan) {
      const value = values[name];
      set(value === undefined ? undefined : value * scale(value));
    }
  };
};

const scaleSetter = <P extends Points>(
  writer: ModelWriter<P>,
  scale: PointScale,
): ((value: number) => number) => {
  if ('factor' in scale) return () => scale.factor;
  const set = writer.setter(scale.fitted);
  return (value) => {
    const fitting = fittingScale(value);
    set(fitting);
    return 10 ** -fitting;
  };
};
