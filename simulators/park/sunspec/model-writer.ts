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

/**
 * Writes the points of one model by name. A value that is not given or not finite becomes the type's
 * "not implemented"; whole numbers are rounded and held inside the type.
 */
export class ModelWriter<P extends Points> {
  readonly #image: SparseImage;
  readonly #start: number;
  readonly #model: CompiledModel;

  constructor(image: SparseImage, layout: ModelLayout<P>, start: number) {
    this.#image = image;
    this.#start = start;
    this.#model = compileModel(layout);
    image.setU16(start, layout.id);
    image.setU16(start + 1, this.#model.length);
    for (const place of this.#model.places.values()) this.#write(place, undefined);
  }

  /** Writes numbers as the registers hold them. */
  setAll(values: { readonly [K in keyof P]?: number | undefined }): void {
    for (const [name, value] of Object.entries(values)) this.set(name, value);
  }

  /** Writes a number as the register holds it; undefined is "not implemented". */
  set(name: keyof P, value: number | undefined): void {
    this.#write(
      this.#placeOf(name),
      value !== undefined && Number.isFinite(value) ? value : undefined,
    );
  }

  setText(name: keyof P, text: string): void {
    const { offset, registers } = this.#placeOf(name);
    this.#image.setString(this.#start + offset, registers, text);
  }

  #write({ offset, type }: Place, value: number | undefined): void {
    const image = this.#image;
    const at = this.#start + offset;
    const raw = value === undefined ? undefined : Math.round(value);
    switch (type) {
      case 'uint16':
      case 'enum16':
      case 'bitfield16':
        image.setU16(at, raw === undefined ? 0xffff : clamp(raw, 0, 0xfffe));
        return;
      case 'int16':
      case 'sunssf':
      case 'pad':
        image.setI16(at, raw === undefined ? -0x8000 : clamp(raw, -0x7fff, 0x7fff));
        return;
      case 'uint32':
      case 'enum32':
      case 'bitfield32':
        image.setU32(at, raw === undefined ? 0xffffffff : clamp(raw, 0, 0xfffffffe));
        return;
      case 'int32':
        image.setI32(at, raw === undefined ? -0x8000_0000 : clamp(raw, -0x7fff_ffff, 0x7fff_ffff));
        return;
      case 'acc32':
        image.setU32(at, raw ?? 0);
        return;
      case 'float32':
        if (value === undefined) image.setU32(at, notANumber);
        else image.setF32(at, value);
        return;
      case 'uint64':
        image.setU64(at, raw === undefined ? allOnes64 : Math.max(0, raw));
        return;
      case 'acc64':
        image.setU64(at, Math.max(0, raw ?? 0));
        return;
      case 'string4':
      case 'string8':
      case 'string16':
      case 'string32':
        return;
    }
  }

  #placeOf(name: keyof P): Place {
    const place = this.#model.places.get(String(name));
    if (place === undefined) throw new RangeError(`no point ${String(name)} in this model`);
    return place;
  }
}
