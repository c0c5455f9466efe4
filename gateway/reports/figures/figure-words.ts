import type { LocalText } from '../../core/point.ts';
import type { FigureId, MissingCode, ReasonCode } from './figure.ts';

export type FigureWords = {
  readonly name: LocalText;
  readonly formula: LocalText;
  readonly numerator: LocalText;
  readonly denominator: LocalText;
};

/** What each figure is; the definitions are this product's own. */
export const figureWords: Readonly<Record<FigureId, FigureWords>> = {
  deviceDigitalisation: {
    name: { en: 'Device digitalisation', zh: '设备数字化率' },
    formula: {
      en: 'devices with good, fresh data in at least 95 % of the time / registered devices in scope',
      zh: '至少 95 % 的时间有良好且不过期数据的设备 / 范围内登记的设备',
    },
    numerator: { en: 'devices with data', zh: '有数据的设备' },
    denominator: { en: 'registered devices', zh: '登记的设备' },
  },
  inLineInspection: {
    name: { en: 'In-line inspection, by length', zh: '在线检测率（按长度）' },
    formula: {
      en: 'weld length with valid samples of vision and profile / weld length',
      zh: '视觉与轮廓采样均有效的焊缝长度 / 焊缝长度',
    },
    numerator: { en: 'weld inspected', zh: '已检测的焊缝' },
    denominator: { en: 'weld', zh: '焊缝' },
  },
  inspectedPanels: {
    name: { en: 'In-line inspection, by panel', zh: '在线检测率（按管屏）' },
    formula: { en: 'panels inspected fully / panels', zh: '全程检测的管屏 / 管屏' },
    numerator: { en: 'panels inspected fully', zh: '全程检测的管屏' },
    denominator: { en: 'panels', zh: '管屏' },
  },
  materialUtilisation: {
    name: { en: 'Material utilisation', zh: '材料利用率' },
    formula: {
      en: 'net mass in good panels / (issued - returned); finished goods ratio GQ/CM of ISO 22400-2, by mass',
      zh: '合格管屏净质量 /（领料 − 退料）；ISO 22400-2 的 GQ/CM，按质量计',
    },
    numerator: { en: 'net mass in good panels', zh: '合格管屏净质量' },
    denominator: { en: 'issued less returned', zh: '领料减退料' },
  },
  automaticScheduling: {
    name: { en: 'Automatic scheduling', zh: '自动排产率' },
    formula: {
      en: 'job orders that the scheduler released and started and nobody overrode / job orders started',
      zh: '由排程系统下达并开工且未经人工改动的工单 / 开工的工单',
    },
    numerator: { en: 'orders scheduled automatically', zh: '自动排产的工单' },
    denominator: { en: 'orders started', zh: '开工的工单' },
  },
  carbonCoverage: {
    name: { en: 'Carbon-footprint coverage', zh: '碳足迹覆盖率' },
    formula: {
      en: 'panels whose footprint (ISO 14067) has every mandatory element with the source of its factor / panels',
      zh: '产品碳足迹（ISO 14067）必备要素及因子来源齐全的管屏 / 管屏',
    },
    numerator: { en: 'panels with a whole footprint', zh: '碳足迹完整的管屏' },
    denominator: { en: 'panels', zh: '管屏' },
  },
  efficiencyGain: {
    name: { en: 'Efficiency gain', zh: '效率提升' },
    formula: {
      en: '(P1 / P0 - 1) * 100; P = metres of good weld in an hour of actual production time (APT), P0 frozen',
      zh: '(P1 / P0 − 1) × 100；P 为每小时实际生产时间（APT）内的合格焊缝米数，P0 为冻结基准',
    },
    numerator: { en: 'P1, now', zh: 'P1，当前' },
    denominator: { en: 'P0, baseline', zh: 'P0，基准' },
  },
  perCapitaOutput: {
    name: { en: 'Per-capita output, times the baseline', zh: '人均产出（相对基准的倍数）' },
    formula: {
      en: '(Q1 / N1) / (Q0 / N0); Q = good panels in a day, N = people, Q0 and N0 frozen',
      zh: '(Q1 / N1) / (Q0 / N0)；Q 为每日合格管屏数，N 为人数，Q0 与 N0 为冻结基准',
    },
    numerator: { en: 'good panels a day and head, now', zh: '当前人均日合格管屏数' },
    denominator: { en: 'good panels a day and head, baseline', zh: '基准人均日合格管屏数' },
  },
  craneTransfers: {
    name: { en: 'Crane transfers', zh: '行车转运次数' },
    formula: {
      en: 'transfers between processes by crane; the target is 0',
      zh: '工序间使用行车的转运次数；目标为 0',
    },
    numerator: { en: 'by crane', zh: '使用行车' },
    denominator: { en: 'all transfers', zh: '全部转运' },
  },
  transferDistance: {
    name: { en: 'Transfer distance per panel, less the baseline', zh: '单屏转运距离（减基准）' },
    formula: {
      en: 'mean distance that a panel is moved - baseline',
      zh: '每张管屏的平均转运距离 − 基准',
    },
    numerator: { en: 'distance of all transfers', zh: '全部转运距离' },
    denominator: { en: 'panels moved', zh: '转运的管屏' },
  },
  straightPanels: {
    name: { en: 'Straight panels', zh: '平直管屏占比' },
    formula: {
      en: 'panels within the contractual deformation / panels of which it was measured',
      zh: '变形量在合同允许值之内的管屏 / 测得变形量的管屏',
    },
    numerator: { en: 'panels within the limit', zh: '限值内的管屏' },
    denominator: { en: 'panels measured', zh: '测得的管屏' },
  },
  unmannedRatio: {
    name: { en: 'Unmanned ratio', zh: '无人化率' },
    formula: {
      en: 'arc time without manual intervention / arc time',
      zh: '无人工干预的燃弧时间 / 燃弧时间',
    },
    numerator: { en: 'without intervention', zh: '无人工干预' },
    denominator: { en: 'arc time', zh: '燃弧时间' },
  },
};

