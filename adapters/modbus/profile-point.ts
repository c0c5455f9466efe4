import { z } from 'zod';
import { pathPartPattern, pointNamePattern } from '../../gateway/core/point.ts';
import { screeningShape } from '../../gateway/core/point-screening.ts';

/** What the bits and registers of a point mean; the sizes are in `registerCounts`. */
const valueTypes = [
  'bit',
  'bitfield',
  'i16',
  'u16',
  'i32',
  'u32',
  'i64',
  'u64',
  'f32',
  'f64',
  'string',
  'enum',
] as const;
export type ValueType = (typeof valueTypes)[number];

export const tables = ['coil', 'discrete', 'holding', 'input'] as const;
export type Table = (typeof tables)[number];

/**
 * Bytes of a 32-bit value over two registers, A the most significant; a 64-bit value takes its registers in the same
 * direction and its bytes within a register in the same order.
 */
export const byteOrders = ['ABCD', 'CDAB', 'BADC', 'DCBA'] as const;
export type ByteOrder = (typeof byteOrders)[number];

const lastAddress = 65_535;

export const address = (description: string) =>
  z.int().min(0).max(lastAddress).describe(`${description}: a zero-based protocol address`);

export const localText = z
  .strictObject({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) })
  .describe('A text in English and in Chinese');

const sentinel = z
  .union([
    z.number(),
    z.string().regex(/^0x[0-9A-Fa-f]{1,16}$/, 'a raw value such as 0xFFFF or -32768'),
  ])
  .describe(
    'A raw value that means that there is none; text such as 0x8000000000000000 beyond 2^53',
  );

const number = (description: string) => z.number().describe(description);

const pointSchema = z
  .strictObject({
    point: z
      .string()
      .max(64)
      .regex(pointNamePattern, 'letters, digits, _, - and dots, beginning with a letter')
      .describe('Name of the point within its equipment'),
    address: address('Where the value begins, counted from the address of the instance'),
    type: z.enum(valueTypes).describe('How the registers are read'),
    bit: z
      .int()
      .min(0)
      .max(15)
      .optional()
      .describe('With type bit in a register: which bit, 0 the least significant'),
    mask: z
      .int()
      .min(1)
      .max(0xffff_ffff)
      .optional()
      .describe('With type bitfield, u16, u32 or enum: the bits that count'),
    shift: z.int().min(0).max(31).optional().describe('Bits to shift right after the mask'),
    length: z.int().min(1).max(125).optional().describe('With type string: how many registers'),
    order: z
      .enum(byteOrders)
      .default('ABCD')
      .describe('Order of bytes and words, A the most significant byte'),
    scale: number('The raw value is multiplied by it').default(1),
    offset: number('Added after scaling').default(0),
    sign: z
      .union([z.literal(1), z.literal(-1)])
      .default(1)
      .describe('-1 turns the direction round, before the offset'),
    scaleFactorAddress: address(
      'SunSpec scale factor, a power of ten in an i16, counted from the address of the instance',
    ).optional(),
    invalid: z.array(sentinel).max(8).default([]).describe('Raw values that mean no data'),
    kind: z
      .enum(['number', 'counter', 'boolean', 'enum', 'string'])
      .optional()
      .describe('What the value is; follows from the type unless told'),
    unit: z.string().min(1).max(32).default('1').describe('UCUM code of the scaled value'),
    description: localText,
    labels: z
      .record(z.string().regex(/^-?\d+$/, 'a number'), localText)
      .optional()
      .describe('With kind enum: what each number means'),
    minimum: number('A value below is marked BadOutOfRange').optional(),
    maximum: number('A value above is marked BadOutOfRange').optional(),
    deadband: z.number().min(0).optional().describe('Smallest change worth showing, in the unit'),
    decimals: z.int().min(0).max(9).optional().describe('Digits after the point for people'),
    rolloverAt: z
      .number()
      .positive()
      .optional()
      .describe('With kind counter: where the register starts again at 0, in the unit'),
    ...screeningShape,
  })
  .superRefine((point, context) => {
    const fail = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    if (point.type === 'string' && point.length === undefined)
      fail('length', 'a length, with type string');
    if (point.type !== 'string' && point.length !== undefined)
      fail('length', 'no length but with type string');
    if (point.bit !== undefined && point.type !== 'bit') fail('bit', 'no bit but with type bit');
    const isMaskable = ['bitfield', 'u16', 'u32', 'enum'].includes(point.type);
    if (point.mask !== undefined && !isMaskable) fail('mask', 'no mask with this type');
    if (point.shift !== undefined && point.mask === undefined)
      fail('mask', 'a mask beside the shift');
    if (pointKind(point) === 'enum' && point.labels === undefined)
      fail('labels', 'labels, with kind enum');
    if (point.rolloverAt !== undefined && point.kind !== 'counter')
      fail('kind', 'counter, beside rolloverAt');
    if (point.restarts !== undefined && point.kind !== 'counter')
      fail('kind', 'counter, beside restarts');
    if ((point.type === 'string') !== (pointKind(point) === 'string')) {
      fail('kind', 'string with type string, and only there');
    }
    if ((point.minimum ?? -Infinity) > (point.maximum ?? Infinity)) {
      fail('minimum', `at most maximum (${point.maximum})`);
    }
  });

