import { standingInspections } from './corrections.ts';
import type { MessageOf, ProductionMessage } from './messages.ts';
import { missingFieldsOf } from './missing-fields.ts';
import { inOrder, type OrderState, orderState } from './order-state.ts';
import type {
  PanelProduction,
  ProductionMark,
  RecordedDisposition,
  RecordedInspection,
  RecordedMachineResult,
  RecordedMovement,
  RecordedOrder,
  RecordedProcedure,
  RecordedRepair,
  RecordedTransfer,
} from './panel-production.ts';
import type { Equipment, Fin, Flux, Gas, Person, Tube, Wire } from './particulars.ts';
import { isKnownSeam, type OrderMessages } from './stored-messages.ts';

/** What the machine knows of the panel. */
export type PanelAbout = {
  /** When the panel began, UTC epoch ms. */
  readonly startMs: number;
  /** A panel of this id was recorded before. */
  readonly isRepeated: boolean;
  /** Those of its record; none where they are not known. */
  readonly seams: readonly string[];
};

export type PanelFoldInput = PanelAbout & {
  /** All that name the panel, in any order. */
  readonly messages: Iterable<ProductionMessage>;
  /** Of the panel's line about an order. */
  ofOrder(orderId: string): OrderMessages;
};

export const noMessages: OrderMessages = { messages: [], isShortened: false };

type Assignment = MessageOf<'panelAssignment'>;
type PanelMessage = Exclude<
  ProductionMessage,
  {
    readonly kind:
      | 'jobOrder'
      | 'jobOrderStatus'
      | 'schedulingMark'
      | 'calendar'
      | 'productionCount';
  }
>;

/**
 * What messages tell of one panel: a pure function of the set of messages, in whatever order and how often they came. Of two
 * that tell the same thing, the later one counts.
 */
export const panelProduction = (input: PanelFoldInput): PanelProduction => {
  const messages = inOrder(unique(input.messages));
  const all = messages.filter(isOfPanel);
  const assigned = all.filter((message) => message.kind === 'panelAssignment');
  const claims = assigned.flatMap(({ orderId }) => orderId ?? []);
  const orderId = claims.at(-1);
  const { messages: about, isShortened } =
    orderId === undefined ? noMessages : input.ofOrder(orderId);
  const ofOrder = unique(about).filter(isOfStart);
  const order = orderState(ofOrder);
  const procedure = procedureOf(assigned);
  const told = {
    order: orderId === undefined ? null : recordedOrder(orderId, order),
    panel: dimensionsOf(assigned),
    ...{ ...thingsOf(assigned), ...happenedTo(all), procedure },
    materials: materialsOf(assigned, all),
    machineResults: machineResultsOf(all),
  };
  return {
    ...told,
    marks: [
      ...claimMarks(claims),
      ...orderMarks(orderId, order, procedure),
      ...(isShortened ? [{ code: 'order-shortened', subject: orderId ?? '' } as const] : []),
      ...seamMarks(told, input.seams),
      ...releaseMarks(told),
      ...dateMarks(told, input),
    ],
    missing: missingFieldsOf(told),
    messages: inOrder([...all, ...ofOrder]).map(({ source, id }) => ({ source, id })),
  };
};

/** The end of an order changes nothing in the records of its panels. */
const isOfStart = (message: ProductionMessage): boolean =>
  message.kind !== 'jobOrderStatus' ||
  message.status === 'released' ||
  message.status === 'started';

/** Repetitions of a message are told apart by nothing: one of them counts. */
const unique = (messages: Iterable<ProductionMessage>): readonly ProductionMessage[] => [
  ...new Map([...messages].map((message) => [messageKey(message), message])).values(),
];

export const messageKey = ({ source, id }: { readonly source: string; readonly id: string }) =>
  JSON.stringify([source, id]);

const isOfPanel = (message: ProductionMessage): message is PanelMessage => 'panelId' in message;

