/**
 * The five buildings of the park, one under each roof, and the tenants in them: all assumptions. Shares are of the energy
 * that reaches the buildings over a year, within a tenant's own rhythm.
 */
export type TenantKind = 'production' | 'office' | 'dataRoom' | 'coldStore';

type TenantSpec = { readonly id: string; readonly kind: TenantKind; readonly share: number };

export type Building = {
  readonly id: string;
  /** Lifts, stairs, ventilation: metered by nobody but the building's own meter. */
  readonly commonShare: number;
  readonly tenants: readonly TenantSpec[];
};

export const buildings: readonly Building[] = [
  {
    id: 'a',
    commonShare: 0.02,
    tenants: [
      { id: 't01', kind: 'production', share: 0.16 },
      { id: 't02', kind: 'office', share: 0.04 },
      { id: 't03', kind: 'dataRoom', share: 0.05 },
    ],
  },
  {
    id: 'b',
    commonShare: 0.02,
    tenants: [
      { id: 't04', kind: 'production', share: 0.14 },
      { id: 't05', kind: 'coldStore', share: 0.06 },
    ],
  },
  {
    id: 'c',
    commonShare: 0.03,
    tenants: [
      { id: 't06', kind: 'office', share: 0.06 },
      { id: 't07', kind: 'office', share: 0.05 },
      { id: 't08', kind: 'dataRoom', share: 0.06 },
    ],
  },
  {
    id: 'd',
    commonShare: 0.02,
    tenants: [
      { id: 't09', kind: 'production', share: 0.11 },
      { id: 't10', kind: 'production', share: 0.06 },
    ],
  },
  {
    id: 'e',
    commonShare: 0.02,
    tenants: [
      { id: 't11', kind: 'office', share: 0.04 },
      { id: 't12', kind: 'coldStore', share: 0.06 },
    ],
  },
];

export type Tenant = TenantSpec & { readonly buildingIndex: number };

export const tenants: readonly Tenant[] = buildings.flatMap((building, buildingIndex) =>
  building.tenants.map((tenant) => ({ ...tenant, buildingIndex })),
);
