/** The simulated line in this process behind a PLC that says what it likes, with the control interface of a lock-step run. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WeldingLine } from '../../simulators/welding-line/model.ts';
import { PlcImage } from '../../simulators/welding-line/plc-image.ts';
import {
  type DeviceRequest,
  exceptionAnswer,
  registersAnswer,
  startDevice,
} from './modbus-device.ts';

const illegalAddress = 2;

export type BadLineOptions = {
  readonly startMs: number;
  readonly panelLengthMm: number;
  /** What the PLC shows instead of where the panel is, mm, and of its id, while the nth panel is in the machine. */
  readonly shows: (panel: number, trueMm: number) => { positionMm?: number; panelId?: string };
  /** Whether a read fails while the nth panel is in the machine. */
  readonly refuses: (panel: number, address: number) => boolean;
};

export type BadLine = {
  readonly control: string;
  readonly address: { readonly host: string; readonly port: number };
  close(): Promise<void>;
};

const place = { panelId: 13, idRegisters: 16, position: 29 } as const;

export const startBadLine = async (options: BadLineOptions): Promise<BadLine> => {
  const { startMs, panelLengthMm, shows, refuses } = options;
  const line = new WeldingLine({ seed: 2023, startMs, panelLengthMm });
  const image = new PlcImage(line);
  let panel = 1;
  let nowMs = startMs;
  line.onStep(() => {
    if (line.line.phase === 'load' && line.line.positionMm === 0 && wasBehind) panel += 1;
    wasBehind = line.line.phase === 'unload';
  });
  let wasBehind = false;

  const write = (bytes: Buffer, firstAddress: number): void => {
    const at = (address: number): number => 2 * (address - firstAddress);
    const { positionMm, panelId } = shows(panel, line.line.positionMm);
    if (positionMm !== undefined) bytes.writeFloatBE(positionMm, at(place.position));
    if (panelId === undefined) return;
    bytes.fill(0, at(place.panelId), at(place.panelId + place.idRegisters));
    bytes.write(panelId, at(place.panelId), 'ascii');
  };
  const answer = (request: DeviceRequest): Buffer => {
    const { address, quantity } = request;
    const registers = refuses(panel, address) ? undefined : image.holding.read(address, quantity);
    if (registers === undefined) return exceptionAnswer(request, illegalAddress);
    const bytes = Buffer.from(registers);
    if (address === 0 && quantity > place.position + 1) write(bytes, address);
    const words = Array.from({ length: quantity }, (_, index) => bytes.readUInt16BE(2 * index));
    return registersAnswer(request, words);
  };
  const device = await startDevice((request) => {
    request.socket.write(answer(request));
  });

  const server = createServer(async (request, response) => {
    if (request.url === '/advance') {
      nowMs = (JSON.parse(await text(request)) as { toMs: number }).toMs;
      line.advanceTo(nowMs);
      image.update();
    }
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ nowMs, lockStep: true }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    control: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    address: { host: '127.0.0.1', port: device.port },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await device.close();
    },
  };
};
