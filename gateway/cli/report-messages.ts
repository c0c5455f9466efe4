import type { Language } from './language.ts';

const english = {
  formatOption: 'json or pdf (default: json)',
  languageOption: 'language of the PDF, zh or en (default: that of the messages)',
  timeZoneOption: "time zone of the PDF (default: the site's; UTC with --data alone)",
  outOption: 'file to write; a PDF needs it, JSON goes to standard output without',
  timeZoneName: 'an IANA time zone such as Asia/Shanghai',
  pdfNeedsOut: '--format pdf needs --out FILE',
  pdfHasNoBins: '--bins is for JSON only: a PDF shows the bins as a strip',
  written: (file: string) => `Written: ${file}`,
  cannotWrite: (file: string, why: string) => `${file} cannot be written: ${why}`,
  figuresDescription: "The factory's headline figures of a time; asks the running gateway",
  figuresFromOption:
    "from when on: ISO 8601 in the site's wall clock, or epoch ms (default: 30 days before --to)",
  figuresToOption: 'up to when, not included (default: now)',
  figuresOf: (from: string, to: string) => `From ${from} to ${to}`,
  figuresSimulated: 'The data of this site is simulated.',
  figureColumns: ['figure', 'value', 'numerator', 'denominator', 'does not count, or is missing'],
  betweenNotes: '; ',
  whichLack: (what: string, count: number, named: string) =>
    `${what} (${[count, ...(named === '' ? [] : [named])].join(': ')})`,
  moreMembers: 'more',
  nothingToCount: 'nothing to count in this time',
  baselineSimulated: 'the baseline is assumed',
};

export type ReportMessages = typeof english;

const chinese: ReportMessages = {
  formatOption: 'json 或 pdf（默认 json）',
  languageOption: 'PDF 的语言，zh 或 en（默认与界面语言相同）',
  timeZoneOption: 'PDF 所用时区（默认为站点时区；仅有 --data 时为 UTC）',
  outOption: '要写入的文件；PDF 必须指定，JSON 不指定时输出到标准输出',
  timeZoneName: ' IANA 时区，如 Asia/Shanghai',
  pdfNeedsOut: '--format pdf 需要 --out 文件',
  pdfHasNoBins: '--bins 仅用于 JSON：PDF 以条带图显示区间数据',
  written: (file) => `已写入：${file}`,
  cannotWrite: (file, why) => `无法写入 ${file}：${why}`,
  figuresDescription: '一段时间的工厂关键指标；向运行中的网关查询',
  figuresFromOption: '起点：站点当地时间的 ISO 8601，或毫秒时间戳（默认为 --to 之前 30 天）',
  figuresToOption: '终点，不含（默认为当前）',
  figuresOf: (from, to) => `自 ${from} 至 ${to}`,
  figuresSimulated: '本站点的数据为仿真数据。',
  figureColumns: ['指标', '数值', '分子', '分母', '未计入或缺少'],
  betweenNotes: '；',
  whichLack: (what, count, named) =>
    `${what}（${[count, ...(named === '' ? [] : [named])].join('：')}）`,
  moreMembers: '其余',
  nothingToCount: '此期间没有可计入的内容',
  baselineSimulated: '基准为假设值',
};

/** Of the commands that write reports. */
export const reportMessages: Readonly<Record<Language, ReportMessages>> = {
  en: english,
  zh: chinese,
};
