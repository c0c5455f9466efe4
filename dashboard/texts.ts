export type Language = 'zh' | 'en';

const texts = {
  simulated: { en: 'Simulated data', zh: '模拟数据' },
  live: { en: 'Live', zh: '实时' },
  connecting: { en: 'Connecting…', zh: '正在连接…' },
  lost: {
    en: 'No connection to the gateway: the values below are not current.',
    zh: '与网关的连接已中断：以下数值不是当前值。',
  },
  stale: {
    en: 'The gateway sends nothing new: the values below are not current.',
    zh: '网关没有新数据：以下数值不是当前值。',
  },
  line: { en: 'Welding line', zh: '焊接生产线' },
  seams: { en: 'Seams', zh: '焊缝' },
  front: { en: 'Front', zh: '正面' },
  back: { en: 'Back', zh: '背面' },
  park: { en: 'Park', zh: '园区' },
  kpis: { en: 'KPIs', zh: '关键指标' },
  devices: { en: 'Devices', zh: '设备' },
  sinks: { en: 'Data outputs', zh: '数据输出' },
  name: { en: 'Name', zh: '名称' },
  value: { en: 'Value', zh: '数值' },
  coverage: { en: 'Coverage', zh: '覆盖率' },
  explanation: { en: 'Formula and standard', zh: '公式与标准' },
  state: { en: 'State', zh: '状态' },
  lastData: { en: 'Last data', zh: '最近数据' },
  waiting: { en: 'Waiting', zh: '等待发送' },
  delivered: { en: 'Delivered', zh: '已发送' },
  refused: { en: 'Refused', zh: '被拒绝' },
  ago: { en: 's ago', zh: '秒前' },
  none: { en: 'none', zh: '无' },
  up: { en: 'up', zh: '正常' },
  connectingState: { en: 'connecting', zh: '连接中' },
  down: { en: 'down', zh: '中断' },
  stopped: { en: 'stopped', zh: '已停止' },
  arcOn: { en: 'arc on', zh: '燃弧' },
  arcOff: { en: 'arc off', zh: '熄弧' },
  membersDown: { en: 'not answering', zh: '无应答' },
  entries: { en: 'entries', zh: '条' },
  otherLanguage: { en: '中文', zh: 'English' },
} as const satisfies Record<string, Record<Language, string>>;

export type TextKey = keyof typeof texts;

export const text = (key: TextKey, language: Language): string => texts[key][language];
