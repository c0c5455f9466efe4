import type { LocalText } from '../../core/point.ts';
import type { MissingField, ProductionMarkCode } from '../../production/panel-production.ts';
import type { RevisionReason } from '../../records/chain.ts';
import type { MarkCode, RecordMark } from '../../records/panel-record.ts';
import { formatNumber } from './formats.ts';

/** What stands behind the codes of a record, for people. */

const markWords: Readonly<Record<MarkCode, LocalText>> = {
  'panel-unidentified': { en: 'The machine gave no panel id', zh: '设备未给出管屏号' },
  'seam-missing': { en: 'A seam gave no data', zh: '焊缝无数据' },
  'bins-of-another-panel': { en: 'Bins name another panel', zh: '区间数据标注为另一管屏' },
  'bins-late': {
    en: 'Bins came after the panel was closed; they are in the journal only',
    zh: '区间数据在管屏结束后才到达，仅存于日志',
  },
  'bins-left-out': { en: 'More bins than a record takes', zh: '区间数据超出记录上限' },
  'position-backwards': { en: 'The position went back within the panel', zh: '位置在管屏内倒退' },
  'position-jumped': {
    en: 'The position jumped ahead: what lies between was not measured',
    zh: '位置向前跳变：其间未测量',
  },
  'overlaps-previous': {
    en: 'By its times it began before the panel ahead of it had ended',
    zh: '按时间，本屏在前一管屏结束之前开始',
  },
  'journal-lost': {
    en: 'Entries of the journal were gone before they were read',
    zh: '部分日志条目在读取之前已丢失',
  },
  'events-left-out': { en: 'More events than a record takes', zh: '事件超出记录上限' },
  'configuration-changed': {
    en: 'Another configuration came into force within the panel',
    zh: '焊接期间配置发生变更',
  },
};

const counts = { en: 'count', zh: '数量' };
const most = { en: 'at most', zh: '最大' };

export const markText = (mark: RecordMark, language: 'en' | 'zh'): string => {
  const words = markWords[mark.code]?.[language] ?? mark.code;
  const colon = language === 'zh' ? '：' : ': ';
  const details = [
    mark.subject ?? '',
    mark.count === undefined ? '' : `${counts[language]}${colon}${mark.count}`,
    mark.mostMm === undefined
      ? ''
      : `${most[language]}${language === 'zh' ? '' : ' '}${formatNumber(mark.mostMm, 1)} mm`,
  ].filter((detail) => detail !== '');
  if (details.length === 0) return words;
  return `${words}${colon}${details.join(language === 'zh' ? '，' : ', ')}`;
};

const productionMarkWords: Readonly<Record<ProductionMarkCode, LocalText>> = {
  'panel-claimed-twice': {
    en: 'Two job orders claim the panel; this one does not count',
    zh: '两个工单都包含本屏，此工单不计',
  },
  'order-undefined': {
    en: 'The job order is known by its number only',
    zh: '工单仅有编号，没有内容',
  },
  'order-redefined': {
    en: 'The job order was told with different contents; the newest counts',
    zh: '工单内容前后不一，以最新为准',
  },
  'order-shortened': {
    en: 'More was told of the job order than counts: the newest does',
    zh: '订单消息过多，仅以最新者为准',
  },
  'seam-unknown': {
    en: 'An inspection, a repair or a spool names a seam that the panel does not have',
    zh: '检验、返修或焊丝盘所指的焊缝在该管屏上不存在',
  },
  'procedure-not-ordered': {
    en: 'The procedure is another than the order asks for',
    zh: '所用工艺规程与工单要求不符',
  },
  'released-though-rejected': {
    en: 'Released, though an inspection was rejected and has not been made good',
    zh: '检验不合格且未处理，却已放行',
  },
  'qualification-expired': {
    en: 'The qualification had run out before the panel began',
    zh: '资格在本屏开始之前已过期',
  },
  'calibration-overdue': {
    en: 'The calibration was overdue before the panel began',
    zh: '校准在本屏开始之前已逾期',
  },
  'panel-id-repeated': {
    en: 'A panel of this id was welded before: what was told may be about either',
    zh: '此前已焊过同号管屏：所报信息可能属于其中任一张',
  },
};

export const productionMarkText = (
  { code, subject }: { readonly code: ProductionMarkCode; readonly subject: string },
  language: 'en' | 'zh',
): string => {
  const words = productionMarkWords[code]?.[language] ?? code;
  return subject === '' ? words : `${words}${language === 'zh' ? '：' : ': '}${subject}`;
};

/** Mandatory fields that only the machine and its KPIs can fill. */
export const measuredFields = [
  'panel-id',
  'arc-on-length',
  'process-statistics',
  'travel-speed-statistics',
  'arc-energy',
  'heat-input',
  'energy-method',
  'wps-conformance',
  'arc-interruptions',
  'bins',
  'deformation-profile',
  'time-sync',
] as const;
export type MeasuredField = (typeof measuredFields)[number];

