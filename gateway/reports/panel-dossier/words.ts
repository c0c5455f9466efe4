import type { FootprintElement } from '../../records/product-footprint.ts';
import type { DossierLanguage } from './dossier-input.ts';

/** Seconds, and when. */
type ClockSeen = Readonly<Record<'last' | 'least' | 'most' | 'seen', string>>;

const english = {
  title: 'Panel dossier',
  subtitle: 'Weld data sheet of a water-wall panel',
  simulatedBadge: 'SIMULATED DATA',
  simulatedNote:
    'All measured data in this dossier comes from simulated devices. It describes no real panel.',
  page: (page: number, pages: number) => `Page ${page} of ${pages}`,
  footHash: (hash: string) => `Record ${hash.slice(0, 16)}…`,
  panel: 'Panel',
  noId: 'not identified',
  line: 'Line',
  start: 'Start',
  end: 'End',
  duration: 'Duration',
  closed: 'Closed',
  closedBy: { 'next-panel': 'by the next panel', standstill: 'while it stood still' },
  position: 'Position, mm',
  positionText: (first: string, minimum: string, maximum: string) =>
    `from ${first}; ${minimum} to ${maximum}`,
  revision: 'Revision',
  revisionText: (revision: number, revisions: number, reason: string) =>
    `${revision} of ${revisions}, ${reason}`,
  timeZone: 'Times in',
  software: 'Gateway version',
  timeSync: 'Clocks, ahead of the gateway',
  timeSyncNone: 'no clock of a device of the line could be read',
  clockText: (clock: string, { last, least, most, seen }: ClockSeen) =>
    `${clock} ${last} s (${least} to ${most}, seen ${seen})`,
  configuration: 'Configuration',
  journal: 'Journal entries',
  data: 'Data',
  simulated: 'simulated',
  real: 'measured by the devices of the line',
  status: 'Status',
  statuses: { released: 'released', hold: 'on hold', scrap: 'scrapped' },
  statusOpen: 'nobody has decided yet',

  marks: 'Marks',
  marksNone: 'No mark: nothing is known that speaks against this record.',
  marksText: 'This record is not to be taken as it stands:',
  missing: 'Mandatory fields that are missing',
  missingNone: 'No mandatory field is missing.',
  missingText: 'A weld data sheet must have them (ISO 3834-5, EN 12952-5, NB/T 47014):',
  missingMeasured: 'of the measurement',
  missingTold: 'of production',
  seamsWithout: (seams: string) => ` (seams ${seams})`,

  seams: 'Results by seam',
  seamsNote:
    'x: along the panel, from the first to the last bin with an arc. E, Q: arc energy and heat input of the seam. WPS: share of the welded length with all parameters in their bands. Lost: length welded with the seam lost, as stated: travel speed over the time of the samples (KPI seamLostLength). A value with ? is uncertain; — means that there is none.',
  seamColumns: [
    ...['Seam', 'Start x, mm', 'Stop x, mm', 'Arc on, m', 'E, kJ/mm', 'Q, kJ/mm', 'WPS, %'],
    ...['RMS, mm', 'P95, mm', 'Max, mm', 'Lost, mm', 'Arc breaks', 'Bins'],
  ],
  seamGroups: ['', 'Position', 'Weld', 'Tracking', ''],
  energyMethod: 'Method behind E and Q',
  energyMethodDefault: 'what is not given here is the default (ISO/TR 18491 method C)',
  energyMethodUnknown: 'the record does not say it',
  wpsBands: 'Bands behind WPS',
  wpsBandsOther: 'Production told another procedure: the share says nothing about that one.',

  process: 'Process values by seam',
  processNote:
    'Mean and s (n − 1) of the bins of the seam, each bin counting once; least and most of their extremes, where a bin has them, else of their means.',
  processGroups: {
    current: 'Current, A',
    voltage: 'Voltage, V',
    wireFeedSpeed: 'Wire feed, m/min',
    gasFlow: 'Gas flow, L/min',
    travelSpeed: 'Travel speed, m/min',
    gap: 'Gap, mm',
    heatInput: 'Heat input, kJ/mm',
  },
  statistics: ['mean', 'min', 'max', 's'],
  seam: 'Seam',

  path: 'Seams along the panel',
  pathNoBins: 'The position bins were not at hand when this dossier was made.',
  pathLegend: {
    welded: 'welded',
    offHeat: (percent: number) => `heat input more than ${percent} % from the seam's mean`,
    lost: 'seam lost',
    noArc: 'no arc',
    unmeasured: 'not measured',
  },
  stretchColumns: ['Seam', 'What', 'From x, mm', 'To x, mm', 'By bins, mm'],
  stretchNote:
    'Places and lengths are by the bins, which go by the encoder: they say where. How much was lost is stated in the results by seam, by the time of the samples; the two differ by what the line travels between samples.',
  stretchNone:
    'Between start and stop there is no stretch of 5 mm or more without an arc or with the seam lost.',
  stretchLeftOut: (count: number) => `${count} more stretches are not listed here.`,
  stretches: 'Stretches without an arc or with the seam lost, between start and stop of the seam',

  deformation: 'Deformation',
  deformationAxisX: 'x, m',
  deformationAxisZ: 'z, mm',
  deformationNoProfile: 'The record has no profile along the panel; what it has are these results.',
  deformationBand: 'lowest and highest point across the panel',
  deformationMean: 'mean across the panel',
  deformationLimit: (limit: string) => `contractual limit ±${limit} mm`,

  results: 'Results of the line',
  resultColumns: ['Result', 'Value', 'Unit', 'Coverage', 'Quality', 'Equipment'],
  qualities: { good: 'good', uncertain: 'uncertain', bad: 'no value', absent: 'no value' },

  events: 'Events',
  eventsNone: 'No event.',
  eventColumns: ['Time', 'x, mm', 'Severity', 'Subject', 'What happened'],
  severities: { info: 'info', warning: 'warning', error: 'error' },
  eventsLeftOut: (count: number) => `${count} more events are in the record itself.`,
  rowsLeftOut: (count: number) => `${count} more rows are in the record itself.`,

  footprint: 'Carbon footprint',
  footprintNote:
    'ISO 14067, partial, cradle to gate; declared unit: one panel. Of this record alone: what was measured and told, and the factors that were configured then.',
  footprintColumns: ['Element', 'Amount', 'kg CO2e by unit', 'CO2e', 'Source of the factor'],
  footprintElements: {
    electricity: 'Electricity',
    'gas-direct': 'CO2 in the shielding gas',
    tube: 'Tubes',
    fin: 'Fins',
    wire: 'Wire',
    'gas-upstream': 'Making of the shielding gas',
  },
  footprintMeasured: {
    electricity: 'KPI panelCarbon: the mix of each minute',
    'gas-direct': 'KPI panelCarbon: share and density of CO2',
  } as Readonly<Partial<Record<FootprintElement, string>>>,
  footprintPrimary: (source: string) => `${source} (primary data)`,
  footprintUnknown: 'no factor is given',
  footprintGateToGate: 'Gate to gate',
  footprintTotal: 'With materials',
  footprintGridOnly: 'Electricity, were all of it from the grid',

  chain: 'Chain of the record',
  chainNote:
    'The content hash is the SHA-256 of the canonical JSON of the record (RFC 8785); the hash covers it together with the previous one. seamwatt records verify follows the whole chain.',
  chainNumber: 'Number in the chain',
  chainKey: 'Key',
  contentHash: 'Content hash',
  previousHash: 'Previous hash',
  hash: 'Hash',
  binFiles: 'Files of position bins',
  binColumns: ['Seam', 'Rows', 'SHA-256 of the file'],
  configurations: 'Configurations',
  configurationText: (configuration: string, program: string) =>
    `configuration ${configuration}\nprogram ${program}`,

  appendix: 'Appendix: all results by seam',
  appendixResult: 'Result',
};

