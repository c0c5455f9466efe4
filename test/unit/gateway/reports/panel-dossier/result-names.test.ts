import { expect, test } from 'vitest';
import { kpiCatalogue } from '../../../../../gateway/kpi/catalogue.ts';
import { byName, resultName } from '../../../../../gateway/reports/panel-dossier/result-names.ts';

const points = kpiCatalogue
  .filter(({ equipmentClass }) => equipmentClass.startsWith('weld_'))
  .flatMap(({ columns }) => columns.map(({ point }) => point))
  .filter((point) => !point.endsWith('.coverage') && !point.startsWith('bin.'));

test('every KPI of a welding line has a name in both languages and decimals', () => {
  expect(points.length).toBeGreaterThan(80);
  for (const point of points) {
    const { en, zh, decimals } = resultName(point);
    expect({ point, isNamed: en !== point && zh !== point }).toEqual({ point, isNamed: true });
    expect(decimals, point).toBeTypeOf('number');
  }
});

test('a point of the site itself is called by its own name, and stands last', () => {
  expect(resultName('own.point')).toEqual({
    en: 'own.point',
    zh: 'own.point',
    decimals: undefined,
  });
  expect(['own', 'spcCurrent.range', 'heatInput', 'spcCurrent'].toSorted(byName)).toEqual([
    ...['heatInput', 'spcCurrent', 'spcCurrent.range', 'own'],
  ]);
});
