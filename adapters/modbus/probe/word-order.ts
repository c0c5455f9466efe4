import { type ByteOrder, byteOrders } from '../profile-point.ts';
import { bytePlaces } from '../words.ts';

/** A value that is known to stand somewhere. */
export type KnownValue = {
  readonly table: 'holding' | 'input';
  readonly address: number;
  readonly type: 'u32' | 'i32' | 'f32';
  readonly value: number;
};

export type WordOrderFinding = {
  readonly order: ByteOrder;
  /** `known`: a known value stands there in this order only; `plausible`: the others make less sense. */
  readonly certainty: 'known' | 'plausible';
};

const knownPattern = /^(u32|i32|f32)@(?:(holding|input):)?(\d+)=(-?[\d.eE+]+)$/;

/** `f32@holding:2=230.5`. @throws RangeError */
export const parseKnown = (text: string): KnownValue => {
  const [, type, table, address, value] = knownPattern.exec(text) ?? [];
  if (type !== 'u32' && type !== 'i32' && type !== 'f32') {
    throw new RangeError(
      `--known: found ${text}, expected TYPE@TABLE:ADDRESS=VALUE, such as f32@holding:2=230.5`,
    );
  }
  return {
    type,
    table: table === 'input' ? 'input' : 'holding',
    address: Number(address),
    value: Number(value),
  };
};

const decode = (
  data: Buffer,
  at: number,
  { type, order }: { readonly type: KnownValue['type']; readonly order: ByteOrder },
): number => {
  const bytes = Buffer.from(bytePlaces(order, 2).map((place) => data[at + place] ?? 0));
  if (type === 'f32') return bytes.readFloatBE(0);
  return type === 'u32' ? bytes.readUInt32BE(0) : bytes.readInt32BE(0);
};

const tolerance = 1e-6;

/** The orders in which two registers give the known value; more than one where its halves look alike. */
export const ordersOf = ({ type, value }: KnownValue, data: Buffer): readonly ByteOrder[] =>
  byteOrders.filter((order) => {
    const found = decode(data, 0, { type, order });
    return Math.abs(found - value) <= Math.abs(value) * tolerance;
  });

/** What a float may be in a plant: a mains frequency tells more than just any number of sensible size. */
const weightOf = (value: number): number => {
  const size = Math.abs(value);
  if (size > 49 && size < 51) return 4;
  if ((size > 200 && size < 260) || (size > 360 && size < 440)) return 2;
  return size > 1e-2 && size < 1e6 ? 1 : 0;
};

const leastScore = 4;
const leastLead = 2;

/**
 * The order in which pairs of registers make most sense as floats; undefined where none stands out, as with integers.
 *
 * @param data registers as they came, of at least two
 */
export const plausibleOrder = (data: Buffer): ByteOrder | undefined => {
  const scores = byteOrders.map((order) => {
    let score = 0;
    for (let at = 0; at + 4 <= data.length; at += 4) {
      const value = decode(data, at, { type: 'f32', order });
      // Whole numbers below 2^16 in one register are tiny as floats in one order and nonsense in the other.
      if (Number.isFinite(value)) score += weightOf(value);
    }
    return { order, score };
  });
  const [best, second] = scores.sort((a, b) => b.score - a.score);
  if (best === undefined || best.score < leastScore) return undefined;
  return best.score >= leastLead * (second?.score ?? 0) ? best.order : undefined;
};
