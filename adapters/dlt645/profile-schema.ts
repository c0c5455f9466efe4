import { z } from 'zod';
import { pathPartPattern, pointNamePattern } from '../../gateway/core/point.ts';
import { screeningShape } from '../../gateway/core/point-screening.ts';
import { fieldBytes, numberFormat, timeFormat } from './field-format.ts';

const localText = z
  .strictObject({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) })
  .describe('A text in English and in Chinese');

const isFormat = (format: string): boolean =>
  format === timeFormat || (numberFormat.test(format) && Number.isInteger(fieldBytes(format)));

const pointSchema = z
  .strictObject({
    point: z
      .string()
      .max(64)
      .regex(pointNamePattern, 'letters, digits, _, - and dots, beginning with a letter')
      .describe('Name of the point within its equipment'),
    format: z
      .string()
      .max(24)
      .refine(isFormat, 'an even number of digits such as XXXXXX.XX, or YYMMDDhhmm')
      .describe('Digits of the field as the standard writes them: XXXXXX.XX, or YYMMDDhhmm'),
    signed: z
      .boolean()
      .default(false)
      .describe('The highest bit is the sign: powers, currents, power factors'),
    ratio: z
      .enum(['none', 'current', 'voltage', 'power'])
      .default('none')
      .describe(
        'By which of its transformers the meter reads less than there is; power: by both. Applies to the limits of the point, too',
      ),
    scale: z.number().default(1).describe('The number is multiplied by it, beside the ratio'),
    kind: z
      .enum(['number', 'counter'])
      .default('number')
      .describe('counter: an energy register, which starts again at 0 after its last digit'),
    unit: z.string().min(1).max(32).default('1').describe('UCUM code of the scaled value'),
    description: localText,
    minimum: z.number().optional().describe('A value below is marked BadOutOfRange'),
    maximum: z.number().optional().describe('A value above is marked BadOutOfRange'),
    deadband: z.number().min(0).optional().describe('Smallest change worth showing, in the unit'),
    decimals: z.int().min(0).max(9).optional().describe('Digits after the point for people'),
    ...screeningShape,
  })
  .superRefine((point, context) => {
    const fail = (key: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [key], message });
    };
    if (point.format === timeFormat && point.kind === 'counter') fail('kind', 'number');
    if (point.kind === 'counter' && point.signed) fail('signed', 'false, with kind counter');
    if (point.restarts !== undefined && point.kind !== 'counter')
      fail('kind', 'counter, beside restarts');
    if ((point.minimum ?? -Infinity) > (point.maximum ?? Infinity)) {
      fail('minimum', `at most maximum (${point.maximum})`);
    }
  });

const identifierWords = 'eight hexadecimal digits in quotes, DI3 first, such as "00010000"';

const readSchema = z.strictObject({
  identifier: z
    .string(identifierWords)
    .regex(/^[0-9A-F]{8}$/, identifierWords)
    .describe('Data identifier, DI3 first; with FF in it a block of several fields'),
  points: z.array(pointSchema).min(1).max(40).describe('The fields of the answer, in their order'),
});

const groupSchema = z
  .strictObject({
    name: z
      .string()
      .max(64)
      .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
      .describe('Name of the group of points, unique within the equipment'),
    class: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,31}$/, 'lower-case letters, digits and _')
      .default('meter')
      .describe('Class of the equipment: the measurement in InfluxDB'),
    periodMs: z.int().min(100).max(86_400_000).describe('How often it is read, in ms'),
    reads: z.array(readSchema).min(1).max(40).describe('Asked one right after the other'),
  })
  .superRefine(({ reads }, context) => {
    const names = reads.flatMap(({ points }) => points.map(({ point }) => point));
    for (const [read, { points }] of reads.entries()) {
      for (const [index, { point, frozen }] of points.entries()) {
        const path = ['reads', read, 'points', index];
        if (names.filter((name) => name === point).length > 1) {
          const message = 'a name that no other point of the group has';
          context.addIssue({ code: 'custom', path: [...path, 'point'], message });
        }
        const other = frozen === 'off' ? undefined : frozen?.while?.point;
        if (other !== undefined && !names.includes(other)) {
          const message = `while with a point of this group, not ${other}`;
          context.addIssue({ code: 'custom', path: [...path, 'frozen'], message });
        }
      }
    }
  });

/** A kind of DL/T 645-2007 meter as plain data: which identifiers are read, and what their fields mean. */
export const profileSchema = z.strictObject({
  profile: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, - and .')
    .describe('Name of the profile, equal to the name of its file'),
  version: z.int().min(1).describe('Raised with every change that changes what is read'),
  title: localText,
  testedOn: z
    .enum(['hardware', 'simulator', 'nothing'])
    .describe('What the profile has been seen to work on'),
  groups: z.array(groupSchema).min(1).max(32),
  clock: z
    .strictObject({
      periodMs: z.int().min(1000).max(86_400_000).describe('How often it is looked at, in ms'),
    })
    .optional()
    .describe('The date and time of the meter (04000101, 04000102) are compared with ours'),
});

export type Profile = z.output<typeof profileSchema>;
export type ProfileGroup = Profile['groups'][number];
export type ProfileRead = ProfileGroup['reads'][number];
export type ProfilePoint = ProfileRead['points'][number];