const recordedOrder = (orderId: string, order: OrderState | undefined): RecordedOrder => ({
  orderId,
  definition: order?.definition ?? null,
  released: order?.released ?? null,
  started: order?.started ?? null,
  scheduling: order?.scheduling ?? [],
});

/** The last of each that was told. */
const dimensionsOf = (assigned: readonly Assignment[]): PanelProduction['panel'] => {
  const last = <
    Key extends 'serial' | 'lengthMm' | 'widthMm' | 'tubeCount' | 'finCount' | 'offCutId',
  >(
    key: Key,
  ) => assigned.findLast((message) => message[key] !== undefined)?.[key] ?? null;
  return {
    serial: last('serial'),
    lengthMm: last('lengthMm'),
    widthMm: last('widthMm'),
    tubeCount: last('tubeCount'),
    finCount: last('finCount'),
    ...onlyTold({ offCutId: last('offCutId') ?? undefined }),
  };
};

type Told<Members> = { readonly [Key in keyof Members]: Exclude<Members[Key], undefined> };

/** Members that came to be told later than others: where nobody told them, a record is what it was before there were any. */
const onlyTold = <Members extends object>(members: Members): Told<Partial<Members>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Told<
    Partial<Members>
  >;

/** What later messages say of the same thing replaces what earlier ones said, member by member. */
const merged = <Item extends object>(
  items: readonly Item[],
  keyOf: (item: Item) => string | number,
): readonly Item[] => {
  const byKey = new Map<string | number, Item>();
  for (const item of items) byKey.set(keyOf(item), { ...byKey.get(keyOf(item)), ...item });
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
};

const materialsOf = (
  assigned: readonly Assignment[],
  all: readonly PanelMessage[],
): PanelProduction['materials'] => ({
  tubes: merged<Tube>(
    assigned.flatMap(({ tubes = [] }) => tubes),
    ({ position }) => position,
  ).map(({ position, heatNo, grade, size, certificate, ...more }) => ({
    position,
    heatNo: heatNo ?? null,
    grade: grade ?? null,
    size: size ?? null,
    certificate: certificate ?? null,
    ...onlyTold(more),
  })),
  fins: merged<Fin>(
    assigned.flatMap(({ fins = [] }) => fins),
    ({ position }) => position,
  ).map(({ position, heatNo, grade, size }) => ({
    ...{ position, heatNo: heatNo ?? null, grade: grade ?? null, size: size ?? null },
  })),
  movements: all
    .filter((message) => message.kind === 'materialMovement')
    .map(
      ({ time, movement, material, massKg, lot }): RecordedMovement => ({
        ...{ timeMs: time, movement, material, massKg, lot: lot ?? null },
      }),
    ),
});

const byPosition = (a: { readonly changePositionMm: number | null }, b: typeof a): number =>
  (a.changePositionMm ?? 0) - (b.changePositionMm ?? 0);

const thingsOf = (
  assigned: readonly Assignment[],
): Pick<PanelProduction, 'consumables' | 'personnel' | 'equipment'> => ({
  consumables: {
    wires: merged<Wire>(
      assigned.flatMap(({ wires = [] }) => wires),
      ({ spoolId, seam = '' }) => JSON.stringify([spoolId, seam]),
    )
      .map(({ spoolId, seam, changePositionMm, classification, diameterMm, lot }) => ({
        spoolId,
        seam: seam ?? null,
        changePositionMm: changePositionMm ?? null,
        classification: classification ?? null,
        diameterMm: diameterMm ?? null,
        lot: lot ?? null,
      }))
      .sort(byPosition),
    gases: merged<Gas>(
      assigned.flatMap(({ gases = [] }) => gases),
      ({ batch }) => batch,
    ).map(({ batch, mix }) => ({ batch, mix: mix ?? null })),
    fluxes: merged<Flux>(
      assigned.flatMap(({ fluxes = [] }) => fluxes),
      ({ lot }) => lot,
    ).map(({ lot, bakeRecord }) => ({ lot, bakeRecord: bakeRecord ?? null })),
  },
  personnel: merged<Person>(
    assigned.flatMap(({ personnel = [] }) => personnel),
    ({ id, role = 'operator' }) => JSON.stringify([id, role]),
  ).map(({ id, role = 'operator', qualification, expires }) => ({
    ...{ id, role, qualification: qualification ?? null, expires: expires ?? null },
  })),
  equipment: merged<Equipment>(
    assigned.flatMap(({ equipment = [] }) => equipment),
    ({ id }) => id,
  ).map(({ id, role, calibrationDue, ...more }) => ({
    ...{ id, role: role ?? null, calibrationDue: calibrationDue ?? null },
    ...onlyTold(more),
  })),
});

