import { z } from 'zod';
import { identifierWords, isIdentifier, namespaceUri, pathSchema } from '../address-schema.ts';

const nodeSchema = z
  .strictObject({
    node: z
      .string()
      .max(4096)
      .refine(isIdentifier, identifierWords)
      .optional()
      .describe('Identifier of the node, without ns='),
    path: pathSchema
      .optional()
      .describe('Instead of node: browse names from the folder Objects to the node'),
    namespaceUri: namespaceUri.optional(),
  })
  .refine(({ node, path }) => (node === undefined) !== (path === undefined), 'either node or path');

/** What a machine shows of production and of what happens to it, beside its points. */
export const machineShape = {
  jobOrders: nodeSchema
    .optional()
    .describe('JobOrderList of its job order receiver (OPC 10031-4): its orders and their states'),
  jobResponses: nodeSchema
    .optional()
    .describe('JobOrderResponseList of its job response provider: when orders began and ended'),
  results: z
    .array(nodeSchema)
    .max(200)
    .default([])
    .describe('Variables with results (OPC 40001-101): read again after a loss of the connection'),
  events: z
    .array(nodeSchema)
    .max(20)
    .default([])
    .describe('Objects whose events are taken: alarms, results and others'),
};

export const machineSchema = z.strictObject(machineShape);
export type MachineConfig = z.output<typeof machineSchema>;
export type MachineNodeConfig = z.output<typeof nodeSchema>;