const instanceSchema = z.strictObject({
  equipment: z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .optional()
    .describe("The equipment whose points these are; the device's unless told"),
  address: address('Where this instance of the block begins'),
});

export const blockSchema = z
  .strictObject({
    name: z
      .string()
      .max(64)
      .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
      .describe('Name of the group of points, unique within each equipment'),
    class: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, 'lower-case letters, digits and _')
      .describe('Class of the equipment: the measurement in InfluxDB'),
    table: z.enum(tables).default('holding').describe('Which of the four tables'),
    periodMs: z.int().min(1).max(86_400_000).describe('How often it is read, in ms'),
    atomic: z
      .boolean()
      .default(false)
      .describe('Each instance is read by one request, so that its values belong together'),
    tornReadCheck: z
      .tuple([
        address('First copy of the sequence number, counted from the instance'),
        address('Second copy'),
      ])
      .optional()
      .describe('Two registers that are equal unless the device was writing while it was read'),
    deviceTime: z
      .strictObject({
        epochSeconds: address('Seconds since 1970 in UTC, an u32 in the order given'),
        milliseconds: address('Milliseconds of the second, an u16').optional(),
        order: z.enum(byteOrders).default('ABCD').describe('Order of the seconds'),
      })
      .optional()
      .describe("The device's clock at which the block stands, counted from the instance"),
    instances: z
      .array(instanceSchema)
      .min(1)
      .max(256)
      .describe('Where the block lies, once for each equipment'),
    points: z.array(pointSchema).min(1).max(500),
  })
  .superRefine((block, context) => {
    const isBits = block.table === 'coil' || block.table === 'discrete';
    for (const [index, point] of block.points.entries()) {
      const fail = (key: string, message: string): void => {
        context.addIssue({ code: 'custom', path: ['points', index, key], message });
      };
      if (isBits && (point.type !== 'bit' || point.bit !== undefined)) {
        fail('type', `bit without a bit number, in the table ${block.table}`);
      }
      if (!isBits && point.type === 'bit' && point.bit === undefined) {
        fail('bit', 'a bit number, in a table of registers');
      }
      if (block.points.findIndex(({ point: name }) => name === point.point) !== index) {
        fail('point', 'a name that no other point of the block has');
      }
      const other = point.frozen === 'off' ? undefined : point.frozen?.while?.point;
      if (other !== undefined && !block.points.some((known) => known.point === other)) {
        fail('frozen', `while with a point of this block, not ${other}`);
      }
    }
    if (isBits && (block.deviceTime !== undefined || block.tornReadCheck !== undefined)) {
      context.addIssue({
        code: 'custom',
        path: ['table'],
        message: 'holding or input, with deviceTime or tornReadCheck',
      });
    }
  });

export type ProfileBlock = z.output<typeof blockSchema>;
export type ProfilePoint = ProfileBlock['points'][number];

export const pointKind = (point: {
  readonly kind?: ProfilePoint['kind'];
  readonly type: ValueType;
}): NonNullable<ProfilePoint['kind']> => {
  if (point.kind !== undefined) return point.kind;
  if (point.type === 'bit') return 'boolean';
  return point.type === 'enum' || point.type === 'string' ? point.type : 'number';
};

const registerCounts: Readonly<Record<Exclude<ValueType, 'string'>, number>> = {
  bit: 1,
  bitfield: 1,
  i16: 1,
  u16: 1,
  enum: 1,
  i32: 2,
  u32: 2,
  f32: 2,
  i64: 4,
  u64: 4,
  f64: 4,
};

/** Registers, or bits in a table of bits, that a point takes. */
export const pointLength = (point: {
  readonly type: ValueType;
  readonly length?: number | undefined;
}): number => (point.type === 'string' ? (point.length ?? 1) : registerCounts[point.type]);
