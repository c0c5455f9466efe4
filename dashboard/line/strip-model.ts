/** What a seam has measured by bins of the panel, in the order in which the bins closed. */
export type StripLane = {
  readonly seam: string;
  readonly placesMm: number[];
  readonly states: number[];
  /** Values of the bins by point, such as `bin.current.mean`; null where there is none. */
  readonly columns: Map<string, { readonly unit: string; readonly values: (number | null)[] }>;
};

/** Rows of one seam: all of a panel, or those that came since they were last asked for. */
export type LaneRows = {
  readonly seam: string;
  readonly fromRow: number;
  readonly positionMm: readonly (number | null)[];
  readonly state: readonly number[];
  readonly columns: readonly {
    readonly point: string;
    readonly unit: string;
    readonly values: readonly (number | string | null)[];
  }[];
};

/** From which row on each lane is to be drawn; `whole` when nothing that stands there is of use any more. */
export type StripChange = {
  readonly isWhole: boolean;
  readonly fromRows: ReadonlyMap<string, number>;
};

/** The bins of a panel by seam, growing while it is welded. */
export class StripModel {
  readonly #lanes = new Map<string, StripLane>();
  readonly #listeners = new Set<(change: StripChange) => void>();

  lane(seam: string): StripLane | undefined {
    return this.#lanes.get(seam);
  }

  get lanes(): Iterable<StripLane> {
    return this.#lanes.values();
  }

  /** Gives what ends it. */
  listen(listener: (change: StripChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  apply(rows: readonly LaneRows[], isWhole: boolean): void {
    if (isWhole) this.#lanes.clear();
    const fromRows = new Map<string, number>();
    for (const own of rows) {
      const lane = this.#lanes.get(own.seam) ?? emptyLane(own.seam);
      this.#lanes.set(own.seam, lane);
      fromRows.set(own.seam, append(lane, own));
    }
    for (const listener of this.#listeners) listener({ isWhole, fromRows });
  }

  /** The row of the bin that a place lies in; undefined where none has closed. */
  rowAt(seam: string, placeMm: number, binMm: number): number | undefined {
    const places = this.#lanes.get(seam)?.placesMm ?? [];
    // Nearly always the bins are in order and whole, so its row is known beforehand.
    const guess = Math.round(placeMm / binMm);
    const lies = (row: number): boolean => {
      const place = places[row];
      return place !== undefined && placeMm >= place && placeMm < place + binMm;
    };
    if (lies(guess)) return guess;
    const row = places.findIndex((_, index) => lies(index));
    return row === -1 ? undefined : row;
  }

  /** How many mm of all seams are in each state. */
  lengthsMm(binMm: number): readonly number[] {
    const lengths = [0, 0, 0, 0, 0, 0];
    for (const { states } of this.#lanes.values()) {
      for (const state of states) lengths[state] = (lengths[state] ?? 0) + binMm;
    }
    return lengths;
  }
}

const emptyLane = (seam: string): StripLane => ({
  seam,
  placesMm: [],
  states: [],
  columns: new Map(),
});

/** A row without a place is nowhere on the strip. */
const append = (lane: StripLane, rows: LaneRows): number => {
  const first = lane.placesMm.length;
  for (const [index, place] of rows.positionMm.entries()) {
    if (place === null) continue;
    lane.placesMm.push(place);
    lane.states.push(rows.state[index] ?? 4);
    for (const { point, unit, values } of rows.columns) {
      const column = lane.columns.get(point) ?? { unit, values: [] };
      lane.columns.set(point, column);
      const value = values[index];
      column.values[lane.placesMm.length - 1] = typeof value === 'number' ? value : null;
    }
  }
  return first;
};
