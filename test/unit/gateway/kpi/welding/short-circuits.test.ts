import { expect, test } from 'vitest';
import { statusCodes } from '../../../../../gateway/core/quality.ts';
import { ofSeam, type WholeLine, wholeLine } from './whole-line.ts';

const weld = (line: WholeLine, shorts: readonly (number | undefined)[], fromMs = 0): void => {
  line.line(fromMs, { panelId: fromMs });
  for (let step = 0; step <= 10 * (shorts.length - 1); step++) {
    const shortCircuits = shorts[Math.floor(step / 10)];
    const isDue = step % 10 === 0 && shortCircuits !== undefined;
    line.seam(fromMs + 100 * step, {
      ...{ arcOn: 1, current: 230, voltage: 26 },
      ...(isDue ? { shortCircuits } : {}),
    });
  }
};

test('short circuits are averaged over the arc time, and the largest is kept', () => {
  const line = wholeLine([ofSeam('shortCircuitRate')]);
  weld(line, [2, 4, 3]);
  expect(line.at(2000, 'shortCircuitRate')).toEqual({ value: 3.25, status: statusCodes.good });
  expect(line.at(2001, 'shortCircuitRate.maximum').value).toBe(4);
  weld(line, [1, 1], 5000);
  expect(line.at(6000, 'shortCircuitRate').value).toBe(1);
  expect(line.at(6001, 'shortCircuitRate.maximum').value).toBe(1);
});

test('without an arc there is no rate', () => {
  const line = wholeLine([ofSeam('shortCircuitRate')]);
  line.seam(0, { arcOn: 0, shortCircuits: 3 });
  line.seam(1000, { arcOn: 0, shortCircuits: 3 });
  expect(line.at(1000, 'shortCircuitRate').status).toBe(statusCodes.badNoData);
});

test('the index of stability counts them where their limit is given, and is not known without them', () => {
  const parameters = { shortCircuitLimitPerSecond: 10 };
  const counting = ['arcStability', 'arcStabilityNow'].map((kpi) => ofSeam(kpi, { parameters }));
  const line = wholeLine(counting);
  weld(line, [9, 2, 4, 6]);
  // Current and voltage stand: seconds that end with 2, 4 and 6 short circuits cost 10, 20 and 30 %.
  expect(line.at(3000, 'arcStability').value).toBeCloseTo(80, 9);
  expect(line.at(3001, 'arcStabilityNow').value).toBeCloseTo(70, 9);
  const deaf = wholeLine(counting);
  weld(deaf, [undefined, undefined]);
  expect(deaf.at(1000, 'arcStability').status).toBe(statusCodes.badNoData);
  const blind = wholeLine([ofSeam('arcStability')]);
  weld(blind, [9, 9, 9]);
  expect(blind.at(2000, 'arcStability').value).toBe(100);
});
