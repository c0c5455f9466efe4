// Goal: what a charge point says becomes the right points at its own time. Method: a charge point by another library, which
// checks each answer against the schemas of OCPP 1.6.
import { describe, expect, it } from 'vitest';
import { connectCharger, startOcppSource } from '../../../support/ocpp-source.ts';
import type { SourceRun } from '../../../support/source-run.ts';

const isoAt = (timeMs: number): string => new Date(timeMs).toISOString();
const register = (value: number, more: object = {}) => ({
  value: String(value),
  measurand: 'Energy.Active.Import.Register',
  unit: 'Wh',
  ...more,
});

/** What was said last of a point, absent ones left out. */
const lastOf = (run: SourceRun, point: string, equipment = 'ch01') =>
  run
    .framesOf(equipment)
    .flatMap(({ timeMs, points }) => {
      const sample = points[point];
      return sample === undefined || sample[1] === '0xFFFFFFFF' ? [] : [{ timeMs, sample }];
    })
    .at(-1);

describe('a charging session', () => {
  it('becomes register, power, state of charge, status and two events', async () => {
    const { port, run } = await startOcppSource();
    const charger = await connectCharger(port);
    const beganMs = Math.floor(Date.now() / 1000) * 1000 - 10_000;
    const boot = await charger.call('BootNotification', {
      chargePointVendor: 'Acme',
      chargePointModel: 'DC60',
    });
    expect(boot).toMatchObject({ status: 'Accepted', interval: 60 });
    const status = (name: string, timeMs: number) =>
      charger.call('StatusNotification', {
        ...{ connectorId: 1, errorCode: 'NoError', status: name, timestamp: isoAt(timeMs) },
      });
    await status('Available', beganMs - 5000);
    expect(await charger.call('Authorize', { idTag: 'CARD00017' })).toEqual({
      idTagInfo: { status: 'Accepted' },
    });
    await status('Preparing', beganMs - 2000);
    const start = (await charger.call('StartTransaction', {
      ...{ connectorId: 1, idTag: 'CARD00017', meterStart: 1000, timestamp: isoAt(beganMs) },
    })) as { readonly transactionId: number };
    await status('Charging', beganMs);
    await charger.call('MeterValues', {
      connectorId: 1,
      transactionId: start.transactionId,
      meterValue: [
        {
          timestamp: isoAt(beganMs + 5000),
          sampledValue: [
            register(1083),
            { value: '60.0', measurand: 'Power.Active.Import', unit: 'kW' },
            { value: '55.5', measurand: 'SoC', unit: 'Percent', location: 'EV' },
            { value: '130.2', measurand: 'Current.Import', unit: 'A' },
          ],
        },
      ],
    });
    expect(lastOf(run, 'energyTotal')).toEqual({ timeMs: beganMs + 5000, sample: [1083, 'Good'] });
    expect(lastOf(run, 'sessionEnergy')?.sample).toEqual([83, 'Good']);
    expect(lastOf(run, 'power')?.sample).toEqual([60_000, 'Good']);
    expect(lastOf(run, 'stateOfCharge')?.sample).toEqual([55.5, 'Good']);
    expect(lastOf(run, 'current')?.sample).toEqual([130.2, 'Good']);
    expect(lastOf(run, 'status')?.sample).toEqual([2, 'Good']);
    expect(lastOf(run, 'transactionActive')?.sample).toEqual([1, 'Good']);
    expect(lastOf(run, 'online')?.sample).toEqual([1, 'Good']);
    await charger.call('StopTransaction', {
      ...{ transactionId: start.transactionId, meterStop: 1166, timestamp: isoAt(beganMs + 9000) },
      reason: 'EVDisconnected',
    });
    await status('Finishing', beganMs + 9000);
    expect(lastOf(run, 'energyTotal')).toEqual({ timeMs: beganMs + 9000, sample: [1166, 'Good'] });
    expect(lastOf(run, 'sessionEnergy')?.sample).toEqual([166, 'Good']);
    expect(lastOf(run, 'transactionActive')?.sample).toEqual([0, 'Good']);
    expect(lastOf(run, 'power')?.sample).toEqual([0, 'Good']);
    await status('Available', beganMs + 9500);
    expect(lastOf(run, 'stateOfCharge')?.sample).toEqual([0, 'BadNoData']);
    const sessions = run.events.filter(({ code }) => code.startsWith('charging-'));
    expect(sessions.map(({ code }) => code)).toEqual(['charging-started', 'charging-ended']);
    expect(sessions[1]?.details).toMatchObject({ energyWh: 166, reason: 'EVDisconnected' });
    // A card is somebody's: its number is nowhere whole.
    expect(JSON.stringify(run.events)).not.toContain('CARD00017');
    expect(JSON.stringify(run.events)).toContain('…017');
    expect(charger.calls).toEqual([]);
  });

  it('has the same number when it is told again, and is told of once', async () => {
    const { port, run } = await startOcppSource();
    const charger = await connectCharger(port);
    const told = { connectorId: 1, idTag: 'A', meterStart: 7, timestamp: isoAt(Date.now()) };
    const first = await charger.call('StartTransaction', told);
    expect(await charger.call('StartTransaction', told)).toEqual(first);
    expect(run.events.filter(({ code }) => code === 'charging-started')).toHaveLength(1);
    const other = await charger.call('StartTransaction', { ...told, meterStart: 8 });
    expect(other).not.toEqual(first);
  });

  it('that began before the gateway ends at the connector that its number tells', async () => {
    const connectors = [1, 2].map((connector) => ({ connector, equipment: `ch0${connector}` }));
    const chargePoints = [{ identity: 'CP01', area: 'park', line: 'chargers', connectors }];
    const before = await startOcppSource({ chargePoints });
    const charger = await connectCharger(before.port);
    const timestamp = isoAt(Date.now());
    const start = { connectorId: 2, idTag: 'A', meterStart: 0, timestamp };
    const { transactionId } = (await charger.call('StartTransaction', start)) as {
      readonly transactionId: number;
    };
    await before.run.stop();
    const { port, run } = await startOcppSource({ chargePoints });
    const again = await connectCharger(port);
    await again.call('StopTransaction', { transactionId, meterStop: 500, timestamp });
    expect(lastOf(run, 'energyTotal', 'ch02')?.sample).toEqual([500, 'Good']);
    const end = run.events.find(({ code }) => code === 'charging-ended');
    expect(end?.details).toMatchObject({ connector: 2 });
    expect(end?.details).not.toHaveProperty('energyWh');
    // A number of another system says nothing.
    await again.call('StopTransaction', { transactionId: 4711, meterStop: 900, timestamp });
    expect(run.events.at(-1)?.code).toBe('charging-unattributed');
    expect(lastOf(run, 'energyTotal', 'ch01')).toBeUndefined();
  });

  it('is one of many things that are acknowledged', async () => {
    const { port, run } = await startOcppSource();
    const charger = await connectCharger(port);
    const acknowledged = [
      ['DataTransfer', { vendorId: 'acme' }, { status: 'UnknownVendorId' }],
      ['DiagnosticsStatusNotification', { status: 'Uploaded' }, {}],
      ['FirmwareStatusNotification', { status: 'Installed' }, {}],
    ] as const;
    for (const [action, payload, answer] of acknowledged) {
      expect(await charger.call(action, payload)).toEqual(answer);
    }
    const heartbeat = (await charger.call('Heartbeat', {})) as { readonly currentTime: string };
    expect(Math.abs(Date.parse(heartbeat.currentTime) - Date.now())).toBeLessThan(5000);
    expect(run.counters['calls_refused'] ?? 0).toBe(0);
  });

  it('answers a card that is not on the list with Invalid, and goes on reading', async () => {
    const { port, run } = await startOcppSource({ idTags: ['GOOD'] });
    const charger = await connectCharger(port);
    const statusOf = async (idTag: string) => {
      const answer = await charger.call('Authorize', { idTag });
      return (answer as { readonly idTagInfo: { readonly status: string } }).idTagInfo.status;
    };
    expect(await statusOf('good')).toBe('Accepted');
    expect(await statusOf('bad')).toBe('Invalid');
    const start = { connectorId: 1, idTag: 'bad', meterStart: 5, timestamp: isoAt(Date.now()) };
    expect(await charger.call('StartTransaction', start)).toMatchObject({
      idTagInfo: { status: 'Invalid' },
    });
    expect(lastOf(run, 'energyTotal')?.sample).toEqual([5, 'Good']);
  });
});

describe('a fault of the charger', () => {
  it('is a status, an error and an event, and its end another', async () => {
    const { port, run } = await startOcppSource();
    const charger = await connectCharger(port);
    const told = { connectorId: 1, status: 'Faulted', errorCode: 'GroundFailure' };
    await charger.call('StatusNotification', { ...told, vendorErrorCode: 'E17' });
    expect(lastOf(run, 'status')?.sample).toEqual([4, 'Good']);
    expect(lastOf(run, 'error')?.sample).toEqual([3, 'Good']);
    await charger.call('StatusNotification', {
      ...{ connectorId: 1, status: 'Available', errorCode: 'NoError' },
    });
    const codes = run.events.map(({ code }) => code).filter((code) => code.includes('fault'));
    expect(codes).toEqual(['charger-fault', 'charger-fault-cleared']);
  });
});
