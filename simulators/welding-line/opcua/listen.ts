import type { PlantServer } from '../../plant.ts';
import { listenOpcua } from '../../wire/opcua/plant-server.ts';
import type { OpcuaAccess } from '../../wire/opcua/security.ts';
import { JobBook } from '../job-book.ts';
import type { WeldingLine } from '../model.ts';
import { buildMachine } from './machine.ts';
import { counterIds, type LineSignals } from './signals.ts';

export type LineOpcuaOptions = OpcuaAccess & {
  /** 0 for any free port. */
  readonly port: number;
};

/** Opens the machine's OPC UA server. In a file of its own, because the library costs a second and 100 MB. */
export const listenLineOpcua = (
  name: string,
  {
    model,
    signals,
    port,
    ...access
  }: LineOpcuaOptions & { model: WeldingLine; signals: LineSignals },
  context: Parameters<PlantServer['listen']>[0],
): ReturnType<PlantServer['listen']> => {
  // The machine's, and not the server's: it outlives a restart of that.
  const book = new JobBook(model);
  model.onStep(() => book.step());
  return listenOpcua(
    {
      name,
      counters: counterIds,
      port,
      path: '/mpm01',
      productName: 'Simulated welding line MPM01',
      applicationUri: 'urn:seamwatt:simulators:mpm01',
      namespaceUri: 'urn:seamwatt:simulators:weldline',
      nodesets: [
        ...(['standard', 'di', 'ia', 'machinery', 'machineryResult'] as const),
        ...(['isa95JobControl', 'machineryJobs', 'machineVision'] as const),
      ],
      build: (space) => buildMachine(space, signals, { model, book }),
      access,
      nowMs: () => model.line.timeMs,
      onStep: (listener) => model.onStep(listener),
    },
    context,
  );
};
