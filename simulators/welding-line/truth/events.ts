import type { JsonObject } from '../../plant.ts';

const maxEvents = 1000;

/** Whom an event concerns: a torch, a failure by its id, or with neither the whole line; and what else is to be said. */
type EventDetail = {
  readonly torch?: string;
  readonly failure?: string;
  readonly [key: string]: string | number;
};

type PanelEvent = {
  readonly kind: string;
  readonly fromMm: number;
  /** Null while it lasts. */
  toMm: number | null;
  readonly detail: EventDetail;
};

/** What happened on one panel, each with its place; at most 1000, further ones are counted. */
export class PanelEvents {
  readonly #events: PanelEvent[] = [];
  readonly #open = new Map<string, PanelEvent>();
  #dropped = 0;

  /** Something of an instant. */
  add(kind: string, xMm: number, detail: EventDetail = {}): void {
    this.#keep({ kind, fromMm: xMm, toMm: xMm, detail });
  }

  /** Something that lasts until its `end`, which names the same torch or failure. */
  begin(kind: string, xMm: number, detail: EventDetail = {}): void {
    const event: PanelEvent = { kind, fromMm: xMm, toMm: null, detail };
    this.#open.set(keyOf(kind, detail), event);
    this.#keep(event);
  }

  end(kind: string, xMm: number, detail: EventDetail = {}): void {
    const key = keyOf(kind, detail);
    const event = this.#open.get(key);
    if (event !== undefined) event.toMm = xMm;
    this.#open.delete(key);
  }

  summary(): JsonObject {
    return {
      dropped: this.#dropped,
      list: this.#events.map(({ kind, fromMm, toMm, detail }) => ({
        kind,
        fromMm,
        toMm,
        ...detail,
      })),
    };
  }

  #keep(event: PanelEvent): void {
    if (this.#events.length < maxEvents) this.#events.push(event);
    else this.#dropped += 1;
  }
}

const keyOf = (kind: string, { torch = '', failure = '' }: EventDetail): string =>
  `${kind} ${torch} ${failure}`;
