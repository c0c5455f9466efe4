import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  type ParsedNode,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import type { ConfigPath } from './problem.ts';
import { formatPath, type Problem } from './problem.ts';
import { readText } from './read-text.ts';
import { primaryErrors, syntaxProblem } from './yaml-syntax.ts';

/** Where to point: at the value, or at the key before it. */
type Place = 'value' | 'key';

export type YamlFile = {
  readonly file: string;
  /** Undefined when the text is not YAML at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Line and column (from 1) of a path, or of the nearest thing around it that exists. */
  locate(path: ConfigPath, place?: Place): { readonly line: number; readonly column: number };
};

const limits = { bytes: 4 * 1024 * 1024, nodes: 250_000, depth: 64 };

type Context = {
  readonly anchors: Map<string, ParsedNode>;
  readonly report: (node: ParsedNode, path: ConfigPath, found: string, expected: string) => void;
  nodes: number;
  isExhausted: boolean;
};

const keyText = (pair: Pair): string => {
  const { key } = pair;
  return isScalar(key) ? String(key.value) : String(key);
};

const setOwn = (target: Record<string, unknown>, key: string, value: unknown): void => {
  // `__proto__` must become an ordinary (and then unknown) key.
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
};

const convertMap = (map: YAMLMap, path: ConfigPath, context: Context): unknown => {
  const result: Record<string, unknown> = {};
  for (const pair of map.items) {
    const key = keyText(pair);
    const value = convert(pair.value as ParsedNode | null, [...path, key], context);
    if (Object.hasOwn(result, key)) {
      const keyNode = pair.key as ParsedNode;
      context.report(keyNode, [...path, key], 'this key a second time', 'every key once');
    } else {
      setOwn(result, key, value);
    }
  }
  return result;
};

const convertAlias = (alias: Alias, path: ConfigPath, context: Context): unknown => {
  const target = context.anchors.get(alias.source);
  if (target === undefined) {
    context.report(
      alias as Alias.Parsed,
      path,
      `the alias *${alias.source}`,
      `an anchor &${alias.source} before it`,
    );
    return null;
  }
  return convert(target, path, context);
};

const convert = (node: ParsedNode | null, path: ConfigPath, context: Context): unknown => {
  if (node === null || context.isExhausted) return null;
  context.nodes += 1;
  if (context.nodes > limits.nodes || path.length > limits.depth) {
    context.isExhausted = true;
    const found =
      path.length > limits.depth
        ? `more than ${limits.depth} levels of nesting`
        : `more than ${limits.nodes} values, aliases counted as often as they are used`;
    context.report(node, [], found, 'a smaller file');
    return null;
  }
  if (isAlias(node)) return convertAlias(node, path, context);
  if (node.anchor !== undefined) context.anchors.set(node.anchor, node);
  if (isMap(node)) return convertMap(node, path, context);
  if (isSeq(node)) {
    return node.items.map((item, index) => convert(item, [...path, index], context));
  }
  return node.value;
};

const resolved = (node: unknown, document: Document.Parsed): unknown =>
  isAlias(node) ? (node.resolve(document) ?? node) : node;

const startOf = (node: unknown): number | undefined => (node as ParsedNode | null)?.range?.[0];

/** Text offset of `path`; of the nearest existing part of it when the rest is missing. */
const offsetOf = (document: Document.Parsed, path: ConfigPath, place: Place): number => {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, part] of path.entries()) {
    const parent = resolved(node, document);
    const isLast = index === path.length - 1;
    if (isMap(parent)) {
      const pair = parent.items.find((candidate) => keyText(candidate) === String(part));
      if (pair === undefined) return offset;
      const isInline = isScalar(pair.value) && pair.value.source !== '';
      const pointAtKey = isLast ? place === 'key' || !(isInline || isAlias(pair.value)) : true;
      offset = startOf(pointAtKey ? pair.key : pair.value) ?? offset;
      node = pair.value;
    } else if (isSeq(parent)) {
      node = parent.items[Number(part)];
      if (node === undefined) return offset;
      offset = startOf(node) ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
};

/**
 * Reads YAML 1.2 (core schema, keys as text, no merge keys) and keeps where everything stands. Never throws for what the
 * text contains; sizes and alias expansion are limited.
 */
export const parseYaml = (file: string, text: string): YamlFile => {
  const problems: Problem[] = [];
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    keepSourceTokens: true,
    prettyErrors: false,
    stringKeys: true,
    // Checked below in linear time, and with both keys named.
    uniqueKeys: false,
    logLevel: 'error',
  });
  const position = (offset: number): { line: number; column: number } => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  for (const error of primaryErrors([...document.errors, ...document.warnings])) {
    problems.push({ file, ...position(error.pos[0]), path: '', ...syntaxProblem(error) });
  }
  const locate: YamlFile['locate'] = (path, place = 'value') =>
    position(offsetOf(document, path, place));
  // What a text with syntax errors contains is guesswork: further messages would mislead.
  if (problems.length > 0) return { file, value: undefined, problems, locate };
  const context: Context = {
    anchors: new Map(),
    nodes: 0,
    isExhausted: false,
    report: (node, path, found, expected) => {
      problems.push({
        file,
        ...position(startOf(node) ?? 0),
        path: formatPath(path),
        found,
        expected,
      });
    },
  };
  const value = convert(document.contents, [], context);
  return { file, value: context.isExhausted ? undefined : value, problems, locate };
};

const unreadFile = (file: string, found: string, expected: string): YamlFile => ({
  file,
  value: undefined,
  problems: [{ file, line: 0, column: 0, path: '', found, expected }],
  locate: () => ({ line: 0, column: 0 }),
});

/** Reads and parses a file; undefined when there is none. One that cannot be read has that as its only problem. */
export const readYaml = async (file: string): Promise<YamlFile | undefined> => {
  const read = await readText(file, limits.bytes);
  switch (read.state) {
    case 'read':
      return parseYaml(file, read.text);
    case 'too-large':
      return unreadFile(file, `more than ${limits.bytes} bytes`, 'a smaller file');
    case 'unreadable':
      return read.code === 'ENOENT' || read.code === 'ENOTDIR'
        ? undefined
        : unreadFile(file, `no readable file (${read.code})`, 'a file that the gateway may read');
  }
};
