import type { ProductionAct } from '../../production/order-state.ts';
import type { PanelProduction } from '../../production/panel-production.ts';
import { formatNumber, formatPosition, formatTold, none, shorten, unitName } from './formats.ts';
import { colours } from './paper.ts';
import { type ProductionWords, productionWords } from './production-words.ts';
import { mostRows, type Sheet, seamName } from './sheet.ts';
import { type Cell, drawPairs, drawTable } from './tables.ts';

type Part = {
  readonly sheet: Sheet;
  readonly production: PanelProduction;
  readonly text: ProductionWords;
};

const plain = (value: string | null, most = 120): string =>
  value === null ? none : shorten(value, most);
const number = (value: number | null, decimals?: number): string =>
  value === null
    ? none
    : decimals === undefined
      ? formatTold(value)
      : formatNumber(value, decimals);
const seamOf = (seam: string | null): string =>
  seam === null ? none : seamName(shorten(seam, 20));

/** A table with a title of its own; nothing where nothing was told. */
const drawList = (
  { sheet: { paper, text } }: Part,
  title: string,
  list: {
    readonly columns: readonly string[];
    readonly shares: readonly number[];
    readonly numbers?: readonly number[];
    readonly rows: readonly (readonly Cell[])[];
  },
): void => {
  const { columns, shares, numbers = [], rows } = list;
  if (rows.length === 0) return;
  paper.need(50);
  paper.y += 3;
  paper.paragraph(title, { isBold: true });
  paper.y += 2;
  drawTable(paper, {
    columns: columns.map((name, index) => ({
      title: name,
      share: shares[index] ?? 10,
      isNumber: numbers.includes(index),
    })),
    rows: rows.slice(0, mostRows),
  });
  if (rows.length > mostRows) paper.note(text.rowsLeftOut(rows.length - mostRows));
};

const actText = ({ sheet, text }: Part, act: ProductionAct | null): string => {
  if (act === null) return none;
  const who = act.who === null ? '' : ` (${shorten(act.who, 80)})`;
  return `${sheet.time.text(act.timeMs)} ${text.by[act.by]}${who}`;
};

const drawOrder = (part: Part): void => {
  const { sheet, production, text } = part;
  const { order, panel } = production;
  const definition = order?.definition ?? null;
  const drawing = definition?.drawing ?? null;
  const revision = drawing?.revision ?? null;
  const drawingText = [
    plain(drawing?.number ?? null),
    ...(revision === null ? [] : [text.drawingRevision(shorten(revision, 40))]),
  ];
  drawPairs(sheet.paper, [
    [text.order, plain(order?.orderId ?? null)],
    [text.drawing, drawingText.join(' ')],
    [text.project, plain(definition?.project ?? null)],
    [text.boiler, plain(definition?.boilerNo ?? null)],
    [text.serial, plain(panel.serial)],
    [text.offCut, plain(panel.offCutId ?? null)],
    [text.released, actText(part, order?.released ?? null)],
    [text.started, actText(part, order?.started ?? null)],
    [text.size, `${number(panel.lengthMm)} × ${number(panel.widthMm)} mm`],
    [text.topology, `${number(panel.tubeCount)}, ${number(panel.finCount)}`],
  ]);
};

const drawProcedure = (part: Part): void => {
  const { sheet, production, text } = part;
  const { procedure } = production;
  if (procedure === null) return;
  const { wpsNo, revision, wpqrNo, process, position, jointType, polarity, bands } = procedure;
  const { preheatMinimumCelsius: preheat, interpassMaximumCelsius: interpass } = procedure;
  const { postWeldHeatTreatment, mostRepairs } = procedure;
  const wps = [
    shorten(wpsNo, 120),
    ...(revision === null ? [] : [text.drawingRevision(shorten(revision, 40))]),
  ];
  drawPairs(sheet.paper, [
    [text.wps, wps.join(' ')],
    [text.wpqr, plain(wpqrNo)],
    [text.process, plain(process)],
    [text.weldPosition, plain(position)],
    [text.joint, plain(jointType)],
    [text.polarity, plain(polarity)],
    [text.preheat, preheat === undefined ? none : `${number(preheat)} °C`],
    [text.interpass, interpass === undefined ? none : `${number(interpass)} °C`],
    [text.heatTreatment, plain(postWeldHeatTreatment ?? null)],
    [text.mostRepairs, number(mostRepairs ?? null)],
  ]);
  drawList(part, text.bands, {
    columns: text.bandColumns,
    shares: [40, 20, 20, 20],
    numbers: [2, 3],
    rows: bands.map(({ parameter, unit, minimum, maximum }) => [
      ...[shorten(parameter, 80), shorten(unitName(unit), 20), number(minimum), number(maximum)],
    ]),
  });
};

