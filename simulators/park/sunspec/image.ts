import { type RegisterBlock, type RegisterImage, SparseImage } from '../../wire/register-image.ts';
import { compileModel, type ModelLayout, type Points } from './layout.ts';
import { ModelWriter } from './model-writer.ts';

/**
 * SunSpec information models over holding registers: a marker, a chain of models that each begin with id
 * and length, and an end model (SunSpec Device Information Model Specification V1.1, §6).
 */
const sunSpecBase = 40_000;

const endModelId = 0xffff;

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

/** Where the first model behind the common one starts. */
export const firstModelAddress = sunSpecBase + 2 + 2 + compileModel(commonModel).length;

export type DeviceIdentity = {
  readonly model: string;
  readonly serialNumber: string;
  /** Its Modbus unit id. */
  readonly unitId: number;
};

/** A part of a device's registers, and what brings it to the present. */
export type RenderedPart = {
  readonly block: RegisterBlock;
  readonly render: () => void;
};

/** A model of a device and what brings its points to the present; without it they stand. */
export type ServedModel = {
  readonly layout: ModelLayout;
  readonly attach: (image: SparseImage, start: number) => (() => void) | undefined;
};

export const servedModel = <P extends Points>(
  layout: ModelLayout<P>,
  prepare: (writer: ModelWriter<P>) => (() => void) | undefined,
): ServedModel => ({
  layout,
  attach: (image, start) => prepare(new ModelWriter(image, layout, start)),
});

/** Start addresses of a chain of models. */
export const modelAddresses = (layouts: readonly ModelLayout[]): readonly number[] => {
  let next = firstModelAddress;
  return layouts.map((layout) => {
    const start = next;
    next += 2 + compileModel(layout).length;
    return start;
  });
};

/** Registers that are brought to the present part by part, when somebody reads them. */
export class RenderedImage implements RegisterImage {
  readonly #image: SparseImage;
  readonly #parts: readonly (RenderedPart & { version: number })[];
  readonly #version: () => number;

  /** @param version - changes whenever what the registers show may have changed. */
  constructor(image: SparseImage, parts: readonly RenderedPart[], version: () => number) {
    this.#image = image;
    this.#parts = parts.map((part) => ({ ...part, version: -1 }));
    this.#version = version;
  }

  read(address: number, quantity: number): Buffer | undefined {
    for (const part of this.#parts) {
      const [start, length] = part.block;
      if (address < start + length && address + quantity > start) this.#refresh(part);
    }
    return this.#image.read(address, quantity);
  }

  snapshot(): RegisterImage {
    for (const part of this.#parts) this.#refresh(part);
    return this.#image.snapshot();
  }

  #refresh(part: RenderedPart & { version: number }): void {
    const version = this.#version();
    if (part.version === version) return;
    part.version = version;
    part.render();
  }
}

export type SunSpecDeviceOptions = {
  readonly identity: DeviceIdentity;
  readonly models: readonly ServedModel[];
  readonly version: () => number;
  /** Registers beside those of SunSpec. */
  readonly extra?: {
    readonly blocks: readonly RegisterBlock[];
    readonly attach: (image: SparseImage) => readonly RenderedPart[];
  };
};

/** The holding registers of a SunSpec device: the marker, the common model, the given models, the end model. */
export const sunSpecDevice = (options: SunSpecDeviceOptions): RenderedImage => {
  const { identity, models, extra } = options;
  const layouts = models.map(({ layout }) => layout);
  const starts = modelAddresses(layouts);
  const lengths = layouts.map((layout) => 2 + compileModel(layout).length);
  const end = lengths.reduce((sum, length) => sum + length, firstModelAddress);
  const image = new SparseImage([[sunSpecBase, end + 2 - sunSpecBase], ...(extra?.blocks ?? [])]);
  writeIdentity(image, identity);
  image.setU16(end, endModelId);
  image.setU16(end + 1, 0);
  const parts = models.flatMap(({ attach }, i) => {
    const start = starts[i] as number;
    const render = attach(image, start);
    const block = [start, lengths[i] as number] as const;
    return render === undefined ? [] : [{ block, render }];
  });
  return new RenderedImage(image, [...parts, ...(extra?.attach(image) ?? [])], options.version);
};

const writeIdentity = (image: SparseImage, identity: DeviceIdentity): void => {
  image.setString(sunSpecBase, 2, 'SunS');
  const common = new ModelWriter(image, commonModel, sunSpecBase + 2);
  common.setText('Mn', 'Seamwatt simulated');
  common.setText('Md', identity.model);
  common.setText('Vr', '1.0');
  common.setText('SN', identity.serialNumber);
  common.set('DA', identity.unitId);
};
