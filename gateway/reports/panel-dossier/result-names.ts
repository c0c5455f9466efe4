import type { LocalText } from '../../core/point.ts';

/** How a result is called on paper, and with how many decimals it stands there. */
export type ResultName = LocalText & { readonly decimals: number | undefined };

type Name = readonly [en: string, zh: string, decimals: number];

const names: Readonly<Record<string, Name>> = {
  heatInput: ['Heat input Q', '热输入 Q', 4],
  'heatInput.efficiency': ['Thermal efficiency k', '热效率 k', 3],
  arcEnergyPerLength: ['Arc energy E', '电弧线能量 E', 4],
  heatInputBin: ['Heat input of the last bin', '最后区间热输入', 4],
  trackingRms: ['Tracking error, RMS', '跟踪误差均方根', 3],
  trackingP95: ['Tracking error, 95th percentile', '跟踪误差 95 百分位', 3],
  trackingMax: ['Tracking error, largest', '跟踪误差最大值', 3],
  trackingBias: ['Lateral tracking bias', '横向跟踪偏置', 3],
  arcOnRatio: ['Arc-on ratio', '燃弧率', 3],
  arcCurrentMean: ['Arc current, sliding mean', '焊接电流滑动均值', 1],
  arcCurrentDeviation: ['Arc current, sliding deviation', '焊接电流滑动标准差', 2],
  arcCurrentVariation: ['Arc current, variation', '焊接电流变异系数', 2],
  arcVoltageVariation: ['Arc voltage, variation', '电弧电压变异系数', 2],
  arcStability: ['Arc stability index', '电弧稳定指数', 2],
  arcStabilityNow: ['Arc stability, last second', '电弧稳定指数（最后 1 秒）', 2],
  shortCircuitRate: ['Short circuits a second', '每秒短路次数', 2],
  'shortCircuitRate.maximum': ['Short circuits a second, largest', '每秒短路次数最大值', 0],
  arcInterruptions: ['Arc interruptions', '断弧次数', 0],
  arcInterruptionsPerMetre: ['Arc interruptions per metre', '每米断弧次数', 3],
  seamLostRatio: ['Seam lost, share of arc time', '焊缝丢失时间占比', 3],
  seamLostLength: ['Seam lost, length', '焊缝丢失长度', 1],
  wpsConformance: ['WPS conformance', 'WPS 符合率', 3],
  'wpsConformance.current': ['WPS conformance: current', 'WPS 符合率：电流', 3],
  'wpsConformance.voltage': ['WPS conformance: voltage', 'WPS 符合率：电压', 3],
  'wpsConformance.wireFeedSpeed': ['WPS conformance: wire feed', 'WPS 符合率：送丝速度', 3],
  'wpsConformance.gasFlow': ['WPS conformance: gas flow', 'WPS 符合率：气体流量', 3],
  'wpsConformance.travelSpeed': ['WPS conformance: travel speed', 'WPS 符合率：焊接速度', 3],
  'wpsConformance.arcEnergy': ['WPS conformance: arc energy', 'WPS 符合率：电弧线能量', 3],
  wpsOutLength: ['Length out of the WPS', '超出 WPS 的长度', 1],
  legLength: ['Leg', '焊脚尺寸', 2],
  'legLength.balance': [
    'Leg by wire balance, gap not taken off',
    '焊脚尺寸（焊丝平衡，未扣间隙）',
    2,
  ],
  'legLength.measured': ['Leg as measured, gap not taken off', '焊脚尺寸（实测，未扣间隙）', 2],
  'legLength.gap': ['Mean gap', '平均间隙', 2],
  throat: ['Throat', '焊喉厚度', 2],
  weldLength: ['Welded length', '已焊长度', 3],
  wireMass: ['Wire used', '焊丝用量', 4],
  gasVolume: ['Shielding gas used', '保护气体用量', 4],
  travelSpeedMean: ['Travel speed, mean', '平均焊接速度', 3],
  speedConformity: ['Travel-speed conformity', '焊接速度符合率', 2],
  deformation: ['Deformation as contracted', '变形量（合同定义）', 2],
  deformationMax: ['Largest deformation', '最大变形', 2],
  'deformation.datum': ['Deformation against the machine datum', '变形量：相对机床基准', 2],
  'deformation.flatness': ['Flatness', '平面度', 2],
  'deformation.bow': ['Bow', '弯曲', 2],
  'deformation.margin': ['Left of what the contract allows', '距合同允许值的余量', 2],
  deformationPrediction: ['Bow expected at the end', '焊完时的预计弯曲', 2],
  'deformationPrediction.lower': ['Bow expected: lower end', '预计弯曲：区间下限', 2],
  'deformationPrediction.upper': ['Bow expected: upper end', '预计弯曲：区间上限', 2],
  'deformationPrediction.halfWidth': ['Bow expected: half-width', '预计弯曲：半宽', 2],
  'deformationPrediction.x': ['Bow expected: where', '预计弯曲：所在位置', 0],
  heatBalanceIndex: ['Heat balance of front and back', '正背面热平衡指数', 2],
  heatBalanceNow: ['Heat balance, sliding', '正背面热平衡指数（滑动）', 2],
  panelWeldLength: ['Weld of all seams', '各焊缝总焊长', 2],
  panelWireMass: ['Wire of all seams', '焊丝总用量', 3],
  panelGasVolume: ['Shielding gas of all seams', '保护气体总用量', 3],
  panelEnergy: ['Energy, whole cycle', '整个循环电量', 3],
  weldingEnergy: ['Energy while welding', '焊接期间电量', 3],
  panelEnergyDeviation: ['Integrated power against the register', '功率积分与计数器的偏差', 2],
  energyPerMetre: ['Energy per metre of weld', '每米焊缝电耗', 4],
  energyPerDeposit: ['Energy per kg deposited', '每千克熔敷金属电耗', 3],
  wirePerMetre: ['Wire per metre of weld', '每米焊缝焊丝用量', 4],
  gasPerMetre: ['Shielding gas per metre of weld', '每米焊缝保护气体用量', 5],
  panelCarbon: ['CO2e, gate to gate', '碳排放（门到门）', 3],
  'panelCarbon.electricity': ['CO2e of electricity', '用电碳排放', 3],
  'panelCarbon.gridOnly': [
    'CO2e of electricity, were all of it from the grid',
    '用电碳排放（全部按电网计）',
    3,
  ],
  'panelCarbon.mixed': ['electricity of known mix', '电源结构已知的用电占比', 3],
  'panelCarbon.gas': ['CO2 in the shielding gas', '保护气体中的 CO2', 3],
  unmannedRatio: ['Arc time without manual intervention', '无人工干预燃弧时间占比', 2],
  'unmannedRatio.arcTime': ['Arc time of that share', '该占比的燃弧时间', 2],
  corrections: ['Automatic corrections', '自动修正次数', 0],
  correctionsPerMetre: ['Automatic corrections per metre', '每米自动修正次数', 3],
  adjustmentRangeUsed: ['Adjustment range used', '调节范围使用率', 1],
  timeElements: ['Actual production time of the day (APT)', '当日实际生产时间（APT）', 1],
  'timeElements.aust': ['Actual unit setup time (AUST)', '实际设置时间（AUST）', 1],
  'timeElements.adet': ['Actual unit delay time (ADET)', '实际延误时间（ADET）', 1],
  'timeElements.adot': ['Actual unit down time (ADOT)', '实际停机时间（ADOT）', 1],
  'timeElements.apmt': ['Actual maintenance time (APMT)', '实际维护时间（APMT）', 1],
  'timeElements.other': ['Other time', '其他时间', 1],
  'panel.id': ['Panel of the window', '窗口所属管屏', 0],
  'panel.start': ['Panel came under the torches', '管屏进入焊接工位', 0],
  'panel.end': ['Next panel came', '下一管屏到来', 0],
  'panel.arcStart': ['First arc of the panel', '首个电弧', 0],
  'panel.arcEnd': ['Last arc of the panel', '末个电弧', 0],
  interventions: ['Manual interventions', '人工干预次数', 0],
  'interventions.position': ['Newest manual intervention at, mm', '最近人工干预位置，mm', 0],
  panelInterventions: ['Manual interventions of all seams', '各焊缝人工干预总次数', 0],
  'timeElements.failures': ['Failures of the machine', '设备故障次数', 0],
  'timeElements.mtbf': ['Mean time between failures (MTBF)', '平均故障间隔时间（MTBF）', 1],
  'timeElements.mttr': ['Mean time to repair (MTTR)', '平均修复时间（MTTR）', 1],
  throughput: ['Panels an hour of the orders of the day', '当日订单每小时产出管屏数', 2],
  'throughput.allocationRatio': ['Allocation ratio', '分配比', 4],
  'throughput.scrapRatio': ['Scrap ratio', '报废率', 4],
  'throughput.reworkRatio': ['Rework ratio', '返修率', 4],
  'throughput.firstPassYield': ['First-pass yield of panels', '管屏一次合格率', 4],
  'throughput.workerEfficiency': ['Worker efficiency', '人员效率', 4],
  'throughput.missing': ['Throughput: inputs missing, by bits', '产出：缺少的输入（位）', 0],
  oee: ['Overall equipment effectiveness of the day', '当日设备综合效率', 4],
  'oee.availability': ['OEE: availability A', 'OEE：可用率 A', 4],
  'oee.effectiveness': ['OEE: effectiveness E', 'OEE：有效率 E', 4],
  'oee.quality': ['OEE: quality ratio QR', 'OEE：合格率 QR', 4],
  'oee.nee': ['Net equipment effectiveness NEE', '设备净效率 NEE', 4],
  'oee.technicalEfficiency': ['Technical efficiency', '技术效率', 4],
  'oee.utilisation': ['Utilisation efficiency', '利用效率', 4],
  'oee.allocation': ['Allocation efficiency', '分配效率', 4],
  'oee.setup': ['Setup ratio', '设置率', 4],
  'oee.isSlackPlan': ['OEE: plan is slack (1: E above 1)', 'OEE：计划偏松（1：E 大于 1）', 0],
  'oee.missing': ['OEE: inputs missing, by bits', 'OEE：缺少的输入（位）', 0],
  firstPassYield: ['First-pass yield', '一次合格率', 5],
  rolledYield: ['Rolled yield of a panel', '管屏滚动合格率', 5],
  defectsPerKm: ['Defects per kilometre of weld', '每公里焊缝缺陷数', 3],
};

