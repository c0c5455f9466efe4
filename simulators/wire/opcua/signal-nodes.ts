import {
  type BaseNode,
  coerceInt64,
  DataType,
  EnumValueType,
  type EUInformation,
  makeEUInformation,
  type Namespace,
  Range,
  type UAVariable,
  Variant,
  VariantArrayType,
} from 'node-opcua';
import type { LiveValue } from './live-value.ts';
import type { LiveValues } from './live-values.ts';
import type { Signal, SignalShape, SignalValue, Unit } from './signal.ts';

/** Fastest change of the models behind, and so the fastest sampling that is offered. */
export const stepMs = 100;

const types: Readonly<Record<SignalShape['kind'], string>> = {
  analog: 'AnalogUnitRangeType',
  'two-state': 'TwoStateDiscreteType',
  'multi-state': 'MultiStateDiscreteType',
  'multi-state-value': 'MultiStateValueDiscreteType',
  text: 'BaseDataVariableType',
};

export type SignalPlace = {
  readonly namespace: Namespace;
  readonly parent: BaseNode;
  readonly values: LiveValues;
};

/** Adds the read-only variable of a signal with the properties of its type. */
export const addSignal = (place: SignalPlace, signal: Signal): UAVariable => {
  const { shape } = signal;
  const encodesPresent = shape.kind === 'analog' && shape.elements !== undefined;
  const live: LiveValue = { ...signal, encode: encoderOf(shape), encodesPresent };
  const variable = addDeclaration(place, signal);
  if (shape.kind === 'multi-state-value') addValueAsText(place, variable, signal);
  bindLive(variable, live, place.values);
  return variable;
};

/** Adds the variable without a value: as the declaration in an object type. */
export const addDeclaration = (
  { namespace, parent }: Pick<SignalPlace, 'namespace' | 'parent'>,
  signal: Pick<Signal, 'id' | 'browseName' | 'description' | 'shape'>,
  modellingRule?: 'Mandatory',
): UAVariable => {
  const { shape } = signal;
  const hasRange = shape.kind !== 'analog' || shape.range !== undefined;
  const variable = namespace.addVariable({
    componentOf: parent,
    browseName: signal.browseName,
    description: signal.description,
    nodeId: `s=${signal.id}`,
    typeDefinition: hasRange ? types[shape.kind] : 'AnalogUnitType',
    dataType: dataTypeOf(shape),
    ...(shape.kind === 'analog' && shape.elements !== undefined
      ? { valueRank: 1, arrayDimensions: [shape.elements().length] }
      : {}),
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
    minimumSamplingInterval: stepMs,
    ...(modellingRule === undefined ? {} : { modellingRule }),
  });
  for (const [browseName, value] of propertiesOf(shape, namespace.namespaceUri)) {
    addProperty(
      { namespace, parent: variable, id: `${signal.id}.${browseName}` },
      browseName,
      value,
    );
  }
  return variable;
};

/** Makes clients see a live value in a variable. */
export const bindLive = (variable: UAVariable, live: LiveValue, values: LiveValues): void => {
  const seen = values.set(live);
  variable.bindVariable({ timestamped_get: () => values.show(seen) }, true);
};

type PropertyPlace = {
  readonly namespace: Namespace;
  readonly parent: BaseNode;
  readonly id: string;
};

const addProperty = (
  { namespace, parent, id }: PropertyPlace,
  browseName: string,
  value: Variant,
): UAVariable =>
  namespace.addVariable({
    propertyOf: parent,
    // Properties of standard types have their names in namespace 0.
    browseName: { name: browseName, namespaceIndex: 0 },
    nodeId: `s=${id}`,
    typeDefinition: 'PropertyType',
    dataType: propertyDataTypes[browseName] ?? 'LocalizedText',
    ...(value.arrayType === VariantArrayType.Array ? { valueRank: 1 } : {}),
    accessLevel: 'CurrentRead',
    userAccessLevel: 'CurrentRead',
    value,
  });

const propertyDataTypes: Readonly<Record<string, string>> = {
  EngineeringUnits: 'EUInformation',
  EURange: 'Range',
  EnumValues: 'EnumValueType',
};

const addValueAsText = (place: SignalPlace, variable: UAVariable, signal: Signal): void => {
  const { shape } = signal;
  if (shape.kind !== 'multi-state-value') return;
  const id = `${signal.id}.ValueAsText`;
  const at = { namespace: place.namespace, parent: variable, id };
  const encode = (value: SignalValue): Variant => text(shape.texts.get(Number(value)) ?? '');
  bindLive(addProperty(at, 'ValueAsText', text('')), { ...signal, id, encode }, place.values);
};

const propertiesOf = (shape: SignalShape, ownUri: string): readonly [string, Variant][] => {
  switch (shape.kind) {
    case 'analog': {
      const units = extension(unitInformation(shape.unit, ownUri));
      if (shape.range === undefined) return [['EngineeringUnits', units]];
      return [
        ['EngineeringUnits', units],
        ['EURange', extension(new Range(shape.range))],
      ];
    }
    case 'two-state':
      return [
        ['FalseState', text(shape.falseText)],
        ['TrueState', text(shape.trueText)],
      ];
    case 'multi-state':
      return [
        [
          'EnumStrings',
          array(
            DataType.LocalizedText,
            shape.texts.map((one) => ({ text: one })),
          ),
        ],
      ];
    case 'multi-state-value':
      return [['EnumValues', array(DataType.ExtensionObject, enumValues(shape.texts))]];
    case 'text':
      return [];
  }
};

const enumValues = (texts: ReadonlyMap<number, string>): readonly EnumValueType[] =>
  Array.from(
    texts,
    ([value, displayName]) => new EnumValueType({ value: coerceInt64(value), displayName }),
  );

/** A unit without a common code has -1 (OPC 10000-8 §5.6.4.3), in the plant's own namespace. */
const unitInformation = ({ code, symbol, name }: Unit, ownUri: string): EUInformation => {
  const information = makeEUInformation(code ?? '', symbol, name);
  if (code !== undefined) return information;
  information.unitId = -1;
  information.namespaceUri = ownUri;
  return information;
};

const dataTypeOf = (shape: SignalShape): string => {
  switch (shape.kind) {
    case 'analog':
      return shape.dataType;
    case 'two-state':
      return 'Boolean';
    case 'multi-state':
      return 'UInt32';
    case 'multi-state-value':
      return 'UInt16';
    case 'text':
      return 'String';
  }
};

const encoderOf = (shape: SignalShape): LiveValue['encode'] => {
  const dataType = DataType[dataTypeOf(shape) as keyof typeof DataType];
  const elements = shape.kind === 'analog' ? shape.elements : undefined;
  if (elements === undefined) return (value) => new Variant({ dataType, value });
  return () =>
    new Variant({
      dataType,
      arrayType: VariantArrayType.Array,
      value: dataType === DataType.Float ? Float32Array.from(elements()) : elements().slice(),
    });
};

const text = (value: string): Variant =>
  new Variant({ dataType: DataType.LocalizedText, value: { text: value } });

const extension = (value: object): Variant =>
  new Variant({ dataType: DataType.ExtensionObject, value });

const array = (dataType: DataType, value: readonly object[]): Variant =>
  new Variant({ dataType, arrayType: VariantArrayType.Array, value });
