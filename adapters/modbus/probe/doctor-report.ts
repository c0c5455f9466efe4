import type { LocalText } from '../../../gateway/core/point.ts';
import type { ExaminedUnit } from './examine-unit.ts';

type Line = string | LocalText;

export type Findings = {
  readonly place: string;
  /** Unit ids that were asked, of those wanted. */
  readonly asked: number;
  readonly wanted: number;
  readonly unitIds: readonly number[];
  readonly units: readonly ExaminedUnit[];
  readonly requests: number;
};

/** What the bus doctor found, for people. */
export const doctorLines = (findings: Findings): readonly Line[] => {
  const { place, asked, wanted, unitIds, units, requests } = findings;
  const ids = unitIds.length === 0 ? '' : `: ${unitIds.join(' ')}`;
  const lines: Line[] = [
    {
      en: `${place}: ${unitIds.length} of ${asked} unit ids answer${ids}`,
      zh: `${place}：询问的 ${asked} 个单元号中有 ${unitIds.length} 个应答${ids.replace(': ', '：')}`,
    },
  ];
  if (asked < wanted) {
    lines.push({
      en: `The time was over before ${wanted - asked} more unit ids: --timeout gives more, --units asks fewer.`,
      zh: `时间已到，另有 ${wanted - asked} 个单元号未询问：可用 --timeout 延长，或用 --units 缩小范围。`,
    });
  }
  if (unitIds.length === asked && asked > 1) {
    lines.push({
      en: 'It answers to every unit id: probably one device that ignores the id.',
      zh: '任何单元号都有应答：多半是同一台不区分单元号的设备。',
    });
  }
  for (const unit of units) lines.push(...unitLines(unit));
  const unlisted = unitIds.length - units.length;
  if (unlisted > 0) {
    lines.push({
      en: `${unlisted} more units; choose some by --units FIRST-LAST`,
      zh: `另有 ${unlisted} 个单元；可用 --units 起始-结束 选择`,
    });
  }
  lines.push({ en: `${requests} requests, all reads`, zh: `共 ${requests} 次请求，均为读取` });
  return lines;
};

const unitLines = (unit: ExaminedUnit): readonly Line[] => [
  { en: `unit ${unit.unitId}`, zh: `单元 ${unit.unitId}` },
  ...unit.readable.map(({ table, address, registers }) => {
    const last = address + registers.length - 1;
    return `  ${table} ${address}-${last}: ${registers.map(hex).join(' ')}`;
  }),
  ...limitLines(unit),
  ...orderLines(unit),
  ...sunSpecLines(unit),
];

const limitLines = ({ largestRead, gapMs, inFlight, roundTripMs }: ExaminedUnit): Line[] => {
  const lines: Line[] = [];
  if (largestRead !== undefined) {
    const { registers, isLimit } = largestRead;
    const ends = registers < 125 && !isLimit;
    lines.push({
      en: `  largest read: ${registers} registers${ends ? ' (the registers end there)' : ''}`,
      zh: `  单次最多读取：${registers} 个寄存器${ends ? '（寄存器到此为止）' : ''}`,
    });
  }
  if (roundTripMs !== undefined) {
    const ms = roundTripMs.toFixed(1);
    lines.push({ en: `  round trip: ${ms} ms`, zh: `  往返时间：${ms} ms` });
  }
  if (gapMs !== undefined) {
    lines.push({
      en: `  rest it needs after an answer: ${gapMs} ms`,
      zh: `  应答后所需间隔：${gapMs} ms`,
    });
  }
  if (inFlight !== undefined) {
    lines.push({ en: `  reads at once: ${inFlight}`, zh: `  可并发读取：${inFlight}` });
  }
  return lines;
};

const orderLines = ({ wordOrder }: ExaminedUnit): Line[] => {
  if (wordOrder === undefined) return [];
  const { order, certainty } = wordOrder;
  return certainty === 'known'
    ? [{ en: `  order of words: ${order}`, zh: `  字序：${order}` }]
    : [
        {
          en: `  order of words: probably ${order}, by what looks like sensible values`,
          zh: `  字序：按数值合理性推测为 ${order}`,
        },
      ];
};

/** The models of a device. */
export const sunSpecLines = ({ sunSpec }: Pick<ExaminedUnit, 'sunSpec'>): Line[] => {
  if (sunSpec === undefined) return [];
  const { base, models, manufacturer, model, serialNumber, trouble } = sunSpec;
  const lines: Line[] = [
    {
      en: `  SunSpec at ${base}: ${manufacturer}, ${model}, serial number ${serialNumber}`,
      zh: `  SunSpec 起始于 ${base}：${manufacturer}，${model}，序列号 ${serialNumber}`,
    },
  ];
  for (const { id, name, address, length } of models) {
    lines.push({
      en: `    model ${id} (${name.en}) at ${address}, length ${length}`,
      zh: `    模型 ${id}（${name.zh}）位于 ${address}，长度 ${length}`,
    });
  }
  if (trouble.en !== '') {
    lines.push({ en: `    ended early: ${trouble.en}`, zh: `    提前结束（${trouble.zh}）` });
  }
  return lines;
};

const hex = (register: number): string => register.toString(16).padStart(4, '0').toUpperCase();
