import { expect, test } from 'vitest';
import { weldingPlant } from '../../bench/harness/welding-plant.ts';

test('the welding plant of the bench compiles with the catalogue as it is, and moves on', () => {
  const plant = weldingPlant(1);
  expect(plant.kpis).toBeGreaterThan(20);
  let samples = 0;
  plant.advance((batch) => {
    samples += batch.values.length;
  });
  expect(samples).toBe(plant.samplesPerBatch);
});
