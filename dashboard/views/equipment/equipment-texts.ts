import type { TextTable } from '../../shell/language.ts';

export const equipmentTexts = {
  equipment: { en: 'All equipment', zh: '全部设备与测点' },
  point: { en: 'point', zh: '个测点' },
  points: { en: 'points', zh: '个测点' },
  noPoints: {
    en: 'This site has no points yet: name sources in its site file, and see what check says.',
    zh: '此站点还没有测点：请在站点文件中添加数据源，并用 check 检查。',
  },
  kpis: { en: 'KPIs', zh: '关键指标' },
  name: { en: 'Name', zh: '名称' },
  value: { en: 'Value', zh: '数值' },
  coverage: { en: 'Coverage', zh: '覆盖率' },
  explanation: { en: 'Formula and standard', zh: '公式与标准' },
  uncertain: { en: 'uncertain', zh: '不确定' },
  bad: { en: 'no value', zh: '无数值' },
  comma: { en: ', ', zh: '，' },
  semicolon: { en: '; ', zh: '；' },
} as const satisfies TextTable;
