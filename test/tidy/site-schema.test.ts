import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { adapters } from '../../adapters/index.ts';
import { siteJsonSchema } from '../../config/json-schema.ts';
import { siteSections } from '../../gateway/site-sections.ts';

const remedy = 'run: node bin/seamwatt.mjs check --schema > config/site.schema.json';

test('config/site.schema.json is what the schemas say now', () => {
  const committed = readFileSync('config/site.schema.json', 'utf8');
  const current = `${JSON.stringify(siteJsonSchema(adapters, siteSections), null, 2)}\n`;
  // Not the texts themselves: their difference would fill pages.
  expect(committed === current, remedy).toBe(true);
});

test('the demo site names it for editors', () => {
  const [first] = readFileSync('config/demo.yaml', 'utf8').split('\n');
  expect(first).toBe('# yaml-language-server: $schema=./site.schema.json');
});

type Node = { readonly [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Paths of properties without a description, in this schema and below. */
const undescribed = (schema: Node, path: string): string[] => {
  const properties = isNode(schema['properties']) ? schema['properties'] : {};
  const below = Object.entries(properties).flatMap(([name, property]) => {
    if (!isNode(property)) return [];
    const here = `${path}/${name}`;
    const isExplained = property['description'] !== undefined || property['const'] !== undefined;
    return [...(isExplained ? [] : [here]), ...undescribed(property, here)];
  });
  const alternatives = ['oneOf', 'anyOf', 'items'].flatMap((key) => {
    const value = schema[key];
    const nodes = Array.isArray(value) ? value : [value];
    return nodes.filter(isNode).flatMap((node) => undescribed(node, path));
  });
  return [...below, ...alternatives];
};

test('the parts of config/ explain every key', () => {
  const schema = siteJsonSchema([], []);
  expect(undescribed(schema, '')).toEqual([]);
});

test('each kind of source and sink has its own keys beside those of every entry', () => {
  const schema = siteJsonSchema(adapters, siteSections);
  const text = JSON.stringify(schema);
  for (const { kind } of adapters) expect(text).toContain(`"const":"${kind}"`);
  expect(text).toContain('"enabledWhenSet"');
});
