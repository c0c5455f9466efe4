/** The panel as a table: tubes, fins between them and a seam at each edge of a fin on both faces. */

export type Face = 'front' | 'back';

/** Place of one seam: `yMm` is across the panel, counted from the centre of the first tube. */
export type SeamPlace = {
  /** F01..F10 on the front (top) face, B01..B10 on the back (bottom) face. */
  readonly id: string;
  readonly face: Face;
  /** From 1 on, as are tubes. */
  readonly fin: number;
  /** The tube that the edge is welded to. */
  readonly tube: number;
  readonly yMm: number;
};

export type PanelTopology = {
  readonly tubes: number;
  readonly tubeDiameterMm: number;
  readonly tubeWallMm: number;
  readonly pitchMm: number;
  readonly finWidthMm: number;
  readonly finThicknessMm: number;
};

export const waterWall: PanelTopology = {
  tubes: 6,
  tubeDiameterMm: 38,
  tubeWallMm: 5,
  pitchMm: 60,
  finWidthMm: 22,
  finThicknessMm: 6,
};

/** How far before the torch its vision looks at the seam, mm. */
export const lookAheadMm = 50;

const steelKgPerMm3 = 7.85e-6;
const faces: readonly Face[] = ['front', 'back'];

/** Seams of a topology: of each face in the order of y, the front face first. */
export const seamPlacesOf = (topology: PanelTopology): readonly SeamPlace[] =>
  faces.flatMap((face) =>
    Array.from({ length: 2 * (topology.tubes - 1) }, (_, index): SeamPlace => {
      const fin = Math.floor(index / 2) + 1;
      const side = index % 2;
      const centreMm = topology.pitchMm * (fin - 0.5);
      return {
        id: `${face === 'front' ? 'F' : 'B'}${String(index + 1).padStart(2, '0')}`,
        face,
        fin,
        tube: fin + side,
        yMm: centreMm + (side === 0 ? -0.5 : 0.5) * topology.finWidthMm,
      };
    }),
  );

const tubeAreaMm2 = ({ tubeDiameterMm, tubeWallMm }: PanelTopology): number =>
  Math.PI * (tubeDiameterMm - tubeWallMm) * tubeWallMm;

/** Steel in the cross-section of the panel, mm2. */
export const sectionAreaMm2 = (topology: PanelTopology): number =>
  topology.tubes * tubeAreaMm2(topology) +
  (topology.tubes - 1) * topology.finWidthMm * topology.finThicknessMm;

/** Mass of tubes and fins without weld metal, kg. */
export const panelMassKg = (topology: PanelTopology, lengthMm: number): number =>
  sectionAreaMm2(topology) * lengthMm * steelKgPerMm3;

/** Mass of one metre of a tube and of a fin, kg/m. */
export const massPerMetreKg = (
  topology: PanelTopology,
): { readonly tube: number; readonly fin: number } => ({
  tube: tubeAreaMm2(topology) * 1000 * steelKgPerMm3,
  fin: topology.finWidthMm * topology.finThicknessMm * 1000 * steelKgPerMm3,
});

/** The seams of the line's panels, in the order of its torches. */
export const seamPlaces: readonly SeamPlace[] = seamPlacesOf(waterWall);
