// Goal: an order that the machine starts is an order of the gateway, and in the record of its panel, once, whatever happens to the
// connection and whoever else tells of it. Method: a gateway reads the simulated welder over OPC UA in lock-step, an MES posts the
// same order, the server restarts with other namespace indices, and the gateway starts again on the same journal.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { opcuaAdapter } from '../../adapters/opcua/opcua-adapter.ts';
import type { GatewayEvent } from '../../gateway/core/event.ts';
import { LockStepClock } from '../../gateway/runtime/lock-step-clock.ts';
import { lockStepWith } from '../../gateway/runtime/lock-step-control.ts';
import { testFolder } from '../support/journal.ts';
import { loadOpcuaProfile, makePkiFolder, opcuaInput } from '../support/opcua-source.ts';
import { type ProductionSite, startProductionSite } from '../support/production-line.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const order = 'JO-20230621-001';
const panel = 'MPM01-20230621-001';
/** Finding and welding 200 mm; then 30 s of scan, 90 s of unloading, and the next panel comes. */
const weldEndMs = 18_100;
const nextPanelMs = weldEndMs + 120_000;
const patience = { timeout: 120_000, interval: 100 };

type Order = {
  readonly orderId: string;
  readonly status: string;
  readonly definition: { readonly project: string | null; readonly wpsNo: string | null };
  readonly definitions: number;
  readonly started: { readonly timeMs: number; readonly by: string } | null;
  readonly completed: { readonly timeMs: number; readonly by: string } | null;
};
type Message = {
  readonly kind: string;
  readonly source: string;
  readonly status?: string;
  readonly orderId?: string;
};

const sourceFor = (simulator: Simulator) => {
  const folder = makePkiFolder();
  onTestFinished(() => folder.remove());
  const input = opcuaInput(
    {
      ...{ endpointUrl: simulator.url('line.opcua'), securityMode: 'None' },
      read: { mode: 'polling', periodMs: 500 },
      devices: [{ profile: 'weld-machine-opcua', area: 'welding', line: 'mpm01' }],
    },
    folder.path,
    [loadOpcuaProfile('weld-machine-opcua')],
  );
  const site = { ...input.site, enterprise: 'acme', site: 'boilers' };
  return opcuaAdapter.createSource({ ...input, site });
};

/** A site in lock-step with the machine; `letGo` lets time pass up to so long after the start. */
const startSite = async (simulator: Simulator, folder: string) => {
  const { startMs, advance } = await lockStepWith(simulator.control, AbortSignal.timeout(200_000));
  let allowedMs = startMs;
  let wake = (): void => undefined;
  const clock = new LockStepClock({
    startMs,
    drain: () => Promise.resolve(),
    advance: async (toMs) => {
      while (toMs > allowedMs) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await advance(toMs);
    },
  });
  const site = await startProductionSite(sourceFor(simulator), folder, { clock });
  return {
    ...site,
    letGo: async (toMs: number): Promise<void> => {
      allowedMs = toMs;
      wake();
      await expect.poll(() => clock.nowMs(), patience).toBeGreaterThanOrEqual(toMs - 500);
    },
    stop: async (): Promise<void> => {
      allowedMs = Number.POSITIVE_INFINITY;
      clock.stop();
      wake();
      await site.stop();
    },
  };
};

const views = (site: ProductionSite) => ({
  orders: async () =>
    (await site.get<{ orders: readonly Order[] }>('/api/v1/production/orders')).orders,
  messages: async () =>
    (
      await site.get<{ messages: readonly { message: Message }[] }>(
        '/api/v1/production/messages?limit=500',
      )
    ).messages.map(({ message }) => message),
  events: () => site.gateway.view.events({ limit: 1000, afterSeq: 0 }).map(({ event }) => event),
});

const codes = (events: readonly GatewayEvent[]): readonly string[] =>
  events.map(({ code }) => code);

