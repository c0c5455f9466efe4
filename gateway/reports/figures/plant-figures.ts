import type { StartedOrder } from '../../production/order-state.ts';
import {
  type Baseline,
  count,
  type Figure,
  figureOf,
  lacking,
  member,
  missingOf,
  type ReasonCode,
  share,
  sum,
} from './figure.ts';
import { byStatus, type DecidedPanel } from './panel-figures.ts';

/** Headline figures of devices, orders, material and transfers (own definitions). Pure: what they are of is given. */

export type RegisteredDevice = {
  readonly id: string;
  /** Share of the window with good, fresh data, 0 to 1; null where the device is not connected. */
  readonly goodShare: number | null;
};

/** Of this share of the window there must be data. */
export const digitalShare = 0.95;

/** Devices with good, fresh data in at least 95 % of the window / registered devices, in %. */
export const deviceDigitalisation = (devices: readonly RegisteredDevice[]): Figure => {
  const digital = devices.filter(({ goodShare }) => (goodShare ?? 0) >= digitalShare);
  return figureOf({
    ...{ id: 'deviceDigitalisation', unit: '%' },
    value: share(digital.length, devices.length),
    numerator: count(devices.length === 0 ? null : digital.length),
    denominator: count(devices.length === 0 ? null : devices.length),
    counted: digital.map(({ id, goodShare }) => member(id, null, goodShare)),
    notCounted: devices
      .filter((device) => !digital.includes(device))
      .map(({ id, goodShare }) =>
        member(id, goodShare === null ? 'not-connected' : 'too-little-data', goodShare),
      ),
    missing: devices.length === 0 ? [missingOf('devices')] : [],
  });
};

/** Mass that was issued or returned, kg. */
export type Movement = { readonly movement: 'issue' | 'return'; readonly massKg: number };

/**
 * Net mass in good panels / (issued - returned), in %: finished goods ratio GQ/CM of ISO 22400-2, by mass. What goes into a panel
 * that nobody has decided on, or into one of unknown mass, is issued all the same: the share would be too low, so there is none.
 */
export const materialUtilisation = (
  panels: readonly DecidedPanel[],
  movements: readonly Movement[],
): Figure => {
  const { good, bad, undecided } = byStatus(panels);
  const open = panels.filter(({ status }) => status !== 'released' && status !== 'scrap');
  const massOf = (kind: Movement['movement']): number | null =>
    movements.length === 0
      ? null
      : sum(movements.filter(({ movement }) => movement === kind).map(({ massKg }) => massKg));
  const [issued, returned] = [massOf('issue'), massOf('return')];
  const consumed = issued === null || returned === null ? null : issued - returned;
  const weighed = good.filter(({ netMassKg }) => netMassKg !== null);
  const unweighed = good.filter(({ netMassKg }) => netMassKg === null).map(({ id }) => id);
  const net = weighed.length === 0 ? null : sum(weighed.map(({ netMassKg }) => netMassKg ?? 0));
  const isNothingIssued = consumed !== null && consumed <= 0;
  const isKnown = open.length === 0 && unweighed.length === 0 && !isNothingIssued;
  return figureOf({
    ...{ id: 'materialUtilisation', unit: '%', value: isKnown ? share(net, consumed) : null },
    numerator: { value: net, unit: 'kg' },
    denominator: { value: consumed, unit: 'kg' },
    counted: weighed.map(({ id, netMassKg }) => member(id, null, netMassKg)),
    notCounted: bad,
    unknown: [...undecided, ...unweighed.map((id) => member(id, 'no-net-mass'))],
    missing: [
      ...(panels.length === 0 ? [missingOf('panels')] : []),
      ...lacking(
        'dispositions',
        open.map(({ id }) => id),
      ),
      ...lacking('net-mass', unweighed),
      ...(movements.length === 0 ? [missingOf('material-movements')] : []),
      ...(isNothingIssued ? [missingOf('net-issue')] : []),
    ],
    parts: { issued: { value: issued, unit: 'kg' }, returned: { value: returned, unit: 'kg' } },
  });
};

