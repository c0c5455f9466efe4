import type { PanelProduction } from '../production/panel-production.ts';

/** What records are looked up by beside panel and time. */
export const traitKinds = ['heat', 'spool', 'wps', 'order'] as const;
export type TraitKind = (typeof traitKinds)[number];

export type Trait = { readonly kind: TraitKind; readonly value: string };

/** Of a panel, each once: heats and lots of all that went into it, spools, WPS, job order. */
export const traitsOf = (production: PanelProduction | undefined): readonly Trait[] => {
  if (production === undefined) return [];
  const { materials, consumables, procedure, order } = production;
  const { wires, gases, fluxes } = consumables;
  const heats = [
    ...[...materials.tubes, ...materials.fins].map(({ heatNo }) => heatNo),
    ...[...wires, ...fluxes, ...materials.movements].map(({ lot }) => lot),
    ...gases.map(({ batch }) => batch),
  ];
  const values: Readonly<Record<TraitKind, readonly (string | null | undefined)[]>> = {
    heat: heats,
    spool: wires.map(({ spoolId }) => spoolId),
    wps: [procedure?.wpsNo, order?.definition?.wpsNo],
    order: [order?.orderId],
  };
  return traitKinds.flatMap((kind) =>
    [...new Set(values[kind])].flatMap((value) => (value ? [{ kind, value }] : [])),
  );
};