const procedureOf = (assigned: readonly Assignment[]): RecordedProcedure | null => {
  const told = assigned.findLast(({ procedure }) => procedure !== undefined)?.procedure;
  if (told === undefined) return null;
  const { wpsNo, revision, wpqrNo, process, position, jointType, polarity, ...rest } = told;
  const { bands = [], ...more } = rest;
  return {
    wpsNo,
    revision: revision ?? null,
    wpqrNo: wpqrNo ?? null,
    process: process ?? null,
    position: position ?? null,
    jointType: jointType ?? null,
    polarity: polarity ?? null,
    bands: bands.map(({ parameter, unit, minimum, maximum }) => ({
      ...{ parameter, unit, minimum: minimum ?? null, maximum: maximum ?? null },
    })),
    ...onlyTold(more),
  };
};

const happenedTo = (
  all: readonly PanelMessage[],
): Pick<PanelProduction, 'transfers' | 'inspections' | 'repairs' | 'disposition'> => {
  const transfers: RecordedTransfer[] = [];
  const repairs: RecordedRepair[] = [];
  let disposition: RecordedDisposition | null = null;
  for (const message of all) {
    const { kind, time: timeMs } = message;
    if (kind === 'transfer') {
      const { mode, means, distanceM, from, to } = message;
      const way = { means: means ?? null, distanceM, from: from ?? null, to: to ?? null };
      transfers.push({ timeMs, mode, ...way });
    } else if (kind === 'repair') {
      const { ncr, seam, positionMm, lengthMm, wpsNo, who, reinspection } = message;
      const how = { lengthMm: lengthMm ?? null, wpsNo: wpsNo ?? null, who };
      const after = { reinspection: reinspection ?? null };
      repairs.push({ timeMs, ncr: ncr ?? null, seam, positionMm, ...how, ...after });
    } else if (kind === 'disposition') {
      const { status, who, reason, netMassKg } = message;
      const about = { reason: reason ?? null, netMassKg: netMassKg ?? null };
      disposition = { timeMs, status, who, ...about };
    }
  }
  const inspections = standingInspections(all).map(inspectionOf);
  return { transfers, inspections, repairs, disposition };
};

const inspectionOf = (message: MessageOf<'inspection'>): RecordedInspection => {
  const { time, method, result, standard, seam, positionMm, value, unit, ncr, who } = message;
  const { lengthMm, corrects } = message;
  return {
    ...{ timeMs: time, method, result, standard: standard ?? null, seam: seam ?? null },
    ...{ positionMm: positionMm ?? null, value: value ?? null, unit: unit ?? null },
    ...{ ncr: ncr ?? null, who, ...onlyTold({ lengthMm, corrects }) },
  };
};

/** The machine may judge a seam again: all are kept, and the last of a seam is what it holds. */
const machineResultsOf = (all: readonly PanelMessage[]): readonly RecordedMachineResult[] =>
  all
    .filter((message) => message.kind === 'machineResult')
    .map(({ time, resultId, seam, evaluation, isSimulated, source }) => ({
      ...{ timeMs: time, resultId, seam: seam ?? null, evaluation },
      ...{ isSimulated: isSimulated ?? null, source },
    }));

