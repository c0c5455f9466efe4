import { expect, test } from 'vitest';
import { GatewayError } from '../../../../gateway/core/error.ts';
import type { GatewayEvent } from '../../../../gateway/core/event.ts';
import type { SiteChange, SiteParts } from '../../../../gateway/runtime/gateway-parts.ts';
import { Reloader, type SiteProposal } from '../../../../gateway/runtime/reloader.ts';
import { silentLog } from '../../../support/journal-options.ts';

const partsOf = (configurationId: string): SiteParts => ({
  ...{ configurationId, siteName: { en: 'a', zh: 'a' }, sources: [], computedGroups: [] },
  ...{ sections: {}, sinks: [] },
});

const nobody = { added: [], removed: [], changed: [], unchanged: [] };
const changeAt = (seq: number): SiteChange => ({
  ...{ seq, sources: { ...nobody, added: ['plc'], changed: ['meter'] }, sinks: nobody },
  computed: { continued: ['a', 'b'], begun: ['c'], ended: [] },
});

const setUp = (reconfigure: (parts: SiteParts) => Promise<SiteChange>) => {
  const events: GatewayEvent[] = [];
  const accepted: string[] = [];
  const site: { proposal: () => Promise<SiteProposal> } = {
    proposal: async () => ({ problems: [] }),
  };
  const reloader = new Reloader({
    propose: () => site.proposal(),
    gateway: { reconfigure, event: (event) => events.push(event) },
    parts: partsOf('first'),
    nowMs: () => 42,
    log: silentLog,
  });
  const offer = (configurationId: string): void => {
    site.proposal = async () => ({
      parts: partsOf(configurationId),
      accepted: () => accepted.push(configurationId),
    });
  };
  return { reloader, events, accepted, site, offer };
};

test('a right configuration is applied, accepted and told', async () => {
  const { reloader, events, accepted, offer } = setUp(async () => changeAt(7));
  offer('second');
  expect(await reloader.reload('signal')).toEqual({
    ...{ trigger: 'signal', timeMs: 42, result: 'changed', configurationId: 'second' },
    ...{ change: changeAt(7), problems: [] },
  });
  expect(accepted).toEqual(['second']);
  expect(reloader.configurationId).toBe('second');
  expect(events).toMatchObject([
    {
      ...{ code: 'configuration-changed', severity: 'info' },
      text: {
        en: 'The configuration has changed. sources: new plc, changed meter; KPIs and calculated points: 1 begin anew, 2 go on',
        zh: '配置已变更。数据源：新增 plc，更改 meter；指标与计算点：1 个重新开始，2 个延续',
      },
      details: { trigger: 'signal', configurationId: 'second', seq: 7 },
    },
  ]);
});

test('the same configuration is not applied again', async () => {
  const { reloader, events, offer } = setUp(() => expect.fail('nothing has changed'));
  offer('first');
  expect(await reloader.reload('file')).toMatchObject({ result: 'unchanged' });
  expect(events).toEqual([]);
});

test('a wrong one is refused with all problems, of which the event tells the first five', async () => {
  const { reloader, events, accepted, site } = setUp(() => expect.fail('it is wrong'));
  const problems = Array.from({ length: 7 }, (_, index) => ({ en: `e${index}`, zh: `z${index}` }));
  site.proposal = async () => ({ problems });
  expect(await reloader.reload('api')).toMatchObject({
    ...{ result: 'refused', configurationId: 'first', problems },
  });
  expect(accepted).toEqual([]);
  expect(events).toMatchObject([
    {
      ...{ code: 'configuration-refused', severity: 'warning' },
      text: {
        en: 'The changed configuration is refused, the one before stays in force: e0; e1; e2; e3; e4; and 2 more',
        zh: '变更后的配置被拒绝，继续使用原配置：z0；z1；z2；z3；z4；另有 2 个问题',
      },
      details: { problems: 7 },
    },
  ]);
});

test('one that cannot be applied has failed, in words, and the next is compared with the old one', async () => {
  let fails = true;
  const { reloader, events, accepted, offer } = setUp(async () => {
    if (fails) throw new GatewayError('TIMEOUT', 'source plc hangs', { retryable: true });
    return changeAt(9);
  });
  offer('second');
  const outcome = await reloader.reload('api');
  expect(outcome).toMatchObject({ result: 'failed', configurationId: 'first' });
  expect(outcome.problems).toMatchObject([{ en: expect.stringContaining('source plc hangs') }]);
  expect(events).toMatchObject([{ code: 'configuration-refused' }]);
  expect(accepted).toEqual([]);
  fails = false;
  expect(await reloader.reload('api')).toMatchObject({ result: 'changed' });
});

test('whoever asks while one is under way shares the one after it', async () => {
  const { reloader, site } = setUp(async () => changeAt(1));
  let reads = 0;
  let goOn: () => void = () => undefined;
  site.proposal = async () => {
    reads += 1;
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    return { problems: [] };
  };
  const first = reloader.reload('api');
  const [second, third] = [reloader.reload('file'), reloader.reload('signal')];
  expect(second).toBe(third);
  expect(reads).toBe(1);
  goOn();
  await first;
  await expect.poll(() => reads).toBe(2);
  goOn();
  expect(await second).toMatchObject({ trigger: 'file' });
  expect(reads).toBe(2);
});
