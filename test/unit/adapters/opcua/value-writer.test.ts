import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NodeTarget } from '../../../../adapters/opcua/layout.ts';
import {
  type DataValueLike,
  hasOverflow,
  ValueWriter,
} from '../../../../adapters/opcua/value-writer.ts';
import { absentStatus, statusCodes } from '../../../../gateway/core/quality.ts';
import { testSeed } from '../../../support/seed.ts';

const target = (options: Partial<NodeTarget> = {}): NodeTarget => ({
  index: 0,
  groupIndex: 0,
  channel: 1,
  width: 1,
  isArray: false,
  kind: 'number',
  multiplier: 1,
  divisor: 1,
  offset: 0,
  minimum: Number.NEGATIVE_INFINITY,
  maximum: Number.POSITIVE_INFINITY,
  address: { type: 'identifier', identifier: 's=A', namespaceUri: 'urn:a' },
  name: 'a',
  ...options,
});

/** Built-in types by their numbers in OPC UA Part 6 §5.1.2. */
const types = {
  null: 0,
  boolean: 1,
  int64: 8,
  uint64: 9,
  float: 10,
  double: 11,
  string: 12,
  dateTime: 13,
  byteString: 15,
  qualifiedName: 20,
  localizedText: 21,
  extensionObject: 22,
};

const scalar = (type: keyof typeof types, value: unknown): DataValueLike => ({
  value: { dataType: types[type], arrayType: 0, value },
  statusCode: { value: 0 },
});

/** What stands in the columns afterwards, in channels 1 to `width`. */
const write = (
  where: NodeTarget,
  data: DataValueLike,
  status: number = statusCodes.good,
): readonly (readonly [number, number])[] => {
  const columns = { values: new Float64Array(5), status: new Uint32Array(5).fill(absentStatus) };
  const texts = new Map<string, number>();
  const writer = new ValueWriter((text) => {
    if (text === 'one too many') return 0;
    if (!texts.has(text)) texts.set(text, 100 + texts.size);
    return texts.get(text) as number;
  });
  writer.write(where, data, status, columns);
  const written = Array.from({ length: 5 }, (_, i) => i).filter(
    (i) => columns.status[i] !== absentStatus,
  );
  expect(written).toEqual(Array.from({ length: where.width }, (_, i) => where.channel + i));
  return written.map((i) => [columns.values[i] as number, columns.status[i] as number]);
};

const {
  good,
  badNoData,
  badResourceUnavailable,
  badOutOfRange,
  badTypeMismatch,
  badSensorFailure,
} = statusCodes;

describe('a value', () => {
  it.each([
    ['boolean', true, {}, [1, good]],
    ['double', -2.5, { kind: 'boolean' }, [1, good]],
    ['double', 3, { divisor: 10 }, [0.3, good]],
    ['double', 3, { multiplier: 4, offset: 1 }, [13, good]],
    ['dateTime', new Date(5), {}, [5, good]],
    ['int64', [0xffff_ffff, 0xffff_ffff], {}, [-1, good]],
    ['uint64', [0x1f_ffff, 0xffff_ffff], {}, [2 ** 53 - 1, good]],
    ['uint64', [0x20_0000, 0], {}, [2 ** 53, badOutOfRange]],
    ['int64', [0x8000_0000, 0], {}, [-(2 ** 63), badOutOfRange]],
    ['double', 9, { maximum: 8 }, [9, badOutOfRange]],
    ['double', 9, { minimum: 10 }, [9, badOutOfRange]],
    ['float', Number.NaN, {}, [0, badNoData]],
    ['float', Number.POSITIVE_INFINITY, {}, [0, badOutOfRange]],
    ['null', null, {}, [0, badNoData]],
    ['string', 'x', { kind: 'string' }, [100, good]],
    ['string', null, { kind: 'string' }, [0, badNoData]],
    ['localizedText', { text: '焊' }, { kind: 'string' }, [100, good]],
    ['localizedText', { text: null }, { kind: 'string' }, [0, badNoData]],
    ['string', 'one too many', { kind: 'string' }, [0, badResourceUnavailable]],
    ['qualifiedName', { name: 'n' }, { kind: 'string' }, [100, good]],
    ['double', 1, { kind: 'string' }, [0, badTypeMismatch]],
    ['string', '1', {}, [0, badTypeMismatch]],
    ['byteString', Buffer.from('a'), {}, [0, badTypeMismatch]],
    ['extensionObject', {}, {}, [0, badTypeMismatch]],
  ] as const)('of type %s: %j with %j', (type, value, options, expected) => {
    expect(write(target(options), scalar(type, value))).toEqual([expected]);
  });

  it('keeps the status of the server, and the value beside a bad one', () => {
    const status = badSensorFailure;
    expect(write(target(), scalar('double', 7), status)).toEqual([[7, status]]);
    expect(write(target({ maximum: 5 }), scalar('double', 7), status)).toEqual([[7, status]]);
    expect(write(target(), { statusCode: { value: status } }, status)).toEqual([[0, status]]);
    const uncertain = statusCodes.uncertainSubNormal;
    expect(write(target(), scalar('double', 7), uncertain)).toEqual([[7, uncertain]]);
    expect(write(target({ maximum: 5 }), scalar('double', 7), uncertain)).toEqual([
      [7, badOutOfRange],
    ]);
  });

  it('keeps every safe 64-bit integer exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const bits = BigInt.asUintN(64, BigInt(value));
        const pair = [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
        expect(write(target(), scalar('int64', pair))).toEqual([[value, good]]);
      }),
      { seed: testSeed() },
    );
  });
});

describe('an array', () => {
  const array = (value: unknown): DataValueLike => ({
    value: { dataType: types.float, arrayType: 1, value },
    statusCode: { value: 0 },
  });
  const three = target({ isArray: true, width: 3, maximum: 10 });

  it('fills one channel an element, each judged alone', () => {
    expect(write(three, array(new Float32Array([1, 20, 3])))).toEqual([
      [1, good],
      [20, badOutOfRange],
      [3, good],
    ]);
  });

  it('says which elements are not there, and leaves out more than asked for', () => {
    expect(write(three, array([1]))).toEqual([
      [1, good],
      [0, statusCodes.badDataUnavailable],
      [0, statusCodes.badDataUnavailable],
    ]);
    expect(write(three, array([1, 2, 3, 4]))).toHaveLength(3);
  });

  it('is not a scalar, nor a scalar an array', () => {
    expect(write(target(), array([1]))).toEqual([[0, badTypeMismatch]]);
    expect(write(three, scalar('float', 1))).toEqual([
      [0, badTypeMismatch],
      [0, badTypeMismatch],
      [0, badTypeMismatch],
    ]);
  });
});

it.each([
  [0x0000_0480, true],
  [0x4000_0480, true],
  [0x0000_0400, false],
  [0x0000_0080, false],
  [0x8034_0000, false],
])('reads the overflow bit of 0x%s', (status, expected) => {
  expect(hasOverflow(status)).toBe(expected);
});
