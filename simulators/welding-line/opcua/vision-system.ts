import { indexOf, objectType, type Place, required } from './place.ts';
import { bindState } from './states.ts';
import { machineId } from './units.ts';

const lookingPhases: ReadonlySet<string> = new Set(['find', 'ignite', 'weld', 'crater']);

/** SeamVision, a VisionSystemType of OPC 40100-1: operational while it looks, in error while it sees no seam at all. */
export const addVision = (place: Place): void => {
  const { namespace, machine, model } = place;
  const vision = indexOf(place, 'vision');
  const system = objectType(place, 'vision', 'VisionSystemType').instantiate({
    browseName: 'SeamVision',
    nodeId: `ns=${namespace.index};s=${machineId}.SeamVision`,
    namespace,
    componentOf: machine,
  });
  const state = (): string => {
    if (!lookingPhases.has(model.line.phase)) return 'Preoperational';
    return model.torches.some(({ seamFound }) => seamFound) ? 'Operational' : 'Error';
  };
  const instance = required(system.getComponentByName('VisionStateMachine', vision));
  bindState(place, {
    instance: instance as typeof system,
    type: objectType(place, 'vision', 'VisionStateMachineType'),
    namespaceIndex: vision,
    state,
  });
};
