import { z } from 'zod';
import type { AnyAdapter, ConfigSection } from '../gateway/core/adapter.ts';
import { buildSiteSchema, entrySchema, mostSinks, mostSources } from './site-schema.ts';

type Json = { readonly [key: string]: unknown };

const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null ? (value as Json) : {};

/** Draft 7 is what the YAML language servers of the common editors understand. */
const exportSchema = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = asJson(
    z.toJSONSchema(schema, { io: 'input', target: 'draft-7', unrepresentable: 'any' }),
  );
  return rest;
};

/** The adapter's own schema, each alternative of it with the keys that every entry has. */
const withEntryKeys = (schema: Json, base: Json, kind: string): Json => {
  for (const union of ['oneOf', 'anyOf']) {
    const branches = schema[union];
    if (Array.isArray(branches)) {
      return {
        ...schema,
        [union]: branches.map((branch) => withEntryKeys(asJson(branch), base, kind)),
      };
    }
  }
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const baseProperties = asJson(base['properties']);
  return {
    ...schema,
    properties: {
      ...baseProperties,
      kind: { ...asJson(baseProperties['kind']), enum: undefined, const: kind },
      ...asJson(schema['properties']),
    },
    required: ['id', 'kind', ...required],
  };
};

const entriesSchema = (
  adapters: readonly AnyAdapter[],
  most: number,
  description: unknown,
): Json => {
  const base = exportSchema(entrySchema(adapters.map((adapter) => adapter.kind)));
  return {
    type: 'array',
    description,
    maxItems: most,
    default: [],
    items: {
      oneOf: adapters.map((adapter) =>
        withEntryKeys(exportSchema(adapter.configSchema), base, adapter.kind),
      ),
    },
  };
};

const withRole = (adapters: readonly AnyAdapter[], role: AnyAdapter['role']): AnyAdapter[] =>
  adapters.filter((adapter) => adapter.role === role);

/**
 * JSON Schema (draft 7) of the site file, for editors: completion, descriptions and most of what `check` finds. Made from
 * the very schemas that the loader uses.
 */
export const siteJsonSchema = (
  adapters: readonly AnyAdapter[],
  sections: readonly ConfigSection[],
): Json => {
  const core = exportSchema(buildSiteSchema(sections));
  const properties = asJson(core['properties']);
  const describe = (key: string): unknown => asJson(properties[key])['description'];
  const assembled = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Seamwatt site file',
    ...core,
    properties: {
      ...properties,
      sources: entriesSchema(withRole(adapters, 'source'), mostSources, describe('sources')),
      sinks: entriesSchema(withRole(adapters, 'sink'), mostSinks, describe('sinks')),
      ...Object.fromEntries(sections.map((section) => [section.key, exportSchema(section.schema)])),
    },
  };
  // Drops what is undefined, so that the value equals what is read back from the committed file.
  return asJson(JSON.parse(JSON.stringify(assembled)));
};
