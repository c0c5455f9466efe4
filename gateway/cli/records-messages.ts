import { counted } from './counted.ts';
import type { Language } from './language.ts';

const english = {
  recordsDescription: 'List, verify and export the records of welded panels',
  recordsListDescription: 'List records, newest first',
  recordsColumns: ['panel', 'from', 'to', 'revision', 'marks'],
  recordsNoneFound: 'No record of a panel is as asked for.',
  recordsTextOption: "a part of the panel's id",
  recordsHeatOption: 'heat or lot of a tube, fin, wire or flux, or batch of gas',
  recordsSpoolOption: 'wire spool',
  recordsWpsOption: 'welding procedure',
  recordsOrderOption: 'job order',
  recordsLimitOption: 'so many at most (default: 50)',
  recordsVerifyDescription: 'Read every record and every file of bins and follow the chain',
  recordsExportDescription: 'Give out the record of a panel, as JSON or as a dossier in PDF',
  panelArgument: 'id of the record, as /api/v1/panels lists it',
  revisionOption: 'this revision instead of the newest',
  binsOption: 'with the position bins of every seam',
  recordsNoneYet: 'There is no record of a panel yet: one is made when its panel has been welded.',
  recordsNone: (data: string) =>
    `there are no records of panels in ${data}: --data FOLDER names another folder`,
  recordsUnknown: (id: string) => `there is no such record of a panel: ${id}`,
  recordsGood: (panels: number, revisions: number, files: number) =>
    `The records verify: ${counted(panels, 'panel')}, ${counted(revisions, 'revision')}, ${counted(files, 'file')} of bins.`,
  recordsHead: (head: string) => `Hash of the newest revision, to be noted elsewhere: ${head}`,
  recordsBad: 'The records do not verify.',
  recordsGap: 'revisions before it are missing',
  recordsContentChanged: 'the record is not what it was',
  recordsLinkChanged: 'what stands beside the record is not what it was',
  recordsChainBroken: 'it does not follow the revision before it',
  recordsBinsMissing: 'the bins are missing',
  recordsBinsChanged: 'the bins are not what they were',
  recordsProblem: (what: string, id: string, number: number, seam: string | undefined) =>
    `${id}, revision number ${number} of all${seam === undefined ? '' : `, seam ${seam}`}: ${what}`,
};

type RecordsMessages = typeof english;

const chinese: RecordsMessages = {
  recordsDescription: '列出、校验并导出管屏焊接记录',
  recordsListDescription: '列出记录，最新者在前',
  recordsColumns: ['管屏', '开始', '结束', '版次', '标记'],
  recordsNoneFound: '没有符合条件的管屏记录。',
  recordsTextOption: '管屏编号的一部分',
  recordsHeatOption: '管子、鳍片的炉号或批号，焊丝、焊剂的批号，或气体批号',
  recordsSpoolOption: '焊丝盘号',
  recordsWpsOption: '焊接工艺规程（WPS）',
  recordsOrderOption: '生产订单',
  recordsLimitOption: '最多列出的条数（默认 50）',
  recordsVerifyDescription: '读取全部记录与区间数据文件，并核对哈希链',
  recordsExportDescription: '输出一张管屏的记录：JSON 或 PDF 档案',
  panelArgument: '记录编号，见 /api/v1/panels',
  revisionOption: '指定版次，默认最新版次',
  binsOption: '包含各焊缝的位置区间数据',
  recordsNoneYet: '尚无管屏记录：管屏焊完后生成。',
  recordsNone: (data) => `${data} 中没有管屏记录：可用 --data 指定其他目录`,
  recordsUnknown: (id) => `没有该管屏记录：${id}`,
  recordsGood: (panels, revisions, files) =>
    `记录校验通过：管屏 ${panels} 张，版次 ${revisions} 个，区间数据文件 ${files} 个。`,
  recordsHead: (head) => `最新版次的哈希值，请另行留存：${head}`,
  recordsBad: '记录校验未通过。',
  recordsGap: '其前的版次缺失',
  recordsContentChanged: '记录内容被改动',
  recordsLinkChanged: '记录的附属信息被改动',
  recordsChainBroken: '与前一版次不衔接',
  recordsBinsMissing: '区间数据缺失',
  recordsBinsChanged: '区间数据被改动',
  recordsProblem: (what, id, number, seam) =>
    `${id}，总第 ${number} 个版次${seam === undefined ? '' : `，焊缝 ${seam}`}：${what}`,
};

/** Of the command about records of panels. */
export const recordsMessages: Readonly<Record<Language, RecordsMessages>> = {
  en: english,
  zh: chinese,
};