it('keeps an order of the machine once, through MES, restart of the server, and restart of the gateway', async () => {
  const simulator = await startSimulator([
    ...['--plants', 'line', '--lock-step', '--line-opcua-port', '0', '--panel-length-mm', '200'],
  ]);
  onTestFinished(async () => {
    await simulator.stop();
  });
  const startMs = ((await simulator.send('GET', '/state')).body as { nowMs: number }).nowMs;
  const folder = testFolder();
  const site = await startSite(simulator, folder);
  onTestFinished(() => site.stop());
  const { orders, messages, events } = views(site);

  // The MES has told of it, and who started it.
  const mes = { source: 'mes', time: startMs, orderId: order };
  const { answer: taken } = await site.post([
    { kind: 'jobOrder', id: 'o1', ...mes, project: 'Boiler 7', wpsNo: 'WPS-135' },
    { kind: 'jobOrderStatus', id: 'o2', ...mes, status: 'started', by: 'scheduler' },
  ]);
  expect(taken.accepted).toBe(2);
  await site.letGo(startMs + 5000);
  await expect.poll(async () => (await messages()).length, patience).toBeGreaterThanOrEqual(5);
  const [started] = await orders();
  expect(started).toMatchObject({
    ...{ orderId: order, status: 'started', definitions: 1 },
    definition: { project: 'Boiler 7', wpsNo: 'WPS-135' },
    started: { timeMs: startMs, by: 'scheduler' },
  });

  // The server goes away and comes back with other namespace indices, while the order runs.
  const ofOrder = async () =>
    (await messages()).filter(
      ({ kind, orderId }) => kind.startsWith('jobOrder') && orderId === order,
    );
  const before = await ofOrder();
  const restart = { device: 'line.opcua', kind: 'restart', namespaceShift: 2 };
  expect((await simulator.send('POST', '/faults', restart)).status).toBe(201);
  const restarts = () => site.gateway.view.status().sources[0]?.restarts ?? 0;
  const isUp = () => site.gateway.view.status().sources[0]?.state === 'up';
  let toMs = startMs + 5000;
  // Back-off is in the time of the lock-step, and the server needs time of its own: the order runs for 48 s.
  while (!(restarts() > 0 && isUp()) && toMs < startMs + 40_000) {
    toMs += 500;
    await site.letGo(toMs);
    await sleep(300);
  }
  expect(isUp()).toBe(true);
  expect(codes(events())).toContain('source-lost');
  await site.letGo(toMs + 2000);
  expect(await ofOrder()).toEqual(before);

  // The panel is welded, and the next one comes.
  await site.letGo(startMs + nextPanelMs + 20_000);
  await expect
    .poll(async () => (await orders()).find(({ orderId }) => orderId === order)?.status, patience)
    .toBe('completed');
  const ended = (await orders()).filter(({ orderId }) => orderId === order);
  expect(ended).toHaveLength(1);
  expect(ended[0]?.completed).toMatchObject({
    ...{ by: 'machine', timeMs: startMs + weldEndMs + 30_000 },
  });
  const ofMachine = (all: readonly Message[]): Record<string, number> => {
    const count: Record<string, number> = {};
    for (const { kind, source, status = '' } of all) {
      const name = `${kind} ${status}`.trim();
      if (source !== 'mes') count[name] = (count[name] ?? 0) + 1;
    }
    return count;
  };
  const told = {
    // Of this panel and of the next.
    ...{ jobOrder: 2, panelAssignment: 2, machineResult: 21 },
    ...{ 'jobOrderStatus released': 1, 'jobOrderStatus started': 1, 'jobOrderStatus completed': 1 },
  };
  await expect.poll(async () => ofMachine(await messages()), patience).toEqual(told);

  // It is in the record of its panel, with the machine's own judgement.
  const recordOf = async () => {
    const [head] = (await site.gateway.view.records?.list({ limit: 9 })) ?? [];
    return head;
  };
  await expect.poll(async () => (await recordOf())?.panelId, patience).toBe(panel);
  await expect
    .poll(async () => {
      const answer = await site.get<{
        record: {
          production?: {
            order: { orderId: string } | null;
            machineResults?: readonly { seam: string | null; evaluation: string }[];
            marks: readonly unknown[];
          };
        };
      }>(`/api/v1/panels/${panel}`);
      const { production } = answer.record;
      return [production?.order?.orderId, production?.machineResults?.length, production?.marks];
    }, patience)
    .toEqual([order, 21, []]);
  expect(codes(events())).toContain('machine-result');
  expect(codes(events())).not.toContain('machine-report-refused');
  expect(codes(events())).not.toContain('job-order-differs');

  // The gateway starts again on what it has kept, and reads the same lists.
  await site.stop();
  const again = await startSite(simulator, folder);
  onTestFinished(() => again.stop());
  const nowMs = ((await simulator.send('GET', '/state')).body as { nowMs: number }).nowMs;
  await again.letGo(nowMs + 4000);
  await expect.poll(() => again.gateway.view.status().sources[0]?.state, patience).toBe('up');
  await again.letGo(nowMs + 8000);
  await sleep(1500);
  expect(ofMachine(await views(again).messages())).toEqual(told);
}, 400_000);
