/** Types of the SunSpec specification that the park's models use. */
export type PointType =
  | 'uint16'
  | 'int16'
  | 'enum16'
  | 'bitfield16'
  | 'sunssf'
  | 'pad'
  | 'uint32'
  | 'int32'
  | 'enum32'
  | 'bitfield32'
  | 'acc32'
  | 'float32'
  | 'uint64'
  | 'acc64'
  | 'string4'
  | 'string8'
  | 'string16'
  | 'string32';

const registersOf: Readonly<Record<PointType, number>> = {
  uint16: 1,
  int16: 1,
  enum16: 1,
  bitfield16: 1,
  sunssf: 1,
  pad: 1,
  uint32: 2,
  int32: 2,
  enum32: 2,
  bitfield32: 2,
  acc32: 2,
  float32: 2,
  uint64: 4,
  acc64: 4,
  string4: 4,
  string8: 8,
  string16: 16,
  string32: 32,
};

export type Points = Readonly<Record<string, PointType>>;

/** A model: its id and its points in register order, from register 2 of the model on. */
export type ModelLayout<P extends Points = Points> = { readonly id: number; readonly points: P };

export type Place = {
  readonly offset: number;
  readonly type: PointType;
  readonly registers: number;
};

/** Where a model's points are, counted from its id. */
export type CompiledModel = {
  readonly length: number;
  readonly places: ReadonlyMap<string, Place>;
};

const compiled = new WeakMap<ModelLayout, CompiledModel>();

/** A layout is worked out once, however many devices have it. */
export const compileModel = (layout: ModelLayout): CompiledModel => {
  const known = compiled.get(layout);
  if (known !== undefined) return known;
  const places = new Map<string, Place>();
  let offset = 2;
  for (const [name, type] of Object.entries(layout.points)) {
    const registers = registersOf[type];
    places.set(name, { offset, type, registers });
    offset += registers;
  }
  const model = { length: offset - 2, places };
  compiled.set(layout, model);
  return model;
};

/** The points of a repeating group, one group after the other: `Prefix1.Point`, `Prefix2.Point`... */
export const repeated = (prefix: string, count: number, points: Points): Points => {
  const all: Record<string, PointType> = {};
  for (let i = 1; i <= count; i += 1) {
    for (const [name, type] of Object.entries(points)) all[`${prefix}${i}.${name}`] = type;
  }
  return all;
};
