import { expect } from 'vitest';

const metricLine = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\.)*",?)*\})? (\S+)$/;

/** The text format of Prometheus, read strictly: each sample once, after the type of its family. */
export const parseMetrics = (text: string): ReadonlyMap<string, number> => {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ')) continue;
    const type = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line);
    if (type?.[1] !== undefined && type[2] !== undefined) {
      expect(types.has(type[1]), line).toBe(false);
      types.set(type[1], type[2]);
      continue;
    }
    const [, name = '', labels = '', value = ''] = metricLine.exec(line) ?? [];
    const family = name.replace(/_(bucket|sum|count)$/, '');
    const kind = types.get(name) ?? types.get(family);
    expect(kind, line).toBeDefined();
    if (name.startsWith('seamwatt_'))
      expect(kind === 'counter', line).toBe(name.endsWith('_total'));
    // prom-client writes Nan for a mean of nothing; Prometheus reads it in any case of letters.
    const isNumber = !Number.isNaN(Number(value)) || ['NaN', 'Nan', '+Inf', '-Inf'].includes(value);
    expect(isNumber, line).toBe(true);
    expect(samples.has(name + labels), line).toBe(false);
    samples.set(name + labels, Number(value));
  }
  return samples;
};