/** Control charts, and what each of them has. */
const charts: Readonly<Record<string, Name>> = {
  spcHeatInput: ['SPC heat input', '热输入控制图', 4],
  spcCurrent: ['SPC current', '焊接电流控制图', 2],
  spcOffset: ['SPC lateral offset', '横向偏差控制图', 3],
  spcLeg: ['SPC leg', '焊脚尺寸控制图', 3],
  spcCurrentDeviation: ['SPC noise of current', '电流波动控制图', 3],
  spcVoltageDeviation: ['SPC noise of voltage', '电压波动控制图', 3],
  spcDeformation: ['SPC deformation of panels', '管屏变形量控制图', 3],
};
const chartParts: Readonly<Record<string, readonly [en: string, zh: string, decimals?: number]>> = {
  range: ['range', '极差'],
  centre: ['centre', '中心线'],
  ucl: ['UCL', '上控制限'],
  lcl: ['LCL', '下控制限'],
  sigma: ['sigma', '组内标准差'],
  signals: ['signals (bits)', '报警位', 0],
  signalX: ['last signal at', '最近报警位置', 0],
  ewma: ['EWMA', 'EWMA'],
  panels: ['panels', '管屏数', 0],
  cusumUp: ['CUSUM up', '上侧 CUSUM', 3],
  cusumDown: ['CUSUM down', '下侧 CUSUM', 3],
  ...{ cp: ['Cp', 'Cp', 3], cpk: ['Cpk', 'Cpk', 3], pp: ['Pp', 'Pp', 3], ppk: ['Ppk', 'Ppk', 3] },
};

const order = [...Object.keys(names), ...Object.keys(charts)];

/** Results in the order in which they stand here, those of other names behind. */
export const byName = (a: string, b: string): number => rankOf(a) - rankOf(b) || (a < b ? -1 : 1);

const rankOf = (point: string): number => {
  const own = order.indexOf(point);
  if (own >= 0) return own;
  const base = order.indexOf(point.split('.')[0] ?? '');
  return base < 0 ? order.length : base;
};

/** A point without a name here, as one that a site calculates itself, is called by its own. */
export const resultName = (point: string): ResultName => {
  const name = names[point];
  if (name !== undefined) return { en: name[0], zh: name[1], decimals: name[2] };
  const [base = '', part] = point.split('.');
  const chart = charts[base];
  if (chart === undefined) return { en: point, zh: point, decimals: undefined };
  if (part === undefined) return { en: chart[0], zh: chart[1], decimals: chart[2] };
  const [en, zh, decimals = chart[2]] = chartParts[part] ?? [part, part];
  return { en: `${chart[0]}: ${en}`, zh: `${chart[1]}：${zh}`, decimals };
};