/** Mandatory on a weld data sheet: ISO 3834-5, EN 12952-5, NB/T 47014, ASME BPVC I. */
const fieldWords: Readonly<Record<MissingField | MeasuredField, LocalText>> = {
  'panel-id': { en: 'panel id', zh: '管屏号' },
  'arc-on-length': { en: 'arc-on length', zh: '燃弧长度' },
  'process-statistics': {
    en: 'mean, extremes and deviation of current, voltage, wire feed and gas',
    zh: '电流、电压、送丝、气体的均值、极值与标准差',
  },
  'travel-speed-statistics': {
    en: 'extremes and deviation of the travel speed (the line has its mean)',
    zh: '焊接速度的极值与标准差（产线仅有均值）',
  },
  'arc-energy': { en: 'arc energy E', zh: '电弧线能量 E' },
  'heat-input': { en: 'heat input Q', zh: '热输入 Q' },
  'energy-method': {
    en: 'method (A, B or C) and process behind E and Q',
    zh: 'E 与 Q 所用方法（A、B 或 C）及焊接方法',
  },
  'wps-conformance': { en: 'WPS conformance', zh: 'WPS 符合率' },
  'arc-interruptions': { en: 'arc interruptions', zh: '断弧次数' },
  bins: { en: 'position bins with their hash', zh: '位置区间数据及其哈希值' },
  'deformation-profile': {
    en: 'deformation along the panel',
    zh: '沿管屏的变形量',
  },
  'time-sync': {
    en: 'status of time synchronisation: no clock of a device of the line could be read',
    zh: '时间同步状态：产线设备的时钟均不可读',
  },
  'job-order': { en: 'job order', zh: '工单' },
  drawing: { en: 'drawing number', zh: '图号' },
  'drawing-revision': { en: 'revision of the drawing', zh: '图纸版次' },
  dimensions: { en: 'length and width', zh: '长度与宽度' },
  topology: { en: 'topology: tubes and fins', zh: '结构：管与鳍片数量' },
  'tube-heats': { en: 'heat numbers of the tubes', zh: '管子炉号' },
  'tube-certificates': {
    en: 'certificates of the tubes (EN 10204 3.1)',
    zh: '管子质量证明书（EN 10204 3.1）',
  },
  'fin-heats': { en: 'heats or lots of the fins', zh: '鳍片炉批号' },
  'wire-spool': { en: 'wire spools', zh: '焊丝盘号' },
  'wire-change-position': { en: 'where spools were changed', zh: '换盘位置' },
  'gas-batch': { en: 'batch of the shielding gas', zh: '保护气体批号' },
  'flux-lot': { en: 'lot of the flux', zh: '焊剂批号' },
  'flux-bake-record': { en: 'bake record of the flux', zh: '焊剂烘干记录' },
  wps: { en: 'WPS', zh: '焊接工艺规程（WPS）' },
  'wps-revision': { en: 'revision of the WPS', zh: 'WPS 版次' },
  wpqr: { en: 'WPQR (procedure qualification record)', zh: '焊接工艺评定（WPQR）' },
  process: { en: 'welding process (ISO 4063)', zh: '焊接方法（ISO 4063）' },
  'wps-bands': { en: 'ranges of the essential variables', zh: '重要变素的范围' },
  operator: { en: 'operator', zh: '操作人员' },
  'operator-qualification': { en: "operator's qualification", zh: '操作人员资格' },
  'operator-expiry': { en: 'expiry of the qualification', zh: '资格有效期' },
  equipment: { en: 'equipment by serial number', zh: '设备编号' },
  'calibration-due': { en: 'calibration due (ISO 17662)', zh: '校准有效期（ISO 17662）' },
  inspection: { en: 'inspection', zh: '检验' },
  'deformation-map': { en: 'inspection of the deformation', zh: '变形检验' },
  ncr: { en: 'report of what was rejected', zh: '不合格项的报告' },
  repair: { en: 'repair of what was reported', zh: '不合格项的返修' },
  disposition: { en: 'release, with signature', zh: '放行与签字' },
};

export const fieldText = (field: MissingField | MeasuredField, language: 'en' | 'zh'): string =>
  fieldWords[field]?.[language] ?? field;

const reasonWords: Readonly<Record<RevisionReason, LocalText>> = {
  assembled: { en: 'assembled', zh: '首次汇编' },
  completed: { en: 'completed after a standstill', zh: '停顿后补全' },
  'assembled-again': {
    en: 'assembled again: the journal read otherwise',
    zh: '重新汇编：日志内容有变',
  },
  'production-told': { en: 'production told more', zh: '补充生产信息' },
};

export const reasonText = (reason: RevisionReason, language: 'en' | 'zh'): string =>
  reasonWords[reason]?.[language] ?? reason;
