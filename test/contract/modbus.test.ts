import { registersAnswer, startDevice } from '../support/modbus-device.ts';
import { createSource, profileOf, tcpEntry } from '../support/modbus-source.ts';
import { rtuAnswer, startRtuDevice } from '../support/rtu-device.ts';
import { type SourcePeer, sourceContract } from './source-contract.ts';

const lostUnit = 2;

/** Two units that show one value; the second can fall silent. */
class Plant {
  value = 1;
  isLost = false;

  registers(quantity: number): readonly number[] {
    return Array.from({ length: quantity }, () => this.value);
  }

  answers(unitId: number): boolean {
    return unitId !== lostUnit || !this.isLost;
  }
}

const profile = profileOf([
  { point: 'current', address: 0 },
  { point: 'voltage', address: 1 },
]);

const peerOf = (
  plant: Plant,
  options: {
    readonly port: number;
    readonly transport: Record<string, unknown>;
    close(): Promise<void>;
  },
): SourcePeer => ({
  port: options.port,
  createSource: (port) =>
    createSource(
      tcpEntry(
        port,
        [
          { unitId: 1, equipment: 'first', periodMs: 100 },
          { unitId: lostUnit, equipment: 'second', periodMs: 100 },
        ],
        { timeoutMs: 150, transport: { connectTimeoutMs: 3000, ...options.transport } },
      ),
      [profile],
    ),
  change: async () => {
    plant.value += 1;
  },
  member: {
    equipment: 'second',
    lose: async () => {
      plant.isLost = true;
    },
    restore: async () => {
      plant.isLost = false;
    },
  },
  stop: () => options.close(),
});

const startTcpPeer = async (): Promise<SourcePeer> => {
  const plant = new Plant();
  const device = await startDevice((request) => {
    if (!plant.answers(request.unitId)) return;
    request.socket.write(registersAnswer(request, plant.registers(request.quantity)));
  });
  return peerOf(plant, { port: device.port, transport: {}, close: () => device.close() });
};

const startRtuPeer = async (): Promise<SourcePeer> => {
  const plant = new Plant();
  const line = await startRtuDevice((request) => {
    if (!plant.answers(request.unitId)) return;
    request.socket.write(rtuAnswer(request, plant.registers(request.quantity)));
  });
  const transport = { type: 'rtu-over-tcp', baudRate: 19_200, drainMs: 30 };
  return peerOf(plant, { port: line.port, transport, close: () => line.close() });
};

sourceContract('modbus over TCP', { failsWithinMs: 6000, startPeer: startTcpPeer });
sourceContract('modbus RTU over TCP', { failsWithinMs: 10_000, startPeer: startRtuPeer });
