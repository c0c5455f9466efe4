import type { GatewayError } from '../../gateway/core/error.ts';
import type { LocalText } from '../../gateway/core/point.ts';
import { DecodeProgram } from './decode.ts';
import { type ByteOrder, byteOrders, type ProfilePoint, pointLength } from './profile-point.ts';
import type { Profile, WordOrderProbe } from './profile-schema.ts';
import type { ReadFunction, ReadRequest, Transport } from './transport.ts';

/** Why a device is not to be used. */
export type CheckFailure = {
  readonly code: 'device-identity-mismatch' | 'word-order-mismatch';
  readonly text: LocalText;
};

export type CheckOptions = {
  readonly transport: Transport;
  readonly profile: Profile;
  readonly unitId: number;
  readonly timeoutMs: number;
};

/** Far below what another order of words would give, far above the rounding of a float32. */
const relativeTolerance = 1e-6;

/**
 * Looks, when a connection begins, whether this is the device that the profile describes and whether its words come in
 * the order that the profile says. Resolves with nothing when so.
 *
 * @throws GatewayError of the transport when the device cannot be asked.
 */
export const checkDevice = async (options: CheckOptions): Promise<CheckFailure | undefined> => {
  for (const { table, address, equals } of options.profile.identity) {
    const data = await readOnce(options, { table, address, quantity: 1 });
    const value = data.readUInt16BE(0);
    if (value !== equals)
      return identityFailure(options.profile.profile, { address, equals, value });
  }
  const probe = options.profile.wordOrderProbe;
  if (probe === undefined) return undefined;
  const quantity = pointLength(probe);
  const data = await readOnce(options, { table: probe.table, address: probe.address, quantity });
  if (isExpected(probe, probe.order, data)) return undefined;
  return orderFailure(probe, data);
};

const readOnce = (
  { transport, unitId, timeoutMs }: CheckOptions,
  place: {
    readonly table: 'holding' | 'input';
    readonly address: number;
    readonly quantity: number;
  },
): Promise<Buffer> => {
  const functionCode: ReadFunction = place.table === 'holding' ? 3 : 4;
  const { address, quantity } = place;
  const request: ReadRequest = { unitId, functionCode, address, quantity, timeoutMs };
  return new Promise((resolve, reject) => {
    transport.read(request, {
      answered: (buffer, offset) =>
        resolve(Buffer.from(buffer.subarray(offset, offset + 2 * quantity))),
      failed: (error: GatewayError) => reject(error),
    });
  });
};

const isExpected = (probe: WordOrderProbe, order: ByteOrder, data: Buffer): boolean =>
  Math.abs(decodeProbe(probe, order, data) - probe.expect) <=
  Math.abs(probe.expect) * relativeTolerance;

const decodeProbe = (probe: WordOrderProbe, order: ByteOrder, data: Buffer): number => {
  const point: ProfilePoint = {
    point: 'probe',
    address: 0,
    type: probe.type,
    order,
    scale: 1,
    offset: 0,
    sign: 1,
    invalid: [],
    unit: '1',
    description: { en: 'probe', zh: '探针' },
  };
  const values = new Float64Array(1);
  const target = { values, status: new Uint32Array(1), intern: () => 0 };
  new DecodeProgram([{ point, channel: 0, place: 0, isBitTable: false }], target).run(data, 0);
  return values[0] as number;
};

const identityFailure = (
  profile: string,
  place: { readonly address: number; readonly equals: number; readonly value: number },
): CheckFailure => {
  const { address, equals, value } = place;
  return {
    code: 'device-identity-mismatch',
    text: {
      en: `not a ${profile}: register ${address} holds ${value} instead of ${equals}`,
      zh: `不是 ${profile} 设备：寄存器 ${address} 的值为 ${value}，应为 ${equals}`,
    },
  };
};

const orderFailure = (probe: WordOrderProbe, data: Buffer): CheckFailure => {
  const fitting = byteOrders.filter((order) => isExpected(probe, order, data));
  const words = data.toString('hex').replaceAll(/(.{4})(?=.)/g, '$1 ');
  const place = `${probe.address}-${probe.address + data.length / 2 - 1}`;
  const en = fitting.length === 0 ? 'no order of words gives it' : `${fitting[0]} would give it`;
  const zh = fitting.length === 0 ? '任何字序都得不到该值' : `字序应为 ${fitting[0]}`;
  return {
    code: 'word-order-mismatch',
    text: {
      en: `registers ${place} hold ${words}, which is not ${probe.expect} in ${probe.order}: ${en}`,
      zh: `寄存器 ${place} 的内容为 ${words}，按 ${probe.order} 解码不等于 ${probe.expect}：${zh}`,
    },
  };
};