export const missingWords: Readonly<Record<MissingCode, LocalText>> = {
  devices: { en: 'no device is registered', zh: '没有登记任何设备' },
  'device-history': { en: 'the history of devices could not be read', zh: '无法读取设备历史数据' },
  records: { en: 'the site has no records of panels', zh: '本站点没有管屏记录' },
  panels: { en: 'no panel was recorded in this time', zh: '此期间没有管屏记录' },
  vision: {
    en: 'valid samples of vision and profile (KPIs weldLength and trackingRms, points deformation.*)',
    zh: '视觉与轮廓的有效采样（指标 weldLength、trackingRms，测点 deformation.*）',
  },
  production: { en: 'nobody told anything of production', zh: '没有任何生产信息' },
  dispositions: {
    en: 'what was decided on panels (release or scrap)',
    zh: '管屏的结论（放行或报废）',
  },
  'net-mass': { en: 'net mass of good panels', zh: '合格管屏的净质量' },
  'net-issue': {
    en: 'more material issued than returned',
    zh: '领料须多于退料',
  },
  'material-movements': { en: 'material issued and returned', zh: '领料与退料' },
  orders: { en: 'no job order was started in this time', zh: '此期间没有工单开工' },
  'product-footprint': { en: 'carbon footprint of panels', zh: '管屏的碳足迹' },
  'production-time': {
    en: 'actual production time (KPI timeElements)',
    zh: '实际生产时间（指标 timeElements）',
  },
  baseline: {
    en: 'a baseline (figures.baselines in the site file)',
    zh: '基准（站点文件 figures.baselines）',
  },
  people: {
    en: 'how many people (figures.people in the site file)',
    zh: '人数（站点文件 figures.people）',
  },
  transfers: { en: 'transfers of panels', zh: '管屏的转运' },
  deformation: {
    en: 'deformation against its limit (KPI deformation)',
    zh: '变形量及其限值（指标 deformation）',
  },
  'unmanned-ratio': {
    en: 'KPI unmannedRatio of the panels with its arc time',
    zh: '管屏的指标 unmannedRatio 及其燃弧时间',
  },
  'panels-left-out': {
    en: 'more panels than are read at once: a shorter time has them all',
    zh: '管屏过多未全部读取：请缩短时间范围',
  },
  'orders-left-out': {
    en: 'more job orders than are read at once: a shorter time has them all',
    zh: '工单过多未全部读取：请缩短时间范围',
  },
  'devices-left-out': {
    en: 'more devices than are read at once: the rest is not in the figure',
    zh: '设备过多未全部读取：其余设备未计入',
  },
  'messages-left-out': {
    en: 'more messages than are read at once: a shorter time has them all',
    zh: '消息过多未全部读取：请缩短时间范围',
  },
};

export const reasonWords: Readonly<Record<ReasonCode, LocalText>> = {
  'not-connected': { en: 'not connected', zh: '未联网' },
  'too-little-data': { en: 'too little good, fresh data', zh: '良好且不过期的数据不足' },
  'not-fully-inspected': { en: 'not inspected over its whole length', zh: '未全程检测' },
  hold: { en: 'on hold', zh: '待处理' },
  scrap: { en: 'scrapped', zh: '报废' },
  undecided: { en: 'nobody has decided', zh: '尚未判定' },
  'no-net-mass': { en: 'net mass not told', zh: '净质量未报' },
  'released-by-hand': { en: 'released by hand', zh: '人工下达' },
  'started-by-hand': { en: 'started by hand', zh: '人工开工' },
  'not-told-by-whom': {
    en: 'seen at the machine; nobody told who released or started it',
    zh: '仅由设备显示，未报送由谁下达或开工',
  },
  overridden: { en: 'overridden by hand', zh: '人工改动' },
  'never-released': { en: 'started without a release', zh: '未下达即开工' },
  'footprint-incomplete': { en: 'footprint incomplete', zh: '碳足迹不完整' },
  crane: { en: 'moved by crane', zh: '使用行车' },
  bent: { en: 'beyond the contractual deformation', zh: '变形量超出合同允许值' },
  'not-measured': { en: 'not measured', zh: '未测' },
};

/** Further numbers of figures. */
export const partWords: Readonly<Record<string, LocalText>> = {
  primaryDataShare: { en: 'share of primary data', zh: '初级数据占比' },
  goodWeld: { en: 'good weld', zh: '合格焊缝' },
  productionTime: { en: 'actual production time', zh: '实际生产时间' },
  panels: { en: 'good panels', zh: '合格管屏' },
  people: { en: 'people', zh: '人数' },
  days: { en: 'days', zh: '天数' },
  issued: { en: 'issued', zh: '领料' },
  returned: { en: 'returned', zh: '退料' },
  perPanel: { en: 'per panel', zh: '每张管屏' },
  perShift: { en: 'per shift', zh: '每班' },
};
