import { z } from 'zod';
import { address, blockSchema, byteOrders, localText, tables } from './profile-point.ts';
import { entryIssues } from './sunspec/model-points.ts';
import { sunSpecEntrySchema } from './sunspec/sunspec-entry.ts';

export const limitsShape = {
  maxRegisters: z.int().min(1).max(125).describe('Most registers in one request'),
  maxBits: z.int().min(1).max(2000).describe('Most coils or discrete inputs in one request'),
  maxGap: z
    .int()
    .min(0)
    .max(124)
    .describe('Most registers or bits that are read for nothing between two that are wanted'),
  forbidden: z
    .array(
      z.strictObject({
        table: z.enum(tables),
        from: address('First'),
        to: address('Last, included'),
      }),
    )
    .max(64)
    .describe('Addresses that must never be read, because the device misbehaves'),
};

const limitsSchema = z
  .strictObject({
    maxRegisters: limitsShape.maxRegisters.default(125),
    maxBits: limitsShape.maxBits.default(2000),
    maxGap: limitsShape.maxGap.default(8),
    forbidden: limitsShape.forbidden.default([]),
  })
  .prefault({})
  .describe('What the device can bear');

/** A device as plain data: what lies where, and what it means. Addresses are zero-based, as on the wire. */
export const profileSchema = z
  .strictObject({
    profile: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'lower-case letters, digits, - and .')
      .describe('Name of the profile, equal to the name of its file'),
    version: z.int().min(1).describe('Raised with every change that changes what is read'),
    title: localText,
    testedOn: z
      .enum(['hardware', 'simulator', 'nothing'])
      .describe('What the profile has been seen to work on'),
    limits: limitsSchema,
    identity: z
      .array(
        z.strictObject({
          table: z.enum(['holding', 'input']).default('holding'),
          address: address('The register'),
          equals: z.int().min(0).max(0xffff),
        }),
      )
      .max(16)
      .default([])
      .describe('Registers that show, when the connection begins, that it is this kind of device'),
    wordOrderProbe: z
      .strictObject({
        table: z.enum(['holding', 'input']).default('holding'),
        address: address('Where the known value lies'),
        type: z.enum(['i32', 'u32', 'f32', 'i64', 'u64', 'f64']),
        order: z.enum(byteOrders).default('ABCD'),
        expect: z.number().describe('What must be read there'),
      })
      .optional()
      .describe(
        'A known value that shows, when the connection begins, whether the order of words is right',
      ),
    blocks: z.array(blockSchema).max(64).default([]),
    sunspec: z
      .array(sunSpecEntrySchema)
      .max(64)
      .default([])
      .describe('Groups of points of SunSpec models, which are found when the connection begins'),
  })
  .superRefine((profile, context) => {
    if (profile.blocks.length + profile.sunspec.length === 0) {
      context.addIssue({ code: 'custom', path: ['blocks'], message: 'blocks, or sunspec' });
    }
    for (const [index, entry] of profile.sunspec.entries()) {
      for (const { path, message } of entryIssues(entry)) {
        context.addIssue({ code: 'custom', path: ['sunspec', index, ...path], message });
      }
    }
  });

export type Profile = z.output<typeof profileSchema>;
export type Limits = Profile['limits'];
export type WordOrderProbe = NonNullable<Profile['wordOrderProbe']>;
