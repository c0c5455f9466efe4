// Goal: the endpoint lets in who is known, outlives whatever they send, and sends no command. Method: real WebSockets, with a
// library of its own on the other side or with none.
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificates } from '../../../support/certificates.ts';
import {
  connectCharger,
  exchange,
  onePoint,
  openRaw,
  startOcppSource,
} from '../../../support/ocpp-source.ts';
import { askForUpgrade } from '../../../support/raw-upgrade.ts';

const password = 'correct horse battery';
const guarded = { chargePoints: [{ ...onePoint, password }] };

describe('a charge point', () => {
  it('gets in with its password, as text or as the bytes of a hexadecimal key', async () => {
    const key = '0123456789abcdef0123456789abcdef01234567';
    const { port } = await startOcppSource({ chargePoints: [{ ...onePoint, password: key }] });
    await connectCharger(port, { password: key });
    const bytes = Buffer.concat([Buffer.from('CP01:'), Buffer.from(key, 'hex')]);
    const headers = { authorization: `Basic ${bytes.toString('base64')}` };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ocpp/CP01`, 'ocpp1.6', { headers });
    onTestFinished(() => socket.terminate());
    await once(socket, 'open');
  });

  it('is refused with a wrong password, without one and by another name, and that is said once', async () => {
    const { port, run } = await startOcppSource(guarded);
    const code = (options: object) =>
      connectCharger(port, options).then(
        () => 101,
        (error: { readonly code: number }) => error.code,
      );
    expect(await code({ password: 'wrong horse battery' })).toBe(401);
    expect(await code({})).toBe(401);
    expect(await code({ identity: 'CP99', password })).toBe(404);
    expect(await code({ identity: 'CP99', password })).toBe(404);
    expect(await code({ password })).toBe(101);
    const refused = run.events.filter(({ code: name }) => name === 'charger-refused');
    expect(refused.map(({ details }) => details?.['reason'])).toEqual(['password', 'unknown']);
    expect(run.counters['chargers_refused']).toBe(4);
    expect(JSON.stringify(run.events)).not.toContain('horse');
  });

  it('is refused with an address that is no text, and the endpoint lives on', async () => {
    const { port } = await startOcppSource();
    for (const path of ['/ocpp/%E0%A4%A', '//', '/ocpp/', '/', '/ocpp/CP01/x', '/other/CP01']) {
      const [, status] = await askForUpgrade({ port, path, host: 'x' });
      expect(status).toBe(404);
    }
    await connectCharger(port);
  });

  it('is closed when it does not offer ocpp1.6', async () => {
    const { port, run } = await startOcppSource();
    await expect(connectCharger(port, { protocols: ['ocpp2.0.1'] })).rejects.toThrow();
    await run.until(() => (run.counters['chargers_refused'] ?? 0) === 1);
    expect(run.events.at(-1)?.details?.['reason']).toBe('subprotocol');
    expect(run.members.at(-1)?.state).toBe('down');
  });

  it('connects over TLS with the certificate of the endpoint', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seamwatt-ocpp-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { caFile, serverCertificateFile, serverKeyFile } = makeCertificates(folder);
    const tls = { certificateFile: serverCertificateFile, keyFile: serverKeyFile };
    const { port, run } = await startOcppSource({ ...guarded, tls });
    const ca = readFileSync(caFile);
    const charger = await connectCharger(port, { password, ca });
    await charger.call('Heartbeat', {});
    expect(run.members.at(-1)?.state).toBe('up');
    // Without TLS nobody gets in, and without the authority the charge point trusts nobody.
    await expect(connectCharger(port, { password })).rejects.toThrow();
    await expect(connectCharger(port, { password, ca: Buffer.from('') })).rejects.toThrow();
  });

  it('that connects a second time is taken anew, and the first connection closed', async () => {
    const { port, run } = await startOcppSource();
    const first = await openRaw(port);
    await exchange(first, '[2,"1","Heartbeat",{}]');
    const closed = once(first, 'close');
    const second = await openRaw(port);
    expect((await closed)[0]).toBe(1008);
    await exchange(second, '[2,"1","Heartbeat",{}]');
    expect(run.counters['connections_replaced']).toBe(1);
    expect(run.members.at(-1)?.state).toBe('up');
  });
});

describe('a message', () => {
  it('that is too long ends its connection', async () => {
    const { port, run } = await startOcppSource({ maxMessageBytes: 1024 });
    const socket = await openRaw(port);
    const closed = once(socket, 'close');
    socket.send(`[2,"1","DataTransfer",{"vendorId":"${'x'.repeat(2000)}"}]`);
    expect((await closed)[0]).toBe(1009);
    expect(run.counters['messages_oversized']).toBe(1);
    await connectCharger(port);
  });

  it('that is no JSON is counted, and after ten of them the connection is closed', async () => {
    const { port, run } = await startOcppSource();
    const socket = await openRaw(port);
    socket.send('{');
    expect((await exchange(socket, '[2,"1","Heartbeat",{}]')).slice(0, 2)).toEqual([3, '1']);
    expect((await exchange(socket, '[2,"2"]')).slice(0, 3)).toEqual([4, '2', 'ProtocolError']);
    const closed = once(socket, 'close');
    for (let count = 0; count < 10; count += 1) socket.send(Buffer.from([count]));
    expect((await closed)[0]).toBe(1002);
    expect(run.counters['messages_malformed']).toBeGreaterThanOrEqual(11);
  });

  it('of an unknown action or with a payload of no sense is answered with an error', async () => {
    const { port, run } = await startOcppSource();
    const socket = await openRaw(port);
    const unknown = '[2,"1","TriggerMessage",{"requestedMessage":"Heartbeat"}]';
    const [, , code] = await exchange(socket, unknown);
    expect(code).toBe('NotImplemented');
    const senseless = '[2,"2","StartTransaction",{"connectorId":"one"}]';
    expect((await exchange(socket, senseless)).slice(0, 3)).toEqual([4, '2', 'FormationViolation']);
    expect(run.counters).toMatchObject({ calls_unknown: 1, calls_refused: 1 });
  });

  it('comes no faster than it may, and none is lost', async () => {
    const { port, run } = await startOcppSource({ messagesPerSecond: 1000 });
    const socket = await openRaw(port);
    const sent = 7000;
    let answered = 0;
    const beganMs = performance.now();
    const done = new Promise<void>((resolve) => {
      socket.on('message', () => {
        answered += 1;
        if (answered === sent) resolve();
      });
    });
    for (let id = 0; id < sent; id += 1)
      socket.send(`[2,"${String(id).padEnd(120, '-')}","Heartbeat",{}]`);
    await done;
    // Five seconds of the rate come at once, and what one chunk of the socket brings; the others wait with the charge point.
    expect(performance.now() - beganMs).toBeGreaterThan(1000);
    expect(run.counters['reads_delayed']).toBeGreaterThan(0);
  });
});

describe('the endpoint', () => {
  it('sends nothing but answers, one for each call, whatever is sent to it', async () => {
    const { port } = await startOcppSource({
      ...{ heartbeatSeconds: 1, silenceFactor: 1.5, meterValueSeconds: 1, idTags: ['GOOD'] },
    });
    const sockets: unknown[] = [];
    const asked: string[] = [];
    const timestamp = new Date().toISOString();
    const payloads: readonly (readonly [string, object])[] = [
      ['BootNotification', { chargePointVendor: 'a', chargePointModel: 'b' }],
      ['Heartbeat', {}],
      ['Authorize', { idTag: 'BAD' }],
      ['StatusNotification', { connectorId: 1, status: 'Faulted', errorCode: 'OtherError' }],
      ['StatusNotification', { connectorId: 0, status: 'Unavailable', errorCode: 'NoError' }],
      ['StartTransaction', { connectorId: 1, idTag: 'BAD', meterStart: 1, timestamp }],
      ['MeterValues', { connectorId: 1, meterValue: [] }],
      ['StopTransaction', { transactionId: 1, meterStop: 1, timestamp }],
      ['DataTransfer', { vendorId: 'a' }],
      ['DiagnosticsStatusNotification', { status: 'Idle' }],
      ['FirmwareStatusNotification', { status: 'Idle' }],
      ['RemoteStartTransaction', { idTag: 'BAD' }],
      ['MeterValues', { nonsense: true }],
    ];
    for (let round = 0; round < 2; round += 1) {
      const socket = await openRaw(port);
      const closed = once(socket, 'close');
      socket.on('message', (data: Buffer) => sockets.push(JSON.parse(data.toString('utf8'))));
      for (const [action, payload] of payloads) {
        const id = `${round}-${asked.length}`;
        asked.push(id);
        socket.send(JSON.stringify([2, id, action, payload]));
      }
      socket.send('[3,"none",{}]');
      socket.send('[4,"none","InternalError","",{}]');
      socket.send('no JSON');
      // A session that sends no meter values, and at last a charge point that has fallen silent.
      await closed;
    }
    const frames = sockets as (readonly [number, string])[];
    expect(frames.map(([, id]) => id)).toEqual(asked);
    expect(new Set(frames.map(([type]) => type))).toEqual(new Set([3, 4]));
  });

  it('says with 426 to a browser what it is', async () => {
    const { port } = await startOcppSource();
    const response = await fetch(`http://127.0.0.1:${port}/ocpp/CP01`);
    expect(response.status).toBe(426);
  });

  it('gives nobody room who only holds connections', async () => {
    const { port, run } = await startOcppSource();
    const held = Array.from({ length: 30 }, () => connect(port, '127.0.0.1'));
    onTestFinished(() => {
      for (const socket of held) socket.destroy();
    });
    for (const socket of held) socket.on('error', () => socket.destroy());
    await expect.poll(() => run.counters['connections_dropped'] ?? 0).toBeGreaterThan(0);
  });
});
