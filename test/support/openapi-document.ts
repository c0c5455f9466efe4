import { expect } from 'vitest';

type Operation = {
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
  }[];
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly description?: string;
        readonly content?: Readonly<Record<string, { readonly schema?: unknown }>>;
      }
    >
  >;
};

/** The only routes that change anything; all others are read. */
const changing: Readonly<Record<string, readonly string[]>> = {
  '/api/v1/production/messages': ['get', 'post'],
  '/api/v1/reload': ['get', 'post'],
  '/api/v1/session': ['get', 'post', 'delete'],
  '/api/v1/session/password': ['put'],
  '/api/v1/sessions/{id}': ['delete'],
  '/api/v1/sinks/{id}/quarantine/drop': ['post'],
  '/api/v1/sinks/{id}/quarantine/retry': ['post'],
  '/api/v1/tokens': ['get', 'post'],
  '/api/v1/tokens/{id}': ['delete'],
  '/api/v1/users': ['get', 'post'],
  '/api/v1/users/{name}': ['patch', 'delete'],
};
const methodsOf = (path: string): readonly string[] => changing[path] ?? ['get'];

/** The paths of an OpenAPI 3 document, once everything that a reader needs of it has been found in it. */
export const describedPaths = (document: Readonly<Record<string, unknown>>): readonly string[] => {
  expect(document['openapi']).toMatch(/^3\.\d+\.\d+$/);
  expect(document['info']).toMatchObject({ title: 'Seamwatt', version: expect.any(String) });
  const paths = document['paths'] as Record<string, Record<string, Operation>>;
  for (const [path, methods] of Object.entries(paths)) {
    expect(path).toMatch(/^\//);
    expect(Object.keys(methods), path).toEqual(methodsOf(path));
    for (const operation of Object.values(methods)) expectOperation(path, operation);
  }
  for (const reference of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const target = (reference[1] ?? '')
      .split('/')
      .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], document);
    expect(target, reference[1]).toBeDefined();
  }
  return Object.keys(paths).sort();
};

const expectOperation = (path: string, { responses, parameters = [] }: Operation): void => {
  expect(Object.keys(responses), path).toContain('200');
  for (const answer of Object.values(responses)) {
    expect(answer.description, path).toEqual(expect.any(String));
    expect(answer.content?.['application/json']?.schema, path).toBeTypeOf('object');
  }
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const declared = parameters.filter(({ in: place }) => place === 'path');
  expect(declared.map(({ name }) => name)).toEqual(inPath);
  expect(declared.every(({ required }) => required === true)).toBe(true);
};
