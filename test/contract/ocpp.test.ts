import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { createOcppTestSource } from '../support/ocpp-source.ts';
import { type SourcePeer, sourceContract } from './source-contract.ts';

const heartbeatMs = 300;
const answerWithinMs = 1000;
const retryMs = 100;

const isoNow = (): string => new Date().toISOString();

/** A charge point in the middle of a session, which connects again and again. */
const startCharger = (identity: string) => {
  let port = 0;
  let registerWh = 1000;
  let isLost = false;
  let isOver = false;
  let socket: WebSocket | undefined;
  let lastId = 0;
  const call = async (action: string, payload: object): Promise<void> => {
    if (socket?.readyState !== WebSocket.OPEN) return;
    lastId += 1;
    const answered = once(socket, 'message', { signal: AbortSignal.timeout(answerWithinMs) });
    socket.send(JSON.stringify([2, String(lastId), action, payload]));
    await answered;
  };
  const sampled = (value: number, measurand: string, unit: string) => ({
    ...{ value: String(value), measurand, unit },
  });
  const measure = () =>
    call('MeterValues', {
      ...{ connectorId: 1, transactionId: 7 },
      meterValue: [
        {
          timestamp: isoNow(),
          sampledValue: [
            sampled(registerWh, 'Energy.Active.Import.Register', 'Wh'),
            sampled(7000, 'Power.Active.Import', 'W'),
            sampled(10, 'Current.Import', 'A'),
            sampled(50, 'SoC', 'Percent'),
          ],
        },
      ],
    });
  const session = async (open: WebSocket): Promise<void> => {
    socket = open;
    await once(open, 'open', { signal: AbortSignal.timeout(answerWithinMs) });
    const connector = { connectorId: 1, timestamp: isoNow() };
    await call('BootNotification', { chargePointVendor: 'a', chargePointModel: 'b' });
    await call('StatusNotification', { ...connector, status: 'Charging', errorCode: 'NoError' });
    await call('StartTransaction', { ...connector, idTag: 'x', meterStart: registerWh });
    await measure();
    while (open.readyState === WebSocket.OPEN && !isLost) {
      await call('Heartbeat', {});
      await sleep(heartbeatMs);
    }
  };
  const live = async (): Promise<void> => {
    while (!isOver) {
      if (port !== 0 && !isLost) {
        const open = new WebSocket(`ws://127.0.0.1:${port}/ocpp/${identity}`, 'ocpp1.6');
        open.on('error', () => open.terminate());
        await session(open).catch(() => undefined);
        open.terminate();
      }
      await sleep(retryMs);
    }
  };
  const ended = live();
  return {
    connectTo: (to: number): void => {
      port = to;
      socket?.terminate();
    },
    change: async (): Promise<void> => {
      registerWh += 10;
      await measure().catch(() => undefined);
    },
    lose: async (): Promise<void> => {
      isLost = true;
      socket?.terminate();
    },
    restore: async (): Promise<void> => {
      isLost = false;
    },
    stop: async (): Promise<void> => {
      isOver = true;
      socket?.terminate();
      await ended;
    },
  };
};

const startPeer = async (): Promise<SourcePeer> => {
  const chargers = ['CP01', 'CP02'].map(startCharger);
  const [first, second] = chargers;
  if (first === undefined || second === undefined) throw new Error('no chargers');
  return {
    port: 0,
    connectTo: (port) => {
      for (const charger of chargers) charger.connectTo(port);
    },
    createSource: (port) =>
      createOcppTestSource({
        port,
        heartbeatSeconds: 1,
        silenceFactor: 1.5,
        meterValueSeconds: 3600,
        chargePoints: ['CP01', 'CP02'].map((identity, index) => ({
          ...{ identity, area: 'park', line: 'chargers' },
          connectors: [{ connector: 1, equipment: `ch0${index + 1}` }],
        })),
      }),
    change: first.change,
    member: { equipment: 'ch02', lose: second.lose, restore: second.restore },
    stop: async () => {
      await Promise.all(chargers.map((charger) => charger.stop()));
    },
  };
};

sourceContract('ocpp', { failsWithinMs: 5000, listens: true, ownPoints: ['online'], startPeer });
