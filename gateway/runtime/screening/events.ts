import type { GatewayEvent } from '../../core/event.ts';

type Texts = { readonly en: string; readonly zh: string };

const event = (
  code: string,
  severity: GatewayEvent['severity'],
  about: {
    readonly subject: string;
    readonly text: Texts;
    readonly details?: GatewayEvent['details'];
  },
): GatewayEvent => ({
  code,
  severity,
  subject: about.subject,
  text: about.text,
  ...(about.details === undefined ? {} : { details: about.details }),
});

const seconds = (ms: number): string => (ms / 1000).toFixed(0);

export const staleEvent = (subject: string, staleMs: number): GatewayEvent =>
  event('group-stale', 'warning', {
    subject,
    text: {
      en: `Nothing came of ${subject} for ${seconds(staleMs)} s: its points are bad from here on`,
      zh: `${subject} 已有 ${seconds(staleMs)} 秒没有数据：其测点自此标记为坏值`,
    },
    details: { staleMs },
  });

export const freshEvent = (subject: string): GatewayEvent =>
  event('group-fresh', 'info', {
    subject,
    text: { en: `${subject} gives data again`, zh: `${subject} 恢复供数` },
  });

export const frozenEvent = (subject: string, value: number): GatewayEvent =>
  event('value-frozen', 'warning', {
    subject,
    text: {
      en: `${subject} stands at ${value} to the last bit: it counts as an old value, integrals stop`,
      zh: `${subject} 停在 ${value} 丝毫不变：按旧值处理，积分停止`,
    },
    details: { value },
  });

export const movingEvent = (subject: string): GatewayEvent =>
  event('value-moves', 'info', {
    subject,
    text: { en: `${subject} moves again`, zh: `${subject} 恢复变化` },
  });

export const stoppedEvent = (subject: string): GatewayEvent =>
  event('device-stopped', 'warning', {
    subject,
    text: {
      en: `${subject} answers, but nothing in it moves: all its points count as old values`,
      zh: `${subject} 有应答，但数据全部停滞：其全部测点按旧值处理`,
    },
  });

export const runningEvent = (subject: string): GatewayEvent =>
  event('device-runs', 'info', {
    subject,
    text: { en: `${subject} moves again`, zh: `${subject} 恢复运行` },
  });

type Readings = { readonly from: number; readonly to: number };

export const rolloverEvent = (subject: string, { from, to }: Readings): GatewayEvent =>
  event('counter-rolled-over', 'info', {
    subject,
    text: {
      en: `The register ${subject} passed its end, from ${from} to ${to}: it is counted on`,
      zh: `计数器 ${subject} 溢出回零，由 ${from} 变为 ${to}：继续累计`,
    },
    details: { from, to },
  });

export const resetEvent = (subject: string, { from, to }: Readings): GatewayEvent =>
  event('counter-reset', 'warning', {
    subject,
    text: {
      en: `The register ${subject} began again, from ${from} to ${to}: what it counted in between is not known and not added`,
      zh: `计数器 ${subject} 被清零，由 ${from} 变为 ${to}：其间的增量未知，不予累计`,
    },
    details: { from, to },
  });

/** `most`: what the register can have counted in `passedMs`; Infinity where it has no fastest rate. */
type Jump = Readings & {
  readonly unit: string;
  readonly most: number;
  readonly passedMs: number;
};

export const replacedEvent = (
  subject: string,
  { from, to, unit, most, passedMs }: Jump,
): GatewayEvent => {
  const step = to - from;
  const size = `${step > 0 ? '+' : ''}${step} ${unit}`;
  const spent = (passedMs / 1000).toFixed(1);
  const isKnown = Number.isFinite(most);
  const known = isKnown ? String(Number(most.toPrecision(3))) : '';
  return event('counter-replaced', 'warning', {
    subject,
    text: {
      en: `The register ${subject} jumped by ${size}, from ${from} to ${to}, ${isKnown ? `but can have counted at most ${known} ${unit} in ${spent} s` : 'which it cannot have counted'}: it was replaced or shows nonsense, the difference is not added, counting goes on from ${to}`,
      zh: `计数器 ${subject} 跳变 ${size}（由 ${from} 变为 ${to}），${isKnown ? `而 ${spent} 秒内至多可累计 ${known} ${unit}` : '不可能由累计产生'}：应已更换或读数有误，差值不予累计，自 ${to} 起继续累计`,
    },
    details: { from, to, step, unit, ...(isKnown ? { most } : {}) },
  });
};