const handOf = ({ releasedBy, startedBy, isOverridden }: StartedOrder): ReasonCode | null => {
  if (releasedBy === null) return 'never-released';
  if (releasedBy === 'hand') return 'released-by-hand';
  if (startedBy === 'hand') return 'started-by-hand';
  if (isOverridden) return 'overridden';
  return releasedBy === 'machine' || startedBy === 'machine' ? 'not-told-by-whom' : null;
};

/** Orders that the scheduler released and started and nobody overrode / orders started, in %. */
export const automaticScheduling = (orders: readonly StartedOrder[]): Figure => {
  const automatic = orders.filter((order) => handOf(order) === null);
  return figureOf({
    ...{ id: 'automaticScheduling', unit: '%' },
    value: share(automatic.length, orders.length),
    numerator: count(orders.length === 0 ? null : automatic.length),
    denominator: count(orders.length === 0 ? null : orders.length),
    counted: automatic.map(({ orderId }) => member(orderId)),
    notCounted: orders.flatMap((order) => {
      const reason = handOf(order);
      return reason === null ? [] : [member(order.orderId, reason)];
    }),
    missing: orders.length === 0 ? [missingOf('orders')] : [],
  });
};

export type PanelTransfer = {
  readonly panelId: string;
  readonly mode: 'crane' | 'other';
  readonly distanceM: number;
};

const groupPanels = (transfers: readonly PanelTransfer[]) =>
  [...Map.groupBy(transfers, ({ panelId }) => panelId)].map(([id, own]) => ({
    id,
    cranes: own.filter(({ mode }) => mode === 'crane').length,
    distanceM: sum(own.map(({ distanceM }) => distanceM)),
  }));

/** Transfers between processes by crane, of all transfers; the target is none. `shifts`: planned ones, null where no calendar is. */
export const craneTransfers = (
  transfers: readonly PanelTransfer[],
  shifts: number | null,
): Figure => {
  const isTold = transfers.length > 0;
  const panels = groupPanels(transfers);
  const cranes = isTold ? sum(panels.map((panel) => panel.cranes)) : null;
  return figureOf({
    ...{ id: 'craneTransfers', unit: '1', value: cranes },
    numerator: count(cranes),
    denominator: count(isTold ? transfers.length : null),
    // It counts what is to come to nothing: a panel that no crane moved is as it should be.
    counted: panels
      .filter((panel) => panel.cranes > 0)
      .map((panel) => member(panel.id, 'crane', panel.cranes)),
    notCounted: panels.filter((panel) => panel.cranes === 0).map(({ id }) => member(id)),
    missing: isTold ? [] : [missingOf('transfers')],
    parts: {
      perPanel: count(share(cranes, panels.length, 1)),
      perShift: count(share(cranes, shifts, 1)),
    },
  });
};

/** Mean distance that a panel is moved, less that of the baseline, in m: below 0 is shorter than before. */
export const transferDistance = (
  transfers: readonly PanelTransfer[],
  baseline: Baseline | null,
): Figure => {
  const panels = groupPanels(transfers);
  const isTold = panels.length > 0;
  const distance = isTold ? sum(panels.map(({ distanceM }) => distanceM)) : null;
  const mean = share(distance, panels.length, 1);
  return figureOf({
    ...{ id: 'transferDistance', unit: 'm', baseline },
    value: mean === null || baseline === null ? null : mean - baseline.value,
    numerator: { value: distance, unit: 'm' },
    denominator: count(isTold ? panels.length : null),
    counted: panels.map(({ id, distanceM }) => member(id, null, distanceM)),
    missing: [
      ...(isTold ? [] : [missingOf('transfers')]),
      ...(baseline === null ? [missingOf('baseline')] : []),
    ],
    parts: { perPanel: { value: mean, unit: 'm' } },
  });
};