const drawMaterial = (part: Part): void => {
  const { sheet, production, text } = part;
  const { tubes, fins, movements } = production.materials;
  drawList(part, text.base, {
    columns: text.baseColumns,
    shares: [9, 9, 18, 14, 14, 22, 14],
    numbers: [1],
    rows: [
      ...tubes.map(({ position, heatNo, grade, size, certificate, pmi = null }) => [
        ...[text.tube, String(position), plain(heatNo), plain(grade), plain(size)],
        plain(certificate),
        plain(pmi),
      ]),
      ...fins.map(({ position, heatNo, grade, size }) => [
        ...[text.fin, String(position), plain(heatNo), plain(grade), plain(size), '', ''],
      ]),
    ],
  });
  drawList(part, text.movements, {
    columns: text.movementColumns,
    shares: [22, 14, 16, 16, 32],
    numbers: [3],
    rows: movements.map(({ timeMs, movement, material, massKg, lot }) => [
      ...[sheet.time.text(timeMs), text.movementKinds[movement], text.materialKinds[material]],
      ...[number(massKg, 3), plain(lot)],
    ]),
  });
};

const drawConsumables = (part: Part): void => {
  const { production, text } = part;
  const { wires, gases, fluxes } = production.consumables;
  drawList(part, text.wires, {
    columns: text.wireColumns,
    shares: [22, 10, 14, 24, 10, 20],
    numbers: [2, 4],
    rows: wires.map((wire) => [
      ...[shorten(wire.spoolId, 120), seamOf(wire.seam), formatPosition(wire.changePositionMm)],
      ...[plain(wire.classification), number(wire.diameterMm), plain(wire.lot)],
    ]),
  });
  drawList(part, text.gases, {
    columns: text.gasColumns,
    shares: [50, 50],
    rows: gases.map(({ batch, mix }) => [shorten(batch, 120), plain(mix)]),
  });
  drawList(part, text.fluxes, {
    columns: text.fluxColumns,
    shares: [50, 50],
    rows: fluxes.map(({ lot, bakeRecord }) => [shorten(lot, 120), plain(bakeRecord)]),
  });
};

const drawPeople = (part: Part): void => {
  const { production, text } = part;
  drawList(part, text.personnel, {
    columns: text.personnelColumns,
    shares: [25, 25, 35, 15],
    rows: production.personnel.map(({ id, role, qualification, expires }) => [
      ...[shorten(id, 120), shorten(role, 80), plain(qualification), plain(expires)],
    ]),
  });
  drawList(part, text.equipment, {
    columns: text.equipmentColumns,
    shares: [32, 32, 18, 18],
    rows: production.equipment.map(({ id, role, calibrationDue, softwareVersion = null }) => [
      ...[shorten(id, 120), plain(role), plain(calibrationDue), plain(softwareVersion)],
    ]),
  });
};

const rejected = (text: string, isRejected: boolean): Cell =>
  isRejected ? { text, colour: colours.alarm, isBold: true } : text;

