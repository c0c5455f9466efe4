import { describe, expect, it } from 'vitest';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import { noText } from '../../../../gateway/core/point.ts';
import type { MemberState } from '../../../../gateway/core/source.ts';
import { MemberWatch } from '../../../../gateway/runtime/member-watch.ts';

const second = 1000;
const reason = { en: 'no answer in 1000 ms', zh: '1000 毫秒内无应答' };

/** A watch on a simulated clock that is asked once a second; the connection gives something at each unless it is silent. */
const setUp = () => {
  const events: GatewayEvent[] = [];
  const watch = new MemberWatch('park-pv', (event) => events.push(event));
  let nowMs = 0;
  const report = (member: string, state: MemberState['state']): void =>
    watch.take({ member, state, reason: state === 'up' ? noText : reason }, nowMs);
  return {
    watch,
    events,
    report,
    told: () => events.map(({ code, details }) => [code, details?.['member']]),
    pass: (seconds: number, isSilent = false): void => {
      for (let count = 0; count < seconds; count += 1) {
        nowMs += second;
        if (!isSilent) watch.heard();
        watch.passTime(nowMs);
      }
    },
  };
};

describe('the members of a connection', () => {
  it('are told of when one is lost and when it is back, in both languages', () => {
    const { report, pass, events } = setUp();
    report('unit 7', 'up');
    pass(5);
    report('unit 7', 'down');
    pass(120);
    report('unit 7', 'up');
    pass(120);
    expect(events).toEqual([
      {
        code: 'member-lost',
        severity: 'warning',
        subject: 'park-pv',
        text: {
          en: 'unit 7 of source park-pv is lost: no answer in 1000 ms',
          zh: '数据源 park-pv 的 unit 7 已中断：1000 毫秒内无应答',
        },
        details: { source: 'park-pv', member: 'unit 7', state: 'down', reason: reason.en },
      },
      {
        code: 'member-restored',
        severity: 'info',
        subject: 'park-pv',
        text: { en: 'unit 7 of source park-pv is back', zh: '数据源 park-pv 的 unit 7 已恢复' },
        details: { source: 'park-pv', member: 'unit 7', state: 'up', reason: '' },
      },
    ]);
  });

  it('are told of when one never came up', () => {
    const { report, pass, told } = setUp();
    report('unit 7', 'down');
    pass(3);
    expect(told()).toEqual([['member-lost', 'unit 7']]);
  });

  it('are not told of for one answer that did not come, but for a part that stays away', () => {
    const { report, pass, told } = setUp();
    for (let count = 0; count < 20; count += 1) {
      report('unit 7', 'degraded');
      pass(5);
      report('unit 7', 'up');
      pass(5);
    }
    expect(told()).toEqual([]);
    report('unit 7', 'degraded');
    pass(11);
    expect(told()).toEqual([['member-lost', 'unit 7']]);
  });

  it('are told of at most once a minute where one comes and goes, and rightly at the end', () => {
    const { report, pass, events } = setUp();
    for (let count = 0; count < 60; count += 1) {
      report('unit 7', 'down');
      pass(5);
      report('unit 7', 'up');
      pass(5);
    }
    expect(events.length).toBeGreaterThan(2);
    expect(events.length).toBeLessThanOrEqual(10);
    pass(60);
    expect(events.at(-1)?.code).toBe('member-restored');
  });

  it('are told of in one event where many are lost at once, and a few singly', () => {
    const { report, pass, events } = setUp();
    for (let unit = 1; unit <= 50; unit += 1) report(`unit ${unit}`, 'down');
    pass(30);
    expect(events).toHaveLength(1);
    expect(events[0]?.text.en).toContain('50 members of source park-pv are lost');
    expect(events[0]?.text.zh).toContain('50 个成员已中断');
    expect(events[0]?.details).toEqual({ source: 'park-pv', members: 50 });
  });

  it('that fall one after the other give a few events and then one a minute', () => {
    const { report, pass, events } = setUp();
    for (let unit = 1; unit <= 50; unit += 1) {
      report(`unit ${unit}`, 'down');
      pass(1);
    }
    pass(60);
    expect(events.map(({ details }) => details?.['member'] ?? details?.['members'])).toEqual([
      ...['unit 1', 'unit 2', 'unit 3', 'unit 4', 'unit 5'],
      45,
    ]);
  });

  it('are not told of when the whole connection is lost, nor when it is back with them', () => {
    const { watch, report, pass, events } = setUp();
    for (let unit = 1; unit <= 50; unit += 1) report(`unit ${unit}`, 'up');
    for (let unit = 1; unit <= 50; unit += 1) {
      report(`unit ${unit}`, 'down');
      pass(1, true);
    }
    watch.connectionLost({ en: 'the connection is lost', zh: '连接已中断' });
    expect(watch.states().every(({ state }) => state === 'down')).toBe(true);
    pass(300, true);
    for (let unit = 1; unit <= 50; unit += 1) report(`unit ${unit}`, 'up');
    pass(120);
    expect(events).toEqual([]);
  });

  it('are told of after a while where a connection stays up and gives nothing', () => {
    const { report, pass, told } = setUp();
    report('unit 1', 'down');
    pass(59, true);
    expect(told()).toEqual([]);
    pass(2, true);
    expect(told()).toEqual([['member-lost', 'unit 1']]);
  });

  it('are not told of again after an outage that changed nothing', () => {
    const { watch, report, pass, told } = setUp();
    report('unit 7', 'down');
    pass(120);
    watch.connectionLost(noText);
    report('unit 7', 'down');
    pass(120);
    expect(told()).toEqual([['member-lost', 'unit 7']]);
    report('unit 7', 'up');
    pass(1);
    expect(told()).toEqual([
      ['member-lost', 'unit 7'],
      ['member-restored', 'unit 7'],
    ]);
  });
});
