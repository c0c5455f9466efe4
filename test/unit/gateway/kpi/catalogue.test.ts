// Goal: what a KPI says of itself, which people and other systems read, changes on purpose only. Method: all of it as text beside
// what is kept of it. After a change that is meant: run this file with `--update`, and look at the difference.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { LocalText } from '../../../../gateway/core/point.ts';
import { kpiCatalogue } from '../../../../gateway/kpi/catalogue.ts';
import type { AnyKpiDefinition } from '../../../../gateway/kpi/definition.ts';

const folder = join(import.meta.dirname, '../../../golden/kpi');

const text = (local: LocalText | undefined): string =>
  local === undefined ? '-' : `${local.en} | ${local.zh}`;

/** Parameters of which some make a KPI say something else. */
const variants = [
  {},
  { method: 'A', pulsed: false },
  { method: 'B' },
  { variables: ['current'], bands: { current: { minimum: 1 } } },
];

const variantLines = ({ parametersSchema, inputsOf, textsOf }: AnyKpiDefinition): string[] =>
  variants.flatMap((variant) => {
    const { success, data } = parametersSchema.safeParse(variant);
    if (!success) return [];
    const inputs = inputsOf?.(data);
    const texts = textsOf?.(data);
    return [
      `  with ${JSON.stringify(variant)} ${JSON.stringify(data)}`,
      ...(inputs === undefined ? [] : [`    reads ${inputs.join(', ')}`]),
      ...(texts === undefined ? [] : [`    ${text(texts.formula)}`, `    ${text(texts.standard)}`]),
    ];
  });

const linesOf = (kpi: AnyKpiDefinition): string[] => [
  `${kpi.id} version ${kpi.version}, group ${kpi.group}`,
  `  ${text(kpi.description)}`,
  `  formula ${text(kpi.formula)}`,
  `  standard ${text(kpi.standard)}`,
  `  window ${JSON.stringify(kpi.window)} ${text(kpi.windowRule)}`,
  `  coverage ${kpi.coverageRule}`,
  ...kpi.columns.map(
    ({ point, kind, unit, decimals, description, formula }) =>
      `  ${point} ${kind} ${unit} ${decimals} ${text(description)} ${text(formula)}`,
  ),
  ...Object.entries(kpi.inputs).map(
    ([name, { pattern, equipmentClass = '-', unit = '-', count, description }]) =>
      `  < ${name} ${pattern} ${equipmentClass} ${unit} ${count} ${text(description)}`,
  ),
  `  parameters ${JSON.stringify(z.toJSONSchema(kpi.parametersSchema, { io: 'input' }))}`,
  ...variantLines(kpi),
];

const classes = [...new Set(kpiCatalogue.map(({ equipmentClass }) => equipmentClass))];

test.each(classes)('KPIs of a %s say of themselves what they said', async (name) => {
  const kpis = kpiCatalogue.filter(({ equipmentClass }) => equipmentClass === name);
  const all = kpis.flatMap(linesOf).join('\n');
  await expect(`${all}\n`).toMatchFileSnapshot(join(folder, `${name}.txt`));
});
