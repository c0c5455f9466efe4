import type { LocalText } from '../../api/types.ts';

/** What the codes of a record stand for, in words. */
type CodeWords = Readonly<Record<string, LocalText>>;

/** Why a record is not to be taken as it stands. */
export const markWords: CodeWords = {
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

/** Why what production told is not. */
export const productionMarkWords: CodeWords = {
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

/** Mandatory fields of a weld data sheet that nobody told. */
export const missingWords: CodeWords = {
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

/** Why there is a revision. */
export const reasonWords: CodeWords = {
  assembled: { en: 'assembled', zh: '首次汇编' },
  completed: { en: 'completed after a standstill', zh: '停顿后补全' },
  'assembled-again': {
    en: 'assembled again: the journal read otherwise',
    zh: '重新汇编：日志内容有变',
  },
  'production-told': { en: 'production told more', zh: '补充生产信息' },
};
