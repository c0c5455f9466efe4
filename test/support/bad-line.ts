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
const stepMs = 100;
/** Between two welds the line has so many steps in the time of one: nobody looks at it then. */
const idleSteps = 20;
const idlePhases: ReadonlySet<string> = new Set(['load', 'scan', 'unload']);

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
  const step = (): void => {
    line.advanceTo(line.line.timeMs + stepMs);
  };
  const advance = (toMs: number): void => {
    for (; nowMs < toMs; nowMs += stepMs) {
      step();
      for (let more = 1; more < idleSteps && idlePhases.has(line.line.phase); more++) step();
    }
    image.update();
  };
  let wasUnloading = false;
  line.onStep(() => {
    const { phase } = line.line;
    if (phase === 'load' && wasUnloading) panel += 1;
    wasUnloading = phase === 'unload';
  });

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

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.url === '/advance') advance((JSON.parse(body) as { toMs: number }).toMs);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ nowMs, lockStep: true }));
    });
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