export type Words = typeof english;

const chinese: Words = {
  title: '管屏质量档案',
  subtitle: '膜式水冷壁管屏焊接数据单',
  simulatedBadge: '仿真数据',
  simulatedNote: '本档案的全部实测数据来自仿真设备，不代表任何真实管屏。',
  page: (page, pages) => `第 ${page} 页，共 ${pages} 页`,
  footHash: (hash) => `记录 ${hash.slice(0, 16)}…`,
  panel: '管屏',
  noId: '未标识',
  line: '产线',
  start: '开始',
  end: '结束',
  duration: '历时',
  closed: '归档',
  closedBy: { 'next-panel': '下一管屏到来时', standstill: '停顿期间' },
  position: '位置，mm',
  positionText: (first, minimum, maximum) => `起始 ${first}；${minimum} 至 ${maximum}`,
  revision: '版次',
  revisionText: (revision, revisions, reason) => `第 ${revision} 版，共 ${revisions} 版；${reason}`,
  timeZone: '时间所用时区',
  software: '网关版本',
  timeSync: '设备时钟超前网关',
  timeSyncNone: '产线设备的时钟均不可读',
  clockText: (clock: string, { last, least, most, seen }: ClockSeen) =>
    `${clock} ${last} 秒（${least} 至 ${most}，${seen} 所见）`,
  configuration: '配置',
  journal: '日志条目',
  data: '数据',
  simulated: '仿真',
  real: '由产线设备实测',
  status: '状态',
  statuses: { released: '放行', hold: '待处理', scrap: '报废' },
  statusOpen: '尚未判定',

  marks: '标记',
  marksNone: '无标记：未发现影响本记录采信的情况。',
  marksText: '本记录不可直接采信：',
  missing: '缺少的必填项',
  missingNone: '必填项齐全。',
  missingText: '焊接数据单必须具备下列内容（ISO 3834-5、EN 12952-5、NB/T 47014）：',
  missingMeasured: '实测',
  missingTold: '生产',
  seamsWithout: (seams) => `（焊缝 ${seams}）`,

  seams: '各焊缝结果',
  seamsNote:
    'x：沿管屏的位置，自首个至末个有电弧的区间。E、Q：焊缝的电弧线能量与热输入。WPS：全部参数在范围内的已焊长度占比。丢失：焊缝丢失时的已焊长度，以此为准，由采样时间内的焊接速度积分得出（指标 seamLostLength）。带 ? 的数值不确定；— 表示无数值。',
  seamColumns: [
    ...['焊缝', '起点 x，mm', '终点 x，mm', '燃弧长度，m', 'E，kJ/mm', 'Q，kJ/mm', 'WPS，%'],
    ...['均方根，mm', 'P95，mm', '最大，mm', '丢失，mm', '断弧次数', '区间数'],
  ],
  seamGroups: ['', '位置', '焊接', '跟踪误差', ''],
  energyMethod: 'E 与 Q 所用方法',
  energyMethodDefault: '此处未列者取默认值（ISO/TR 18491 方法 C）',
  energyMethodUnknown: '记录中未说明',
  wpsBands: 'WPS 符合率所用范围',
  wpsBandsOther: '生产上报的工艺规程与此不同：该符合率不能说明其符合情况。',

  process: '各焊缝过程参数',
  processNote:
    '均值与 s（n − 1）按焊缝各区间计算，每区间计一次；最小与最大取自区间极值，区间无极值时取自区间均值。',
  processGroups: {
    current: '电流，A',
    voltage: '电压，V',
    wireFeedSpeed: '送丝速度，m/min',
    gasFlow: '气体流量，L/min',
    travelSpeed: '焊接速度，m/min',
    gap: '间隙，mm',
    heatInput: '热输入，kJ/mm',
  },
  statistics: ['均值', '最小', '最大', 's'],
  seam: '焊缝',

  path: '沿管屏的焊缝状况',
  pathNoBins: '生成本档案时没有位置区间数据。',
  pathLegend: {
    welded: '已焊',
    offHeat: (percent) => `热输入偏离本焊缝均值 ${percent} % 以上`,
    lost: '焊缝丢失',
    noArc: '无电弧',
    unmeasured: '未测',
  },
  stretchColumns: ['焊缝', '情况', '自 x，mm', '至 x，mm', '按区间，mm'],
  stretchNote:
    '位置与长度按编码器区间得出，用于说明位置；丢失长度以“各焊缝结果”所列（按采样时间计算）为准，两者之差为采样间隔内的行程。',
  stretchNone: '起点与终点之间没有长度达 5 mm 的无电弧段或焊缝丢失段。',
  stretchLeftOut: (count) => `另有 ${count} 段未列出。`,
  stretches: '起点与终点之间无电弧或焊缝丢失的区段',

  deformation: '变形',
  deformationAxisX: 'x，m',
  deformationAxisZ: 'z，mm',
  deformationNoProfile: '记录中没有沿管屏的轮廓，仅有下列结果。',
  deformationBand: '横截面最低与最高点',
  deformationMean: '横截面均值',
  deformationLimit: (limit) => `合同允许值 ±${limit} mm`,

  results: '产线结果',
  resultColumns: ['结果', '数值', '单位', '覆盖率', '质量', '设备'],
  qualities: { good: '良好', uncertain: '不确定', bad: '无数值', absent: '无数值' },

  events: '事件',
  eventsNone: '无事件。',
  eventColumns: ['时间', 'x，mm', '级别', '对象', '情况'],
  severities: { info: '信息', warning: '警告', error: '错误' },
  eventsLeftOut: (count) => `另有 ${count} 条事件见记录本身。`,
  rowsLeftOut: (count) => `另有 ${count} 行见记录本身。`,

  footprint: '碳足迹',
  footprintNote:
    'ISO 14067，部分碳足迹，摇篮到大门；声明单位：一张管屏。仅由本记录得出：实测与上报数据，以及当时配置的因子。',
  footprintColumns: ['项目', '数量', '单位排放 kg CO2e', 'CO2e', '因子来源'],
  footprintElements: {
    electricity: '用电',
    'gas-direct': '保护气体中的 CO2',
    tube: '管子',
    fin: '鳍片',
    wire: '焊丝',
    'gas-upstream': '保护气体生产',
  },
  footprintMeasured: {
    electricity: 'KPI panelCarbon：逐分钟电力构成',
    'gas-direct': 'KPI panelCarbon：CO2 占比与密度',
  },
  footprintPrimary: (source) => `${source}（初级数据）`,
  footprintUnknown: '未给出因子',
  footprintGateToGate: '门到门',
  footprintTotal: '含材料',
  footprintGridOnly: '用电（全部按电网计）',

  chain: '记录的哈希链',
  chainNote:
    '内容哈希为记录规范化 JSON（RFC 8785）的 SHA-256；哈希由其与前一哈希共同计算。命令 seamwatt records verify 可核对整条链。',
  chainNumber: '链中序号',
  chainKey: '键',
  contentHash: '内容哈希',
  previousHash: '前一哈希',
  hash: '哈希',
  binFiles: '位置区间数据文件',
  binColumns: ['焊缝', '行数', '文件的 SHA-256'],
  configurations: '配置',
  configurationText: (configuration, program) => `配置 ${configuration}\n程序 ${program}`,

  appendix: '附录：各焊缝全部结果',
  appendixResult: '结果',
};

export const words: Readonly<Record<DossierLanguage, Words>> = { en: english, zh: chinese };
