import { setTimeout as sleep } from 'node:timers/promises';
import type { NotificationMessage } from 'node-opcua-client';
import { openConnection } from '../../adapters/opcua/connection.ts';
import { loadLibrary } from '../../adapters/opcua/library.ts';
import { systemClock } from '../../gateway/runtime/system-clock.ts';
import {
  createOpcuaTestSource,
  device,
  makePkiFolder,
  opcuaInput,
  plantUri,
} from '../support/opcua-source.ts';
import { startOpcuaServer } from '../support/peers/opcua-server.ts';
import { createTestLog } from '../support/test-log.ts';
import { startOnServerCore } from './harness/cores.ts';
import { benchRow, median, type Rows } from './row.ts';

const groupCount = 50;
const pointCount = 20;
const periodMs = 100;
const nodes = Array.from({ length: groupCount * pointCount }, (_, i) => `N${i}`);

type Load = {
  /** Values that came so far. */
  count(): number;
  stop(): Promise<void>;
};

/** Processor time of this process a value, in microseconds. */
const measure = async (
  load: Load,
  windowMs: number,
): Promise<{ us: number; perSecond: number }> => {
  while (load.count() < nodes.length * 3) await sleep(50);
  const before = load.count();
  const usage = process.cpuUsage();
  await sleep(windowMs);
  const { user, system } = process.cpuUsage(usage);
  const came = load.count() - before;
  await load.stop();
  return { us: (user + system) / came, perSecond: (came * 1000) / windowMs };
};

/** Values from an OPC UA server to frames, beside a listener that only counts what the same library hands it. */
export const rows: Rows = async ({ quick }) => {
  const folder = makePkiFolder();
  const server = await startOnServerCore(() =>
    startOpcuaServer({
      pkiFolder: `${folder.path}/server`,
      namespaceUri: plantUri,
      countEveryMs: periodMs,
      variables: nodes.map((name) => ({ name, type: 'Double', value: 0 })),
    }),
  );
  const entry = {
    endpointUrl: server.url,
    securityMode: 'None',
    read: { mode: 'subscription', samplingIntervalMs: 50, publishingIntervalMs: periodMs },
    equipment: Array.from({ length: groupCount }, (_, g) =>
      device(
        Array.from({ length: pointCount }, (_, p) => ({
          point: `p${p}`,
          node: `s=${nodes[g * pointCount + p]}`,
        })),
        { equipment: `e${g}` },
      ),
    ),
  };

  const ours = (): Load => {
    const abort = new AbortController();
    let count = 0;
    const log = createTestLog();
    const ended = createOpcuaTestSource(entry, folder.path).run({
      clock: systemClock,
      log,
      signal: abort.signal,
      emit: ({ status }) => {
        // All nodes change at one time, so that frames are whole.
        count += status.length;
        return true;
      },
      intern: () => 0,
      event: () => undefined,
      member: () => undefined,
      clockSeen: () => undefined,
      report: async () => true,
      connected: () => undefined,
      count: () => undefined,
    });
    return {
      count: () => count,
      stop: () => {
        abort.abort();
        return ended;
      },
    };
  };

  const bare = async (): Promise<Load> => {
    const log = createTestLog();
    const library = await loadLibrary(log);
    const input = opcuaInput(entry, folder.path);
    const signal = new AbortController().signal;
    const connection = await openConnection({ input, library, log, signal });
    const { session } = connection;
    let count = 0;
    const subscription = await session.createSubscription2({
      requestedPublishingInterval: periodMs,
      requestedLifetimeCount: 600,
      requestedMaxKeepAliveCount: 50,
      maxNotificationsPerPublish: 10_000,
      publishingEnabled: true,
      priority: 1,
    });
    subscription.on('raw_notification', (message: NotificationMessage) => {
      for (const part of message.notificationData ?? []) {
        const { monitoredItems } = part as { readonly monitoredItems?: readonly unknown[] };
        count += monitoredItems?.length ?? 0;
      }
      // As ours does, or the library would look for listeners.
      message.notificationData = [];
    });
    const index = (await session.readNamespaceArray()).indexOf(plantUri);
    await session.createMonitoredItems({
      subscriptionId: subscription.subscriptionId,
      timestampsToReturn: library.TimestampsToReturn.Source,
      itemsToCreate: nodes.map((name, clientHandle) => ({
        itemToMonitor: {
          nodeId: `ns=${index};s=${name}`,
          attributeId: library.AttributeIds.Value,
        },
        monitoringMode: library.MonitoringMode.Reporting,
        requestedParameters: {
          clientHandle,
          samplingInterval: 50,
          queueSize: 20,
          discardOldest: true,
        },
      })),
    });
    return { count: () => count, stop: () => connection.close() };
  };

  try {
    const repetitions = quick ? 1 : 5;
    const windowMs = quick ? 2000 : 5000;
    const figures = { ours: [] as number[], bare: [] as number[], rate: [] as number[] };
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      figures.bare.push((await measure(await bare(), windowMs)).us);
      const { us, perSecond } = await measure(ours(), windowMs);
      figures.ours.push(us);
      figures.rate.push(perSecond);
    }
    return [
      benchRow({
        name: 'OPC UA: value to frame, beside node-opcua alone',
        ours: median(figures.ours),
        reference: median(figures.bare),
        unit: 'us CPU',
        better: 'less',
        goal: { ratio: 1 / 1.15 },
        note: `${Math.round(median(figures.rate))} values/s of ${nodes.length} nodes`,
      }),
    ];
  } finally {
    await server.kill();
    folder.remove();
  }
};