const claimMarks = (claims: readonly string[]): readonly ProductionMark[] => {
  const others = new Set(claims.filter((orderId) => orderId !== claims.at(-1)));
  return [...others].sort().map((subject) => ({ code: 'panel-claimed-twice', subject }));
};

const orderMarks = (
  subject: string | undefined,
  order: OrderState | undefined,
  procedure: RecordedProcedure | null,
): readonly ProductionMark[] => {
  if (subject === undefined) return [];
  const definition = order?.definition ?? null;
  const marks: ProductionMark[] = [];
  if (definition === null) marks.push({ code: 'order-undefined', subject });
  if ((order?.definitions ?? 0) > 1) marks.push({ code: 'order-redefined', subject });
  const ordered = definition?.wpsNo ?? null;
  if (ordered !== null && procedure !== null && procedure.wpsNo !== ordered) {
    marks.push({ code: 'procedure-not-ordered', subject: procedure.wpsNo });
  }
  return marks;
};

/** Nothing that was told of a seam which the panel has not is left out: who reads it decides what it is about. */
const seamMarks = (
  {
    inspections,
    repairs,
    consumables,
  }: Pick<PanelProduction, 'inspections' | 'repairs' | 'consumables'>,
  known: readonly string[],
): readonly ProductionMark[] => {
  if (known.length === 0) return [];
  const named = [...inspections, ...repairs, ...consumables.wires].flatMap(
    ({ seam }) => seam ?? [],
  );
  return [...new Set(named)]
    .filter((seam) => !isKnownSeam(known, seam))
    .sort()
    .map((subject) => ({ code: 'seam-unknown', subject }));
};

/** What was rejected is made good by the same inspection accepted later, or by a repair that was inspected again. */
const releaseMarks = ({
  inspections,
  repairs,
  disposition,
}: Pick<PanelProduction, 'inspections' | 'repairs' | 'disposition'>): readonly ProductionMark[] => {
  if (disposition?.status !== 'released') return [];
  const isMadeGood = (rejected: RecordedInspection): boolean =>
    inspections.some(
      ({ timeMs, method, seam, result }) =>
        result === 'accepted' &&
        timeMs >= rejected.timeMs &&
        method === rejected.method &&
        (seam === null || seam === rejected.seam),
    ) ||
    repairs.some(
      ({ timeMs, seam, ncr, reinspection }) =>
        reinspection === 'accepted' &&
        timeMs >= rejected.timeMs &&
        (seam === rejected.seam || (ncr !== null && ncr === rejected.ncr)),
    );
  const open = inspections.filter((one) => one.result === 'rejected' && !isMadeGood(one));
  return [...new Set(open.map(({ method }) => method))]
    .sort()
    .map((subject) => ({ code: 'released-though-rejected', subject }));
};

/** A date counts to its end, by UTC: a welding line does not know of which zone a certificate means its days. */
const dateMarks = (
  { personnel, equipment }: Pick<PanelProduction, 'personnel' | 'equipment'>,
  { startMs, isRepeated, messages }: PanelFoldInput,
): readonly ProductionMark[] => {
  const day = new Date(startMs).toISOString().slice(0, 10);
  const isOver = (date: string | null): boolean => date !== null && date < day;
  const [first] = [...messages].filter(isOfPanel);
  return [
    ...personnel
      .filter(({ expires }) => isOver(expires))
      .map(({ id }): ProductionMark => ({ code: 'qualification-expired', subject: id })),
    ...equipment
      .filter(({ calibrationDue }) => isOver(calibrationDue))
      .map(({ id }): ProductionMark => ({ code: 'calibration-overdue', subject: id })),
    ...(isRepeated && first !== undefined
      ? [{ code: 'panel-id-repeated' as const, subject: first.panelId ?? '' }]
      : []),
  ];
};