const drawInspections = (part: Part): void => {
  const { sheet, production, text } = part;
  drawList(part, text.inspections, {
    columns: text.inspectionColumns,
    shares: [17, 11, 10, 14, 6, 8, 11, 11, 12],
    numbers: [5, 6],
    rows: production.inspections.map((one) => [
      sheet.time.text(one.timeMs),
      one.lengthMm === undefined
        ? shorten(one.method, 60)
        : `${shorten(one.method, 60)}, ${number(one.lengthMm)} mm`,
      rejected(
        one.corrects === undefined
          ? text.inspectionResults[one.result]
          : text.corrected(text.inspectionResults[one.result], shorten(one.corrects, 60)),
        one.result === 'rejected',
      ),
      plain(one.standard),
      seamOf(one.seam),
      formatPosition(one.positionMm),
      one.value === null ? none : `${number(one.value)} ${unitName(one.unit ?? '')}`.trim(),
      plain(one.ncr),
      shorten(one.who, 80),
    ]),
  });
  drawList(part, text.repairs, {
    columns: text.repairColumns,
    shares: [18, 14, 7, 9, 10, 16, 14, 12],
    numbers: [3, 4],
    rows: production.repairs.map((one) => [
      ...[sheet.time.text(one.timeMs), plain(one.ncr), seamOf(one.seam)],
      ...[formatPosition(one.positionMm), number(one.lengthMm), plain(one.wpsNo)],
      shorten(one.who, 80),
      one.reinspection === null
        ? none
        : rejected(text.reinspections[one.reinspection], one.reinspection !== 'accepted'),
    ]),
  });
  drawList(part, text.transfers, {
    columns: text.transferColumns,
    shares: [22, 22, 14, 21, 21],
    numbers: [2],
    rows: production.transfers.map(({ timeMs, mode, means, distanceM, from, to }) => [
      sheet.time.text(timeMs),
      means === null ? text.transferModes[mode] : `${text.transferModes[mode]}: ${plain(means)}`,
      ...[number(distanceM, 1), plain(from), plain(to)],
    ]),
  });
};

const drawMachineResults = (part: Part): void => {
  const { sheet, production, text } = part;
  drawList(part, text.machineResults, {
    columns: text.machineResultColumns,
    shares: [20, 14, 18, 30, 18],
    rows: (production.machineResults ?? []).map((one) => {
      const judged = text.evaluations[one.evaluation];
      const shown = one.isSimulated === true ? `${judged} (${text.simulated})` : judged;
      return [
        ...[sheet.time.text(one.timeMs), one.seam === null ? text.wholePanel : seamOf(one.seam)],
        ...[rejected(shown, one.evaluation === 'notOk'), shorten(one.resultId, 80)],
        shorten(one.source, 60),
      ];
    }),
  });
};

const drawDisposition = ({ sheet, production, text }: Part): void => {
  const { paper, time } = sheet;
  const { disposition } = production;
  paper.need(50);
  paper.y += 3;
  paper.paragraph(text.disposition, { isBold: true });
  paper.y += 2;
  if (disposition === null) {
    paper.paragraph(text.undecided);
    return;
  }
  const { status, who, timeMs, reason, netMassKg } = disposition;
  drawPairs(paper, [
    [text.decision, rejected(text.statuses[status], status !== 'released')],
    [text.signed, shorten(who, 120)],
    [text.at, time.text(timeMs)],
    [text.netMass, netMassKg === null ? none : `${formatNumber(netMassKg, 2)} kg`],
    [text.reason, plain(reason, 300)],
  ]);
};

/** What MES and people told of the panel. */
export const drawProduction = (sheet: Sheet): void => {
  const { paper, record, language } = sheet;
  const text = productionWords[language];
  paper.heading(text.title);
  const { production } = record;
  if (production === undefined || production.messages.length === 0) {
    paper.paragraph(text.none);
    return;
  }
  const part: Part = { sheet, production, text };
  drawOrder(part);
  drawProcedure(part);
  drawMaterial(part);
  drawConsumables(part);
  drawPeople(part);
  drawInspections(part);
  drawMachineResults(part);
  drawDisposition(part);
  const shown = production.messages.slice(0, 100).map(({ source, id }) => `${source} ${id}`);
  const rest = production.messages.length - shown.length;
  paper.note(shorten(`${text.sources}${language === 'zh' ? '：' : ': '}${shown.join('; ')}`, 4000));
  if (rest > 0) paper.note(sheet.text.rowsLeftOut(rest));
};
