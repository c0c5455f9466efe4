import { GatewayError } from '../../../gateway/core/error.ts';
import type { LocalText } from '../../../gateway/core/point.ts';
import { modelTable } from './model-table.ts';
import { type FoundModel, type ModelChain, type ReadHolding, walkModels } from './walk.ts';

type NamedModel = FoundModel & { readonly name: LocalText };

/** What a SunSpec device says of itself. */
export type SunSpecMap = Pick<ModelChain, 'base' | 'trouble'> & {
  readonly models: readonly NamedModel[];
  /** Of the common model (1); empty where it has none. */
  readonly manufacturer: string;
  readonly model: string;
  readonly version: string;
  readonly serialNumber: string;
};

const unknownModel: LocalText = { en: 'unknown', zh: '未知' };
/** Of model 1, behind id and length: the texts up to the serial number. */
const commonTexts = 64;

/**
 * Walks the models of a device and reads who made it; undefined where it has no SunSpec marker.
 *
 * @throws GatewayError when the device does not answer.
 */
export const readSunSpecMap = async (read: ReadHolding): Promise<SunSpecMap | undefined> => {
  const chain = await walkModels(read);
  if (chain === undefined) return undefined;
  const { base, trouble } = chain;
  const models = chain.models.map((model) => ({
    ...model,
    name: modelTable(model.id)?.title ?? unknownModel,
  }));
  const common = models.find(({ id }) => id === 1);
  const data = common === undefined ? undefined : await read(common.address + 2, commonTexts);
  const text = (name: string): string => {
    const point = modelTable(1)?.points.find((one) => one.name === name);
    if (data === undefined || data instanceof GatewayError || point === undefined) return '';
    const at = (point.at - 2) * 2;
    const bytes = data.subarray(at, at + (point.size ?? 0) * 2);
    const end = bytes.indexOf(0);
    return bytes.toString('utf8', 0, end < 0 ? bytes.length : end).trim();
  };
  return {
    base,
    models,
    trouble,
    manufacturer: text('Mn'),
    model: text('Md'),
    version: text('Vr'),
    serialNumber: text('SN'),
  };
};
