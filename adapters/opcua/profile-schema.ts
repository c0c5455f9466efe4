import { z } from 'zod';
import { pathPartPattern, pointNamePattern } from '../../gateway/core/point.ts';
import { screeningShape } from '../../gateway/core/point-screening.ts';
import { identifierWords, isIdentifier, namespaceUri, pathSchema } from './address-schema.ts';
import { machineSchema } from './machine/machine-schema.ts';

const localText = z
  .strictObject({ en: z.string().min(1).max(300), zh: z.string().min(1).max(300) })
  .describe('A text in English and in Chinese');

const number = (description: string) => z.number().describe(description);

const pointShape = {
  point: z
    .string()
    .max(64)
    .regex(pointNamePattern, 'letters, digits, _, - and dots, beginning with a letter')
    .describe('Name of the point within its equipment'),
  node: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('Identifier of the node, such as s=Machine.Current, i=2258 or g=..., without ns='),
  path: pathSchema
    .optional()
    .describe('Instead of node: browse names from the folder Objects to the node'),
  namespaceUri: namespaceUri.optional(),
  kind: z
    .enum(['number', 'counter', 'boolean', 'enum', 'string'])
    .default('number')
    .describe('What the value is; times count as numbers, in ms since 1970'),
  unit: z.string().min(1).max(32).default('1').describe('UCUM code of the scaled value'),
  description: localText,
  labels: z
    .record(z.string().regex(/^-?\d+$/, 'a number'), localText)
    .optional()
    .describe('With kind enum: what each number means'),
  scale: number('The value is multiplied by it')
    .refine((scale) => scale !== 0, 'a number other than 0')
    .default(1),
  offset: number('Added after scaling').default(0),
  minimum: number('A value below is marked BadOutOfRange').optional(),
  maximum: number('A value above is marked BadOutOfRange').optional(),
  ...screeningShape,
  deadband: z.number().min(0).optional().describe('Smallest change worth showing, in the unit'),
  decimals: z.int().min(0).max(9).optional().describe('Digits after the point for people'),
  rolloverAt: z
    .number()
    .positive()
    .optional()
    .describe('With kind counter: where the register starts again at 0, in the unit'),
  arrayElements: z
    .strictObject({
      count: z.int().min(1).max(1000).describe('Elements that become points'),
      names: z
        .array(z.string().regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and -'))
        .optional()
        .describe('Last part of each point name; 01, 02 and so on when not given'),
    })
    .optional()
    .describe('The node is an array: one point an element, such as z.01 to z.12'),
};

type PointShape = z.output<z.ZodObject<typeof pointShape>>;

const checkPoint = (
  point: PointShape,
  fail: (key: string, message: string) => void,
  isAddressed: boolean,
): void => {
  if (isAddressed && (point.node === undefined) === (point.path === undefined)) {
    fail('node', 'either node or path');
  }
  if (point.kind === 'enum' && point.labels === undefined) fail('labels', 'labels, with kind enum');
  if (point.rolloverAt !== undefined && point.kind !== 'counter') {
    fail('kind', 'counter, beside rolloverAt');
  }
  if (point.restarts !== undefined && point.kind !== 'counter') {
    fail('kind', 'counter, beside restarts');
  }
  if (point.kind === 'string' && (point.scale !== 1 || point.offset !== 0)) {
    fail('scale', 'no scale and no offset with kind string');
  }
  if ((point.minimum ?? -Infinity) > (point.maximum ?? Infinity)) {
    fail('minimum', `at most maximum (${point.maximum})`);
  }
  const { arrayElements } = point;
  if (arrayElements?.names !== undefined && arrayElements.names.length !== arrayElements.count) {
    fail('arrayElements', `${arrayElements.count} names, as many as count`);
  }
};

/** `isWhole`: its identifier is complete, without a prefix to come from elsewhere. */
const pointSchema = (isWhole: boolean) =>
  z.strictObject(pointShape).superRefine((point, context) => {
    checkPoint(
      point,
      (key, message) => {
        context.addIssue({ code: 'custom', path: [key], message });
      },
      isWhole,
    );
    if (isWhole && point.node !== undefined && !isIdentifier(point.node)) {
      context.addIssue({ code: 'custom', path: ['node'], message: identifierWords });
    }
  });

const pathPart = (description: string) =>
  z
    .string()
    .max(64)
    .regex(pathPartPattern, 'letters, digits, _ and -, beginning with a letter or digit')
    .describe(description);

/** A rule that looks at another point finds it in its group, or nowhere. */
const checkCompanions = (points: readonly PointShape[], context: z.RefinementCtx): void => {
  for (const [index, { frozen }] of points.entries()) {
    const other = frozen === 'off' ? undefined : frozen?.while?.point;
    if (other === undefined || points.some(({ point }) => point === other)) continue;
    const message = `while with a point of this group, not ${other}`;
    context.addIssue({ code: 'custom', path: [index, 'frozen'], message });
  }
};

const groupShape = {
  name: pathPart('Name of the group of points, unique within its equipment').default('signals'),
  class: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,31}$/, 'lower-case letters, digits and _')
    .describe('Class of the equipment: the measurement in InfluxDB'),
  periodMs: z
    .int()
    .min(10)
    .max(3_600_000)
    .optional()
    .describe(
      'How often the device renews these values, in ms, where that is less often than they are read',
    ),
};

export const areaPart = pathPart('Area of the plant');
export const linePart = pathPart('Line or part of the area');
export const equipmentPart = pathPart('The equipment, where the profile does not name it');

/** Points of one equipment, written out in the site file. */
export const equipmentSchema = z.strictObject({
  area: areaPart,
  line: linePart,
  equipment: pathPart('The equipment'),
  ...groupShape,
  namespaceUri: namespaceUri.optional(),
  points: z.array(pointSchema(true)).min(1).max(2000).superRefine(checkCompanions),
});

const instanceSchema = z.strictObject({
  equipment: pathPart("The equipment whose points these are; the device's unless told").optional(),
  identifierPrefix: z
    .string()
    .max(4096)
    .optional()
    .describe('Put before the node of every point, such as s=Machine.Torch1.'),
  nodes: z
    .record(z.string(), z.string().refine(isIdentifier, identifierWords))
    .default({})
    .describe('Identifiers of single points of this instance, by point name'),
});

const blockSchema = z.strictObject({
  ...groupShape,
  namespaceUri: namespaceUri.optional(),
  instances: z
    .array(instanceSchema)
    .min(1)
    .max(1000)
    .describe('Where the points lie, once for each equipment'),
  points: z.array(pointSchema(false)).min(1).max(2000).superRefine(checkCompanions),
});

/** A kind of machine as plain data: which nodes it has, and what they mean. */
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
  namespaceUri,
  blocks: z.array(blockSchema).min(1).max(64),
  machine: machineSchema.optional().describe('Its job orders, results and events, if it has any'),
});

export type Profile = z.output<typeof profileSchema>;
export type ProfileBlock = Profile['blocks'][number];
export type PointConfig = PointShape;
