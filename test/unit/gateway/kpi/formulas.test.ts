import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { kpiCatalogue } from '../../../../gateway/kpi/catalogue.ts';

const text = await readFile(new URL('../../../../docs/formulas.md', import.meta.url), 'utf8');
const headings = [...text.matchAll(/^### (.+)$/gm)].flatMap(([, names = '']) => names.split(', '));

test('docs/formulas.md has a section for each KPI and no other', () => {
  expect(headings.toSorted()).toEqual(kpiCatalogue.map(({ id }) => id).toSorted());
});

test.each(kpiCatalogue.map((definition) => [definition.id, definition] as const))(
  'docs/formulas.md gives unit and tier of %s',
  (id, { columns: [value], window: { tier } }) => {
    const section = text
      .split(/^###? /m)
      .find((part) => part.split('\n')[0]?.split(', ').includes(id));
    expect(section).toBeDefined();
    if (value?.unit !== '1') expect(section).toContain(`in ${value?.unit}`);
    expect(section).toContain(`(${tier})`);
  },
);
