import { Buffer } from 'node:buffer';
import type { GatewayError } from '../../gateway/core/error.ts';
import { type CheckFailure, type CheckOptions, checkDevice } from './connection-check.ts';
import type { DeviceLayout } from './device-layout.ts';
import { type ModelChain, walkModels } from './sunspec/walk.ts';

export type Examination = {
  /** Why the device is not to be used. */
  readonly failure?: CheckFailure | SunSpecMissing;
  /** The models that it has, where the profile wants some. */
  readonly chain?: ModelChain;
};

type SunSpecMissing = { readonly code: 'sunspec-not-found'; readonly text: CheckFailure['text'] };

const notFound: SunSpecMissing = {
  code: 'sunspec-not-found',
  text: {
    en: 'no SunSpec marker at 40000, 0 or 50000',
    zh: '地址 40000、0、50000 处均未找到 SunSpec 标记',
  },
};

/** Whether anything must be asked before a device is read. */
export const needsExamination = ({ profile, models }: DeviceLayout): boolean =>
  profile.identity.length > 0 || profile.wordOrderProbe !== undefined || models.length > 0;

/**
 * Looks whether this is the device of the profile, and which SunSpec models it has.
 *
 * @param base at which the models began when they were last walked
 * @throws GatewayError of the transport when the device cannot be asked.
 */
export const examineDevice = async (
  options: CheckOptions & { readonly layout: DeviceLayout; readonly base: number | undefined },
): Promise<Examination> => {
  const failure = await checkDevice(options);
  if (failure !== undefined) return { failure };
  if (options.layout.models.length === 0) return {};
  const chain = await walkModels(
    (address, quantity) => readHolding(options, address, quantity),
    options.base,
  );
  return chain === undefined ? { failure: notFound } : { chain };
};

const readHolding = (
  { transport, unitId, timeoutMs }: CheckOptions,
  address: number,
  quantity: number,
): Promise<Buffer | GatewayError> =>
  new Promise((resolve) => {
    transport.read(
      { unitId, functionCode: 3, address, quantity, timeoutMs },
      {
        answered: (buffer, offset) =>
          resolve(Buffer.from(buffer.subarray(offset, offset + 2 * quantity))),
        failed: resolve,
      },
    );
  });
