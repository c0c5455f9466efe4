import {
  capability,
  capabilityIndex,
  chartFactors,
  type Specification,
} from '../../hot-path/operators/control-limits.ts';
import {
  momentsCountIndex,
  momentsMeanIndex,
  readSampleVariance,
} from '../../hot-path/operators/moments.ts';
import type { Step } from '../../hot-path/program.ts';
import { valueCell } from '../../hot-path/slot.ts';
import type { KpiContext, KpiPart } from '../definition.ts';
import type { SpcChart } from './spc-chart.ts';

/** What a chart shows beside its newest mean. */
export const chartPartsOf = (decimals: number): Readonly<Record<string, KpiPart>> => {
  const part = (en: string, zh: string, unit?: string): KpiPart => ({
    ...(unit === undefined ? {} : { unit }),
    decimals: unit === undefined ? decimals : 3,
    description: { en, zh },
  });
  return {
    range: part('range of the subgroup', '子组极差'),
    centre: part('centre line', '中心线'),
    ucl: part('upper control limit of the mean', '均值上控制限'),
    lcl: part('lower control limit of the mean', '均值下控制限'),
    sigma: part('standard deviation within subgroups', '组内标准差'),
    signals: {
      ...part(
        'signals, bit 0 to 7 rules 1 to 8, 8 range, 9 EWMA, 10 CUSUM',
        '报警位：0 至 7 为判异准则 1 至 8，8 极差，9 EWMA，10 CUSUM',
        '1',
      ),
      decimals: 0,
    },
    signalX: {
      unit: 'mm',
      decimals: 0,
      description: { en: 'where the last signal of the panel was', zh: '本屏最近一次报警位置' },
    },
    ewma: part('EWMA', 'EWMA'),
    cusumUp: part('CUSUM upwards, in standard deviations', '上侧 CUSUM（以标准差计）', '1'),
    cusumDown: part('CUSUM downwards, in standard deviations', '下侧 CUSUM（以标准差计）', '1'),
    cp: part('Cp', 'Cp', '1'),
    cpk: part('Cpk', 'Cpk', '1'),
    pp: part('Pp', 'Pp', '1'),
    ppk: part('Ppk', 'Ppk', '1'),
  };
};

/** Writes what the chart knows to the parts. */
export const showChart = (
  context: KpiContext<unknown>,
  chart: SpcChart,
  { subgroup, lower, upper }: Specification & { readonly subgroup: number },
): Step => {
  const cell = (name: string): number => context.part(name) + valueCell;
  const specification = { lower, upper };
  const varianceIndex = context.reserve(1);
  const factors = chartFactors(subgroup);
  const copies = (['range', 'centre', 'sigma', 'signals', 'cusumUp', 'cusumDown'] as const).map(
    (name) => [chart[name], cell(name)] as const,
  );
  const [ucl, lcl, ewma] = [cell('ucl'), cell('lcl'), cell('ewma')];
  const [cp, cpk, pp, ppk] = [cell('cp'), cell('cpk'), cell('pp'), cell('ppk')];
  return (memory) => {
    for (const [from, to] of copies) memory[to] = memory[from] as number;
    const centre = memory[chart.centre] as number;
    const sigma = memory[chart.sigma] as number;
    const deviation = chart.meanDeviation(memory);
    const reach = factors.a2 * factors.d2 * sigma;
    memory[ucl] = centre + reach;
    memory[lcl] = centre - reach;
    memory[ewma] = centre + (memory[chart.ewma] as number) * deviation;
    const mean = memory[momentsMeanIndex(chart.values)] as number;
    readSampleVariance(memory, chart.values, varianceIndex);
    const isSpread = (memory[momentsCountIndex(chart.values)] as number) > 1;
    const overall = isSpread ? Math.sqrt(memory[varianceIndex] as number) : Number.NaN;
    memory[cp] = capability(specification, sigma);
    memory[cpk] = capabilityIndex(specification, mean, sigma);
    memory[pp] = capability(specification, overall);
    memory[ppk] = capabilityIndex(specification, mean, overall);
  };
};
