import type { GatewayEvent } from '../core/event.ts';
import type { LocalText } from '../core/point.ts';
import type { MemberChanges } from './exchange.ts';
import type { SiteChange } from './gateway-parts.ts';

type About = { readonly trigger: string; readonly configurationId: string };

/** Problems that an event spells out; the outcome of the reload has all. */
const mostTold = 5;
/** Ids in an event. */
const mostNamed = 10;

const named = (ids: readonly string[], separator: string): string => {
  const shown = ids.slice(0, mostNamed).join(separator);
  return ids.length > mostNamed ? `${shown}${separator}…` : shown;
};

const changeWords = (
  what: LocalText,
  { added, removed, changed }: MemberChanges,
): readonly LocalText[] => {
  const parts = [
    { en: 'new', zh: '新增', ids: added },
    { en: 'changed', zh: '更改', ids: changed },
    { en: 'removed', zh: '移除', ids: removed },
  ].filter(({ ids }) => ids.length > 0);
  if (parts.length === 0) return [];
  const en = parts.map((part) => `${part.en} ${named(part.ids, ', ')}`).join(', ');
  const zh = parts.map((part) => `${part.zh} ${named(part.ids, '、')}`).join('，');
  return [{ en: `${what.en}: ${en}`, zh: `${what.zh}：${zh}` }];
};

export const changedEvent = (change: SiteChange, about: About): GatewayEvent => {
  const { sources, sinks, computed, seq } = change;
  const [begun, continued] = [computed.begun.length, computed.continued.length];
  const words = [
    ...changeWords({ en: 'sources', zh: '数据源' }, sources),
    ...changeWords({ en: 'sinks', zh: '输出' }, sinks),
    {
      en: `KPIs and calculated points: ${begun} begin anew, ${continued} go on`,
      zh: `指标与计算点：${begun} 个重新开始，${continued} 个延续`,
    },
  ];
  return {
    code: 'configuration-changed',
    severity: 'info',
    subject: 'gateway',
    text: {
      en: `The configuration has changed. ${words.map(({ en }) => en).join('; ')}`,
      zh: `配置已变更。${words.map(({ zh }) => zh).join('；')}`,
    },
    details: { trigger: about.trigger, configurationId: about.configurationId, seq },
  };
};

export const refusedEvent = (problems: readonly LocalText[], about: About): GatewayEvent => {
  const told = problems.slice(0, mostTold);
  const more = problems.length - told.length;
  const en = told.map((problem) => problem.en).join('; ');
  const zh = told.map((problem) => problem.zh).join('；');
  return {
    code: 'configuration-refused',
    severity: 'warning',
    subject: 'gateway',
    text: {
      en: `The changed configuration is refused, the one before stays in force: ${en}${more > 0 ? `; and ${more} more` : ''}`,
      zh: `变更后的配置被拒绝，继续使用原配置：${zh}${more > 0 ? `；另有 ${more} 个问题` : ''}`,
    },
    details: {
      trigger: about.trigger,
      configurationId: about.configurationId,
      problems: problems.length,
    },
  };
};
