import {
  DataType,
  NodeId,
  type UAObject,
  type UAObjectType,
  type UAVariable,
  Variant,
} from 'node-opcua';
import type { LiveValue } from '../../wire/opcua/live-value.ts';
import { bindLive } from '../../wire/opcua/signal-nodes.ts';
import { type Place, required, variable } from './place.ts';

type StateMachine = {
  readonly instance: UAObject;
  readonly type: UAObjectType;
  /** Namespace of the names of its states. */
  readonly namespaceIndex: number;
  readonly state: () => string;
};

/** Shows the present state of an instantiated state machine as the model has it. */
export const bindState = (
  { values, model }: Place,
  { instance, type, namespaceIndex, state }: StateMachine,
): void => {
  const current = variable(instance.getComponentByName('CurrentState'));
  const stateId = required(current.getPropertyByName('Id'));
  const bind = (node: UAVariable, encode: LiveValue['encode']): void =>
    bindLive(
      node,
      { id: String(node.nodeId.value), read: state, timeMs: () => model.line.timeMs, encode },
      values,
    );
  bind(current, (text) => new Variant({ dataType: DataType.LocalizedText, value: { text } }));
  bind(stateId, (text) => {
    const found = type.getComponentByName(String(text), namespaceIndex);
    return new Variant({ dataType: DataType.NodeId, value: found?.nodeId ?? NodeId.nullNodeId });
  });
};
